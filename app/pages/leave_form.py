"""The form in which somebody says to be away: days, and who stands in."""

import uuid
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from app.languages import gettext as _
from app.languages import local
from app.pages.visit_form import Typed
from app.services.cover import Leave

LONGEST_DAYS = 366


def read_leave(form: MultiDict[str, str], zone: str, now: datetime) -> Leave | Typed:
    """From the beginning of the first day, or from now on, to the end of the last; or what is wrong."""
    wrong: dict[str, str] = {}
    first, last = (_day(form.get(name, "")) for name in ("from", "until"))
    today = local(now, zone).date()
    if first is None or first < today:
        wrong["from"] = _("A day from today on.")
    if last is None or last < (first or today) or (last - today).days > LONGEST_DAYS:
        wrong["until"] = _("The last day away, within a year.")
    cover_id = form.get("cover", type=uuid.UUID)
    if form.get("cover") and cover_id is None:
        wrong["cover"] = _("Choose a colleague.")
    if wrong or first is None or last is None:
        return Typed("away", form, wrong)
    return Leave(max(_begin(first, zone), now), _begin(last + timedelta(days=1), zone), cover_id)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _begin(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
