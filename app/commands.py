"""Single jobs of `flask --app app`: demo, clinic create, work, repairs reread, keys rotate and audit."""

import signal
import threading
from datetime import UTC, datetime

import click
from flask import Flask

from app.audit_commands import install_audit_commands
from app.config import Settings
from app.db import Database
from app.http import Parts
from app.jobs import Housekeeping, start_jobs, work_once
from app.languages import LANGUAGES
from app.reading import reading_with
from app.services.founding import found_clinic
from app.services.invitations import spell_code
from app.services.reread import Outcome, Reader, reread_all
from app.services.rotation import rotate
from app.services.sealing import load_keyring
from app.services.wrapping import wrapping_path
from app.upkeep import install_upkeep


def fill_empty(database: Database, settings: Settings) -> bool:
    """The demo clinic, made through the same services as real data, in a database where nobody is yet."""
    # Ten people's stories: nobody who serves needs to read them.
    from app.demo.build import build_demo, has_people

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
    """`flask --app app demo`, `clinic create`, `work`, `repairs reread`, and those of other modules."""

    _install_keys(app)
    install_audit_commands(app)
    install_upkeep(app)

    @app.cli.command("demo")
    def demo() -> None:
        """Make the demo clinic in an empty database."""
        parts: Parts = app.extensions["between"]
        made = fill_empty(parts.database, parts.settings)
        click.echo(
            "The demo clinic is there." if made else "Somebody lives here already; nothing was changed."
        )

    @app.cli.group("clinic")
    def clinic() -> None:
        """Clinics on this server."""

    @clinic.command("create")
    @click.option("--name", required=True, help="As patients know it.")
    @click.option("--zone", required=True, help="Like America/New_York.")
    @click.option("--administrator", required=True, help="The name of whoever sets it up.")
    @click.option("--language", default="en", type=click.Choice(LANGUAGES), show_default=True)
    def create(name: str, zone: str, administrator: str, language: str) -> None:
        """Make a clinic and the invitation of its first administrator."""
        parts: Parts = app.extensions["between"]
        with parts.database.writing() as session:
            code = found_clinic(session, name, zone, administrator, language, datetime.now(UTC))
        click.echo(f"{name} is there, and not live yet. The invitation for {administrator}, for 14 days:\n")
        click.echo(f"  {parts.settings.public_url}/join/{code}\n  or the code {spell_code(code)}")

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
        parts.database.take_time()
        reader = Reader(parts.database, reading_with(parts.keyring), None, datetime.now(UTC))
        came = reread_all(reader)
        click.echo(f"{came[Outcome.READ]} read now, {came[Outcome.UNREAD]} still not understood.")


def _install_keys(app: Flask) -> None:
    @app.cli.group("keys")
    def keys() -> None:
        """The keys that wrap patients' keys."""

    @keys.command("rotate")
    def rotate_keys() -> None:
        """Make a new wrapping key and wrap every patient's key with it. Go on if it was stopped before."""
        parts: Parts = app.extensions["between"]
        parts.database.take_time()
        done = rotate(parts.database, parts.settings.instance, datetime.now(UTC))
        if done.resumed:
            click.echo(f"A rotation to {done.key_id} had stopped; it is finished now. No other key was made.")
        click.echo(f"{done.rewrapped} keys are wrapped by {done.key_id} now.")
        for key_id in done.retired:
            path = wrapping_path(parts.settings.instance, key_id)
            click.echo(f"Nothing needs {path} any more, but backups made before now: keep it with them.")
