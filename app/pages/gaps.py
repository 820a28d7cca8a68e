"""What a patient's phone held and never sent: told on the patient's page, and put aside there with a word."""

import uuid
from dataclasses import dataclass

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.pages.patient import back_to, render_patient
from app.pages.visit_form import Typed, is_plain, whole_number
from app.services.access import find_patient
from app.services.gaps import FURTHEST, Review, review_gap

MOST_WORDS = 500

blueprint = Blueprint("gap_page", __name__)


@blueprint.post("/clinic/patients/<uuid:patient_id>/gap")
def put_gap_aside(patient_id: uuid.UUID) -> Response:
    """Somebody asked the patient, or knows: the gap of this size is settled for both sides."""
    said = _read()
    if said.wrong:
        return render_patient(patient_id, Typed("gap", request.form, {"words": said.wrong}))
    actor = current_actor()
    with parts().database.writing() as session:
        patient = find_patient(session, actor, patient_id)
        review = Review(actor.person_id, "clinic", said.missing, said.words)
        review_gap(session, patient, review, current_now())
    return back_to(patient_id, "gap")


@dataclass(frozen=True)
class Said:
    """What was typed, how large the gap was that the page showed, and what is wrong with it."""

    words: str
    missing: int
    wrong: str


def _read() -> Said:
    words, missing = request.form.get("words", "").strip(), whole_number(request.form.get("missing", "")) or 0
    if not words:
        return Said(words, missing, _("A few words are needed, for whoever reads this next."))
    if not is_plain(words, MOST_WORDS) or not 0 < missing <= FURTHEST:
        return Said(words, missing, _("At most {n} characters, and no hidden ones.", n=MOST_WORDS))
    return Said(words, missing, "")
