"""What is done to a whole instance: `flask --app app backup`, `backups`, `restore`, `move` and `check`.

They work on what is there and change nothing else: the application, which would migrate the database and make
keys, is not made for them.
"""

import errno
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.backup.archive import SUFFIX, make_backup
from app.backup.keys import named, save_keys
from app.backup.move import move
from app.backup.restore import restore
from app.backup.secret import Secret, from_environment, from_key_file, from_passphrase
from app.checks import run_checks
from app.config import Settings, load_settings, with_driver
from app.db import UNAVAILABLE, Database
from app.errors import UpkeepError
from app.services.upkeep import BACKUP, KEYS, note_upkeep

COMMANDS = frozenset({"backup", "backups", "restore", "move", "check"})


def is_asked_for(argv: Sequence[str]) -> bool:
    """Whether this program is `flask` with one of these commands."""
    is_flask = Path(argv[0]).name == "flask" or Path(argv[0]).parent.name == "flask"
    return is_flask and not COMMANDS.isdisjoint(argv[1:])


def make_upkeep_app() -> Flask:
    """An application that has these commands and nothing else."""
    app = Flask(__name__, static_folder=None)
    install_upkeep(app)
    return app


def install_upkeep(app: Flask) -> None:
    """All of them."""
    for command in (back_up, list_backups, put_back, move_over, check):
        app.cli.add_command(command)


key_file_option = click.option(
    "--key-file", type=click.Path(path_type=Path), help="A file of random bytes instead of a pass-phrase."
)


@click.command("backup")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path), help="Write the keys, encrypted, into this file.")
@key_file_option
def back_up(folder: Path | None, keys: Path | None, key_file: Path | None) -> None:
    """Write all rows, encrypted, into a new file in FOLDER, while people go on writing."""
    if folder is None and keys is None:
        raise click.UsageError("Name a folder for the rows, or --keys and a file for the keys.")
    settings, now = load_settings(), datetime.now(UTC)
    secret = _find_secret(key_file, confirm=True)
    with _plainly():
        if folder is not None:
            _back_up_rows(settings, folder, secret, now)
        if keys is not None:
            _back_up_keys(settings, keys, secret, now)


def _back_up_rows(settings: Settings, folder: Path, secret: Secret, now: datetime) -> None:
    with _database(settings) as database:
        made = make_backup(database, settings, folder, secret, now)
        # A database of an earlier release has no place for it.
        with suppress(*UNAVAILABLE, SQLAlchemyError), database.writing() as session:
            note_upkeep(session, BACKUP, now, made.path.name)
    click.echo(
        f"{made.rows:,} rows written to {made.path} ({made.size / 10**6:.1f} MB), read back and counted."
    )


def _back_up_keys(settings: Settings, path: Path, secret: Secret, now: datetime) -> None:
    saved = save_keys(settings.instance, path, secret, now)
    # Keys may be saved where the database is not, or is of an earlier release.
    unsaid = suppress(*UNAVAILABLE, SQLAlchemyError, UpkeepError)
    with unsaid, _database(settings) as database, database.writing() as session:
        note_upkeep(session, KEYS, now, named(saved))
    click.echo(f"{len(saved)} keys written to {path}. Keep it apart from the backups of the rows.")


@click.command("backups")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def list_backups(folder: Path) -> None:
    """The backups in FOLDER, the newest last."""
    found = sorted(folder.glob(f"between-*{SUFFIX}"))
    for path in found:
        age = datetime.now(UTC).timestamp() - path.stat().st_mtime
        click.echo(f"{path.name}  {path.stat().st_size / 10**6:9.1f} MB  {age / 3600:6.1f} hours ago")
    if not found:
        raise UpkeepError(f"There is no backup in {folder}.")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path), help="The file that `backup --keys` wrote.")
@key_file_option
def put_back(file: Path, keys: Path | None, key_file: Path | None) -> None:
    """Put the rows of FILE into an empty database, and the keys into an empty instance."""
    settings = load_settings()
    secret = _find_secret(key_file, confirm=False)
    with _plainly():
        report = restore(settings, file, keys, secret, datetime.now(UTC))
    click.echo(
        f"{report.rows:,} rows are back as at {report.made_at[:16]} UTC (Between {report.version}): "
        "counted, compared row by row, and a sample opened with the keys."
    )
    if report.audit_faults:
        click.echo(
            f"The audit is not as it was sealed, at {report.audit_faults:,} places, and was not when this "
            "backup was made: see `flask --app app audit verify`."
        )


@click.command("move")
@click.option("--to", "url", required=True, help="postgresql://… of an empty database.")
def move_over(url: str) -> None:
    """Move all rows from SQLite to an empty PostgreSQL database. Between must be stopped."""
    settings = load_settings()
    if not url.startswith(("postgres://", "postgresql://")):
        raise click.UsageError("--to must start with postgresql://")
    with _plainly(), _database(settings) as database:
        counts = move(settings, database, with_driver(url), datetime.now(UTC))
    for name, count in counts.items():
        click.echo(f"{count:12,}  {name}")
    click.echo("All rows are there and the same. The old file takes no more. Now set DATABASE_URL and start.")


@click.command("check")
def check() -> None:
    """Say how this instance is: one line each. Exits with 1 when something is wrong."""
    settings = load_settings()
    with _plainly(), _database(settings) as database:
        findings = run_checks(database, settings, datetime.now(UTC))
    for one in findings:
        click.echo(f"{one.state:5}  {one.name}: {one.said()}")
        if one.todo:
            click.echo(f"       → {one.told()}")
    if any(one.state == "wrong" for one in findings):
        sys.exit(1)


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """The one that is there: SQLite would make an empty file of a wrong path."""
    database = Database(settings.database_url)
    path = database.engine.url.database
    if database.is_sqlite and not Path(str(path)).exists():
        raise UpkeepError(f"There is no database at {path}.")
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def _plainly() -> Iterator[None]:
    """What the machine refuses, in one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise UpkeepError("The disk is full. Nothing was left under the final name.") from error
        raise UpkeepError(f"{error.filename or 'A file'} cannot be used ({error.strerror}).") from error
    except (*UNAVAILABLE, sqlite3.Error) as error:
        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise UpkeepError(f"The database cannot do this just now: {said}.") from error


def _find_secret(key_file: Path | None, *, confirm: bool) -> Secret:
    if key_file is not None:
        return from_key_file(key_file)
    secret = from_environment()
    if secret is not None:
        return secret
    if not sys.stdin.isatty():
        raise UpkeepError(
            "Set BETWEEN_BACKUP_PASSPHRASE or BETWEEN_BACKUP_PASSPHRASE_FILE, or use --key-file."
        )
    return from_passphrase(click.prompt("Pass-phrase", hide_input=True, confirmation_prompt=confirm))
