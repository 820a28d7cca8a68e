"""The commands: `python app.py` serves; `flask --app app …` does single jobs."""

import sys
from datetime import UTC, datetime

import sqlalchemy as sa

from app.config import Settings, load_settings
from app.db import Database
from app.errors import SettingError
from app.migrations import upgrade
from app.models import Person
from app.server import run_server


def serve() -> None:
    """Migrate, fill an empty database with the demo clinic, and serve on this machine. A wrong setting stops here."""
    try:
        settings = load_settings()
        prepare(settings)
        run_server(settings)
    except SettingError as error:
        sys.exit(f"Between did not start. {error}")


def prepare(settings: Settings) -> None:
    """Bring the database to this version; make the demo clinic if nobody lives in it."""
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url)
    try:
        upgrade(database)
        with database.reading() as session:
            empty = session.scalar(sa.select(Person.id).limit(1)) is None
        if empty and settings.demo:
            make_demo(settings)
    except sa.exc.OperationalError as error:
        raise SettingError(f"The database at DATABASE_URL cannot be opened: {error.orig}") from error
    finally:
        # Nothing may hold a connection over the server's fork.
        database.dispose()


def make_demo(settings: Settings) -> None:
    """The demo clinic, made through the same services as real data."""
    from app.demo.build import build_demo

    build_demo(settings, datetime.now(UTC))
