"""The database's history. `upgrade` brings it to the newest table layout; nothing else changes tables."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.db import Database
from app.errors import SettingError

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent
# Alembic takes a tenth of a second to import: a start that finds nothing to upgrade does without.
_VERSIONS = sa.table("alembic_version", sa.column("version_num", sa.String()))


def upgrade(database: Database) -> None:
    """Migrate to the head; nothing is done where it is already. Refuses a database of a newer Between."""
    current = current_revision(database)
    if current is not None and current not in _revisions():
        raise SettingError(
            "This database was made by a newer version of Between. Start that version instead."
        )
    if current != _revisions()[0]:
        create_tables(database, "head")


def create_tables(database: Database, revision: str) -> None:
    """The tables as they were at `revision`, in an empty database."""
    from alembic import command

    command.upgrade(_config(database), revision)


def current_revision(database: Database) -> str | None:
    """Where the database is in its history; None when it has no tables."""
    with database.reading_core() as connection:
        if not sa.inspect(connection).has_table(_VERSIONS.name):
            return None
        return connection.scalar(sa.select(_VERSIONS.c.version_num))


def head() -> str:
    """The newest revision this version knows."""
    return _revisions()[0]


def is_known(revision: str) -> bool:
    """Whether this version knows how to go on from `revision`."""
    return revision in _revisions()


def is_at_head(database: Database) -> bool:
    """Whether the database has exactly the tables of this version."""
    return current_revision(database) == head()


@cache
def _revisions() -> tuple[str, ...]:
    """Every revision this version knows, the newest first."""
    files = (HERE / "versions").glob("[0-9]*_*.py")
    return tuple(sorted((path.name.partition("_")[0] for path in files), reverse=True))


def _config(database: Database) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["database"] = database
    return config
