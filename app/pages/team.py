"""Who looks after a patient, changed on the patient's page."""

import uuid

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.errors import BetweenError
from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.pages.patient import back_to, render_patient
from app.pages.visit_form import Typed
from app.services import team
from app.services.access import find_patient

blueprint = Blueprint("team", __name__, url_prefix="/clinic/patients/<uuid:patient_id>/team")


@blueprint.post("")
def add_member(patient_id: uuid.UUID) -> Response:
    """One more colleague sees the patient."""
    member_id = request.form.get("colleague", type=uuid.UUID)
    wrong = Typed("team", request.form, {"colleague": _("Choose a colleague.")})
    if member_id is None:
        return render_patient(patient_id, wrong)
    try:
        with parts().database.writing() as session:
            patient = find_patient(session, current_actor(), patient_id)
            team.add_member(session, current_actor(), patient, member_id, current_now())
    except BetweenError as error:
        if error.problem.code != "not_valid":
            raise
        return render_patient(patient_id, wrong)
    return back_to(patient_id, "team")


@blueprint.post("/<uuid:membership_id>/remove")
def remove_member(patient_id: uuid.UUID, membership_id: uuid.UUID) -> Response:
    """Off the team. Whoever left it themselves goes on to the caseload."""
    actor = current_actor()
    with parts().database.writing() as session:
        patient = find_patient(session, actor, patient_id)
        team.remove_member(session, actor, patient, membership_id, current_now())
        own_id = actor.as_clinician(patient.clinic_id).membership_id
    if membership_id == own_id:
        return redirect(url_for("caseload.show_caseload", done="team"), 303)
    return back_to(patient_id, "team")
