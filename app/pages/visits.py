"""Visits and cadences: what the desk books and cancels, and a clinician sets, on a patient's page."""

import uuid

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.pages.patient import back_to, render_patient
from app.pages.visit_form import Typed, read_cadence, read_visit
from app.services import visits
from app.services.access import find_patient, find_visitor

blueprint = Blueprint("visits", __name__, url_prefix="/clinic/patients/<uuid:patient_id>")


@blueprint.post("/visits")
def add_visit(patient_id: uuid.UUID) -> Response:
    """Book a visit, or record one that was."""
    actor, now = current_actor(), current_now()
    new = read_visit(request.form, now)
    if isinstance(new, Typed):
        return render_patient(patient_id, new)
    try:
        with parts().database.writing() as session:
            patient = find_visitor(session, actor, patient_id)
            visit = visits.add_visit(session, actor, patient, new, now)
    except visits.VisitTakenError:
        wrong = {"time": _("There is such a visit at this very time already.")}
        return render_patient(patient_id, Typed("visit", request.form, wrong))
    return back_to(patient_id, "visit-added" if visit.state == "booked" else "visit-recorded")


@blueprint.post("/visits/<uuid:visit_id>/cancel")
def cancel_visit(patient_id: uuid.UUID, visit_id: uuid.UUID) -> Response:
    """Cancel; the page that follows offers to take it back. A visit that was is asked about once more."""
    sure = request.form.get("sure") == str(visit_id)
    with parts().database.writing() as session:
        patient = find_visitor(session, current_actor(), patient_id)
        is_past = visits.find_visit(session, patient, visit_id).starts_at <= current_now()
        if sure or not is_past:
            visits.cancel_visit(session, current_actor(), patient, visit_id, current_now())
    if is_past and not sure:
        wrong = {"sure": _("Please say that this visit did not take place.")}
        return render_patient(patient_id, Typed("removal", {"visit": str(visit_id)}, wrong))
    return back_to(patient_id, "visit-cancelled", visit_id)


@blueprint.post("/visits/<uuid:visit_id>/restore")
def restore_visit(patient_id: uuid.UUID, visit_id: uuid.UUID) -> Response:
    """Take a cancellation back."""
    with parts().database.writing() as session:
        patient = find_visitor(session, current_actor(), patient_id)
        visits.restore_visit(session, current_actor(), patient, visit_id, current_now())
    return back_to(patient_id, "visit-restored")


@blueprint.post("/cadence")
def set_cadence(patient_id: uuid.UUID) -> Response:
    """How often maintenance is due from now on."""
    actor, now = current_actor(), current_now()
    wanted = read_cadence(request.form)
    if isinstance(wanted, Typed):
        return render_patient(patient_id, wanted)
    with parts().database.writing() as session:
        patient = find_patient(session, actor, patient_id)
        visits.set_cadence(session, actor, patient, *wanted, now)
    return back_to(patient_id, "cadence-set")


@blueprint.post("/cadence/<uuid:cadence_id>/end")
def end_cadence(patient_id: uuid.UUID, cadence_id: uuid.UUID) -> Response:
    """No more maintenance of this kind."""
    with parts().database.writing() as session:
        patient = find_patient(session, current_actor(), patient_id)
        visits.end_cadence(session, current_actor(), patient, cadence_id, current_now())
    return back_to(patient_id, "cadence-ended")
