"""When a reminder is due: dates counted at the clinic, clock times on the person's own clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

INTERVAL_DAYS = range(7, 32)
MAINTENANCE_AT = time(9, 0)
# Beyond this the gap is for the clinic and the person to talk about, not for another nudge.
MAINTENANCE_USEFUL = timedelta(days=3)
EVE_AT = time(17, 0)
# In the database, yet nowhere: no browser knows them.
NO_PLACES = ("Factory", "localtime")


@dataclass(frozen=True)
class Occurrence:
    """One reminder of one rule. `local_date` names it for ever; `due_at` follows the person's clock."""

    local_date: date
    due_at: datetime
    useful_until: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether its moment has come, however long ago."""
        return self.due_at <= now

    def is_useful(self, now: datetime) -> bool:
        """Whether it still helps to hear of it."""
        return now < self.useful_until


def local_moment(day: date, clock: time, zone: str) -> datetime:
    """The UTC moment of a local time. A skipped one moves forward, one that comes twice is the first.

    Both are what fold 0 means (PEP 495): the offset from before the change.
    """
    return datetime.combine(day, clock.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """The date on the calendar of that zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def is_zone(name: str) -> bool:
    """Whether this names a zone of the IANA database."""
    if name in NO_PLACES:
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def due_on(last_visit: date, interval_days: int) -> date:
    """The day on which maintenance is due again."""
    return last_visit + timedelta(days=interval_days)


def maintenance_due(
    last_visit_at: datetime, visit_zone: str, interval_days: int, person_zone: str
) -> Occurrence:
    """Nine in the morning of the due day, where the person is."""
    day = due_on(local_day(last_visit_at, visit_zone), interval_days)
    due_at = local_moment(day, MAINTENANCE_AT, person_zone)
    return Occurrence(day, due_at, due_at + MAINTENANCE_USEFUL)


def visit_tomorrow(starts_at: datetime, visit_zone: str, person_zone: str) -> Occurrence:
    """Five in the afternoon of the day before, where the person is; useful until the visit starts.

    It is named by the clinic's calendar, so that a person who travels is not reminded twice.
    """
    day = local_day(starts_at, visit_zone) - timedelta(days=1)
    eve = local_day(starts_at, person_zone) - timedelta(days=1)
    return Occurrence(day, local_moment(eve, EVE_AT, person_zone), starts_at)
