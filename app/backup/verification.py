"""What must hold before rows that came from elsewhere are called a database. Each finding is a sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.db import Database
from app.models import Envelope
from app.services.reread import find_kept, open_kept
from app.services.sealing import CannotOpenError, load_keyring

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


def open_sample(restored: Restored) -> list[str]:
    """The newest and the oldest sealed answers open with the keys that are there."""
    faults = []
    with restored.database.reading() as session:
        keyring = load_keyring(session, restored.keys_above, restored.now)
        readable = sa.select(Envelope.clinic_id, Envelope.id).where(Envelope.repair == "")
        ends = (Envelope.arrived_at.desc(), Envelope.arrived_at)
        keys = {
            tuple(row) for end in ends for row in session.execute(readable.order_by(end).limit(SAMPLE // 2))
        }
        for key in keys:
            try:
                open_kept(keyring, find_kept(session.connection(), key))  # type: ignore[arg-type]
            except CannotOpenError:
                faults.append(f"the envelope {key[1]} does not open")
    return faults


# More of them are listed here: each looks at the finished database and returns what is wrong with it.
VERIFICATIONS: tuple[Callable[[Restored], list[str]], ...] = (open_sample,)
