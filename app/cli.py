"""The commands: `python app.py` serves; `flask --app app …` does single jobs."""

import sys
from datetime import UTC, datetime

import click
import sqlalchemy as sa
from flask import Flask

from app.config import Settings, load_settings
from app.db import Database
from app.demo.build import build_demo, demo_sign_ins, has_people
from app.errors import SettingError
from app.http import Parts
from app.jobs import work_once
from app.migrations import upgrade
from app.server import HOST, run_server
from app.services.sealing import load_keyring


def serve() -> None:
    """Migrate, fill an empty database with the demo clinic, and serve. A wrong setting stops here."""
    try:
        settings = load_settings()
        prepare(settings)
        tell_address(settings)
        run_server(settings)
    except SettingError as error:
        sys.exit(f"Between did not start. {error}")


def prepare(settings: Settings) -> None:
    """Bring the database to this version; make the demo clinic if nobody lives in it."""
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url)
    try:
        upgrade(database)
        if settings.demo:
            fill_empty(database, settings)
    except sa.exc.OperationalError as error:
        raise SettingError(f"The database at DATABASE_URL cannot be opened: {error.orig}") from error
    finally:
        # Nothing may hold a connection over the server's fork.
        database.dispose()


def fill_empty(database: Database, settings: Settings) -> bool:
    """The demo clinic, made through the same services as real data, in a database where nobody is yet."""
    now = datetime.now(UTC)
    with database.writing() as session:
        if has_people(session):
            return False
        keyring = load_keyring(session, settings.instance, now)
        build_demo(session, keyring, now)
    return True


def tell_address(settings: Settings) -> None:
    """Where to look, and as whom."""
    print(f"\nBetween is at {settings.public_url} (it listens on {HOST} only). Stop it with Ctrl+C.")
    if not settings.demo or settings.secure_cookies:
        return
    sign_ins = demo_sign_ins()
    print(f"\nThe demo clinic; every pass-phrase is: {sign_ins[0].passphrase}")
    for one in sign_ins:
        print(f"  {one.role:<10} {one.email:<28} {one.name}")
    print(flush=True)


def install_commands(app: Flask) -> None:
    """`flask --app app demo` and `flask --app app work`."""

    @app.cli.command("demo")
    def demo() -> None:
        """Make the demo clinic in an empty database."""
        parts: Parts = app.extensions["between"]
        made = fill_empty(parts.database, parts.settings)
        click.echo(
            "The demo clinic is there." if made else "Somebody lives here already; nothing was changed."
        )

    @app.cli.command("work")
    def work() -> None:
        """Send what is due now, once, and stop."""
        parts: Parts = app.extensions["between"]
        done = work_once(parts.database, parts.settings, datetime.now(UTC))
        click.echo(f"{done} done.")
