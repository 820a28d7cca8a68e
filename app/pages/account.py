"""Signing in and signing out."""

from flask import Blueprint, make_response, redirect, request
from werkzeug.wrappers import Response

from app.cookies import sign_in, sign_out
from app.http import local_path, optional_actor, page
from app.identify import identify
from app.languages import gettext as _
from app.languages import mark, request_language

blueprint = Blueprint("account", __name__)

WRONG = mark("This e-mail and pass-phrase do not go together. Please try again.")
STARTS = {"patient": "/today", "clinician": "/clinic", "caregiver": "/care"}


@blueprint.get("/")
def start() -> Response:
    """Everybody's own first page."""
    actor = optional_actor()
    if actor is None:
        return redirect("/sign-in")
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
        return page(
            "account/sign_in.html",
            422,
            language=request_language(),
            next=going_to,
            email=email,
            error=_(WRONG),
        )
    return sign_in(make_response(redirect(local_path(going_to))), person.id)


@blueprint.post("/sign-out")
def do_sign_out() -> Response:
    """End the session and go to the sign-in."""
    return sign_out(make_response(redirect("/sign-in")))
