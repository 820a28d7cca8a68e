"""POST /check-in/<language>: the same check-in from a browser without script."""

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from app.cookies import sign_in
from app.db import UNAVAILABLE
from app.domain.check_in import Arrival
from app.domain.note import DIMENSIONS
from app.errors import BUSY_SECONDS, BetweenError
from app.http import current_now, optional_actor, page, parts
from app.identify import identify
from app.languages import LANGUAGES
from app.languages import gettext as _
from app.limits import count_form
from app.models import Patient
from app.schemas.envelope import FORMAT, UnreadableError
from app.schemas.fields import read_uuid
from app.schemas.form import read_form
from app.services.access import own_records
from app.services.actors import Actor, load_actor
from app.services.intake import Handed, Receipt

blueprint = Blueprint("form", __name__)

ITEMS = {"phq9": 9, "gad7": 7}
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
    handed = Handed(actor.person_id, [_arrival(patient, actor, language, now)], now)
    (receipt,) = parts().intake.take(handed)
    current_app.extensions["metrics"].count_item("needs_repair" if receipt.needs_repair else receipt.status)
    return receipt


def _arrival(patient: Patient, actor: Actor, language: str, now: datetime) -> Arrival:
    """The bytes kept are the answers and the day, so that a form sent twice is a duplicate, no conflict.

    The day is there because a browser may show a kept page, with its old id, again next week.
    """
    item_id = _form_id()
    said = answers_of(request.form, language)
    kept = json.dumps(
        {"format": FORMAT, "id": str(item_id), "day": now.date().isoformat(), **said}, sort_keys=True
    ).encode()
    facts, repair = None, ""
    try:
        facts = read_form(kept, item_id, actor.zone, now)
    except UnreadableError as error:
        repair = str(error)
    return Arrival(
        client_id=item_id,
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        source="form",
        key_id="",
        sealed=kept,
        sha256=hashlib.sha256(kept).digest(),
        facts=facts,
        repair=repair,
    )


def _form_id() -> uuid.UUID:
    """The page's hidden id; a page that lost it still counts, under a new one."""
    try:
        return read_uuid(request.form.get("id"))
    except ValidationError:
        return uuid.uuid4()


def answers_of(form: MultiDict[str, str], language: str) -> dict[str, Any]:
    """The envelope's answers from the fields of the form. A field that is not there was skipped."""
    return {
        "kind": "full",
        "supersedes": None,
        "visits": [],
        "language": language,
        "instruments": {
            name: {
                "version": "1",
                "answers": [_number(form.get(f"{name}-{item}")) for item in range(1, count + 1)],
                "languages": [language] * count,
            }
            for name, count in ITEMS.items()
        },
        "difficulty": {"value": _number(form.get("difficulty")), "language": language},
        "note": {dimension: _note(form, dimension) for dimension in DIMENSIONS},
        "today": _number(form.get("today")),
        "should_know": _should_know(form),
        # Left out when nobody said: the same form, sent again after an upgrade, is still the same.
        **({"answered_by": form["answered-by"]} if form.get("answered-by") else {}),
    }


def _note(form: MultiDict[str, str], dimension: str) -> dict[str, Any]:
    return {
        "direction": form.get(f"{dimension}-direction") or None,
        "text": form.get(f"{dimension}-text", ""),
        "attribution": form.getlist(f"{dimension}-attribution"),
    }


def _should_know(form: MultiDict[str, str]) -> dict[str, Any] | None:
    topics, text = form.getlist("should-know-topic"), form.get("should-know-text", "")
    said = form.get("should-know")
    if not said and not topics and not text:
        return None
    return {"answer": "yes" if topics or text else said, "topics": topics, "text": text}


def _number(value: str | None) -> int | str | None:
    """A form has only text: what is no number stays text, and the schema refuses it."""
    if not value:
        return None
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else value
