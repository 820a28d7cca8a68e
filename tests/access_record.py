"""The rows of the access table about the end of a record and who looked at it, for test_access.py."""

from datetime import datetime, timedelta

from app.models import Erasure
from tests.factories import Member

# endpoint: method, then the status for nobody, june, marcus, lead, colleague, stranger, sam, ended.
RECORD_TABLE = {
    "looked.show_looked": ("GET", "302 200 200 403 403 403 403 403"),
    "own_erasure.show_erasure": ("GET", "302 200 200 403 403 403 403 403"),
    # june's record with the visitor's own session; undone where it was asked for.
    "own_erasure.ask": ("POST", "401 303 404 403 403 403 403 403"),
    "own_erasure.undo": ("POST", "401 303 404 403 403 403 403 403"),
    "erasures.show_erasure": ("GET", "302 403 403 200 404 404 403 403"),
    "erasures.ask": ("POST", "401 403 403 303 404 404 403 403"),
    "erasures.undo": ("POST", "401 403 403 303 404 404 403 403"),
    # Only administrators: tests/pages/test_erasure.py.
    "holds.show_holds": ("GET", "302 403 403 403 403 403 403 403"),
    "holds.place": ("POST", "401 403 403 403 403 403 403 403"),
    "holds.hold": ("POST", "401 403 403 403 403 403 403 403"),
    "holds.lift": ("POST", "401 403 403 403 403 403 403 403"),
}


def asked_erasure(patient: Member, now: datetime) -> Erasure:
    """The patient asked for it just now."""
    return Erasure(
        clinic_id=patient.clinic_id,
        patient_id=patient.patient,
        membership_id=patient.membership_id,
        why="patient",
        asked_by=patient.person_id,
        asked_at=now,
        due_at=now + timedelta(days=14),
    )
