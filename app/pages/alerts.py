"""What a clinician writes about an open alert: each try, that somebody was reached, and how it is closed."""

import uuid
from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.errors import BetweenError
from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.models import Clinic
from app.pages.alert_presenter import change_words
from app.pages.dates import Dates
from app.pages.patient import ATTEMPT, back_to, render_patient
from app.pages.visit_form import Typed, is_plain, whole_number
from app.schemas.fields import read_identifier
from app.services.access import find_opened_patient, find_patient
from app.services.alert_review import (
    ATTEMPT_STATES,
    AlertMovedError,
    NotReachedError,
    OwnerAwayError,
    Seen,
)
from app.services.alert_review import add_attempt as add_alert_attempt
from app.services.alert_review import close_alert as close_alert_thread
from app.services.alert_review import give_alert as give_alert_thread
from app.services.alert_review import mark_words as mark_alert_words

MOST_WORDS = 4000
USEFUL = {"yes": True, "no": False}

blueprint = Blueprint(
    "alerts", __name__, url_prefix="/clinic/patients/<uuid:patient_id>/alerts/<uuid:alert_id>"
)


@blueprint.post("/attempts")
def add_attempt(patient_id: uuid.UUID, alert_id: uuid.UUID) -> Response:
    """Log a try, or that the patient was reached, or what was decided."""
    state, words = request.form.get("state", ""), request.form.get("words", "").strip()
    wrong = wrong_words(words)
    if state not in ATTEMPT_STATES:
        wrong["state"] = _("Choose how far you got.")
    if wrong:
        return render_patient(patient_id, Typed(ATTEMPT, request.form, wrong))

    def add(session: Session) -> None:
        # Whoever opened the record says what came of it; what is decided without the patient is the team's.
        patient = (
            find_patient(session, current_actor(), patient_id)
            if state == "decided"
            else find_opened_patient(session, current_actor(), patient_id, current_now())
        )
        add_alert_attempt(session, current_actor(), patient, _seen(alert_id), state, words, current_now())

    return _do(patient_id, ATTEMPT, add)


@blueprint.post("/close")
def close_alert(patient_id: uuid.UUID, alert_id: uuid.UUID) -> Response:
    """Close with a plan in words, over what this page showed."""
    words = request.form.get("words", "").strip()
    wrong = wrong_words(words)
    if wrong:
        return render_patient(patient_id, Typed("close", request.form, wrong))

    def close(session: Session) -> None:
        patient = find_patient(session, current_actor(), patient_id)
        close_alert_thread(session, current_actor(), patient, _seen(alert_id), words, current_now())

    try:
        return _do(patient_id, "close", close, done="closed")
    except NotReachedError:
        wrong = {"words": _("First write down that you reached the patient, or what you decided.")}
        return render_patient(patient_id, Typed("close", request.form, wrong))


@blueprint.post("/owner")
def give_alert(patient_id: uuid.UUID, alert_id: uuid.UUID) -> Response:
    """Take it over, or give it to a colleague who is there."""
    own = current_actor().as_carer().membership_id
    to_id = read_identifier(request.form.get("to", str(own)))
    if to_id is None:
        return render_patient(patient_id, Typed("give", request.form, {"to": _("Choose a colleague.")}))

    def give(session: Session) -> None:
        patient = find_patient(session, current_actor(), patient_id)
        give_alert_thread(session, current_actor(), patient, _seen(alert_id), to_id, current_now())

    try:
        return _do(patient_id, "give", give, done="taken" if to_id == own else "given")
    except OwnerAwayError:
        wrong = {"to": _("This colleague is away. Choose somebody who is there.")}
        return render_patient(patient_id, Typed("give", request.form, wrong))


@blueprint.post("/words/<uuid:check_in_id>")
def mark_words(patient_id: uuid.UUID, alert_id: uuid.UUID, check_in_id: uuid.UUID) -> Response:
    """Say whether words found in a note were useful: the list is judged by it."""
    useful = USEFUL.get(request.form.get("useful", ""))
    if useful is None:
        return render_patient(
            patient_id, Typed("useful", request.form, {"useful": _("Choose Useful or Not useful.")})
        )
    with parts().database.writing() as session:
        patient = find_patient(session, current_actor(), patient_id)
        mark_alert_words(session, current_actor(), patient, alert_id, check_in_id, useful, current_now())
    return back_to(patient_id, "marked")


def wrong_words(words: str) -> dict[str, str]:
    """What is wrong with words that are needed."""
    if not words:
        return {"words": _("A few words are needed, for whoever reads this next.")}
    return (
        {}
        if is_plain(words, MOST_WORDS)
        else {"words": _("At most {n} characters, and no hidden ones.", n=MOST_WORDS)}
    )


def _do(
    patient_id: uuid.UUID, form: str, action: Callable[[Session], None], done: str | None = None
) -> Response:
    """Do it over what was shown. Whoever comes second is told who was first, with every word kept."""
    try:
        with parts().database.writing() as session:
            action(session)
    except AlertMovedError as error:
        moved = {"moved": change_words(error.change, _dates())}
        return render_patient(patient_id, Typed(form, request.form, moved), status=409)
    return _after(patient_id, done or form)


def _after(patient_id: uuid.UUID, done: str) -> Response:
    """The patient's page, or the caseload for whom the alert alone had brought there."""
    try:
        with parts().database.reading() as session:
            find_opened_patient(session, current_actor(), patient_id, current_now())
    except BetweenError:
        return redirect(url_for("caseload.show_caseload", done=done), 303)
    return back_to(patient_id, done)


def _dates() -> Dates:
    with parts().database.reading() as session:
        clinic = session.get_one(Clinic, current_actor().as_carer().clinic_id)
        return Dates(clinic.zone, current_now())


def _seen(alert_id: uuid.UUID) -> Seen:
    """A page that names no version has shown none."""
    version = whole_number(request.form.get("version", ""))
    return Seen(alert_id, -1 if version is None else version)
