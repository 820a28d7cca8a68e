"""Inviting: patients by whoever sees them, colleagues by an administrator. Link, QR and a code to type."""

import uuid
from dataclasses import dataclass

import segno
from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.domain.roles import ADMINISTRATOR, CLINICIAN, MAY_INVITE, PATIENT, STAFF
from app.http import current_actor, current_now, parts
from app.languages import LANGUAGES
from app.languages import gettext as _
from app.models import Invitation, Membership
from app.pages.contact_presenter import LANGUAGE_NAMES
from app.pages.frame import DeskFrame, desk_page, read_frame
from app.pages.words import role_name
from app.services.invitations import invite, read_leads, spell_code
from app.services.staff import invite_colleague

blueprint = Blueprint("invitations", __name__)

LONGEST_NAME = 120


@dataclass(frozen=True)
class Choices:
    """What this person may give: roles, and for patients the languages and who could lead them."""

    roles: list[tuple[str, str]]
    languages: list[tuple[str, str]]
    leads: list[tuple[uuid.UUID, str]]
    own_id: uuid.UUID | None


@blueprint.get("/clinic/invitations")
def show_form() -> Response:
    """Who is invited, and as what."""
    return _render({}, {})


@blueprint.post("/clinic/invitations")
def make_invitation() -> Response:
    """Make the invitation and show its code, once."""
    form = request.form.to_dict()
    frame, choices = _read()
    errors = _wrong_fields(form, choices)
    if errors:
        return _render(form, errors)
    with parts().database.writing() as session:
        invitation, code = _invite(session, form, choices)
    url = f"{parts().settings.public_url}/join/{code}"
    made = {
        "name": invitation.name,
        "role": invitation.role,
        "url": url,
        "code": spell_code(code),
        "qr": segno.make(url, error="m").svg_data_uri(border=2, dark="#20252E", light="#FFFFFF"),
        "until": invitation.expires_at,
    }
    return desk_page("account/invite.html", frame, choices=choices, form={}, errors={}, made=made)


def _invite(session: Session, form: dict[str, str], choices: Choices) -> tuple[Invitation, str]:
    actor, now = current_actor(), current_now()
    held = actor.as_staff()
    role, name, language = form["role"], form["name"], form["language"]
    if role != PATIENT:
        return invite_colleague(
            session, actor.in_role(ADMINISTRATOR, held.clinic_id), role, name, language, now
        )
    return invite(
        session,
        inviter=session.get_one(Membership, (held.clinic_id, held.membership_id)),
        role=role,
        name=name,
        language=language,
        now=now,
        lead_id=_lead(form, choices),
    )


def _render(form: dict[str, str], errors: dict[str, str]) -> Response:
    frame, choices = _read()
    status = 422 if errors else 200
    return desk_page(
        "account/invite.html", frame, status=status, choices=choices, form=form, errors=errors, made=None
    )


def _read() -> tuple[DeskFrame, Choices]:
    actor = current_actor()
    held = actor.as_staff()
    with parts().database.reading() as session:
        frame = read_frame(session, held)
        leads = read_leads(session, held.clinic_id)
    given = {role for one in actor.roles if one.clinic_id == held.clinic_id for role in MAY_INVITE[one.role]}
    return frame, Choices(
        [(role, role_name(role)) for role in (PATIENT, *STAFF) if role in given],
        [(one, LANGUAGE_NAMES[one]) for one in LANGUAGES if one in frame.clinic.languages],
        leads,
        held.membership_id if held.role == CLINICIAN else None,
    )


def _lead(form: dict[str, str], choices: Choices) -> uuid.UUID | None:
    """Whose patient it will be: a clinician's own, unless the form names another."""
    return next((one for one, _name in choices.leads if str(one) == form.get("lead")), choices.own_id)


def _wrong_fields(form: dict[str, str], choices: Choices) -> dict[str, str]:
    errors = {}
    if not 1 <= len(form.get("name", "").strip()) <= LONGEST_NAME:
        errors["name"] = _("Please give a name, so that the invitation greets the right person.")
    if form.get("role") not in dict(choices.roles):
        errors["role"] = _("Please choose as what.")
    if form.get("language") not in dict(choices.languages):
        errors["language"] = _("Please choose a language.")
    if form.get("role") == PATIENT and _lead(form, choices) is None:
        errors["lead"] = _("Please choose a clinician. A patient is never without one.")
    return errors
