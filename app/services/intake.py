"""Takes what phones send: each item once, with its score, alert and audit row in one commit.

Requests that wait together are committed together: whoever is at the head of the line writes for all.
A receipt follows the commit that holds it.
"""

import threading
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from app.db import Database
from app.domain.check_in import Arrival
from app.errors import BetweenError
from app.models import AuditRow
from app.services.alerts import join_alert
from app.services.check_in_rows import NewCheckIn, insert_check_ins
from app.services.envelopes import Arrived, Kept, keep_envelopes

MOST_TOGETHER = 64
RETRY_AFTER_SECONDS = 5

_AUDIT = sa.insert(AuditRow)


@dataclass(frozen=True)
class Receipt:
    """The server's word for one item. `status`: stored, duplicate or conflict."""

    client_id: uuid.UUID
    sha256: bytes
    status: str
    needs_repair: bool
    arrived_at: datetime


@dataclass
class _Waiting:
    """One request in line."""

    actor_id: uuid.UUID
    arrivals: Sequence[Arrival]
    now: datetime
    receipts: list[Receipt] | None = None
    failure: Exception | None = None

    @property
    def answered(self) -> bool:
        return self.receipts is not None or self.failure is not None


class Intake:
    """One line of waiting requests in front of one writer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._line: deque[_Waiting] = deque()
        self._writer = threading.Lock()

    def take(self, actor_id: uuid.UUID, arrivals: Sequence[Arrival], now: datetime) -> list[Receipt]:
        """Store the arrivals of one person and return a receipt for each, in order.

        Raises BetweenError busy when the database cannot be written now: then nothing is acknowledged.
        """
        waiting = _Waiting(actor_id, arrivals, now)
        self._line.append(waiting)
        with self._writer:
            while not waiting.answered:
                self._write_line()
        if waiting.failure is not None:
            raise waiting.failure
        assert waiting.receipts is not None
        return waiting.receipts

    def _write_line(self) -> None:
        together = [self._line.popleft() for _ in range(min(len(self._line), MOST_TOGETHER))]
        try:
            self._commit(together)
        except (DataError, IntegrityError):
            # One item the database will not take must not cost its neighbours their commit.
            for waiting in together:
                self._write_one_by_one(waiting)
        except Exception as error:  # noqa: BLE001 (whoever waits in line must be told, whatever it was)
            for waiting in together:
                waiting.failure = _as_busy(error)

    def _write_one_by_one(self, waiting: _Waiting) -> None:
        receipts: list[Receipt] = []
        try:
            for arrival in waiting.arrivals:
                receipts += self._commit_or_repair(replace(waiting, arrivals=[arrival]))
        except Exception as error:  # noqa: BLE001 (as above)
            waiting.failure = _as_busy(error)
        else:
            waiting.receipts = receipts

    def _commit_or_repair(self, one: _Waiting) -> list[Receipt]:
        try:
            self._commit([one])
        except (DataError, IntegrityError):
            raw = [replace(arrival, facts=None, repair="not_storable") for arrival in one.arrivals]
            one = replace(one, arrivals=raw)
            self._commit([one])
        return one.receipts or []

    def _commit(self, together: Sequence[_Waiting]) -> None:
        with self._database.writing_core() as connection:
            kept = _store(connection, together)
        made = iter(kept)
        for waiting in together:
            waiting.receipts = [_receipt(arrival, next(made)) for arrival in waiting.arrivals]


def _as_busy(error: Exception) -> Exception:
    """A database that is full, locked or gone is a moment's trouble for a phone that keeps its copy."""
    if isinstance(error, SQLAlchemyError):
        busy = BetweenError("busy", retry_after=RETRY_AFTER_SECONDS)
        busy.__cause__ = error
        return busy
    return error


def _receipt(arrival: Arrival, kept: Kept) -> Receipt:
    return Receipt(arrival.client_id, arrival.sha256, kept.status, bool(kept.repair), kept.arrived_at)


def _store(connection: sa.Connection, together: Sequence[_Waiting]) -> list[Kept]:
    """Envelopes, check-ins, alerts and audit rows of all waiting requests, in one transaction."""
    arrived = [Arrived(arrival, waiting.now) for waiting in together for arrival in waiting.arrivals]
    actors = [waiting.actor_id for waiting in together for _ in waiting.arrivals]
    kept = keep_envelopes(connection, arrived)
    fresh = [(one, result) for one, result in zip(arrived, kept, strict=True) if result.fresh]
    new = [_new_check_in(one, result) for one, result in fresh if one.arrival.facts is not None]
    if new:
        insert_check_ins(connection, new)
        _raise_alerts(connection, new)
    rows = [
        _audit_row(actor, one)
        for actor, one, result in zip(actors, arrived, kept, strict=True)
        if result.fresh
    ]
    if rows:
        connection.execute(_AUDIT, rows)
    return kept


def _new_check_in(one: Arrived, kept: Kept) -> NewCheckIn:
    arrival = one.arrival
    assert arrival.facts is not None
    return NewCheckIn(
        clinic_id=arrival.clinic_id,
        id=kept.id,
        patient_id=arrival.patient_id,
        client_id=arrival.client_id,
        is_conflict=kept.status == "conflict",
        arrived_at=one.at,
        facts=arrival.facts,
    )


def _raise_alerts(connection: sa.Connection, new: Sequence[NewCheckIn]) -> None:
    """Item 9 above 0 is positive at any total, on a partial form too."""
    for one in new:
        if one.facts.item9:
            join_alert(
                connection,
                clinic_id=one.clinic_id,
                patient_id=one.patient_id,
                check_in_id=one.id,
                value=one.facts.item9,
                answered_at=one.facts.answered_at,
                arrived_at=one.arrived_at,
            )


def _audit_row(actor_id: uuid.UUID, one: Arrived) -> dict[str, object]:
    return {
        "clinic_id": one.arrival.clinic_id,
        "at": one.at,
        "actor_id": actor_id,
        "action": "check_in.stored",
        "subject": "envelope",
        "subject_id": one.arrival.id,
    }
