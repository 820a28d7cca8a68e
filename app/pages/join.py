"""Joining with an invitation: a link, a QR, or a code typed into the installed app."""

import uuid

import sqlalchemy as sa
from flask import Blueprint, make_response, redirect, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.cookies import sign_in
from app.errors import BetweenError
from app.http import current_now, page, parts
from app.identify import identify, throttle_address
from app.languages import LANGUAGES, mark, request_language
from app.languages import gettext as _
from app.models import Clinic, Person
from app.pages.passphrase import wrong_passphrase
from app.services.accounts import (
    create_person,
    fold_email,
    is_email,
    suggest_passphrase,
)
from app.services.invitations import Invited, accept_invitation, find_invitation, read_code

blueprint = Blueprint("join", __name__)

LONGEST_NAME = 120
TAKEN = mark("This e-mail is in use. Give the pass-phrase that belongs to it, or another e-mail.")


@blueprint.get("/join")
def show_code() -> Response:
    """Where a code is typed: a home-screen app shares neither links nor cookies with the browser."""
    return page("account/join.html", language=request_language(), code="", error=None)


@blueprint.post("/join")
def type_code() -> Response:
    """On to the invitation of the typed code."""
    throttle_address("join")
    typed = request.form.get("code", "")
    try:
        with parts().database.reading() as session:
            find_invitation(session, typed, current_now())
    except BetweenError as error:
        sentence = _(error.problem.sentence)
        return page("account/join.html", 422, language=request_language(), code=typed, error=sentence)
    return redirect(f"/join/{read_code(typed)}")


@blueprint.get("/join/<token>")
def show_invitation(token: str) -> Response:
    """Who invites, to what, and the form. Looking uses nothing up."""
    throttle_address("join")
    with parts().database.reading() as session:
        invited = find_invitation(session, token, current_now())
    return _form_page(invited, {}, 200)


@blueprint.post("/join/<token>")
def accept(token: str) -> Response:
    """Make the person, or take the one who proves to be there already, and open the role."""
    throttle_address("join")
    with parts().database.reading() as session:
        invited = find_invitation(session, token, current_now())
    errors = _wrong_fields(invited)
    if errors:
        return _form_page(invited, errors, 422)
    known = identify(request.form["email"], request.form["passphrase"])
    try:
        person_id = _join(token, known)
    except IntegrityError:
        return _form_page(invited, {"email": _(TAKEN)}, 422)
    if person_id is None:
        return _form_page(invited, {"email": _(TAKEN)}, 422)
    return sign_in(make_response(redirect("/")), person_id)


def _join(token: str, known: Person | None) -> uuid.UUID | None:
    """The person who joined, or None when the address belongs to somebody who gave another pass-phrase."""
    with parts().database.writing() as session:
        # Looked up anew: somebody else may have used it while the pass-phrase was being hashed.
        invited = find_invitation(session, token, current_now())
        if known is None and _is_taken(session, request.form["email"]):
            return None
        person = known or _make_person(session, invited)
        accept_invitation(session, invited.invitation, person, current_now())
        return person.id


def _make_person(session: Session, invited: Invited) -> Person:
    """A new person lives, until the phone says otherwise, in the clinic's zone."""
    return create_person(
        session,
        name=request.form["name"],
        email=request.form["email"],
        passphrase=request.form["passphrase"],
        language=request.form["language"],
        zone=session.get_one(Clinic, invited.invitation.clinic_id).zone,
        now=current_now(),
    )


def _is_taken(session: Session, email: str) -> bool:
    return session.scalar(sa.select(Person.id).where(Person.email == fold_email(email))) is not None


def _wrong_fields(invited: Invited) -> dict[str, str]:
    form = request.form
    errors = {}
    if not 1 <= len(form.get("name", "").strip()) <= LONGEST_NAME:
        errors["name"] = _("Please give the name the clinic knows you by.")
    if not is_email(form.get("email", "").strip()):
        errors["email"] = _("Please give an e-mail address like name@example.org.")
    if form.get("language") not in LANGUAGES:
        errors["language"] = _("Please choose a language.")
    if invited.invitation.role == "patient" and form.get("adult") != "yes":
        errors["adult"] = _("Between is for people of 18 or over.")
    return errors | wrong_passphrase(form.get("passphrase", ""))


def _form_page(invited: Invited, errors: dict[str, str], status: int) -> Response:
    language = request_language()
    if "language" not in request.args and not request.form:
        language = invited.invitation.language
    return page(
        "account/join_accept.html",
        status,
        language=language,
        invitation={
            "clinic_name": invited.clinic_name,
            "role": invited.invitation.role,
            "invited_by": invited.inviter_name,
            "name": invited.invitation.name,
            "email": invited.invitation.email,
        },
        form=request.form.to_dict(),
        errors=errors,
        suggestion=suggest_passphrase(language),
    )
