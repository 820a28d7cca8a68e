"""An app that makes codes: its picture, its first code, its end."""

from urllib.parse import quote

import segno
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.cookies import open_session, remember
from app.http import current_actor, current_now, parts
from app.identify import TRIES_PER_CODE, throttle
from app.languages import gettext as _
from app.languages import mark
from app.pages.own import going_to, is_fresh, own_page, read_own, to_second_step
from app.pages.recovery import codes_page
from app.services.code_apps import address_of, begin_app, confirm_app, read_pending, remove_app
from app.services.recovery_codes import first_recovery_codes
from app.services.second_factors import check_may_change, settle_factors

WRONG_FIRST = mark("This is not what the app shows now. Wait for the next six digits, then type those.")

blueprint = Blueprint("code_app", __name__, url_prefix="/account/app")


@blueprint.post("")
def begin() -> AnyResponse:
    """A new secret, which waits for its first code. Another app goes on until then."""
    actor, now = current_actor(), current_now()
    if not is_fresh():
        return to_second_step()
    with parts().database.writing() as session:
        begin_app(session, parts().factor_key, actor.person_id, now)
    return redirect(f"/account/app?next={quote(going_to())}", 303)


@blueprint.get("")
def show() -> AnyResponse:
    """The picture once more, as long as the first code was not typed."""
    return _setup(200, None) if is_fresh() else to_second_step()


@blueprint.post("/code")
def confirm() -> AnyResponse:
    """The first code proves that the app has the secret."""
    actor, now, code = current_actor(), current_now(), request.form.get("code", "")
    throttle(f"code:{actor.person_id}", TRIES_PER_CODE)
    if not is_fresh():
        return to_second_step()
    with parts().database.writing() as session:
        confirmed = confirm_app(session, parts().factor_key, actor.person_id, code, now)
        if confirmed:
            settle_factors(session, actor.person_id, "second_factor.app_added", now)
    return _after_first_code() if confirmed else _setup(422, _(WRONG_FIRST))


@blueprint.post("/remove")
def remove() -> AnyResponse:
    """No code of the app is taken any more."""
    actor, now = current_actor(), current_now()
    with parts().database.writing() as session:
        check_may_change(session, actor, now)
        remove_app(session, actor.person_id)
        settle_factors(session, actor.person_id, "second_factor.app_removed", now)
    return to_second_step()


def _after_first_code() -> Response:
    with parts().database.writing() as session:
        codes = first_recovery_codes(session, current_actor().person_id, current_now())
    opened = open_session(current_actor().person_id, "proved")
    return remember(codes_page(codes, going_to()) if codes else to_second_step(), opened)


def _setup(status: int, error: str | None) -> AnyResponse:
    with parts().database.reading() as session:
        secret = read_pending(session, parts().factor_key, current_actor().person_id)
        person = read_own(session)
    if secret is None:
        return to_second_step()
    picture = segno.make(address_of(secret, person.email or person.name), error="m")
    return own_page(
        "account/code_app.html",
        status,
        qr=picture.svg_data_uri(border=2, dark="#20252E", light="#FFFFFF"),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        error=error,
        next=going_to(),
    )
