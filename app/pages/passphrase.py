"""New words of one's own choice, by whoever knows the old ones."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.cookies import own_tokens
from app.http import current_actor, current_now, parts
from app.identify import identify
from app.languages import gettext as _
from app.languages import request_language
from app.pages.own import own_page, read_own
from app.services.accounts import (
    LONGEST_PASSPHRASE,
    SHORTEST_PASSPHRASE,
    hash_passphrase,
    suggest_passphrase,
)
from app.services.resets import set_passphrase

blueprint = Blueprint("passphrase", __name__, url_prefix="/account/passphrase")


@blueprint.get("")
def show() -> Response:
    """The form."""
    return _page(200, {})


@blueprint.post("")
def change() -> Response:
    """Every other session ends; this one goes on as it was."""
    actor, passphrase = current_actor(), request.form.get("passphrase", "")
    errors = wrong_passphrase(passphrase)
    with parts().database.reading() as session:
        email = read_own(session).email or ""
    if not errors and identify(email, request.form.get("old", "")) is None:
        errors["old"] = _("These are not your words of now.")
    if errors:
        return _page(422, errors)
    new = hash_passphrase(passphrase)
    with parts().database.writing() as session:
        set_passphrase(session, actor.person_id, new, request.user_agent.string, current_now(), own_tokens())
    return redirect("/account/devices", 303)


def wrong_passphrase(passphrase: str) -> dict[str, str]:
    """What is wrong with new words, by the field's name."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        return {"passphrase": _("Please use 15 characters or more. Four or five words are good.")}
    if len(passphrase) > LONGEST_PASSPHRASE:
        return {"passphrase": _("Please use 256 characters or fewer.")}
    return {}


def _page(status: int, errors: dict[str, str]) -> Response:
    return own_page(
        "account/passphrase.html", status, errors=errors, suggestion=suggest_passphrase(request_language())
    )
