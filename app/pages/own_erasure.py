"""/account/erasure: a patient has the own record erased, and can change their mind for two weeks."""

import uuid

from flask import Blueprint, Response, redirect, request
from marshmallow import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from app.errors import BetweenError
from app.http import current_actor, current_now, page, parts
from app.languages import request_language
from app.pages.erasure_presenter import present_erasure
from app.schemas.fields import read_uuid
from app.services.access import find_own_record, own_records
from app.services.erasure import ask_erasure, read_standing, undo_erasure

blueprint = Blueprint("own_erasure", __name__)


@blueprint.get("/account/erasure")
def show_erasure() -> Response:
    """What erasing means, and whether it was asked for: one part for each clinic."""
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        records = [
            present_erasure(session, patient, read_standing(session, patient), now)
            for patient in session.scalars(own_records(actor)).all()
        ]
    return page("account/erasure.html", language=request_language(), records=records)


@blueprint.post("/account/erasure/ask")
def ask() -> AnyResponse:
    """In two weeks, unless it is undone. Without the tick nothing was asked."""
    actor, now = current_actor(), current_now()
    patient_id = _patient_id()
    if request.form.get("sure") != "yes":
        return redirect("/account/erasure", 303)
    with parts().database.writing() as session:
        ask_erasure(session, find_own_record(session, actor, patient_id), actor, "patient", now)
    return redirect("/account/erasure", 303)


@blueprint.post("/account/erasure/undo")
def undo() -> AnyResponse:
    """Keep it after all."""
    actor, now = current_actor(), current_now()
    patient_id = _patient_id()
    with parts().database.writing() as session:
        undo_erasure(session, find_own_record(session, actor, patient_id), actor, now)
    return redirect("/account/erasure", 303)


def _patient_id() -> uuid.UUID:
    try:
        return read_uuid(request.form.get("patient"))
    except ValidationError as error:
        raise BetweenError("not_found") from error
