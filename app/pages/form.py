"""POST /check-in/<language>: the same check-in from a browser without script."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, request
from marshmallow import ValidationError

from app.cookies import sign_in
from app.db import UNAVAILABLE
from app.domain.check_in import Arrival
from app.errors import BUSY_SECONDS, BetweenError
from app.http import current_now, optional_actor, page, parts
from app.identify import identify
from app.languages import LANGUAGES
from app.languages import gettext as _
from app.limits import count_form
from app.models import Visit
from app.pages.filled_form import answers_of, hand_in
from app.schemas.fields import read_uuid
from app.schemas.form import FilledIn, keep_form
from app.services.access import own_records
from app.services.actors import Actor, load_actor
from app.services.intake import Receipt
from app.services.visits import next_in_window

blueprint = Blueprint("form", __name__)

NOT_ANSWERS = ("email", "passphrase")


@blueprint.post("/check-in/<language>")
def send_form(language: str) -> Response:
    """Store the form as one check-in. Without a sign-in the answers ride along to one, so nothing is lost."""
    if language not in LANGUAGES:
        abort(404)
    try:
        return _send(language)
    except BetweenError as error:
        # Whatever refused it: the answers stay in the page, with help and a way to send them again.
        return _refused(language, error)
    except UNAVAILABLE:
        return _refused(language, BetweenError("busy", retry_after=BUSY_SECONDS))


def _refused(language: str, error: BetweenError) -> Response:
    response = _sign_in_page(language, _(error.problem.sentence), error.problem.status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _send(language: str) -> Response:
    actor = optional_actor()
    count_form(actor)
    if actor is not None:
        return _stored_page(language, actor, _store(actor, language))
    if not request.form.get("email"):
        return _sign_in_page(language, None, 401)
    person = identify(request.form["email"], request.form.get("passphrase", ""))
    if person is None:
        sentence = _("This e-mail and pass-phrase do not go together. Please try again.")
        return _sign_in_page(language, sentence, 422)
    with parts().database.reading() as session:
        actor = load_actor(session, person.id)
    assert actor is not None
    return sign_in(_stored_page(language, actor, _store(actor, language)), person.id)


def _sign_in_page(language: str, error: str | None, status: int) -> Response:
    answers = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_ANSWERS]
    return page(
        "account/form_sign_in.html",
        status,
        language=language,
        answers=answers,
        email=request.form.get("email", ""),
        error=error,
        positive=request.form.get("phq9-9") in ("1", "2", "3"),
    )


def _stored_page(language: str, actor: Actor, receipt: Receipt) -> Response:
    return page(
        "account/form_stored.html",
        language=language,
        name=actor.name,
        is_over=not any(held.role == "patient" for held in actor.roles),
        receipt=receipt,
        positive=request.form.get("phq9-9") in ("1", "2", "3"),
    )


def _store(actor: Actor, language: str) -> Receipt:
    now = current_now()
    with parts().database.reading() as session:
        patient = session.scalars(own_records(actor)).first()
        if patient is None:
            raise BetweenError("not_allowed" if actor.roles else "no_place")
        visit = next_in_window(session, patient, now)
    form = FilledIn(patient.clinic_id, patient.id, "form", actor.zone)
    arrival = keep_form(form, _form_id(), _said(language, now), now)
    return hand_in(actor.person_id, _before(arrival, visit), now)


def _before(arrival: Arrival, visit: Visit | None) -> Arrival:
    """The visit is no part of the bytes: the same form is the same, whatever was booked meanwhile."""
    if visit is None or arrival.facts is None:
        return arrival
    return replace(arrival, facts=replace(arrival.facts, visits=(visit.id,)))


def _said(language: str, now: datetime) -> dict[str, Any]:
    """The answers, and the day: a browser may show a kept page, with its old id, again next week."""
    return {"day": now.date().isoformat(), **answers_of(request.form, language)}


def _form_id() -> uuid.UUID:
    """The page's hidden id; a page that lost it still counts, under a new one."""
    try:
        return read_uuid(request.form.get("id"))
    except ValidationError:
        return uuid.uuid4()
