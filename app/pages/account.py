"""Signing in and signing out."""

from urllib.parse import quote

from flask import Blueprint, make_response, redirect, request
from werkzeug.wrappers import Response

from app.cookies import open_session, remember, sign_in, sign_out
from app.http import SECOND_STEP, local_path, optional_actor, page
from app.identify import WRONG_WORDS, identify, identify_with_passkey
from app.languages import gettext as _
from app.languages import request_language

blueprint = Blueprint("account", __name__)

STARTS = {"patient": "/today", "clinician": "/clinic", "caregiver": "/care"}


@blueprint.get("/")
def start() -> Response:
    """Everybody's own first page."""
    actor = optional_actor()
    if actor is None:
        return redirect("/sign-in")
    if actor.withheld:
        return redirect(SECOND_STEP)
    return redirect(next((STARTS[held.role] for held in actor.roles), "/today"))


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
        return page(
            "account/sign_in.html",
            422,
            language=request_language(),
            next=going_to,
            email=email,
            error=_(WRONG_WORDS),
        )
    opened = open_session(person.id, "entered")
    to = local_path(going_to)
    if opened.actor.withheld:
        to = f"{SECOND_STEP}?next={quote(to)}"
    return remember(make_response(redirect(to)), opened)


@blueprint.post("/sign-in/passkey")
def enter_with_passkey() -> Response:
    """A passkey signs in alone: it is a device and what unlocks it."""
    person_id = identify_with_passkey(request.form.get("credential", ""))
    to = local_path(request.form.get("next", ""))
    return sign_in(make_response(redirect(to)), person_id, "passkey")


@blueprint.post("/sign-out")
def do_sign_out() -> Response:
    """End the session and go to the sign-in."""
    return sign_out(make_response(redirect("/sign-in")))
