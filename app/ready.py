"""What must be there before Between serves, and where it will be found."""

import sys
from datetime import UTC, datetime

from app.checks import run_start_checks
from app.config import HOST, Settings
from app.db import Database
from app.keys import make_folder
from app.opening import open_database


def prepare(settings: Settings) -> None:
    """Bring the database to this version; make the demo clinic if nobody lives in it."""
    make_folder(settings.instance)
    database = Database(settings.database_url)
    try:
        _fill(database, settings)
    finally:
        # Nothing may hold a connection over the server's fork.
        database.dispose()


def _fill(database: Database, settings: Settings) -> None:
    copy = open_database(database, settings.instance, datetime.now(UTC)).copy
    if copy is not None:
        print(f"A copy of the database as it was before this upgrade: {copy}", file=sys.stderr)
    if settings.vapid_contact is not None:
        from app.channels.vapid import load_vapid

        load_vapid(settings.instance)
    if settings.demo:
        # A clinic that is not the demo does not wait for what only the demo needs.
        from app.commands import fill_empty

        fill_empty(database, settings)


def tell_faults(settings: Settings) -> None:
    """What the self-check finds wrong. Serving goes on: a wrong clock is no reason to refuse answers."""
    database = Database(settings.database_url)
    try:
        for one in run_start_checks(database, settings, datetime.now(UTC)):
            print(f"Self-check: {one.name}: {one.said()} {one.told()}", file=sys.stderr)
    finally:
        database.dispose()


def tell_address(settings: Settings) -> None:
    """Where to look, and as whom."""
    print(f"\nBetween is at {settings.public_url} (it listens on {HOST} only). Stop it with Ctrl+C.")
    if not settings.demo or settings.secure_cookies:
        return
    from app.demo.build import demo_sign_ins

    sign_ins = demo_sign_ins()
    print(f"\nThe demo clinic; every pass-phrase is: {sign_ins[0].passphrase}")
    for one in sign_ins:
        print(f"  {one.role:<13} {one.email:<26} {one.name}")
    print(flush=True)
