"""Invitations: one secret, which is the link's token, the QR's content and the code that can be typed."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import CareLink, Clinic, Invitation, Membership, Patient, Person
from app.services.accounts import enrol_patient, join_clinic, plain_name
from app.services.audit import record
from app.services.patient_accounts import hand_over_record

# No 0 O 1 I L U: what is read aloud or copied from paper is typed right. 12 of these 30 make 58 bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
LASTS = timedelta(days=14)


@dataclass(frozen=True)
class Invited:
    """An invitation with the words its page needs."""

    invitation: Invitation
    clinic_name: str
    inviter_name: str


def invite(
    session: Session,
    *,
    inviter: Membership,
    role: str,
    name: str,
    language: str,
    now: datetime,
    email: str = "",
    patient_id: uuid.UUID | None = None,
    care_until: date | None = None,
) -> tuple[Invitation, str]:
    """A new invitation and its code, which is shown once and kept only as a hash."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    invitation = Invitation(
        clinic_id=inviter.clinic_id,
        code_hash=_hash(code),
        role=role,
        name=plain_name(name),
        email=email,
        language=language,
        invited_by=inviter.id,
        patient_id=patient_id,
        care_until=care_until,
        created_at=now,
        expires_at=now + LASTS,
    )
    session.add(invitation)
    session.flush()
    record(
        session,
        at=now,
        actor_id=inviter.person_id,
        action="invitation.made",
        subject="invitation",
        subject_id=invitation.id,
        clinic_id=inviter.clinic_id,
    )
    return invitation, code


def spell_code(code: str) -> str:
    """The code as people read it: in fours."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def read_code(typed: str) -> str:
    """A typed code without spaces and dashes, in capitals."""
    return "".join(character for character in typed.upper() if character.isalnum())


def find_invitation(session: Session, typed: str, now: datetime) -> Invited:
    """The open invitation of this code. Raises BetweenError invitation_used for any other, known or not."""
    invitation = session.scalar(sa.select(Invitation).where(Invitation.code_hash == _hash(read_code(typed))))
    if invitation is None or invitation.used_at is not None or invitation.expires_at <= now:
        raise BetweenError("invitation_used")
    inviter_name = session.scalar(
        sa.select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.clinic_id == invitation.clinic_id, Membership.id == invitation.invited_by)
    )
    clinic = session.get_one(Clinic, invitation.clinic_id)
    return Invited(invitation, clinic.name, inviter_name or clinic.name)


def accept_invitation(session: Session, invitation: Invitation, person: Person, now: datetime) -> Membership:
    """Use the invitation once: a conditional update decides between two who try together."""
    used = session.execute(
        sa.update(Invitation)
        .where(
            Invitation.clinic_id == invitation.clinic_id,
            Invitation.id == invitation.id,
            Invitation.used_at.is_(None),
        )
        .values(used_at=now, used_by=person.id)
        .returning(Invitation.id)
    ).first()
    if used is None:
        raise BetweenError("invitation_used")
    membership = _open_role(session, invitation, person, now)
    if invitation.role == "caregiver":
        _open_care_link(session, invitation, membership, now)
    record(
        session,
        at=now,
        actor_id=person.id,
        action="invitation.accepted",
        subject="membership",
        subject_id=membership.id,
        clinic_id=membership.clinic_id,
    )
    return membership


def _open_role(session: Session, invitation: Invitation, person: Person, now: datetime) -> Membership:
    """A patient who was enrolled in the room is there already; the code says who it is."""
    if invitation.role == "patient" and invitation.patient_id is not None:
        patient = session.get_one(Patient, (invitation.clinic_id, invitation.patient_id))
        return hand_over_record(session, patient, person)
    membership = join_clinic(session, person.id, invitation.clinic_id, invitation.role, now)
    if invitation.role == "patient":
        enrol_patient(session, membership, invitation.invited_by, now)
    return membership


def _open_care_link(session: Session, invitation: Invitation, membership: Membership, now: datetime) -> None:
    """The patient made the invitation: that was the consent, and this is what it opens."""
    patient = session.get_one(Patient, (invitation.clinic_id, invitation.patient_id))
    session.add(
        CareLink(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            membership_id=membership.id,
            from_at=now,
            until=invitation.care_until,
        )
    )
    session.flush()


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
