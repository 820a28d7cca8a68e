"""Single jobs: `flask --app app demo`, `work` and `repairs reread`."""

import signal
import threading
from datetime import UTC, datetime

import click
from flask import Flask

from app.config import Settings
from app.db import Database
from app.demo.build import build_demo, has_people
from app.http import Parts
from app.jobs import Housekeeping, start_jobs, work_once
from app.reading import reading_with
from app.services.reread import Outcome, Reader, reread_all
from app.services.sealing import load_keyring
from app.upkeep import install_upkeep


def fill_empty(database: Database, settings: Settings) -> bool:
    """The demo clinic, made through the same services as real data, in a database where nobody is yet."""
    now = datetime.now(UTC)
    with database.writing() as session:
        if has_people(session):
            return False
        keyring = load_keyring(session, settings.instance, now)
        build_demo(session, keyring, now)
    return True


def work_until_stopped(parts: Parts) -> None:
    """The clocks and the workers without a web server, until SIGTERM or Ctrl+C. Any number may run."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    chores = Housekeeping(parts.database, reading_with(parts.keyring), lambda: datetime.now(UTC))
    jobs = start_jobs(parts.database, parts.settings, chores.run)
    click.echo("Working. Stop it with Ctrl+C.")
    stopped.wait()
    jobs.stop()


def install_commands(app: Flask) -> None:
    """`flask --app app demo`, `work`, `repairs reread`, and those of app/upkeep.py."""
    install_upkeep(app)

    @app.cli.command("demo")
    def demo() -> None:
        """Make the demo clinic in an empty database."""
        parts: Parts = app.extensions["between"]
        made = fill_empty(parts.database, parts.settings)
        click.echo(
            "The demo clinic is there." if made else "Somebody lives here already; nothing was changed."
        )

    @app.cli.command("work")
    @click.option("--forever", is_flag=True, help="Go on until stopped, at every tick.")
    def work(forever: bool) -> None:
        """Send what is due now, once, and stop."""
        parts: Parts = app.extensions["between"]
        if forever:
            work_until_stopped(parts)
            return
        done = work_once(parts.database, parts.settings, datetime.now(UTC))
        click.echo(f"{done} done.")

    @app.cli.group("repairs")
    def repairs() -> None:
        """What arrived and could not be read."""

    @repairs.command("reread")
    def reread() -> None:
        """Read everything on the repair list again, as after an upgrade."""
        parts: Parts = app.extensions["between"]
        reader = Reader(parts.database, reading_with(parts.keyring), None, datetime.now(UTC))
        came = reread_all(reader)
        click.echo(f"{came[Outcome.READ]} read now, {came[Outcome.UNREAD]} still not understood.")
