"""The end of a patient's care, and the coming back."""

import uuid

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.models.care_end import REASONS
from app.pages.alerts import wrong_words
from app.pages.patient import back_to, render_patient
from app.pages.visit_form import Typed
from app.schemas.fields import read_identifier
from app.services import care_ends
from app.services.access import find_patient
from app.services.care_ends import NeedsOwnerError

blueprint = Blueprint("care_ends", __name__, url_prefix="/clinic/patients/<uuid:patient_id>/care")


@blueprint.post("/end")
def end_care(patient_id: uuid.UUID) -> Response:
    """Every reminder stops; an open alert first gets an owner by name."""
    reason, words = request.form.get("reason", ""), request.form.get("words", "").strip()
    wrong = wrong_words(words)
    if reason not in REASONS:
        wrong["reason"] = _("Choose why.")
    with parts().database.reading() as session:
        find_patient(session, current_actor(), patient_id)
    if wrong:
        return render_patient(patient_id, Typed("care", request.form, wrong))
    try:
        with parts().database.writing() as session:
            patient = find_patient(session, current_actor(), patient_id)
            owner_id = read_identifier(request.form.get("owner", ""))
            care_ends.end_care(session, current_actor(), patient, reason, words, owner_id, current_now())
    except NeedsOwnerError:
        wrong = {"owner": _("An alert is open. Choose who has it from now on.")}
        return render_patient(patient_id, Typed("care", request.form, wrong), status=409)
    return back_to(patient_id, "care-ended")


@blueprint.post("/return")
def return_to_care(patient_id: uuid.UUID) -> Response:
    """Back in care from now on."""
    with parts().database.writing() as session:
        patient = find_patient(session, current_actor(), patient_id)
        care_ends.return_to_care(session, current_actor(), patient, current_now())
    return back_to(patient_id, "care-returned")
