"""One check-in with every answer in the instrument's own words, and the mark that it was read."""

import uuid

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.domain.roles import CLINICIAN
from app.http import current_actor, current_now, parts
from app.pages.answers_presenter import present_check_in
from app.pages.dates import Dates
from app.pages.frame import desk_page, note_read, read_frame
from app.services.access import find_opened_patient, find_patient
from app.services.break_glass import is_on_desk
from app.services.care_ends import read_care_ends
from app.services.journal import find_check_in, read_check_ins, versions_of
from app.services.journal import sign_off as sign_off_entry
from app.services.timeline import SHOWN, patient_name

blueprint = Blueprint(
    "check_in_page", __name__, url_prefix="/clinic/patients/<uuid:patient_id>/check-ins/<uuid:check_in_id>"
)


@blueprint.get("")
def show_check_in(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> Response:
    """Item answers, note, times, and who read it."""
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        patient = find_opened_patient(session, actor, patient_id, now)
        frame = read_frame(session, actor.as_carer(patient.clinic_id))
        entry = find_check_in(session, patient, check_in_id)
        versions = versions_of(session, patient, entry.check_in.client_id)
        since = entry.check_in.answered_at - SHOWN
        history = read_check_ins(session, patient.clinic_id, patient.id, since)
        ends = read_care_ends(session, patient)
        name = patient_name(session, patient)
        is_on_team = is_on_desk(session, actor, patient.id)
    note_read("check_in", check_in_id, frame)
    shown = present_check_in(entry, versions, history, ends, Dates(frame.clinic.zone, now))
    return desk_page(
        "desk/check_in.html",
        frame,
        check_in=shown,
        patient_id=patient_id,
        name=name,
        may_sign=is_on_team and actor.holds(CLINICIAN, patient.clinic_id),
        may_correct=is_on_team and entry.source == "paper" and shown.later_id is None,
    )


@blueprint.post("/sign-off")
def sign_off_check_in(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> AnyResponse:
    """Mark as read. The first mark stands, and whoever comes second is told who was first."""
    actor, now = current_actor(), current_now()
    with parts().database.writing() as session:
        patient = find_patient(session, actor, patient_id)
        sign_off = sign_off_entry(session, actor, patient, check_in_id, now)
    own_id = actor.as_clinician(sign_off.clinic_id).membership_id
    first = sign_off.signed_at == now and sign_off.membership_id == own_id
    return redirect(
        url_for(
            "check_in_page.show_check_in",
            patient_id=patient_id,
            check_in_id=check_in_id,
            done="signed" if first else "already",
        ),
        303,
    )
