"""The self-check: whether this instance is fit to be relied on, in one line each, with what to do.

It never refuses anything: the start itself refuses a newer database and missing keys. Here everything is
said that somebody should know before it is found out on a bad night.
"""

from datetime import datetime

from app.checks.finding import LOOK, OK, WRONG, Asked, Finding
from app.checks.machine import check_clock, check_disk, check_folder, check_zones
from app.checks.setup import check_address, check_keys, check_mail, check_push
from app.checks.tables import check_database, check_revision
from app.checks.work import check_backup, check_key_backup, check_waiting, check_worker
from app.config import Settings
from app.db import UNAVAILABLE, Database
from app.languages import mark

__all__ = ["LOOK", "OK", "WRONG", "Asked", "Finding", "run_checks", "run_start_checks"]

AT_START = (check_database, check_clock, check_zones, check_disk, check_folder)
ALL = (
    check_database,
    check_revision,
    check_keys,
    check_clock,
    check_zones,
    check_disk,
    check_folder,
    check_address,
    check_push,
    check_mail,
    check_worker,
    check_waiting,
    check_backup,
    check_key_backup,
)


def run_checks(database: Database, settings: Settings, now: datetime) -> list[Finding]:
    """Every check, in the order in which a fault of one explains those after it."""
    return _run(ALL, Asked(database, settings, now))


def run_start_checks(database: Database, settings: Settings, now: datetime) -> list[Finding]:
    """What is wrong at a start, when nobody works yet."""
    findings = _run(AT_START, Asked(database, settings, now))
    return [one for one in findings if one.state == WRONG]


def _run(checks: tuple[object, ...], asked: Asked) -> list[Finding]:
    return [_look(check, asked) for check in checks]


def _look(check: object, asked: Asked) -> Finding:
    """A check that cannot look is itself a finding: tables of another revision, a database that is gone."""
    assert callable(check)
    try:
        found: Finding = check(asked)
    except UNAVAILABLE:
        name = str(check.__doc__).partition(".")[0]
        return Finding(name, WRONG, mark("The database could not be asked."), mark("See the lines above."))
    return found
