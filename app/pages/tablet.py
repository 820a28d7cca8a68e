"""The clinic's tablet: one check-in in a page without storage, and then nothing of it is left there."""

import hashlib
import json
import uuid
from datetime import timedelta

import segno
from flask import Blueprint, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from app.cookies import sign_out
from app.db import UNAVAILABLE
from app.domain import note
from app.domain.check_in import Arrival
from app.domain.instruments import load_instrument
from app.errors import BetweenError
from app.http import current_actor, current_now, page, parts
from app.identify import throttle_address
from app.languages import LANGUAGES
from app.models import Clinic, Patient, TabletPass
from app.pages.form import ITEMS, answers_of
from app.pages.frame import desk_page, read_frame
from app.pages.paper_presenter import initials_of
from app.schemas.envelope import FORMAT, UnreadableError
from app.schemas.form import read_form
from app.services import tablet
from app.services.access import find_patient
from app.services.intake import Handed
from app.services.patient_accounts import person_of

blueprint = Blueprint("tablet", __name__)


@blueprint.post("/clinic/patients/<uuid:patient_id>/tablet")
def start(patient_id: uuid.UUID) -> Response:
    """Hand a tablet over: this very device, signed out first, or another one that reads the picture."""
    language, visit = request.form.get("language", ""), request.form.get("visit", "")
    if language not in LANGUAGES:
        raise BetweenError("not_valid")
    with parts().database.writing() as session:
        patient = find_patient(session, current_actor(), patient_id)
        visit_id = _identifier(visit)
        token = tablet.start_pass(session, current_actor(), patient, visit_id, language, current_now())
    if request.form.get("here"):
        return sign_out(make_response(redirect(url_for("tablet.show_form", token=token), 303)))
    url = f"{parts().settings.public_url}/tablet/{token}"
    with parts().database.reading() as session:
        frame = read_frame(session)
    qr = segno.make(url, error="m").svg_data_uri(border=2, dark="#20252E", light="#FFFFFF")
    return desk_page("desk/tablet.html", frame, patient_id=patient_id, qr=qr, url=url)


@blueprint.get("/tablet/done")
def show_done() -> Response:
    """Nothing on it is anybody's."""
    return page("tablet/done.html", language=_spoken(), crisis=parts().settings.crisis)


@blueprint.get("/tablet/<token>")
def show_form(token: str) -> Response:
    """The questions, for whom the tablet was handed over. Looking changes nothing."""
    row = _find(token, timedelta(0))
    if row.used_at is not None:
        return redirect(url_for("tablet.show_done", language=row.language), 303)
    with parts().database.reading() as session:
        name = person_of(session, session.get_one(Patient, (row.clinic_id, row.patient_id))).name
    return page(
        "tablet/form.html",
        language=row.language,
        crisis=parts().settings.crisis,
        note=note,
        instruments=[load_instrument(one) for one in ITEMS],
        initials=initials_of(name),
        token=token,
    )


@blueprint.post("/tablet/<token>")
def send(token: str) -> Response:
    """Store it, once. What cannot be stored now stays in the page."""
    row = _find(token, tablet.SENDS_FOR)
    if row.used_at is None:
        try:
            _store(row)
        except (BetweenError, *UNAVAILABLE):
            return _again(token)
    return redirect(url_for("tablet.show_done", language=row.language), 303)


def _store(row: TabletPass) -> None:
    now = current_now()
    with parts().database.reading() as session:
        zone = session.get_one(Clinic, row.clinic_id).zone
        starter_id = tablet.starter_of(session, row)
    parts().intake.take(Handed(starter_id, [_arrival(row, zone)], now))
    with parts().database.writing() as session:
        tablet.mark_used(session, row, now)


def _arrival(row: TabletPass, zone: str) -> Arrival:
    said = answers_of(request.form, row.language)
    said["visits"] = [str(row.visit_id)] if row.visit_id else []
    sealed = json.dumps({"format": FORMAT, "id": str(row.id), **said}, sort_keys=True).encode()
    facts, repair = None, ""
    try:
        facts = read_form(sealed, row.id, zone, current_now())
    except UnreadableError as error:
        repair = str(error)
    return Arrival(
        client_id=row.id,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        source="tablet",
        key_id="",
        sealed=sealed,
        sha256=hashlib.sha256(sealed).digest(),
        facts=facts,
        repair=repair,
    )


def _again(token: str) -> Response:
    return page(
        "tablet/again.html",
        503,
        language=_spoken(),
        crisis=parts().settings.crisis,
        answers=list(request.form.items(multi=True)),
        token=token,
    )


def _find(token: str, more: timedelta) -> TabletPass:
    """Only what is not there is counted against the address: a waiting room shares one."""
    try:
        with parts().database.reading() as session:
            row = tablet.find_pass(session, token, current_now(), more)
    except BetweenError:
        throttle_address("tablet")
        raise
    g.language = row.language
    return row


def _spoken() -> str:
    told = request.args.get("language") or g.get("language") or ""
    g.language = told if told in LANGUAGES else LANGUAGES[0]
    spoken: str = g.language
    return spoken


def _identifier(typed: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(typed)
    except ValueError:
        return None
