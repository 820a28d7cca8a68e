"""GET /clinic: the caseload of one clinician, by need."""

import uuid

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.domain.roles import CARERS
from app.http import current_actor, current_now, parts
from app.pages.break_glass_presenter import present_untold
from app.pages.caseload_presenter import present_caseload
from app.pages.contacts import render_contacts
from app.pages.dates import Dates
from app.pages.frame import desk_page, note_read, read_frame
from app.services.access import find_patient
from app.services.audit import record
from app.services.break_glass import read_untold
from app.services.caseload import mark_called as mark_reminder_called
from app.services.caseload import read_caseload

blueprint = Blueprint("caseload", __name__)

LAST_PAGE = 10_000


@blueprint.get("/clinic")
def show_caseload() -> Response:
    """Who needs somebody, who has news, who is drifting; to the front desk, names and next visits."""
    actor, now = current_actor(), current_now()
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    if not any(actor.holds(role) for role in CARERS):
        return render_contacts(number)
    with parts().database.reading() as session:
        frame = read_frame(session)
        caseload = read_caseload(session, actor, now, page=number)
        untold = read_untold(session, actor)
    note_read("caseload", frame.clinic.id, frame)
    dates = Dates(frame.clinic.zone, now)
    shown = present_caseload(caseload, dates, actor.person_id, number)
    return desk_page("desk/caseload.html", frame, caseload=shown, opened=present_untold(untold, dates))


@blueprint.post("/clinic/patients/<uuid:patient_id>/reminders/<uuid:reminder_id>/called")
def mark_called(patient_id: uuid.UUID, reminder_id: uuid.UUID) -> AnyResponse:
    """Somebody called, so the reminder leaves the list."""
    actor, now = current_actor(), current_now()
    with parts().database.writing() as session:
        patient = find_patient(session, actor, patient_id)
        if mark_reminder_called(session, patient, reminder_id):
            record(
                session,
                at=now,
                actor_id=actor.person_id,
                action="reminder.called",
                subject="reminder",
                subject_id=reminder_id,
                clinic_id=patient.clinic_id,
            )
    return redirect(url_for("caseload.show_caseload", done="called"), 303)
