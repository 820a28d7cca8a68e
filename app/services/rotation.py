"""A new wrapping key, and every patient's key wrapped with it: page by page, so that it may stop anywhere.

At every moment each patient's key is wrapped by one key whose file is there. A wrapping key that no row names
any more is forgotten by the database; its file is never removed by the program.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from app.db import Database
from app.models import PatientKey, WrappingKey
from app.services.wrapping import Owner, Wrapped, keys_of, make_wrapping_key, newest_wrapping_key

PAGE = 200


@dataclass(frozen=True)
class Rotated:
    """`key_id` wraps all keys now; `resumed`: a rotation that had stopped made it. `retired` are free."""

    key_id: str
    resumed: bool
    rewrapped: int
    retired: list[str]


def rotate(database: Database, instance: Path, now: datetime) -> Rotated:
    """Make a new wrapping key, or go on with the one that is not everywhere yet; wrap all keys with it."""
    with database.writing() as session:
        resumed = session.scalar(sa.select(sa.func.count()).select_from(WrappingKey)) != 1
        key_id = newest_wrapping_key(session)
        if not resumed:
            key_id = f"w{int(key_id.removeprefix('w')) + 1}"
            make_wrapping_key(session, instance, key_id, now)
    count = _rewrap_all(database, key_id)
    return Rotated(key_id, resumed, count, _retire(database, key_id))


def _rewrap_all(database: Database, key_id: str) -> int:
    count = 0
    while True:
        with database.writing_core() as connection:
            page = _page(connection, key_id)
            for owner, held in page:
                _rewrap(connection, key_id, owner, held)
        count += len(page)
        if len(page) < PAGE:
            return count


def _page(connection: sa.Connection, key_id: str) -> Sequence[tuple[Owner, Wrapped]]:
    """Of two who rotate at once each finds what the other has not done."""
    columns = PatientKey.clinic_id, PatientKey.patient_id, PatientKey.key_id, PatientKey.wrapped
    rows = connection.execute(
        sa.select(*columns)
        .where(PatientKey.key_id != key_id)
        .order_by(PatientKey.clinic_id, PatientKey.patient_id)
        .limit(PAGE)
        .with_for_update()
    )
    return [(Owner(*row[:2]), Wrapped(row.key_id, bytes(row.wrapped))) for row in rows]


def _rewrap(connection: sa.Connection, key_id: str, owner: Owner, held: Wrapped) -> None:
    fresh = keys_of(connection).rewrap(key_id, owner, held)
    connection.execute(
        sa.update(PatientKey)
        .where(PatientKey.clinic_id == owner.clinic_id, PatientKey.patient_id == owner.patient_id)
        .values(**fresh._asdict())
    )


def _retire(database: Database, key_id: str) -> list[str]:
    """Forget wrapping keys that no row names: from then on a start asks for their files no more."""
    named = sa.exists().where(PatientKey.key_id == WrappingKey.id)
    with database.writing() as session:
        free = session.scalars(sa.select(WrappingKey.id).where(WrappingKey.id != key_id, ~named)).all()
        session.execute(sa.delete(WrappingKey).where(WrappingKey.id.in_(free)))
    return sorted(free)
