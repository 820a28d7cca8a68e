"""Words for the front desk: a list of names, and one patient's visits."""

import uuid
from dataclasses import dataclass

from app.domain.modality import MODALITIES, MODALITY_NAMES
from app.languages import gettext as _
from app.pages.dates import Dates
from app.pages.visit_form import Typed, took_place_words, zone_choices
from app.pages.visit_presenter import Plan, present_plan
from app.services.contacts import PAGE, ContactRecord, Contacts

LANGUAGE_NAMES = {"en": "English", "es": "Español"}


@dataclass(frozen=True)
class ContactLine:
    """One name on the list."""

    id: uuid.UUID
    name: str
    lead: str
    next: str


@dataclass(frozen=True)
class ContactList:
    """One page of names. `earlier` and `later` are the numbers of the pages beside it, or 0."""

    lines: list[ContactLine]
    total: int
    earlier: int
    later: int


@dataclass(frozen=True)
class ContactPage:
    """One patient: what the visits' forms need, and nothing that was answered."""

    id: uuid.UUID
    name: str
    email: str
    language: str
    language_name: str
    lead: str
    has_account: bool
    in_care: bool
    plan: Plan
    modalities: list[tuple[str, str]]
    zones: list[tuple[str, str]]
    zone: str
    took_place: str
    typed: Typed
    may_sign: bool = False
    may_act: bool = True
    alert: None = None


def present_contacts(contacts: Contacts, dates: Dates, page: int) -> ContactList:
    """Word the list."""
    lines = [
        ContactLine(one.patient_id, one.name, one.lead, dates.near(one.next_at) if one.next_at else "")
        for one in contacts.rows
    ]
    return ContactList(lines, contacts.total, page - 1, page + 1 if contacts.total > PAGE * page else 0)


def present_contact(record: ContactRecord, dates: Dates, undo: str, typed: Typed | None) -> ContactPage:
    """Word one patient."""
    return ContactPage(
        id=record.patient.id,
        name=record.name,
        email=record.email or "",
        language=record.language,
        language_name=LANGUAGE_NAMES[record.language],
        lead=_("lead: {name}", name=record.lead),
        has_account=record.has_account,
        in_care=record.in_care,
        plan=present_plan(record.visits, [], dates, undo),
        modalities=[(one, _(MODALITY_NAMES[one])) for one in MODALITIES],
        zones=zone_choices(dates.zone),
        zone=dates.zone,
        took_place=took_place_words(typed, dates) if typed else "",
        typed=typed or Typed("", {}, {}),
    )
