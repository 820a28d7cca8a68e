"""GET /clinic/patients/<id>: one patient on one page, and the plan that clinician and patient write."""

import uuid
from datetime import datetime

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.domain.roles import CLINICIAN, FRONT_DESK
from app.errors import BetweenError
from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.pages.contacts import render_contact
from app.pages.dates import Dates
from app.pages.frame import desk_page, note_read, read_frame
from app.pages.patient_presenter import Reader, present_patient
from app.pages.visit_form import Typed, is_plain
from app.services.access import find_opened_patient, find_patient, find_visitor
from app.services.actors import Actor, Role
from app.services.at_rest import owner_of, seal_texts
from app.services.audit import record_row
from app.services.timeline import read_patient_record

MOST_PLAN = 4000
# What may be written on the page of a record that was only opened.
ATTEMPT = "attempt"

blueprint = Blueprint("patient", __name__)


@blueprint.get("/clinic/patients/<uuid:patient_id>")
def show_patient(patient_id: uuid.UUID) -> Response:
    """Everything about one patient that is read before a visit; to the front desk, the visits."""
    return render_patient(patient_id)


@blueprint.post("/clinic/patients/<uuid:patient_id>/plan")
def save_plan(patient_id: uuid.UUID) -> AnyResponse:
    """Keep what the clinician wrote with the patient; the patient sees it under Help now."""
    actor, now = current_actor(), current_now()
    text = request.form.get("plan", "").replace("\r\n", "\n").strip()
    if not is_plain(text, MOST_PLAN):
        wrong = {"plan": _("At most {n} characters, and no hidden ones.", n=MOST_PLAN)}
        return render_patient(patient_id, Typed("plan", request.form, wrong))
    with parts().database.writing() as session:
        patient = find_patient(session, actor, patient_id)
        actor.as_clinician(patient.clinic_id)
        seal_texts(session, owner_of(patient), patient, safety_plan=text)
        record_row(session, patient, "plan.written", actor.person_id, now)
    return back_to(patient_id, "plan")


def render_patient(patient_id: uuid.UUID, typed: Typed | None = None, status: int = 422) -> Response:
    """The page, with a form that needs another look where there is one: then `status` says why."""
    actor, now = current_actor(), current_now()
    held = _find_carer(actor, patient_id, now)
    if held is None:
        return render_contact(patient_id, typed, status)
    with parts().database.reading() as session:
        frame = read_frame(session, held)
        found = read_patient_record(session, actor, patient_id, frame.clinic.zone, now)
    # A form that is not the reader's to send is not shown again either.
    if typed is not None and typed.form != ATTEMPT and not found.is_on_desk:
        raise BetweenError("not_found")
    note_read("patient", patient_id, frame)
    reader = Reader(held.membership_id, actor.holds(CLINICIAN, held.clinic_id))
    shown = present_patient(
        found, Dates(frame.clinic.zone, now), reader, undo=request.args.get("visit", ""), typed=typed
    )
    return desk_page("desk/patient.html", frame, status=status if typed else 200, patient=shown)


def _find_carer(actor: Actor, patient_id: uuid.UUID, now: datetime) -> Role | None:
    """Whoever looks after this patient, or opened it, reads; the front desk otherwise sees the visits."""
    with parts().database.reading() as session:
        if not actor.holds(FRONT_DESK):
            return actor.as_carer(find_opened_patient(session, actor, patient_id, now).clinic_id)
        patient = find_visitor(session, actor, patient_id)
        try:
            return actor.as_carer(find_opened_patient(session, actor, patient.id, now).clinic_id)
        except BetweenError:
            return None


def back_to(patient_id: uuid.UUID, done: str, visit: uuid.UUID | None = None) -> AnyResponse:
    """After something was done: the page again, with one line that says so."""
    return redirect(url_for("patient.show_patient", patient_id=patient_id, done=done, visit=visit), 303)
