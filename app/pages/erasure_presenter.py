"""Words for the end of a record: what was asked, until when it can be undone, and what keeps it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.languages import format_full_day, local, request_language
from app.models import Clinic, Patient
from app.services.erasure import WAITS, Standing


@dataclass(frozen=True)
class ErasureWords:
    """One record. `due` is empty unless it was asked for; `would_be` is the day if it were asked now."""

    patient_id: uuid.UUID
    clinic: str
    asked: str
    due: str
    would_be: str
    is_held: bool
    has_open_alert: bool


def present_erasure(session: Session, patient: Patient, standing: Standing, now: datetime) -> ErasureWords:
    """Days are the clinic's."""
    clinic, erasure = session.get_one(Clinic, patient.clinic_id), standing.erasure

    def day(moment: datetime) -> str:
        return format_full_day(local(moment, clinic.zone).date(), request_language())

    return ErasureWords(
        patient_id=patient.id,
        clinic=clinic.name,
        asked=day(erasure.asked_at) if erasure else "",
        due=day(erasure.due_at) if erasure else "",
        would_be=day(now + WAITS),
        is_held=standing.hold is not None,
        has_open_alert=standing.has_open_alert,
    )
