"""What must hold before rows that came from elsewhere are called a database. Each finding is a sentence."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import SettingError
from app.models import Envelope
from app.services.audit_check import verify_audit
from app.services.plain import seal_plain
from app.services.reread import find_kept, open_kept
from app.services.sealing import CannotOpenError, Keyring, load_keyring
from app.services.wrapping import CannotReadError, load_keys

SAMPLE = 40


@dataclass(frozen=True)
class Restored:
    """A database with all rows in it, brought to this version. `keys_above` holds the folder `keys`."""

    database: Database
    keys_above: Path
    now: datetime


def find_count_faults(told: Mapping[str, Any], counted: Mapping[str, Any]) -> list[str]:
    """Tables that do not hold the very rows they held."""
    return [
        f"{name} holds {counted.get(name, {}).get('count', 0)} rows that are not its {one['count']} rows"
        for name, one in told.items()
        if counted.get(name) != one
    ]


def take_up_keys(restored: Restored) -> list[str]:
    """The keys that wrap patients' keys; rows of an earlier release are sealed with them now."""
    try:
        load_keys(restored.database, restored.keys_above, restored.now)
    except SettingError as error:
        return [str(error)]
    seal_plain(restored.database)
    return []


def verify_chains(restored: Restored) -> list[str]:
    """The audit as it was sealed: what was changed in a backup's rows shows here."""
    faults = verify_audit(restored.database).faults
    return [f"the audit is not as it was sealed at {len(faults)} places"] if faults else []


def open_sample(restored: Restored) -> list[str]:
    """Of the newest and the oldest sealed answers some open, of each key they were sealed with.

    One that does not is no reason to refuse all others on a bad night: it did not open before, either.
    """
    opened: Counter[str] = Counter()
    with restored.database.reading() as session:
        keyring = load_keyring(session, restored.keys_above, restored.now)
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


# More of them are listed here: each looks at the finished database and returns what is wrong with it.
VERIFICATIONS: tuple[Callable[[Restored], list[str]], ...] = (take_up_keys, open_sample, verify_chains)
