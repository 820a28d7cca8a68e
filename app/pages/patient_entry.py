"""A patient's ways in, on the desk: for whoever has lost a phone or forgotten the words."""

import uuid

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.pages.entry_help import drop_helped_factor, end_helped_device, hand_out, show_help
from app.services.entry_help import find_helped_patient

blueprint = Blueprint("patient_entry", __name__, url_prefix="/clinic/patients/<uuid:patient_id>/entry")


@blueprint.get("")
def show(patient_id: uuid.UUID) -> Response:
    """Devices, second step, and the way to a new pass-phrase."""
    return show_help(find_helped_patient, patient_id, _patient(patient_id))


@blueprint.post("/code")
def make_code(patient_id: uuid.UUID) -> Response:
    """A code for the patient, shown once."""
    return hand_out(find_helped_patient, patient_id, _patient(patient_id))


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


def _patient(patient_id: uuid.UUID) -> str:
    return f"/clinic/patients/{patient_id}"
