"""A patient's ways in, on the desk: for whoever has lost a phone or forgotten the words."""

import uuid

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.domain.roles import CLINICIAN
from app.errors import BetweenError
from app.http import current_actor, current_now, parts
from app.pages.entry_help import Care, drop_helped_factor, end_helped_device, hand_out, show_help
from app.services import places
from app.services.access import find_patient, find_visitor
from app.services.break_glass import is_on_desk
from app.services.entry_help import find_helped_patient, find_received_patient
from app.services.places import ACTIONS, read_places

blueprint = Blueprint("patient_entry", __name__, url_prefix="/clinic/patients/<uuid:patient_id>/entry")


@blueprint.get("")
def show(patient_id: uuid.UUID) -> Response:
    """Devices, second step, and the way to a new pass-phrase."""
    return show_help(find_received_patient, patient_id, _patient(patient_id), care=_care(patient_id))


@blueprint.post("/code")
def make_code(patient_id: uuid.UUID) -> Response:
    """A code for the patient, shown once."""
    return hand_out(find_received_patient, patient_id, _patient(patient_id), care=_care(patient_id))


@blueprint.post("/devices/<uuid:phone_id>/end")
def end_device(patient_id: uuid.UUID, phone_id: uuid.UUID) -> Response:
    """A phone that the patient has lost."""
    end_helped_device(find_helped_patient, patient_id, phone_id)
    return redirect(f"{_patient(patient_id)}/entry", 303)


@blueprint.post("/second-step/remove")
def drop_factor(patient_id: uuid.UUID) -> Response:
    """A second step that the patient has lost."""
    drop_helped_factor(find_helped_patient, patient_id)
    return redirect(f"{_patient(patient_id)}/entry", 303)


@blueprint.post("/places/<uuid:place_id>")
def change_place(patient_id: uuid.UUID, place_id: uuid.UUID) -> Response:
    """The patient's place, or a caregiver's, suspended or given back."""
    to = request.form.get("state", "")
    with parts().database.writing() as session:
        patient = find_patient(session, current_actor(), patient_id)
        if to not in ACTIONS:
            raise BetweenError("not_valid")
        places.change_place(session, current_actor(), patient, place_id, to, current_now())
    return redirect(f"{_patient(patient_id)}/entry#place", 303)


def _care(patient_id: uuid.UUID) -> Care:
    """A clinician of the team suspends, a nurse ends phones, the front desk hands out a code."""
    actor = current_actor()
    with parts().database.reading() as session:
        patient = find_visitor(session, actor, patient_id)
        if not is_on_desk(session, actor, patient_id):
            return Care(is_carer=False, places=None)
        signs = actor.holds(CLINICIAN, patient.clinic_id)
        return Care(is_carer=True, places=read_places(session, patient) if signs else None)


def _patient(patient_id: uuid.UUID) -> str:
    return f"/clinic/patients/{patient_id}"
