"""A form that comes with its own sign-in, because the session ended meanwhile: nothing typed is lost."""

from flask import Response, after_this_request, request

from app.cookies import Opened, open_session, remember
from app.errors import BetweenError
from app.http import AGAIN, again_page, needs_session
from app.identify import WRONG_CODE, WRONG_WORDS, identify, identify_with_passkey, prove_with_code
from app.languages import gettext as _


def sign_in_again() -> Response | None:
    """Sign in with what the page that asks for it sent along; then the form goes its usual way, once."""
    if request.method != "POST" or request.path.startswith("/api/") or needs_session() is None:
        return None
    if not any(name.startswith(AGAIN) for name in request.form):
        return None
    try:
        opened = _enter()
    except BetweenError as error:
        return again_page(error.problem.status, _(error.problem.sentence))
    if isinstance(opened, str):
        return again_page(422, opened)
    answered: Opened = opened

    @after_this_request
    def tell_browser(response: Response) -> Response:
        return remember(response, answered)

    return None


def _enter() -> Opened | str:
    """The session, or the sentence that says why not."""
    form = request.form
    if form.get(AGAIN + "passkey"):
        return open_session(identify_with_passkey(form[AGAIN + "passkey"]), "passkey")
    person = identify(form.get(AGAIN + "email", ""), form.get(AGAIN + "passphrase", ""))
    if person is None:
        return _(WRONG_WORDS)
    if person.second_factor_at is None:
        return open_session(person.id, "entered")
    shown = prove_with_code(person.id, form.get(AGAIN + "code", ""))
    return _(WRONG_CODE) if shown is None else open_session(person.id, shown)
