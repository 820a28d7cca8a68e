"""A forgotten pass-phrase: a code from the clinic or from the mailbox, and new words."""

from flask import Blueprint, make_response, redirect, request
from werkzeug.wrappers import Response

from app.cookies import open_session, remember
from app.errors import BetweenError
from app.http import SECOND_STEP, current_now, parts
from app.identify import throttle, throttle_address
from app.languages import gettext as _
from app.languages import request_language
from app.pages.own import own_page
from app.pages.passphrase import wrong_passphrase
from app.services.accounts import fold_email, is_email, suggest_passphrase
from app.services.resets import ask_by_mail as keep_wish
from app.services.resets import opens_something, use_reset_code

blueprint = Blueprint("forgotten", __name__)

LETTERS_PER_EMAIL = 3
TRIES_PER_ADDRESS = 30


@blueprint.get("/sign-in/forgotten")
def show_ways() -> Response:
    """Where the code is typed, and where one is asked for."""
    return _page(200, {})


@blueprint.post("/sign-in/forgotten")
def ask_by_mail() -> Response:
    """The same answer whether somebody has that address or not."""
    if parts().settings.mail is None:
        raise BetweenError("not_found")
    email = request.form.get("email", "")
    if not is_email(email.strip()):
        return _page(422, {"email": _("Please give an e-mail address like name@example.org.")})
    throttle_address("forgotten")
    throttle(f"forgotten:{fold_email(email)}", LETTERS_PER_EMAIL)
    with parts().database.writing() as session:
        keep_wish(session, email, current_now())
    return _page(200, {}, asked=email.strip())


@blueprint.post("/sign-in/code")
def use_code() -> Response:
    """New words for whoever has the code. A second step that is owed is owed afterwards too."""
    throttle(f"reset:{request.remote_addr}", TRIES_PER_ADDRESS)
    code, passphrase = request.form.get("code", ""), request.form.get("passphrase", "")
    errors = _wrong_fields(code, passphrase)
    if errors:
        return _page(422, errors)
    with parts().database.writing() as session:
        device = request.user_agent.string
        person_id = use_reset_code(session, code, passphrase, device, current_now())
    opened = open_session(person_id, "entered")
    return remember(make_response(redirect(SECOND_STEP if opened.actor.withheld else "/", 303)), opened)


def _wrong_fields(code: str, passphrase: str) -> dict[str, str]:
    errors = wrong_passphrase(passphrase)
    with parts().database.reading() as session:
        if not opens_something(session, code, current_now()):
            errors["code"] = _(
                "This code is not known, was used, or has ended. Check the letters, or ask for a new one."
            )
    return errors


def _page(status: int, errors: dict[str, str], asked: str = "") -> Response:
    return own_page(
        "account/forgotten.html",
        status,
        errors=errors,
        asked=asked,
        by_mail=parts().settings.mail is not None,
        form=request.form.to_dict(),
        suggestion=suggest_passphrase(request_language()),
    )
