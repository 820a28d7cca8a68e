"""Days and times in the words a desk uses: short, in the clinic's zone, in the reader's language."""

from datetime import date, datetime

from app.languages import format_short_day, format_time, local, request_language
from app.languages import gettext as _

NO_BREAK = "\u00a0"


class Dates:
    """Says when, for one clinic's zone and one now."""

    def __init__(self, zone: str, now: datetime) -> None:
        self.zone, self.now = zone, now
        self.language = request_language()
        self.today = local(now, zone).date()

    def near(self, moment: datetime) -> str:
        """'today 8:31 AM', 'yesterday 8:14 PM', 'Nov 17, 9:02 AM'; with the year when it is another one."""
        day = self.near_day(moment)
        comma = " " if abs((local(moment, self.zone).date() - self.today).days) <= 1 else ", "
        return f"{day}{comma}{self.time(moment)}"

    def near_day(self, moment: datetime) -> str:
        """'today', 'yesterday', 'tomorrow' or 'Nov 17'."""
        distance = (local(moment, self.zone).date() - self.today).days
        near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
        return near.get(distance) or self.day(moment)

    def day(self, moment: datetime) -> str:
        """'Nov 17', or 'Nov 17, 2025' in another year."""
        return self.calendar_day(self.local_day(moment))

    def calendar_day(self, day: date) -> str:
        """The same of a day that is no moment."""
        # A number stays with its month, and a time with its AM.
        short = format_short_day(day, self.language).replace(" ", NO_BREAK)
        return short if day.year == self.today.year else f"{short}, {day.year}"

    def local_day(self, moment: datetime) -> date:
        """The day on the calendar of the clinic."""
        return local(moment, self.zone).date()

    def time(self, moment: datetime) -> str:
        """'8:31 AM'."""
        return format_time(moment, self.zone, self.language).replace(" ", NO_BREAK)

    def days_since(self, moment: datetime) -> int:
        """Whole days on the calendar of the clinic."""
        return (self.today - local(moment, self.zone).date()).days
