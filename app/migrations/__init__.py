"""The database's history. `upgrade` brings a database to the newest table layout; nothing else changes tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.db import Database
from app.errors import SettingError

HERE = Path(__file__).parent


def upgrade(database: Database) -> None:
    """Migrate to the head. Refuses a database that a newer Between has already migrated."""
    config = _config(database)
    _refuse_newer(database, config)
    command.upgrade(config, "head")


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["database"] = database
    return config


def _refuse_newer(database: Database, config: Config) -> None:
    with database.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise SettingError(
            "This database was made by a newer version of Between. Start that version instead."
        )
