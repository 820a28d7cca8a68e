"""Words for the standing plan: what it says, until when, and whether one can be signed now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.domain.risk import PLANNED_FOR
from app.languages import gettext as _
from app.languages import mark
from app.pages.dates import Dates
from app.services.alert_reading import Thread
from app.services.standing_plans import Signed

CLOCKS = {
    "slower": mark("the slower clock"),
    "none": mark("nobody is called; it stands on the caseload"),
}


@dataclass(frozen=True)
class StandingWords:
    """`signed` is empty when none stands; `not_now` says why none can be signed."""

    signed: str
    covers: str
    words: str
    not_now: str
    first_day: str
    last_day: str


def present_standing(signed: Signed | None, threads: Sequence[Thread], dates: Dates) -> StandingWords:
    """Word the plan that stands, and the form for the next one."""
    plan = signed.plan if signed else None
    last = dates.today + PLANNED_FOR - timedelta(days=1)
    return StandingWords(
        signed=_(
            "signed by {name}, {when}, until {until}",
            name=signed.by,
            when=dates.near(signed.plan.signed_at),
            until=dates.near_day(signed.plan.until_at - timedelta(seconds=1)),
        )
        if signed
        else "",
        covers=_(
            "Answers up to {answer} that do not rise: {clock}.",
            answer=plan.answer,
            clock=_(CLOCKS[plan.clock]),
        )
        if plan
        else "",
        words=plan.words if plan else "",
        not_now=_not_now(threads),
        first_day=dates.today.isoformat(),
        last_day=last.isoformat(),
    )


def _not_now(threads: Sequence[Thread]) -> str:
    """As the service will say, so that nobody types in vain."""
    answered = [thread for thread in threads if thread.answers]
    if not answered:
        return _("There is no answer above 0 that a plan could be for.")
    newest = max(answered, key=lambda thread: thread.alert.opened_at).alert
    if newest.state in ("opened", "trying") and newest.clock != "none":
        return _("First write down that you reached the patient, or what you decided.")
    return ""
