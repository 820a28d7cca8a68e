"""What must hold before rows that came from elsewhere are called a database. Each finding is a sentence."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Database
from app.models import Envelope
from app.services.reread import find_kept, open_kept
from app.services.sealing import CannotOpenError, Keyring
from app.services.wrapping import CannotReadError

SAMPLE = 40


def find_count_faults(told: Mapping[str, Any], counted: Mapping[str, Any]) -> list[str]:
    """Tables that do not hold the very rows they held."""
    return [
        f"{name} holds {counted.get(name, {}).get('count', 0)} rows that are not its {one['count']} rows"
        for name, one in told.items()
        if counted.get(name) != one
    ]


def find_unopened(database: Database, keyring: Keyring) -> list[str]:
    """Of the newest and the oldest sealed answers some open, of each key they were sealed with.

    One that does not is no reason to refuse all others on a bad night: it did not open before, either.
    """
    opened: Counter[str] = Counter()
    with database.reading() as session:
        for kept in _sample(session):
            opened[kept.key_id] += _opens(keyring, kept)
    return [f"nothing that was sealed with {key} opens" for key, count in opened.items() if not count]


def _sample(session: Session) -> list[Any]:
    readable = sa.select(Envelope.clinic_id, Envelope.id).where(Envelope.repair == "")
    ends = (Envelope.arrived_at.desc(), Envelope.arrived_at)
    keys = {
        (row.clinic_id, row.id)
        for end in ends
        for row in session.execute(readable.order_by(end).limit(SAMPLE // 2))
    }
    return [find_kept(session.connection(), key) for key in keys]


def _opens(keyring: Keyring, kept: Any) -> bool:
    try:
        open_kept(keyring, kept)
    except (CannotOpenError, CannotReadError):
        return False
    return True
