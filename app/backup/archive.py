"""Makes a backup of all rows: reads them, writes them, reads back what it wrote, and only then signs it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.backup.container import Writer
from app.backup.contents import Contents, pack
from app.backup.keys import digests, read_keys
from app.backup.rows import Table
from app.backup.secret import Secret
from app.backup.snapshot import Batch, PostgresqlSnapshot, SqliteSnapshot, tables_of
from app.config import Settings
from app.db import Database
from app.errors import UpkeepError
from app.migrations import current_revision
from app.models import AuditRow

SUFFIX = ".between"


@dataclass(frozen=True)
class Made:
    """A finished backup. `rows` in all tables together, `size` in bytes."""

    path: Path
    rows: int
    size: int


def name_of(now: datetime) -> str:
    """Sorts by time."""
    return f"between-{now:%Y%m%d-%H%M%S}{SUFFIX}"


def make_backup(database: Database, settings: Settings, folder: Path, secret: Secret, now: datetime) -> Made:
    """One file in `folder`, of the rows as they are at one moment after the call. Raises UpkeepError."""
    revision = current_revision(database)
    if revision is None:
        raise UpkeepError("There is nothing to back up: the database has no tables.")
    tables = tables_of(database)
    contents = Contents(_start(database, settings, tables, revision, now))
    with Writer(folder / name_of(now), secret, "rows") as writer:
        writer.add(json.dumps(contents.start).encode())
        with _snapshot(database, tables) as batches:
            for batch in batches:
                plain = pack(batch)
                contents.note(writer.add(plain), batch, len(plain))
        if current_revision(database) != revision:
            raise UpkeepError("Between was upgraded while its backup was made. Make it again.")
        end = _end(writer, contents, tables)
        writer.close_with(json.dumps(end).encode())
    rows = sum(told["count"] for told in end["tables"].values())
    return Made(writer.path, rows, writer.path.stat().st_size)


def installed_version() -> str:
    """Of the package; for people, who are told which version to start."""
    try:
        return version("between")
    except PackageNotFoundError:
        return "unknown"


def _start(
    database: Database, settings: Settings, tables: list[Table], revision: str, now: datetime
) -> dict[str, Any]:
    with database.reading_core() as connection:
        ids = connection.execute(sa.text("SELECT id FROM sealing_key ORDER BY id")).scalars().all()
    return {
        "version": installed_version(),
        "revision": revision,
        "made_at": now.isoformat(),
        "database": database.engine.dialect.name,
        "tables": {table.name: table.columns for table in tables},
        "sealing_keys": list(ids),
        "keys": digests(read_keys(settings.instance)),
    }


def _end(writer: Writer, contents: Contents, tables: list[Table]) -> dict[str, Any]:
    """Counted from the file itself: what cannot be read back must not be called a backup."""
    reader = writer.written()
    counted = {table.name: contents.tally(reader, table.name).told() for table in tables}
    audit = next(table for table in tables if table.name == AuditRow.__tablename__)
    at = audit.columns.index("id")
    ids = (int(line.split(b"\t")[at]) for lines in contents.lines(reader, audit.name) for line in lines)
    return {"tables": counted, "last_audit_id": max(ids, default=0), "sha256": writer.sha256()}


@contextmanager
def _snapshot(database: Database, tables: list[Table]) -> Iterator[Iterator[Batch]]:
    if database.is_sqlite:
        path = database.engine.url.database
        assert path is not None
        with SqliteSnapshot(Path(path), tables).open() as snapshot:
            yield snapshot.batches()
        return
    one_moment = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with database.engine.connect().execution_options(**one_moment) as connection, connection.begin():
        yield PostgresqlSnapshot(connection, tables).batches()
