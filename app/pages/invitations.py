"""Inviting a patient or a colleague: one page with link, QR and a code to type."""

import segno
from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.http import current_actor, current_now, parts
from app.languages import LANGUAGES
from app.languages import gettext as _
from app.models import Membership
from app.pages.frame import DeskFrame, desk_page, read_frame
from app.services.invitations import invite, spell_code

blueprint = Blueprint("invitations", __name__)

ROLES = ("patient", "clinician")


@blueprint.get("/clinic/invitations")
def show_form() -> Response:
    """Who is invited, and as what."""
    return desk_page("account/invite.html", _frame(), form={}, errors={}, made=None)


@blueprint.post("/clinic/invitations")
def make_invitation() -> Response:
    """Make the invitation and show its code, once."""
    form = request.form.to_dict()
    errors = _wrong_fields(form)
    if errors:
        return desk_page("account/invite.html", _frame(), status=422, form=form, errors=errors, made=None)
    actor = current_actor()
    held = actor.as_clinician()
    with parts().database.writing() as session:
        inviter = session.get_one(Membership, (held.clinic_id, held.membership_id))
        invitation, code = invite(
            session,
            inviter=inviter,
            role=form["role"],
            name=form["name"],
            language=form["language"],
            now=current_now(),
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
    return desk_page("account/invite.html", _frame(), form={}, errors={}, made=made)


def _frame() -> DeskFrame:
    with parts().database.reading() as session:
        return read_frame(session)


def _wrong_fields(form: dict[str, str]) -> dict[str, str]:
    errors = {}
    if not 1 <= len(form.get("name", "").strip()) <= 120:
        errors["name"] = _("Please give a name, so that the invitation greets the right person.")
    if form.get("role") not in ROLES:
        errors["role"] = _("Please choose patient or clinician.")
    if form.get("language") not in LANGUAGES:
        errors["language"] = _("Please choose a language.")
    return errors
