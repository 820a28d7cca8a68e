"""POST /clinic/patients/<id>/sign-off: several check-ins of one patient marked as read together."""

import uuid

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.http import current_actor, current_now, parts
from app.pages.patient import back_to
from app.services.access import find_patient
from app.services.journal import sign_off_together

MOST_TOGETHER = 200

blueprint = Blueprint("sign_off", __name__)


@blueprint.post("/clinic/patients/<uuid:patient_id>/sign-off")
def sign_off_many(patient_id: uuid.UUID) -> Response:
    """Those that the page listed. What is in an open alert waits for a look of its own."""
    listed = request.form.getlist("check_in", type=uuid.UUID)[:MOST_TOGETHER]
    with parts().database.writing() as session:
        patient = find_patient(session, current_actor(), patient_id)
        sign_off_together(session, current_actor(), patient, listed, current_now())
    return back_to(patient_id, "signed-many")
