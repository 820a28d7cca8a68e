"""The cells of the access table for patients who join and leave."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.models import PaperForm, PastTotal
from tests.factories import Factory, Member

# endpoint: method, then the status for nobody, june, marcus, lead, colleague, stranger, sam, ended.
TABLE = {
    "enrolment.show_form": ("GET", "302 403 403 200 200 200 403 403"),
    "enrolment.enrol_patient": ("POST", "401 403 403 422 422 422 403 403"),
    # june has an account.
    "enrolment.give_code": ("POST", "401 403 403 409 404 404 403 403"),
    "baselines.sign_baseline": ("POST", "401 403 403 303 404 404 403 403"),
    "baselines.add_past_total": ("POST", "401 403 403 422 404 404 403 403"),
    "baselines.remove_past_total": ("POST", "401 403 403 303 404 404 403 403"),
    "imports.show_form": ("GET", "302 403 403 200 200 200 403 403"),
    "imports.look_at": ("POST", "401 403 403 422 422 422 403 403"),
    "imports.store": ("POST", "401 403 403 422 422 422 403 403"),
    "paper.print_form": ("POST", "401 403 403 200 404 404 403 403"),
    "exports.export": ("POST", "401 403 403 200 404 404 403 403"),
    "tablet.start": ("POST", "401 403 403 200 404 404 403 403"),
    # The token is the authority: one that nobody gave out opens nothing, whoever asks.
    "tablet.show_form": ("GET", "410 410 410 410 410 410 410 410"),
    "tablet.send": ("POST", "410 410 410 410 410 410 410 410"),
    "tablet.show_done": ("GET", "200 200 200 200 200 200 200 200"),
    "paper.show_code": ("GET", "302 403 403 200 200 200 403 403"),
    "paper.find_by_code": ("POST", "401 403 403 303 422 422 403 403"),
    "paper.show_form": ("GET", "302 403 403 200 404 404 403 403"),
    "paper.enter_form": ("POST", "401 403 403 422 404 404 403 403"),
    # An alert of june's is open, and nobody was named for it.
    "care_ends.end_care": ("POST", "401 403 403 409 404 404 403 403"),
    # june is in care.
    "care_ends.return_to_care": ("POST", "401 403 403 409 404 404 403 403"),
}
BODIES: dict[str, dict[str, object]] = {
    "baselines.sign_baseline": {"data": {"instrument": "phq9", "score": "none", "seen": ""}},
    "paper.print_form": {"data": {"language": "en"}},
    "exports.export": {"data": {"sure": "yes"}},
    "tablet.start": {"data": {"language": "en"}},
    "paper.find_by_code": {"data": {"code": "hjkm-2345"}},
    "care_ends.end_care": {"data": {"reason": "discharged", "words": "finished"}},
}


def add_things(session: Session, make: Factory, lead: Member, june: Member) -> dict[str, Any]:
    """One of each that has an id in an address, june's."""
    total = PastTotal(
        clinic_id=june.clinic_id,
        id=uuid.uuid4(),
        patient_id=june.patient,
        instrument="phq9",
        total=21,
        day=date(2026, 3, 2),
        source_text="a letter",
        entered_by=lead.membership_id,
        entered_at=make.now,
    )
    form = PaperForm(
        clinic_id=june.clinic_id,
        id=uuid.uuid4(),
        patient_id=june.patient,
        code="HJKM2345",
        language="en",
        printed_by=lead.membership_id,
        printed_at=make.now,
    )
    session.add_all([total, form])
    session.flush()
    return {"total_id": total.id, "form_id": form.id}
