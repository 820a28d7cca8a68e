"""What is done to a database before anything is served from it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.backup.before_upgrade import keep_copy
from app.db import Database
from app.migrations import upgrade
from app.services.plain import take_up_keys
from app.services.sealing import Keyring
from app.services.upkeep import refuse_moved


@dataclass(frozen=True)
class Opened:
    """The keys that envelopes are sealed for, and the copy that was kept if an upgrade changed tables."""

    keyring: Keyring
    copy: Path | None


def open_database(database: Database, instance: Path, now: datetime) -> Opened:
    """Bring it to this version, with a copy of what was, and take up its keys. Raises SettingError."""
    with database.needed_to_start():
        refuse_moved(database)
        copy = keep_copy(database)
        upgrade(database)
        return Opened(take_up_keys(database, instance, now), copy)
