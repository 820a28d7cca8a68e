"""What a clinic says about itself to whoever is signed in: hours with the days it is closed, and numbers."""

from collections.abc import Mapping
from datetime import date, timedelta

from app.languages import format_short_day, mark, translate
from app.models import Clinic

AHEAD = timedelta(days=14)
CLOSED = mark("{hours}; closed on {days}")


def hours_of(clinic: Clinic, language: str, today: date) -> str:
    """The usual hours in these words, or in the ones there are, with the closing days of two weeks."""
    hours = in_language(clinic.hours, language)
    days = [date.fromisoformat(one) for one in clinic.closing_days or ()]
    closed = [format_short_day(one, language) for one in sorted(days) if today <= one <= today + AHEAD]
    if not closed or not hours:
        return hours
    return translate(language, CLOSED, hours=hours, days=", ".join(closed))


def in_language(words: Mapping[str, str], language: str) -> str:
    """The words of this language, else of any other."""
    return words.get(language) or next((one for one in words.values() if one), "")


def crisis_of(clinic: Clinic | None, operator: Mapping[str, str]) -> dict[str, str]:
    """The numbers an administrator confirmed; until then the operator's."""
    return dict(clinic.crisis if clinic is not None and clinic.crisis else operator)
