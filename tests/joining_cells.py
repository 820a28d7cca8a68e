"""What the access table asks of patients who join and leave."""

import uuid
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import BreakGlass, PaperForm, PastTotal
from tests.factories import Factory, Member

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
        source_sealed=b"",
        entered_by=lead.membership_id,
        entered_at=make.now,
    )
    form = PaperForm(
        clinic_id=june.clinic_id,
        id=uuid.uuid4(),
        patient_id=june.patient,
        code="HJKM2345" if session.scalar(sa.select(PaperForm.id).limit(1)) is None else "HJKM6789",
        language="en",
        printed_by=lead.membership_id,
        printed_at=make.now,
    )
    session.add_all([total, form])
    session.flush()
    return {"total_id": total.id, "form_id": form.id}


def add_opening(session: Session, make: Factory, opener: Member, june: Member) -> uuid.UUID:
    """june's record, opened yesterday from outside the team, and nobody of the team has seen it."""
    row = BreakGlass(
        clinic_id=june.clinic_id,
        id=uuid.uuid4(),
        patient_id=june.patient,
        membership_id=opener.membership_id,
        why_sealed=b"",
        opened_at=make.now - timedelta(days=1),
        until_at=make.now - timedelta(hours=20),
    )
    session.add(row)
    session.flush()
    return row.id
