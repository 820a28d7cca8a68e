"""The database's history. `upgrade` brings it to the newest table layout; nothing else changes tables."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.db import Database
from app.errors import SettingError

HERE = Path(__file__).parent


def upgrade(database: Database) -> None:
    """Migrate to the head; nothing is done where it is already. Refuses a database of a newer Between."""
    current = current_revision(database)
    if current is not None and current not in _revisions():
        raise SettingError(
            "This database was made by a newer version of Between. Start that version instead."
        )
    if current != _revisions()[0]:
        command.upgrade(_config(database), "head")


def create_tables(database: Database, revision: str) -> None:
    """The tables as they were at `revision`, in an empty database."""
    command.upgrade(_config(database), revision)


def current_revision(database: Database) -> str | None:
    """Where the database is in its history; None when it has no tables."""
    with database.reading_core() as connection:
        return MigrationContext.configure(connection).get_current_revision()


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
    return tuple(script.revision for script in ScriptDirectory(str(HERE)).walk_revisions())


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["database"] = database
    return config
