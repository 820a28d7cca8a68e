"""Words for what arrived and could not be read."""

import uuid
from dataclasses import dataclass

from app.languages import gettext as _
from app.languages import mark
from app.pages.dates import Dates
from app.services.repairs import Repair

# By the first word of the reason; the rest names fields, never what stood in them.
REASONS = {
    "bad_seal": mark("The seal does not open: it was damaged, or made for another person."),
    "unknown_key": mark("Sealed with a key this server does not have."),
    "not_json": mark("Opened, but not in a form we can read."),
    "not_an_envelope": mark("Opened, but not in a form we can read."),
    "unknown_format": mark("Written by a version of the app that this server does not know."),
    "unknown_version": mark("Written by a version of the app that this server does not know."),
    "wrong_shape": mark("Opened, but some fields are not as expected."),
    "wrong_answers": mark("Opened, but the answers do not fit the questions."),
    "id_mismatch": mark("Opened, but it says it is another item."),
}
OTHERWISE = mark("It could not be stored as a check-in.")


@dataclass(frozen=True)
class RepairWords:
    """One envelope. `dismissed` says by whom and when, and is empty for one that waits."""

    id: uuid.UUID
    patient_id: uuid.UUID
    name: str
    arrived: str
    size: str
    source: str
    reason: str
    code: str
    dismissed: str
    words: str


def present_repairs(repairs: list[Repair], dates: Dates) -> list[RepairWords]:
    """In the order given."""
    return [present_repair(one, dates) for one in repairs]


def present_repair(one: Repair, dates: Dates) -> RepairWords:
    """One of them."""
    return RepairWords(
        id=one.id,
        patient_id=one.patient_id,
        name=one.name,
        arrived=dates.near(one.arrived_at),
        size=_("{n} bytes", n=one.size),
        source=_("phone") if one.source == "phone" else _("form without script"),
        reason=_(REASONS.get(one.reason.split(":")[0], OTHERWISE)),
        code=one.reason,
        dismissed=_("{name}, {when}", name=one.dismissed_by, when=dates.near(one.dismissed_at))
        if one.dismissed_at
        else "",
        words=one.words or "",
    )
