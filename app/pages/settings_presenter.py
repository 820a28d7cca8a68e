"""Words for the settings: what holds now, field by field, and what is missing in plain sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain import opening
from app.domain.escalation import DEFAULT, MOST_STAGES, Escalation, Stage, read_escalation
from app.domain.opening import Gap
from app.domain.words_in_notes import plain_entries
from app.languages import LANGUAGES
from app.languages import gettext as _
from app.models import Clinic
from app.pages.alert_desk_presenter import WHO
from app.pages.contact_presenter import LANGUAGE_NAMES
from app.pages.dates import Dates
from app.pages.visit_form import ZONES

LADDERS = ("full", "slower")
SPARE = 2


@dataclass(frozen=True)
class SettingsPage:
    """`values` by field name, as a form has them. `missing`: section and sentence, none when all is there."""

    version: int
    values: Mapping[str, str]
    spoken: Sequence[tuple[str, str]]
    languages: Sequence[tuple[str, str]]
    rows: Mapping[str, range]
    who: Sequence[tuple[str, str]]
    shipped: Sequence[str]
    zones: Sequence[str]
    missing: list[tuple[str, str]]
    live: str
    is_demo: bool
    desk_only: bool
    is_confirmed: bool


def present_settings(
    clinic: Clinic, gaps: list[Gap], operator: Mapping[str, str], dates: Dates
) -> SettingsPage:
    """Word the page of one clinic; crisis numbers nobody confirmed are the operator's."""
    return SettingsPage(
        version=clinic.version,
        values=_values(clinic, operator),
        spoken=[(one, LANGUAGE_NAMES[one]) for one in LANGUAGES if one in clinic.languages],
        languages=[(one, LANGUAGE_NAMES[one]) for one in LANGUAGES],
        rows=_rows(clinic),
        who=[(one, _(words)) for one, words in WHO.items()],
        shipped=plain_entries(),
        zones=ZONES,
        missing=[_missing(gap) for gap in gaps],
        live=_("Live since {when}.", when=dates.near(clinic.live_at)) if clinic.live_at else "",
        is_demo=clinic.is_demo,
        desk_only=clinic.desk_only,
        is_confirmed=bool(clinic.crisis),
    )


def _values(clinic: Clinic, operator: Mapping[str, str]) -> dict[str, str]:
    return {
        "name": clinic.name,
        "phone": clinic.phone,
        "zone": clinic.zone,
        **{f"hours_{one}": clinic.hours.get(one, "") for one in LANGUAGES},
        **{f"answer_{one}": clinic.answer_words.get(one, "") for one in LANGUAGES},
        "closing_days": "\n".join(clinic.closing_days or ()),
        **(clinic.crisis or operator),
        **_ladders(clinic),
        "added": "\n".join(clinic.words_added),
        "removed": "\n".join(clinic.words_removed),
        "window_hours": str(clinic.window_hours),
        "spacing_days": str(clinic.spacing_days),
        "retention_years": str(clinic.retention_years or ""),
    }


def _rows(clinic: Clinic) -> dict[str, range]:
    """Every step there is, and two more to fill in."""
    read = _escalation(clinic)
    held = {"full": len(read.full), "slower": len(read.slower)}
    return {ladder: range(1, min(held[ladder] + SPARE, MOST_STAGES) + 1) for ladder in LADDERS}


def _ladders(clinic: Clinic) -> dict[str, str]:
    read = _escalation(clinic)
    stages: dict[str, tuple[Stage, ...]] = {"full": read.full, "slower": read.slower}
    fields = {}
    for ladder in LADDERS:
        for row, stage in enumerate(stages[ladder], 1):
            fields[f"{ladder}_who_{row}"] = stage.who
            fields[f"{ladder}_after_{row}"] = str(stage.after)
    return fields


def _escalation(clinic: Clinic) -> Escalation:
    try:
        return read_escalation(clinic.escalation)
    except ValueError:
        return DEFAULT


def _missing(gap: Gap) -> tuple[str, str]:
    """Where it is put right, and what is missing."""
    language = LANGUAGE_NAMES.get(gap.language, "")
    return {
        opening.PHONE: ("clinic", _("The phone number of the clinic.")),
        opening.HOURS: ("hours", _("The usual hours in {name}.", name=language)),
        opening.CLOSING: ("hours", _("On which days the clinic is closed, or that there are none.")),
        opening.ANSWERS: (
            "answers",
            _("In {name}, how soon somebody usually looks at what is sent.", name=language),
        ),
        opening.CRISIS: ("crisis", _("Crisis numbers that somebody at the clinic has dialled.")),
        opening.CLINICIAN: ("staff", _("At least one clinician who has joined.")),
        opening.REACH: (
            "escalation",
            _(
                "A way to reach somebody about an alert: push or e-mail on this server, or your word that the"
                " desk’s pages are enough."
            ),
        ),
    }[gap.what]
