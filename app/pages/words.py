"""Names that several desk pages use, as English keys of the translations."""

from datetime import datetime

from app.domain.change import direction
from app.domain.instruments import load_instrument
from app.domain.modality import TREATMENTS
from app.languages import gettext as _
from app.languages import mark, ngettext
from app.pages.dates import Dates
from app.services.caseload_facts import Treatment

# In the middle of a sentence.
INLINE_TREATMENTS = {"ketamine": mark("ketamine"), "esketamine": mark("esketamine"), "tms": mark("TMS")}
SHORT_BANDS = {"moderately_severe": mark("mod. severe")}
MINUS = "−"


def treatment_name(treatment: str) -> str:
    """'ketamine', for the middle of a sentence."""
    return _(INLINE_TREATMENTS[treatment])


def signed(points: int) -> str:
    """'+3', '−1' or '0', with a real minus sign."""
    return f"+{points}" if points > 0 else f"{MINUS}{-points}" if points < 0 else "0"


def band_name(instrument: str, band: str | None) -> str:
    """'moderately severe', or nothing."""
    names = {one.id: one.name for one in load_instrument(instrument).bands}
    return _(names[band]).lower() if band in names else ""


def change_words(instrument: str, earlier: int, later: int) -> str:
    """Below 5 points on PHQ-9 and 4 on GAD-7 two scores are about the same."""
    names = {"better": mark("better"), "worse": mark("worse"), "same": mark("about the same")}
    return _(names[direction(instrument, earlier, later)])


def treatments_words(treatments: dict[str, Treatment], dates: Dates) -> list[str]:
    """'ketamine every 19 days, next Dec 4', one line for each treatment."""
    ordered = [name for name in TREATMENTS if name in treatments]
    return [_treatment_words(name, treatments[name], dates) for name in ordered]


def _treatment_words(name: str, treatment: Treatment, dates: Dates) -> str:
    return ", ".join([_rhythm(treatment_name(name), treatment), _next(treatment, dates)])


def _rhythm(name: str, treatment: Treatment) -> str:
    if treatment.interval_days:
        return _("{treatment} every {n} days", treatment=name, n=treatment.interval_days)
    if treatment.had == 0:
        return _("{treatment}, first visit ahead", treatment=name)
    return ngettext("{treatment}, {n} visit", "{treatment}, {n} visits", treatment.had, treatment=name)


def _next(treatment: Treatment, dates: Dates) -> str:
    if treatment.next_at is not None:
        return _("next {day}", day=dates.near_day(treatment.next_at))
    if treatment.interval_days:
        return _("no visit booked")
    return _last(treatment.last_at, dates)


def _last(last_at: datetime | None, dates: Dates) -> str:
    return _("last {day}", day=dates.near_day(last_at)) if last_at else _("no visit booked")


ROLE_NAMES = {
    "patient": mark("Patient"),
    "caregiver": mark("Caregiver"),
    "clinician": mark("Clinician"),
    "nurse": mark("Nurse or operator"),
    "front_desk": mark("Front desk"),
    "administrator": mark("Administrator"),
}


def role_name(role: str) -> str:
    """'Nurse or operator'."""
    return _(ROLE_NAMES[role])
