"""The clinic's tablet: one check-in in a page without storage, and then nothing of it is left there."""

import uuid
from datetime import timedelta
from typing import Any

import segno
from flask import Blueprint, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from app.cookies import sign_out
from app.db import UNAVAILABLE
from app.domain import note
from app.domain.instruments import load_instrument
from app.errors import BetweenError
from app.http import current_actor, current_now, page, parts
from app.identify import throttle_address
from app.languages import LANGUAGES
from app.models import Clinic, Patient, TabletPass
from app.pages.filled_form import ITEMS, answers_of, hand_in
from app.pages.frame import desk_page, read_frame
from app.pages.paper_presenter import initials_of
from app.schemas.fields import read_identifier
from app.schemas.form import FilledIn, keep_form
from app.services import tablet
from app.services.access import find_visitor
from app.services.patient_accounts import person_of

blueprint = Blueprint("tablet", __name__)


@blueprint.post("/clinic/patients/<uuid:patient_id>/tablet")
def start(patient_id: uuid.UUID) -> Response:
    """Hand a tablet over: this very device, signed out first, or another one that reads the picture."""
    language, visit = request.form.get("language", ""), request.form.get("visit", "")
    if language not in LANGUAGES:
        raise BetweenError("not_valid")
    with parts().database.writing() as session:
        patient = find_visitor(session, current_actor(), patient_id)
        visit_id = read_identifier(visit)
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
    return _form_page(row, token, row.language)


def _form_page(row: TabletPass, token: str, language: str) -> Response:
    """The questions in this language, with what stood in the form that was sent here to be switched."""
    g.language = language
    with parts().database.reading() as session:
        name = person_of(session, session.get_one(Patient, (row.clinic_id, row.patient_id))).name
    return page(
        "tablet/form.html",
        language=language,
        languages=LANGUAGES,
        crisis=parts().settings.crisis,
        note=note,
        instruments=[load_instrument(one) for one in ITEMS],
        initials=initials_of(name),
        token=token,
        given={f"{name}={value}" for name, value in request.form.items(multi=True)},
        written=request.form.to_dict(),
        before=_shown_before(),
        difficulty_in=_difficulty_in(),
    )


def _difficulty_in() -> str:
    """Under which instrument it is asked: the first with any item above 0."""
    above = (request.form.get(f"phq9-{item}") in ("1", "2", "3") for item in range(1, ITEMS["phq9"] + 1))
    return "phq9" if any(above) else "gad7"


def _shown_before() -> list[str]:
    """`phq9-1=2=en`: each answer with the language in which its question was shown when it was given."""
    return [
        f"{name}-{item}={request.form[f'{name}-{item}']}={language}"
        for name, count in ITEMS.items()
        for item, language in enumerate(_languages_of(name, count), 1)
        if f"{name}-{item}" in request.form
    ]


def _languages_of(name: str, count: int) -> list[str]:
    """An answer that was changed after a switch was given in the language shown now."""
    before = set(request.form.getlist("before"))

    def shown(item: int) -> str:
        answer = f"{name}-{item}={request.form.get(f'{name}-{item}', '')}"
        return next((one for one in LANGUAGES if f"{answer}={one}" in before), _language_shown())

    return [shown(item) for item in range(1, count + 1)]


def _language_shown() -> str:
    told = request.form.get("language", "")
    return told if told in LANGUAGES else str(g.language)


@blueprint.post("/tablet/<token>")
def send(token: str) -> Response:
    """Store it, once. What cannot be stored now stays in the page; another language stores nothing."""
    row = _find(token, tablet.SENDS_FOR)
    if row.used_at is None and (wanted := request.form.get("switch")) in LANGUAGES:
        return _form_page(row, token, wanted)
    language = _language_shown()
    if row.used_at is None:
        try:
            _store(row)
        except (BetweenError, *UNAVAILABLE):
            return _again(token, language)
    return redirect(url_for("tablet.show_done", language=language), 303)


def _store(row: TabletPass) -> None:
    now = current_now()
    with parts().database.reading() as session:
        zone = session.get_one(Clinic, row.clinic_id).zone
        starter_id = tablet.starter_of(session, row)
    filled = FilledIn(row.clinic_id, row.patient_id, "tablet", zone)
    hand_in(starter_id, keep_form(filled, row.id, _said(row), now), now)
    with parts().database.writing() as session:
        tablet.mark_used(session, row, now)


def _said(row: TabletPass) -> dict[str, Any]:
    visits = [str(row.visit_id)] if row.visit_id else []
    said = answers_of(request.form, _language_shown()) | {"visits": visits}
    for name, count in ITEMS.items():
        said["instruments"][name]["languages"] = _languages_of(name, count)
    return said


def _again(token: str, language: str) -> Response:
    g.language = language
    return page(
        "tablet/again.html",
        503,
        language=language,
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
