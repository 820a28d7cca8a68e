"""Inviting a patient or a colleague: one page with link, QR and a code to type."""

import segno
from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.http import current_actor, current_now, page, parts
from app.languages import LANGUAGES, request_language
from app.languages import gettext as _
from app.models import Membership
from app.services.invitations import invite, spell_code

blueprint = Blueprint("invitations", __name__)

ROLES = ("patient", "clinician")


@blueprint.get("/clinic/invitations")
def show_form() -> Response:
    """Who is invited, and as what."""
    return page("account/invite.html", form={}, errors={}, made=None, language=request_language())


@blueprint.post("/clinic/invitations")
def make_invitation() -> Response:
    """Make the invitation and show its code, once."""
    form = request.form.to_dict()
    errors = _wrong_fields(form)
    if errors:
        return page(
            "account/invite.html", 422, form=form, errors=errors, made=None, language=request_language()
        )
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
    return page("account/invite.html", form={}, errors={}, made=made, language=request_language())


def _wrong_fields(form: dict[str, str]) -> dict[str, str]:
    errors = {}
    if not 1 <= len(form.get("name", "").strip()) <= 120:
        errors["name"] = _("Please give a name, so that the invitation greets the right person.")
    if form.get("role") not in ROLES:
        errors["role"] = _("Please choose patient or clinician.")
    if form.get("language") not in LANGUAGES:
        errors["language"] = _("Please choose a language.")
    return errors
