"""The words of a gap: what a phone held and the clinic never got."""

from dataclasses import dataclass

from app.languages import gettext as _
from app.languages import mark, ngettext
from app.pages.dates import Dates
from app.services.gaps import Gap

SAID = {
    "told": mark("said on the phone: I told the clinic another way"),
    "not_needed": mark("said on the phone: it is not needed any more"),
}


@dataclass(frozen=True)
class GapWords:
    """One gap on the patient's page."""

    missing: int
    sentence: str
    why: str
    said: str


def present_gap(gap: Gap | None, name: str, dates: Dates) -> GapWords | None:
    """Word it; nothing where there is none."""
    if gap is None:
        return None
    sentence = ngettext(
        "{n} check-in or answer that the patient’s phone held has not reached the clinic.",
        "{n} check-ins or answers that the patient’s phone held have not reached the clinic.",
        gap.missing,
    )
    why = (
        _(
            "The phone said ({when}) that its storage had been emptied; they were in it.",
            when=dates.near(gap.emptied_at),
        )
        if gap.emptied_at
        else _(
            "The phone numbers what it sends: these numbers never came, and later ones say that none waits."
        )
    )
    said = (
        _("{name} {what}, {when}.", name=name, what=_(SAID[gap.said]), when=_when(gap, dates))
        if gap.said
        else ""
    )
    return GapWords(gap.missing, sentence, why, said)


def _when(gap: Gap, dates: Dates) -> str:
    return dates.near(gap.said_at) if gap.said_at else ""
