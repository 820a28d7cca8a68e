"""Days and times as people read them, in their language and in the zone where something happens."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.dates import format_time as format_babel_time

from app.languages.catalogue import LOCALES, mark, translate

_NEAR_DAYS = {-1: mark("yesterday"), 0: mark("today"), 1: mark("tomorrow")}
# Written out, because CLDR has no pattern for a whole weekday and month without the year.
_DAY = {"en": "EEEE, MMMM d", "es": "EEEE d 'de' MMMM"}
_DAY_OF_YEAR = {"en": "EEEE, MMMM d, y", "es": "EEEE d 'de' MMMM 'de' y"}
_SHORT_DAY = {"en": "MMM d", "es": "d MMM"}


def format_day(day: date, language: str, *, today: date | None = None) -> str:
    """'tomorrow' where `today` says so, else 'Friday, December 4', with the year when it is another one."""
    if today is None:
        return _format(day, _DAY, language)
    distance = (day - today).days
    if distance in _NEAR_DAYS:
        return translate(language, _NEAR_DAYS[distance])
    return _format(day, _DAY if day.year == today.year else _DAY_OF_YEAR, language)


def format_short_day(day: date, language: str) -> str:
    """'Dec 4', for tables and axes."""
    return _format(day, _SHORT_DAY, language)


def format_full_day(day: date, language: str) -> str:
    """'December 4, 2026', for documents."""
    return _plain(format_date(day, "long", locale=LOCALES[language]))


def format_time(moment: datetime, zone: str, language: str) -> str:
    """'10:30 AM'."""
    return _plain(format_babel_time(local(moment, zone), "short", locale=LOCALES[language]))


def format_moment(moment: datetime, zone: str, language: str, *, now: datetime | None = None) -> str:
    """'tomorrow at 10:30 AM' where `now` says so, else 'Friday, December 4 at 10:30 AM'."""
    there = local(moment, zone)
    today = None if now is None else local(now, zone).date()
    day = format_day(there.date(), language, today=today)
    return f"{day} {_at(there, language)} {format_time(moment, zone, language)}"


def local(moment: datetime, zone: str) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(ZoneInfo(zone))


def _format(day: date, patterns: dict[str, str], language: str) -> str:
    return _plain(format_date(day, patterns[language], locale=LOCALES[language]))


def _at(there: datetime, language: str) -> str:
    if language != "es":
        return "at"
    # One o'clock is singular: a la 1:30, a las 2.
    return "a la" if there.hour % 12 == 1 else "a las"


def _plain(text: str) -> str:
    """CLDR puts no-break spaces before AM and PM; in mail, push and tests a space is a space."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
