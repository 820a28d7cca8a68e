"""Signing in and signing out."""

import uuid
from urllib.parse import quote

from flask import Blueprint, make_response, redirect, request
from werkzeug.wrappers import Response

from app.cookies import open_session, remember, sign_in, sign_out
from app.errors import CATALOGUE, Problem
from app.http import SECOND_STEP, local_path, optional_actor, page, parts
from app.identify import WRONG_WORDS, identify, identify_with_passkey
from app.languages import gettext as _
from app.languages import request_language
from app.services.actors import load_actor, why_no_place

blueprint = Blueprint("account", __name__)

STARTS = {
    "patient": "/today",
    "caregiver": "/care",
    "clinician": "/clinic",
    "nurse": "/clinic",
    "front_desk": "/clinic",
    "administrator": "/clinic/settings",
}


@blueprint.get("/")
def start() -> Response:
    """Everybody's own first page."""
    actor = optional_actor()
    if actor is None:
        return redirect("/sign-in")
    if actor.withheld:
        return redirect(SECOND_STEP)
    return redirect(next((STARTS[held.role] for held in actor.roles if held.role in STARTS), "/today"))


@blueprint.get("/sign-in")
def show_sign_in() -> Response:
    """The form."""
    return page(
        "account/sign_in.html",
        language=request_language(),
        next=request.args.get("next", ""),
        email="",
        error=None,
    )


@blueprint.post("/sign-in")
def do_sign_in() -> Response:
    """The same answer for an unknown address and a wrong pass-phrase."""
    email, going_to = request.form.get("email", ""), request.form.get("next", "")
    person = identify(email, request.form.get("passphrase", ""))
    if person is None:
        return _refuse(_(WRONG_WORDS), 422)
    no_place = _no_place(person.id)
    if no_place is not None:
        return _refuse(_(no_place.sentence), 403)
    opened = open_session(person.id, "entered")
    to = local_path(going_to)
    if opened.actor.withheld:
        to = f"{SECOND_STEP}?next={quote(to)}"
    return remember(make_response(redirect(to)), opened)


@blueprint.post("/sign-in/passkey")
def enter_with_passkey() -> Response:
    """A passkey signs in alone: it is a device and what unlocks it."""
    person_id = identify_with_passkey(request.form.get("credential", ""))
    no_place = _no_place(person_id)
    if no_place is not None:
        return _refuse(_(no_place.sentence), 403)
    to = local_path(request.form.get("next", ""))
    return sign_in(make_response(redirect(to)), person_id, "passkey")


def _refuse(error: str, status: int) -> Response:
    """The form again, with what was typed and why it did not open."""
    form = request.form
    return page(
        "account/sign_in.html",
        status,
        language=request_language(),
        next=form.get("next", ""),
        email=form.get("email", ""),
        error=error,
    )


def _no_place(person_id: uuid.UUID) -> Problem | None:
    """Why somebody who proved to be who they are may not come in."""
    with parts().database.reading() as session:
        actor = load_actor(session, person_id)
        if actor is None or actor.roles:
            return None
        return CATALOGUE[why_no_place(session, person_id)]


@blueprint.post("/sign-out")
def do_sign_out() -> Response:
    """End the session and go to the sign-in."""
    return sign_out(make_response(redirect("/sign-in")))
