"""The standing plan of a patient whose answers stay as they are: signed for at most 30 days, and ended."""

import uuid
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.domain.risk import PLANNED_FOR
from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.languages import local
from app.models import Clinic
from app.pages.alerts import wrong_words
from app.pages.patient import back_to, render_patient
from app.pages.visit_form import Typed
from app.services.access import find_patient
from app.services.standing_plans import CLOCKS, NotSignableError
from app.services.standing_plans import end_plan as end_standing_plan
from app.services.standing_plans import sign_plan as sign_standing_plan

blueprint = Blueprint(
    "standing_plans", __name__, url_prefix="/clinic/patients/<uuid:patient_id>/standing-plan"
)


@blueprint.post("")
def sign_plan(patient_id: uuid.UUID) -> Response:
    """Sign it, until the end of a day that is at most 30 days away."""
    actor, now = current_actor(), current_now()
    words, clock = request.form.get("words", "").strip(), request.form.get("clock", "")
    with parts().database.reading() as session:
        patient = find_patient(session, actor, patient_id)
        zone = session.get_one(Clinic, actor.as_clinician(patient.clinic_id).clinic_id).zone
    until_at = _until(request.form.get("until", ""), zone, now)
    wrong = wrong_words(words)
    if until_at is None:
        wrong["until"] = _("A day from today to 29 days from now.")
    if clock not in CLOCKS:
        wrong["clock"] = _("Choose what an unchanged answer does.")
    if wrong or until_at is None:
        return render_patient(patient_id, Typed("standing", request.form, wrong))
    try:
        with parts().database.writing() as session:
            patient = find_patient(session, actor, patient_id)
            sign_standing_plan(session, actor, patient, until_at, clock, words, now)
    except NotSignableError as error:
        return render_patient(patient_id, Typed("standing", request.form, {"words": _why_not(error)}))
    return back_to(patient_id, "standing")


@blueprint.post("/end")
def end_plan(patient_id: uuid.UUID) -> Response:
    """From now on every answer has the clock it would have without it."""
    with parts().database.writing() as session:
        patient = find_patient(session, current_actor(), patient_id)
        end_standing_plan(session, current_actor(), patient, current_now())
    return back_to(patient_id, "standing-ended")


def _until(typed: str, zone: str, now: datetime) -> datetime | None:
    """The end of that day at the clinic."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    if not local(now, zone).date() <= day < local(now + PLANNED_FOR, zone).date():
        return None
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))


def _why_not(error: NotSignableError) -> str:
    if error.why == "no_answer":
        return _("There is no answer above 0 that a plan could be for.")
    return _("First write down that you reached the patient, or what you decided.")
