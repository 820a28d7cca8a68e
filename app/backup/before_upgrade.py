"""A copy of an SQLite file before its tables are changed: cheap, and the way back from a bad evening."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from app.db import Database
from app.errors import SettingError
from app.migrations import current_revision, head, is_known

KEPT = 3


def keep_copy(database: Database) -> Path | None:
    """Beside the file, named for the revision it was at. None where nothing will be changed.

    Raises SettingError when there is no room for it: an upgrade would have none either.
    """
    name = database.engine.url.database
    if not database.is_sqlite or name is None or not Path(name).exists():
        return None
    revision = current_revision(database)
    if revision is None or revision == head() or not is_known(revision):
        return None
    copy = Path(f"{name}.before-{revision}-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    try:
        _copy(Path(name), copy)
    except (sqlite3.Error, OSError) as error:
        copy.with_name(f"{copy.name}.part").unlink(missing_ok=True)
        raise SettingError(f"The database could not be copied before its upgrade ({error}).") from error
    for old in sorted(copy.parent.glob(f"{Path(name).name}.before-*"), key=_age)[:-KEPT]:
        old.unlink()
    return copy


def _copy(source: Path, copy: Path) -> None:
    part = copy.with_name(f"{copy.name}.part")
    part.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(part)) as writing:
        reading.backup(writing)
    descriptor = os.open(part, os.O_RDWR)
    os.fsync(descriptor)
    os.close(descriptor)
    part.rename(copy)


def _age(path: Path) -> float:
    return path.stat().st_mtime
