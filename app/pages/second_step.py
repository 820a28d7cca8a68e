"""The second step: shown to get in, set up where there is none, looked at where it was just shown."""

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.cookies import open_session, remember
from app.http import SECOND_STEP, current_actor, current_now, parts
from app.identify import WRONG_CODE, prove_with_code
from app.languages import gettext as _
from app.pages.own import going_to, own_page, read_own
from app.services.actors import must_prove
from app.services.second_factors import FRESH, may_change, read_factors

blueprint = Blueprint("second_step", __name__, url_prefix=SECOND_STEP)


@blueprint.get("")
def show() -> AnyResponse:
    """Which of the three pages it is depends on what there is and what was just shown."""
    actor = current_actor()
    with parts().database.reading() as session:
        person, factors = read_own(session), read_factors(session, actor.person_id)
        has_to = must_prove(session, actor.person_id)
        may = may_change(session, actor, current_now())
    if not may:
        return _ask(200, None)
    return own_page(
        "account/second_step.html",
        factors=factors,
        has_to=has_to,
        is_first=person.second_factor_at is None,
        next=going_to(),
        zone=actor.zone,
    )


@blueprint.post("")
def prove() -> AnyResponse:
    """A code of the app, or one from paper. The session that follows is a new one."""
    actor = current_actor()
    shown = prove_with_code(actor.person_id, request.form.get("code", ""))
    if shown is None:
        return _ask(422, _(WRONG_CODE))
    # Whoever had to take a code from paper has something to set up anew.
    to = SECOND_STEP if shown == "recovery" else going_to()
    return remember(make_response(redirect(to, 303)), open_session(actor.person_id, shown))


def _ask(status: int, error: str | None) -> Response:
    with parts().database.reading() as session:
        factors = read_factors(session, current_actor().person_id)
    is_again = current_actor().proved_at is not None
    return own_page(
        "account/second_step_ask.html",
        status,
        factors=factors,
        is_again=is_again,
        minutes=int(FRESH.total_seconds() // 60),
        error=error,
        next=going_to(),
    )
