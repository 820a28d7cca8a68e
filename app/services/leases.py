"""Rows that are in one worker's hands at a time, and free again when a lease ends that nobody gave back.

Such a table has `state` (due, claimed, or what came of it), `due_at`, `claimed_by`, `attempts`, which counts
the hands a row was in (a fencing token), and `lease_until`: of a due row when it may be tried again, of a
claimed one when its worker is given up.
"""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from app.models import Base

PENDING = ("due", "claimed")

Held = TypeVar("Held")


class Leases(Generic[Held]):
    """The leases of one table. `held` is a dataclass of the columns that a worker gets, with the key."""

    def __init__(self, table: type[Base], held: type[Held]) -> None:
        self._table, self._held = table, held
        self._columns = table.__table__.c
        self._key = tuple(table.__table__.primary_key)
        self._told = tuple(self._columns[field.name] for field in fields(held))  # type: ignore[arg-type]

    def claim(self, session: Session, now: datetime, worker: str, lease: timedelta) -> Held | None:
        """The row that is due longest, for this worker alone until the lease ends. One conditional UPDATE."""
        free = self._free(now)
        first = (
            sa.select(*self._key)
            .where(free)
            # Of equals no clinic goes first.
            .order_by(self._columns.due_at, *self._key[1:])
            .limit(1)
            .with_for_update(skip_locked=True)
            .cte("first_free")
        )
        row = session.execute(
            sa.update(self._table)
            .where(*(part == sa.select(first.c[part.name]).scalar_subquery() for part in self._key), free)
            .values(
                state="claimed",
                lease_until=now + lease,
                claimed_by=worker,
                attempts=self._columns.attempts + 1,
            )
            .returning(*self._told)
            .execution_options(synchronize_session=False)
        ).first()
        return None if row is None else self._held(*row)

    def finish(self, session: Session, held: Held, state: str, **more: Any) -> bool:
        """Write down what came of it, once. False when it is in other hands, or was ended meanwhile."""
        return self._let_go(session, held, state=state, lease_until=None, **more)

    def release(self, session: Session, held: Held, again_at: datetime) -> bool:
        """Put it back, to be tried again from `again_at` on. False as for `finish`."""
        return self._let_go(session, held, state="due", lease_until=again_at)

    def _free(self, now: datetime) -> sa.ColumnElement[bool]:
        columns = self._columns
        return sa.and_(
            columns.state.in_(PENDING),
            columns.due_at <= now,
            sa.or_(columns.lease_until.is_(None), columns.lease_until <= now),
        )

    def _let_go(self, session: Session, held: Held, **values: Any) -> bool:
        own = (part == getattr(held, part.name) for part in (*self._key, self._columns.attempts))
        done = session.execute(
            sa.update(self._table)
            .where(*own, self._columns.state == "claimed")
            .values(claimed_by=None, **values)
            .execution_options(synchronize_session=False)
        )
        return isinstance(done, CursorResult) and done.rowcount == 1
