"""How long an alert waits, and how far somebody got with it."""

from datetime import datetime

from app.languages import gettext as _
from app.languages import ngettext
from app.pages.dates import Dates


def state_words(state: str, attempts: int, time: str) -> str:
    """How far somebody got with an open alert; `time` is empty in the first minute."""
    if state == "opened":
        return _("unanswered for {time}", time=time) if time else _("just now")
    if state == "trying" and not time:
        return ngettext("tried once, not reached", "tried {n} times, not reached", attempts)
    if state == "trying":
        return ngettext(
            "tried once, not reached for {time}",
            "tried {n} times, not reached for {time}",
            attempts,
            time=time,
        )
    return _("reached, not closed") if state == "reached" else _("decided, not closed")


def waited(since: datetime, dates: Dates) -> str:
    """'12 min', '2 h', '3 days'; empty in the first minute."""
    minutes = int((dates.now - since).total_seconds() // 60)
    if minutes < 1:
        return ""
    if minutes < 60:
        return _("{n} min", n=minutes)
    if minutes < 48 * 60:
        return _("{n} h", n=minutes // 60)
    return _("{n} days", n=minutes // (24 * 60))
