"""The machine: its clock, its zones, its disk, who may read its folders."""

import shutil
import stat
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from app.checks.finding import LOOK, OK, WRONG, Asked, Finding
from app.languages import mark
from app.models import AuditRow, Clinic

APART = timedelta(seconds=5)
BACK = timedelta(seconds=60)
LAST_ROWS = 200
LITTLE, TOO_LITTLE = 2 * 10**9, 300 * 10**6
FIRST_YEAR = 2026

CLOCK, ZONES = mark("Clock"), mark("Time zones")
DISK, FOLDER = mark("Space on the disk"), mark("Folder of the keys")


def check_clock(asked: Asked) -> Finding:
    """Clock. Against the database's own, and against what was written down before."""
    with asked.database.reading() as session:
        theirs = asked.now if asked.database.is_sqlite else session.scalar(sa.select(sa.func.now()))
        rows = sa.select(AuditRow.at).order_by(AuditRow.id.desc()).limit(LAST_ROWS).subquery()
        latest = session.scalar(sa.select(sa.func.max(rows.c.at)))
    assert theirs is not None
    if asked.now.year < FIRST_YEAR or (latest is not None and asked.now < latest - BACK):
        return Finding(
            CLOCK,
            WRONG,
            mark("The clock was set back: it says {now}, and something was written down at {latest}."),
            mark("Set the clock right (timedatectl). Until then reminders and alerts go out at wrong times."),
            {"now": _short(asked.now), "latest": _short(latest or asked.now)},
        )
    apart = abs(asked.now - theirs)
    if apart > APART:
        return Finding(
            CLOCK,
            WRONG,
            mark("This machine and the database differ by {seconds} seconds."),
            mark("Let both follow a time server (timedatectl set-ntp true)."),
            {"seconds": round(apart.total_seconds())},
        )
    return Finding(CLOCK, OK, mark("It goes on from what was written down last."))


def check_zones(asked: Asked) -> Finding:
    """Time zones. Those of the clinics can be loaded."""
    with asked.database.reading() as session:
        names = set(session.scalars(sa.select(Clinic.zone)))
    unknown = sorted(name for name in names | {"America/New_York"} if not _is_zone(name))
    if unknown:
        return Finding(
            ZONES,
            WRONG,
            mark("There is no data for {zones}."),
            mark("Install the package tzdata of the system or of Python."),
            {"zones": ", ".join(unknown)},
        )
    return Finding(ZONES, OK, mark("Their data is there."))


def check_disk(asked: Asked) -> Finding:
    """Space on the disk. Where the instance lies."""
    free = shutil.disk_usage(asked.settings.instance).free
    state = WRONG if free < TOO_LITTLE else LOOK if free < LITTLE else OK
    todo = mark("Make room: without it nothing that arrives can be stored.") if state != OK else ""
    return Finding(DISK, state, mark("{free} GB are free."), todo, {"free": f"{free / 10**9:.1f}"})


def check_folder(asked: Asked) -> Finding:
    """Folder of the keys. Nobody else of this machine may look into it."""
    folder = asked.settings.instance / "keys"
    mode = stat.S_IMODE(folder.stat().st_mode) if folder.exists() else 0
    if mode & 0o077:
        return Finding(
            FOLDER,
            WRONG,
            mark("Others on this machine may look into it."),
            mark("chmod 700 {folder}"),
            {"folder": str(folder)},
        )
    return Finding(FOLDER, OK, mark("Only its owner may look into it."))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _short(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
