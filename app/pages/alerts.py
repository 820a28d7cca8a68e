"""What a clinician writes about an open alert: each try, that somebody was reached, and how it is closed."""

import uuid

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.pages.patient import back_to, render_patient
from app.pages.visit_form import Typed, is_plain, whole_number
from app.services.access import find_patient
from app.services.alert_review import ATTEMPT_STATES, NotClosableError
from app.services.alert_review import add_attempt as add_alert_attempt
from app.services.alert_review import close_alert as close_alert_thread

MOST_WORDS = 4000

blueprint = Blueprint(
    "alerts", __name__, url_prefix="/clinic/patients/<uuid:patient_id>/alerts/<uuid:alert_id>"
)


@blueprint.post("/attempts")
def add_attempt(patient_id: uuid.UUID, alert_id: uuid.UUID) -> Response:
    """Log a try, or that the patient was reached, or what was decided."""
    state, words = request.form.get("state", ""), request.form.get("words", "").strip()
    wrong = _wrong_words(words)
    if state not in ATTEMPT_STATES:
        wrong["state"] = _("Choose how far you got.")
    if wrong:
        return render_patient(patient_id, Typed("attempt", request.form, wrong))
    with parts().database.writing() as session:
        patient = find_patient(session, current_actor(), patient_id)
        add_alert_attempt(session, current_actor(), patient, alert_id, state, words, current_now())
    return back_to(patient_id, "attempt")


@blueprint.post("/close")
def close_alert(patient_id: uuid.UUID, alert_id: uuid.UUID) -> Response:
    """Close with a plan in words, over the answers that this page showed."""
    words, seen = request.form.get("words", "").strip(), whole_number(request.form.get("seen", ""))
    wrong = _wrong_words(words)
    if wrong:
        return render_patient(patient_id, Typed("close", request.form, wrong))
    try:
        with parts().database.writing() as session:
            patient = find_patient(session, current_actor(), patient_id)
            close_alert_thread(session, current_actor(), patient, alert_id, words, seen or 0, current_now())
    except NotClosableError as error:
        return render_patient(patient_id, Typed("close", request.form, {"words": _not_closable(error)}))
    return back_to(patient_id, "closed")


def _wrong_words(words: str) -> dict[str, str]:
    if not words:
        return {"words": _("A few words are needed, for whoever reads this next.")}
    return (
        {}
        if is_plain(words, MOST_WORDS)
        else {"words": _("At most {n} characters, and no hidden ones.", n=MOST_WORDS)}
    )


def _not_closable(error: NotClosableError) -> str:
    if error.why == "new_answer":
        return _("Another answer arrived while you were writing. Look at it first; your words are kept here.")
    return _("First write down that you reached the patient, or what you decided.")
