"""Whether the work is done: somebody ticks, nothing waits too long, a backup was made."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.backup.keys import named, read_keys
from app.checks.finding import LOOK, OK, WRONG, Asked, Finding
from app.languages import mark
from app.models import AlertStep, Reminder
from app.services.leases import PENDING
from app.services.upkeep import BACKUP, KEYS, WORKER, read_upkeep

TICKING = timedelta(seconds=150)
LATE = timedelta(minutes=10)
DAILY, LONG_AGO = timedelta(hours=26), timedelta(days=3)

BACKUPS, KEY_BACKUPS = mark("Backup"), mark("Backup of the keys")
PEOPLE, WAITING = mark("Worker"), mark("What is due")


def check_backup(asked: Asked) -> Finding:
    """Backup. How old the last one is."""
    with asked.database.reading() as session:
        last = read_upkeep(session).get(BACKUP)
    if last is None:
        never = mark("None was made of this database yet.")
        return Finding(BACKUPS, LOOK, never, mark("flask --app app backup <folder>, every night."))
    age = asked.now - last[0]
    state = WRONG if age > LONG_AGO else LOOK if age > DAILY else OK
    todo = mark("Look why the nightly backup was not made.") if state != OK else ""
    return Finding(BACKUPS, state, mark("The last backup: {hours} hours ago."), todo, {"hours": _hours(age)})


def check_key_backup(asked: Asked) -> Finding:
    """Backup of the keys. A key that is in none would be the end of what only it opens."""
    with asked.database.reading() as session:
        last = read_upkeep(session).get(KEYS)
    saved = set(last[1].split("\n")) if last else set()
    unsaved = [
        line.split()[0] for line in named(read_keys(asked.settings.instance)).split("\n") if line not in saved
    ]
    if unsaved:
        return Finding(
            KEY_BACKUPS,
            LOOK,
            mark("In no backup of the keys: {keys}."),
            mark("flask --app app backup --keys <file>, and keep it apart from this machine."),
            {"keys": ", ".join(unsaved)},
        )
    return Finding(KEY_BACKUPS, OK, mark("All of them are in the last one."))


def check_worker(asked: Asked) -> Finding:
    """Worker. Somebody sends reminders and tells clinicians of alerts."""
    with asked.database.reading() as session:
        last = read_upkeep(session).get(WORKER)
    if last is None or asked.now - last[0] > TICKING:
        return Finding(
            PEOPLE,
            WRONG,
            mark("Nobody sends reminders or tells clinicians of alerts since {when}."),
            mark("Start Between, or flask --app app work --forever where BETWEEN_WORKER is 0."),
            {"when": f"{last[0]:%Y-%m-%d %H:%M} UTC" if last else "-"},
        )
    values: dict[str, object] = {"seconds": max(0, round((asked.now - last[0]).total_seconds()))}
    return Finding(PEOPLE, OK, mark("Looked for what is due {seconds} seconds ago."), "", values)


def check_waiting(asked: Asked) -> Finding:
    """What is due. A reminder or a step of an alert that nobody took."""
    with asked.database.reading() as session:
        oldest = [moment for moment in (_oldest(session, table) for table in (Reminder, AlertStep)) if moment]
    waits = asked.now - min(oldest, default=asked.now)
    if waits > LATE:
        return Finding(
            WAITING,
            WRONG,
            mark("Something was due {minutes} minutes ago and is not done."),
            mark("Look at the worker above, and into the log."),
            {"minutes": round(waits.total_seconds() / 60)},
        )
    return Finding(WAITING, OK, mark("Nothing waits longer than it should."))


def _oldest(session: Session, table: type[Reminder] | type[AlertStep]) -> datetime | None:
    return session.scalar(sa.select(sa.func.min(table.due_at)).where(table.state.in_(PENDING)))


def _hours(age: timedelta) -> int:
    return max(0, round(age.total_seconds() / 3600))
