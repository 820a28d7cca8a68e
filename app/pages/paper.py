"""Check-ins on paper: printed with a code, and entered by staff as that check-in."""

import uuid
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.domain import note
from app.domain.instruments import load_instrument
from app.errors import BetweenError
from app.http import current_actor, current_now, parts
from app.languages import LANGUAGES, local, translate
from app.languages import gettext as _
from app.models import PaperForm
from app.pages.filled_form import ITEMS, answers_of, hand_in
from app.pages.frame import DeskFrame, desk_page, read_frame
from app.pages.paper_presenter import EntryWords, present_entry, present_paper
from app.schemas.fields import read_identifier
from app.schemas.form import FilledIn, keep_form
from app.services import paper
from app.services.access import find_patient, find_visitor
from app.services.timeline import patient_name
from app.services.visits import find_visit

blueprint = Blueprint("paper", __name__, url_prefix="/clinic")

BLANK = "blank"


@blueprint.post("/patients/<uuid:patient_id>/paper")
def print_form(patient_id: uuid.UUID) -> Response:
    """A form to hand out: two pages, in the patient's language."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        raise BetweenError("not_valid")
    visit_id = read_identifier(request.form.get("visit", ""))
    with parts().database.writing() as session:
        patient = find_visitor(session, current_actor(), patient_id)
        form = paper.print_form(session, current_actor(), patient, visit_id, language, current_now())
        visit = find_visit(session, patient, visit_id) if visit_id else None
        name = patient_name(session, patient)
    with parts().database.reading() as session:
        frame = read_frame(session)
    return desk_page(
        "desk/paper.html",
        frame,
        say=partial(translate, language),
        spoken=language,
        crisis=parts().settings.crisis,
        note=note,
        instruments=[load_instrument(one) for one in ITEMS],
        paper=present_paper(form, name, visit, language),
        patient_id=patient_id,
    )


@blueprint.get("/paper")
def show_code() -> Response:
    """Where the code of a form that came back is typed."""
    return _code_page("", "", 200)


@blueprint.post("/paper")
def find_by_code() -> Response:
    """On to the form of the typed code."""
    typed = request.form.get("code", "")
    try:
        with parts().database.reading() as session:
            form = paper.find_by_code(session, current_actor(), typed)
    except BetweenError:
        return _code_page(typed, _("No form of your patients has this code. Check the letters."), 422)
    return redirect(url_for("paper.show_form", patient_id=form.patient_id, form_id=form.id), 303)


@blueprint.get("/patients/<uuid:patient_id>/paper/<uuid:form_id>")
def show_form(patient_id: uuid.UUID, form_id: uuid.UUID) -> Response:
    """The paper's own words, to be entered as they are."""
    return _entry_page(patient_id, form_id, {}, 200)


@blueprint.post("/patients/<uuid:patient_id>/paper/<uuid:form_id>")
def enter_form(patient_id: uuid.UUID, form_id: uuid.UUID) -> Response:
    """Store it as that check-in, through the phones' intake. A code that was used is told, not doubled."""
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        zone = read_frame(session).clinic.zone
        patient = find_patient(session, actor, patient_id)
        form = paper.find_form(session, patient, form_id)
        is_known = paper.entered_under(session, form) is not None
    errors = wrong_fields(form, local(now, zone).date(), zone)
    if is_known or errors:
        return _entry_page(patient_id, form_id, errors, 409 if is_known else 422)
    entered_by = actor.as_carer(patient.clinic_id).membership_id
    filled = FilledIn(patient.clinic_id, patient.id, "paper", zone, entered_by)
    arrival = keep_form(filled, form.id, said_in(form, zone), now)
    receipt = hand_in(actor.person_id, arrival, now)
    if receipt.status != "stored":
        return _entry_page(patient_id, form_id, {}, 409)
    if receipt.needs_repair:
        return redirect(url_for("repairs.show_repairs"), 303)
    return redirect(
        url_for("check_in_page.show_check_in", patient_id=patient_id, check_in_id=arrival.id, done="paper"),
        303,
    )


def said_in(form: PaperForm, zone: str) -> dict[str, Any]:
    """Its zone and its day too: the paper was filled in then and there."""
    said = answers_of(_without_blanks(), form.language)
    visits = [str(form.visit_id)] if form.visit_id else []
    return said | {"visits": visits, "zone": zone, "written": request.form["written"]}


def _without_blanks() -> MultiDict[str, str]:
    """A row that was left blank on the paper is a question that was skipped."""
    given = request.form.items(multi=True)
    return MultiDict(
        (name, value) for name, value in given if value != BLANK or name.partition("-")[0] not in ITEMS
    )


def wrong_fields(form: PaperForm, today: date, zone: str) -> dict[str, str]:
    """A row that was forgotten is not one that was left blank: each is said."""
    errors: dict[str, str] = {}
    try:
        written = date.fromisoformat(request.form.get("written", ""))
    except ValueError:
        written = None
    if written is None or not local(form.printed_at, zone).date() <= written <= today:
        errors["written"] = _("The day on the paper: not before it was printed, and not after today.")
    known = {BLANK, "0", "1", "2", "3"}
    forgotten = [
        f"{load_instrument(name).title} {item}"
        for name, count in ITEMS.items()
        for item in range(1, count + 1)
        if request.form.get(f"{name}-{item}") not in known
    ]
    if forgotten:
        errors["forgotten"] = _("Not entered yet: {items}.", items=", ".join(forgotten))
    return errors


def _code_page(typed: str, error: str, status: int) -> Response:
    with parts().database.reading() as session:
        frame = read_frame(session)
    return desk_page("desk/paper_code.html", frame, status=status, typed=typed, error=error)


def _entry_page(patient_id: uuid.UUID, form_id: uuid.UUID, errors: dict[str, str], status: int) -> Response:
    with parts().database.reading() as session:
        frame = read_frame(session)
        shown = _read_entry(session, patient_id, form_id, frame.clinic.zone)
    action = url_for("paper.enter_form", patient_id=patient_id, form_id=form_id)
    return entry_page(frame, shown, action, Filled(request.form, errors, status))


@dataclass(frozen=True)
class Filled:
    """What stands in the fields of a form, what is wrong with it, and the status that says so."""

    typed: MultiDict[str, str]
    errors: dict[str, str]
    status: int


def entry_page(frame: DeskFrame, entry: EntryWords, action: str, filled: Filled) -> Response:
    """The paper's own fields, to be sent to `action`."""
    return desk_page(
        "desk/paper_entry.html",
        frame,
        status=filled.status,
        entry=entry,
        action=action,
        errors=filled.errors,
        typed=filled.typed,
        note=note,
        instruments=[load_instrument(one) for one in ITEMS],
    )


def _read_entry(session: Session, patient_id: uuid.UUID, form_id: uuid.UUID, zone: str) -> EntryWords:
    patient = find_patient(session, current_actor(), patient_id)
    form = paper.find_form(session, patient, form_id)
    visit = find_visit(session, patient, form.visit_id) if form.visit_id else None
    before = paper.entered_under(session, form)
    return present_entry(form, patient_name(session, patient), visit, before, zone, current_now())
