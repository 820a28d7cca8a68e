"""The forms for a visit and a cadence: what was typed, what is wrong with it, what it means."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from app.domain.cadence import is_zone
from app.domain.modality import MODALITIES
from app.languages import format_full_day
from app.languages import gettext as _
from app.pages.dates import Dates
from app.services.visits import NewVisit

SHORTEST, LONGEST = 7, 31
CADENCE_MODALITIES = ("ketamine_iv", "ketamine_im", "esketamine")
MOST_PLACE = 200
FURTHEST = timedelta(days=2 * 366)
# A visit that lies further back than this is asked about once more: it is as often a mistyped day.
ASKED_FROM = timedelta(days=1)
# What a clinic in this release chooses from; any other zone of its own is added to these.
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
)


@dataclass(frozen=True)
class Typed:
    """A form that needs another look: which one, the values as typed, a sentence for each wrong field."""

    form: str
    values: Mapping[str, str]
    errors: Mapping[str, str]


def read_visit(values: Mapping[str, str], now: datetime) -> NewVisit | Typed:
    """The visit, or the form with what is wrong."""
    errors: dict[str, str] = {}
    if values.get("modality") not in MODALITIES:
        errors["modality"] = _("Choose what the visit is for.")
    zone = values.get("zone", "")
    if zone not in _zones():
        errors["zone"] = _("Choose a time zone.")
    minutes = whole_number(values.get("minutes", ""))
    if minutes is None or not 1 <= minutes <= 1440:
        errors["minutes"] = _("How long, in minutes, from 1 to 1440.")
    place = values.get("place", "").strip()
    if not is_plain(place, MOST_PLACE):
        errors["place"] = _("Where, in at most {n} characters.", n=MOST_PLACE)
    starts_at = _moment(values, zone if "zone" not in errors else "UTC", errors)
    if starts_at is not None and abs(starts_at - now) > FURTHEST:
        errors["day"] = _("This day is more than two years away. Is the year right?")
    if not errors and starts_at is not None and now - starts_at > ASKED_FROM and not _is_sure(values):
        errors["sure"] = _("This day lies in the past. Is it right?")
    if errors or starts_at is None or minutes is None:
        return Typed("visit", values, errors)
    return NewVisit(values["modality"], starts_at, zone, minutes, place)


def read_cadence(values: Mapping[str, str]) -> tuple[str, int] | Typed:
    """Modality and interval, or the form with what is wrong."""
    errors: dict[str, str] = {}
    if values.get("modality") not in CADENCE_MODALITIES:
        errors["modality"] = _("Choose a treatment that has maintenance.")
    days = whole_number(values.get("interval_days", ""))
    if days is None or not SHORTEST <= days <= LONGEST:
        errors["interval_days"] = _("A number of days from {low} to {high}.", low=SHORTEST, high=LONGEST)
    if errors or days is None:
        return Typed("cadence", values, errors)
    return values["modality"], days


def took_place_words(typed: Typed, dates: Dates) -> str:
    """What a clinician confirms of a visit in the past; empty when nothing is asked."""
    day = _read_day(typed.values.get("day", ""))
    if typed.form != "visit" or "sure" not in typed.errors or day is None:
        return ""
    return _("Yes, this visit took place on {day}.", day=format_full_day(day, dates.language))


def _is_sure(values: Mapping[str, str]) -> bool:
    """The confirmation holds for the day it named, not for another one typed after it."""
    return bool(values.get("sure")) and values["sure"] == values.get("day")


def zone_choices(own: str) -> list[tuple[str, str]]:
    """The clinic's own zone first, each as the city that people know it by."""
    zones = [own, *(zone for zone in ZONES if zone != own)]
    return [(zone, zone.rpartition("/")[2].replace("_", " ")) for zone in zones]


def whole_number(text: str) -> int | None:
    """Plain digits only: int() also takes '1_0', ' 7 ' and digits of other scripts."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def is_plain(text: str, most: int) -> bool:
    """Short enough, and without control characters, which no database agrees on."""
    return len(text) <= most and all(sign.isprintable() or sign in "\n\r\t" for sign in text)


def _moment(values: Mapping[str, str], zone: str, errors: dict[str, str]) -> datetime | None:
    day, clock = _read_day(values.get("day", "")), _read_time(values.get("time", ""))
    if day is None:
        errors["day"] = _("Choose a day.")
    if clock is None:
        errors["time"] = _("Choose a time.")
    if day is None or clock is None:
        return None
    # fold=0: a time that the clocks skip moves forward, one that comes twice is the first.
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None


def _read_time(text: str) -> time | None:
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        return None
    return clock.replace(second=0, microsecond=0) if clock.tzinfo is None else None


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if is_zone(name))
