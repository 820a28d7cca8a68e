"""Enrolling a patient in the room: one page in, one sheet out, with a code that is shown once."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import segno
from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.http import current_actor, current_now, parts
from app.languages import LANGUAGES, format_full_day, local, translate
from app.languages import gettext as _
from app.models import Invitation, Patient
from app.pages.frame import DeskFrame, desk_page, read_frame
from app.pages.join import LONGEST_NAME
from app.schemas.fields import read_identifier
from app.services import enrolment
from app.services.access import find_visitor
from app.services.accounts import fold_email, is_email
from app.services.actors import Role
from app.services.enrolment import EnrolledBeforeError, NewPatient
from app.services.invitations import read_leads, spell_code

blueprint = Blueprint("enrolment", __name__)

PHONE, PAPER = "phone", "paper"


@dataclass(frozen=True)
class Form:
    """The page: whom it may be led by, for which role, what was typed, a sentence for each wrong field.

    `leads_own`: the first of `leads` is who fills it in.
    """

    leads: list[tuple[uuid.UUID, str]]
    leads_own: bool
    role: str
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    patient: str = ""


@blueprint.get("/clinic/enroll")
def show_form() -> Response:
    """Name, e-mail or none, language, lead: no more is needed in the room."""
    return _form_page({}, {}, 200)


@blueprint.post("/clinic/enroll")
def enrol_patient() -> Response:
    """Make the record; with a phone, the sheet and its code follow at once."""
    form = request.form
    new = _read(form)
    if isinstance(new, dict):
        return _form_page(form, new, 422)
    held = current_actor().as_receiver()
    try:
        with parts().database.writing() as session:
            if not form.get("same-name") and enrolment.names_known(session, held.clinic_id, new.name):
                same = _("A patient of this name is here already. If this is somebody else, say so below.")
                return _form_page(form, {"same": same}, 422)
            patient = enrolment.enrol(session, current_actor(), held, new, current_now())
            made = _give(session, patient) if form.get("how") != PAPER else None
    except EnrolledBeforeError:
        before = {"form": _("This form was sent before, and the patient is enrolled.")}
        return _form_page(form, before, 409)
    return redirect(url_for("patient.show_patient", patient_id=new.id), 303) if made is None else _sheet(made)


@blueprint.post("/clinic/patients/<uuid:patient_id>/code")
def give_code(patient_id: uuid.UUID) -> Response:
    """Another code: the one before opens nothing more."""
    with parts().database.writing() as session:
        made = _give(session, find_visitor(session, current_actor(), patient_id))
    return _sheet(made)


@dataclass(frozen=True)
class Made:
    """A code, while it is shown."""

    invitation: Invitation
    code: str
    patient_id: uuid.UUID


def _give(session: Session, patient: Patient) -> Made:
    held = current_actor().as_receiver(patient.clinic_id)
    email = fold_email(request.form.get("email", ""))
    invitation, code = enrolment.give_code(session, held, patient, email, current_now())
    return Made(invitation, code, patient.id)


def _sheet(made: Made) -> Response:
    """In the patient's language; around it, in the reader's, what to do with it."""
    frame = _frame()
    language, url = made.invitation.language, f"{parts().settings.public_url}/join/{made.code}"
    until = local(made.invitation.expires_at, frame.clinic.zone).date()
    return desk_page(
        "desk/sheet.html",
        frame,
        say=partial(translate, language),
        spoken=language,
        crisis=parts().settings.crisis,
        sheet={
            "patient_id": made.patient_id,
            "name": made.invitation.name,
            "url": url,
            "short_url": f"{parts().settings.public_url}/join",
            "code": spell_code(made.code),
            "qr": segno.make(url, error="m").svg_data_uri(border=2, dark="#20252E", light="#FFFFFF"),
            "until": format_full_day(until, language),
        },
    )


def _frame() -> DeskFrame:
    with parts().database.reading() as session:
        return read_frame(session)


def _form_page(values: Mapping[str, str], errors: Mapping[str, str], status: int) -> Response:
    held = current_actor().as_receiver()
    with parts().database.reading() as session:
        frame = read_frame(session, held)
        leads = read_leads(session, held.clinic_id)
    return desk_page("desk/enroll.html", frame, status=status, form=_form(leads, held, values, errors))


def _form(
    leads: list[tuple[uuid.UUID, str]], held: Role, values: Mapping[str, str], errors: Mapping[str, str]
) -> Form:
    """A clinician leads the own patients unless told; everybody else says who does."""
    mine = [one for one in leads if one[0] == held.membership_id]
    others = [one for one in leads if one not in mine]
    patient = values.get("patient") or str(uuid.uuid4())
    return Form([*mine, *others], bool(mine), held.role, values, errors, patient)


def _read(form: Mapping[str, str]) -> NewPatient | dict[str, str]:
    errors: dict[str, str] = {}
    name, email = form.get("name", "").strip(), form.get("email", "").strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        errors["name"] = _("Please give the patient’s name, in at most {n} characters.", n=LONGEST_NAME)
    if email and not is_email(email):
        errors["email"] = _("Please give an e-mail address like name@example.org, or none.")
    if form.get("language") not in LANGUAGES:
        errors["language"] = _("Please choose a language.")
    patient_id, lead_id = read_identifier(form.get("patient", "")), read_identifier(form.get("lead", ""))
    if lead_id is None:
        errors["lead"] = _("Please choose who leads the treatment.")
    if form.get("adult") != "yes":
        errors["adult"] = _("Between is for people of 18 or over.")
    if errors or lead_id is None:
        return errors
    return NewPatient(patient_id or uuid.uuid4(), name, form["language"], lead_id)
