"""The baseline that a clinician signs, and the totals from before Between that it may rest on."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.domain.instruments import INSTRUMENT_IDS, load_instrument
from app.errors import BetweenError
from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.languages import local
from app.models import Clinic
from app.pages.patient import back_to, render_patient
from app.pages.visit_form import Typed, is_plain, whole_number
from app.services import past_totals
from app.services.access import find_patient
from app.services.baselines import BaselineMovedError
from app.services.baselines import sign_baseline as sign_baseline_for
from app.services.past_totals import MOST_SOURCE, IsBaselineError, NewTotal, TotalTakenError, is_total

FIRST_YEAR = 1990

blueprint = Blueprint("baselines", __name__, url_prefix="/clinic/patients/<uuid:patient_id>")


@blueprint.post("/baseline")
def sign_baseline(patient_id: uuid.UUID) -> Response:
    """Sign the proposal, another score, or that there is none."""
    instrument = request.form.get("instrument", "")
    form = f"baseline-{instrument}"
    try:
        with parts().database.writing() as session:
            patient = find_patient(session, current_actor(), patient_id)
            if instrument not in INSTRUMENT_IDS:
                raise BetweenError("not_valid")
            sign_baseline_for(
                session,
                current_actor(),
                patient,
                instrument,
                request.form.get("score", ""),
                request.form.get("seen", ""),
                current_now(),
                session.get_one(Clinic, patient.clinic_id).zone,
            )
    except BaselineMovedError:
        moved = {"score": _("Somebody signed a baseline before you. This is how it stands now.")}
        return render_patient(patient_id, Typed(form, request.form, moved), status=409)
    except BetweenError as error:
        if error.problem.code != "not_valid":
            raise
        return render_patient(patient_id, Typed(form, request.form, {"score": _("Choose a score, or none.")}))
    return back_to(patient_id, "baseline")


@blueprint.post("/past-totals")
def add_past_total(patient_id: uuid.UUID) -> Response:
    """Enter a total from before Between."""
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        patient = find_patient(session, actor, patient_id)
        today = local(now, session.get_one(Clinic, patient.clinic_id).zone).date()
    new = read_total(request.form, today)
    if isinstance(new, Typed):
        return render_patient(patient_id, new)
    try:
        with parts().database.writing() as session:
            patient = find_patient(session, actor, patient_id)
            past_totals.add_past_total(session, actor, patient, new, now)
    except TotalTakenError as error:
        wrong = {"day": _("That day has one already: {total}.", total=error.total)}
        return render_patient(patient_id, Typed("past", request.form, wrong))
    return back_to(patient_id, "past-added")


@blueprint.post("/past-totals/<uuid:total_id>/remove")
def remove_past_total(patient_id: uuid.UUID, total_id: uuid.UUID) -> Response:
    """It was entered by mistake."""
    try:
        with parts().database.writing() as session:
            patient = find_patient(session, current_actor(), patient_id)
            past_totals.remove_past_total(session, current_actor(), patient, total_id, current_now())
    except IsBaselineError:
        wrong = {"removal": _("It is signed as the baseline. Sign another one first.")}
        return render_patient(patient_id, Typed("past", {}, wrong), status=409)
    return back_to(patient_id, "past-removed")


def read_total(values: Mapping[str, str], today: date) -> NewTotal | Typed:
    """The total, or the form with what is wrong."""
    errors: dict[str, str] = {}
    instrument, source = values.get("instrument", ""), values.get("source", "").strip()
    if instrument not in INSTRUMENT_IDS:
        errors["instrument"] = _("Choose a questionnaire.")
    total = whole_number(values.get("total", ""))
    if total is None or (instrument in INSTRUMENT_IDS and not is_total(instrument, total)):
        highest = load_instrument(instrument).highest_total if instrument in INSTRUMENT_IDS else 27
        errors["total"] = _("A whole number from 0 to {highest}.", highest=highest)
    day = _past_day(values.get("day", ""), today)
    if day is None:
        errors["day"] = _("The day it was answered, not after today.")
    if not source or not is_plain(source, MOST_SOURCE):
        errors["source"] = _("Where it comes from, in at most {n} characters.", n=MOST_SOURCE)
    if errors or total is None or day is None:
        return Typed("past", values, errors)
    return NewTotal(instrument, total, day, source)


def _past_day(typed: str, today: date) -> date | None:
    try:
        day = datetime.strptime(typed, "%Y-%m-%d").date()  # noqa: DTZ007 (a day, and no moment)
    except ValueError:
        return None
    return day if day.year >= FIRST_YEAR and day <= today else None
