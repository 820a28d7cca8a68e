"""A typing error in a form from paper: the same form again; what is saved takes the first one's place."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.domain.check_in import Arrival
from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.languages import local
from app.models import PaperForm
from app.pages.dates import Dates
from app.pages.filled_form import ITEMS, hand_in
from app.pages.frame import read_frame
from app.pages.paper import BLANK, Filled, entry_page, said_in, wrong_fields
from app.pages.paper_presenter import EntryWords, present_entry
from app.schemas.form import FilledIn, keep_form
from app.services.access import find_patient
from app.services.journal import Entry, find_check_in
from app.services.paper import EnteredPaper, correction_id, find_entered, form_behind
from app.services.timeline import patient_name
from app.services.visits import find_visit

blueprint = Blueprint(
    "corrections", __name__, url_prefix="/clinic/patients/<uuid:patient_id>/check-ins/<uuid:check_in_id>"
)


@dataclass(frozen=True)
class _Found:
    """An entry from paper with its form, what corrects it already, and how the page words it."""

    entry: Entry
    form: PaperForm
    known: EnteredPaper | None
    words: EntryWords
    zone: str


@blueprint.get("/correction")
def show_form(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> Response:
    """What was entered, to be changed where it is not what the paper says."""
    with parts().database.reading() as session:
        found = _find(session, patient_id, check_in_id)
    return _page(patient_id, found, Filled(_as_entered(found), {}, 409 if found.known else 200))


@blueprint.post("/correction")
def correct(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> Response:
    """A later version, through the phones' intake: scored, and alert rules hold for what it says."""
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        found = _find(session, patient_id, check_in_id)
    errors = wrong_fields(found.form, local(now, found.zone).date(), found.zone)
    if errors:
        return _page(patient_id, found, Filled(request.form, errors, 422))
    receipt = hand_in(actor.person_id, _arrival(found, now), now)
    if receipt.needs_repair:
        return redirect(url_for("repairs.show_repairs"), 303)
    with parts().database.reading() as session:
        found = _find(session, patient_id, check_in_id)
    if receipt.status == "conflict":
        # Somebody corrected the same entry meanwhile: both are kept and stand side by side.
        kept = _("Your correction is kept beside it, and both are shown.")
        found = replace(found, words=replace(found.words, before=f"{found.words.before} {kept}"))
        return _page(patient_id, found, Filled(request.form, {}, 409))
    assert found.known is not None
    return redirect(
        url_for(
            "check_in_page.show_check_in",
            patient_id=patient_id,
            check_in_id=found.known.envelope_id,
            done="corrected",
        ),
        303,
    )


def _arrival(found: _Found, now: datetime) -> Arrival:
    form, before = found.form, found.entry.check_in.client_id
    entered_by = current_actor().as_carer(form.clinic_id).membership_id
    filled = FilledIn(form.clinic_id, form.patient_id, "paper", found.zone, entered_by)
    said = said_in(form, found.zone) | {"supersedes": str(before)}
    return keep_form(filled, correction_id(before), said, now)


def _find(session: Session, patient_id: uuid.UUID, check_in_id: uuid.UUID) -> _Found:
    patient = find_patient(session, current_actor(), patient_id)
    entry = find_check_in(session, patient, check_in_id)
    form = form_behind(session, patient, entry)
    known = find_entered(session, patient.clinic_id, patient.id, correction_id(entry.check_in.client_id))
    zone = read_frame(session).clinic.zone
    visit = find_visit(session, patient, form.visit_id) if form.visit_id else None
    words = present_entry(form, patient_name(session, patient), visit, known, zone, current_now())
    dates = Dates(zone, current_now())
    corrects = _(
        "Entered by {name}, {when}.", name=entry.entered_by, when=dates.near(entry.check_in.arrived_at)
    )
    before = (
        _("This entry was corrected by {name}, {when}.", name=known.by, when=dates.near(known.at))
        if known
        else ""
    )
    return _Found(entry, form, known, replace(words, corrects=corrects, before=before), zone)


def _as_entered(found: _Found) -> MultiDict[str, str]:
    """The fields of the form as this entry would have filled them."""
    one = found.entry.check_in
    fields: MultiDict[str, str] = MultiDict()
    fields["written"] = local(one.answered_at, found.zone).date().isoformat()
    for name, count in ITEMS.items():
        given = found.entry.answers.get(name, {})
        for item in range(1, count + 1):
            fields[f"{name}-{item}"] = str(given.get(item, BLANK))
    for field, value in (("difficulty", one.difficulty), ("today", one.today)):
        fields[field] = "" if value is None else str(value)
    for dimension, said in found.entry.notes.items():
        fields[f"{dimension}-direction"], fields[f"{dimension}-text"] = said.direction or "", said.body
    fields["should-know"], fields["should-know-text"] = one.should_know or "", one.should_know_text
    fields.setlist("should-know-topic", list(one.should_know_topics))
    fields["answered-by"] = one.answered_by or ""
    return fields


def _page(patient_id: uuid.UUID, found: _Found, filled: Filled) -> Response:
    with parts().database.reading() as session:
        frame = read_frame(session)
    action = url_for("corrections.correct", patient_id=patient_id, check_in_id=found.entry.check_in.id)
    return entry_page(frame, found.words, action, filled)
