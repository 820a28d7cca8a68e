"""A clinic that begins: nobody is there yet, and the first to come is an administrator."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.cadence import is_zone
from app.domain.roles import ADMINISTRATOR
from app.errors import SettingError
from app.services.accounts import create_clinic, plain_name
from app.services.audit import record
from app.services.invitations import invite
from app.services.staff import make_place

LONGEST_NAME = 120


def found_clinic(
    session: Session, name: str, zone: str, administrator: str, language: str, now: datetime
) -> str:
    """Make it, with nothing set, and return the code of its first invitation. Raises SettingError."""
    name, administrator = plain_name(name), plain_name(administrator)
    if not 1 <= len(name) <= LONGEST_NAME or not 1 <= len(administrator) <= LONGEST_NAME:
        raise SettingError(
            f"A clinic and its administrator each have a name of at most {LONGEST_NAME} characters."
        )
    if not is_zone(zone):
        raise SettingError(f"{zone!r} is no time zone; one is America/New_York.")
    clinic = create_clinic(session, name=name, phone="", zone=zone, hours={}, answer_words={}, now=now)
    place = make_place(session, clinic.id, ADMINISTRATOR, administrator, language, now)
    record(
        session,
        at=now,
        actor_id=None,
        action="clinic.founded",
        subject="clinic",
        subject_id=clinic.id,
        clinic_id=clinic.id,
    )
    _invitation, code = invite(
        session,
        # The place invites itself: there is nobody else.
        inviter=place,
        role=ADMINISTRATOR,
        name=administrator,
        language=language,
        now=now,
        membership_id=place.id,
    )
    return code
