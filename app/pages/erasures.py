"""/clinic/patients/<id>/erasure: staff ask for a patient, who may not use the app, and can undo it."""

import uuid

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.http import current_actor, current_now, parts
from app.pages.erasure_presenter import present_erasure
from app.pages.frame import desk_page, note_read, read_frame
from app.services.access import find_patient
from app.services.erasure import ask_erasure, read_standing, undo_erasure
from app.services.timeline import patient_name

blueprint = Blueprint("erasures", __name__, url_prefix="/clinic/patients/<uuid:patient_id>/erasure")


@blueprint.get("")
def show_erasure(patient_id: uuid.UUID) -> Response:
    """What erasing means, and whether it was asked for."""
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        frame = read_frame(session)
        patient = find_patient(session, actor, patient_id)
        name = patient_name(session, patient)
        record = present_erasure(session, patient, read_standing(session, patient), now)
    note_read("patient", patient_id, frame)
    return desk_page("desk/erasure.html", frame, name=name, record=record)


@blueprint.post("/ask")
def ask(patient_id: uuid.UUID) -> AnyResponse:
    """In two weeks, unless it is undone. Without the tick nothing was asked."""
    actor, now = current_actor(), current_now()
    with parts().database.writing() as session:
        patient = find_patient(session, actor, patient_id)
        if request.form.get("sure") == "yes":
            ask_erasure(session, patient, actor, "staff", now)
    return _back(patient_id)


@blueprint.post("/undo")
def undo(patient_id: uuid.UUID) -> AnyResponse:
    """Keep it after all."""
    actor, now = current_actor(), current_now()
    with parts().database.writing() as session:
        undo_erasure(session, find_patient(session, actor, patient_id), actor, now)
    return _back(patient_id)


def _back(patient_id: uuid.UUID) -> AnyResponse:
    return redirect(url_for("erasures.show_erasure", patient_id=patient_id), 303)
