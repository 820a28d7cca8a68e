"""Inviting colleagues: by an administrator, with link, QR and a code to type. Patients are enrolled."""

from dataclasses import dataclass

import segno
from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.domain.roles import ADMINISTRATOR, STAFF
from app.http import current_actor, current_now, parts
from app.languages import LANGUAGES
from app.languages import gettext as _
from app.pages.contact_presenter import LANGUAGE_NAMES
from app.pages.frame import DeskFrame, desk_page, read_frame
from app.pages.words import role_name
from app.services.invitations import spell_code
from app.services.staff import invite_colleague

blueprint = Blueprint("invitations", __name__)

LONGEST_NAME = 120


@dataclass(frozen=True)
class Choices:
    """What an administrator may give: roles, and the clinic's languages."""

    roles: list[tuple[str, str]]
    languages: list[tuple[str, str]]


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
    held = current_actor().in_role(ADMINISTRATOR)
    with parts().database.writing() as session:
        invitation, code = invite_colleague(
            session, held, form["role"], form["name"], form["language"], current_now()
        )
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


def _render(form: dict[str, str], errors: dict[str, str]) -> Response:
    frame, choices = _read()
    status = 422 if errors else 200
    return desk_page(
        "account/invite.html", frame, status=status, choices=choices, form=form, errors=errors, made=None
    )


def _read() -> tuple[DeskFrame, Choices]:
    with parts().database.reading() as session:
        frame = read_frame(session, current_actor().in_role(ADMINISTRATOR))
    return frame, Choices(
        [(role, role_name(role)) for role in STAFF],
        [(one, LANGUAGE_NAMES[one]) for one in LANGUAGES if one in frame.clinic.languages],
    )


def _wrong_fields(form: dict[str, str], choices: Choices) -> dict[str, str]:
    errors = {}
    if not 1 <= len(form.get("name", "").strip()) <= LONGEST_NAME:
        errors["name"] = _("Please give a name, so that the invitation greets the right person.")
    if form.get("role") not in dict(choices.roles):
        errors["role"] = _("Please choose as what.")
    if form.get("language") not in dict(choices.languages):
        errors["language"] = _("Please choose a language.")
    return errors
