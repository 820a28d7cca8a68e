"""Invitations: one secret, which is the link's token, the QR's content and the code that can be typed."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.roles import ACTIVE, CAREGIVER, CLINICIAN, ENDED, INVITED, MAY_INVITE, NURSE, PATIENT
from app.errors import BetweenError
from app.models import CareLink, Clinic, Invitation, Membership, Patient, Person, TeamMember
from app.services.accounts import enrol_patient, find_membership, join_clinic, plain_name, resume_place
from app.services.audit import record, record_row
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
    lead_id: uuid.UUID | None = None,
    membership_id: uuid.UUID | None = None,
) -> tuple[Invitation, str]:
    """A new invitation and its code, which is shown once and kept only as a hash.

    Raises BetweenError not_allowed for a role that is not the inviter's to give, not_valid where a patient
    would have no clinician.
    """
    if role not in MAY_INVITE[inviter.role]:
        raise BetweenError("not_allowed")
    if role == PATIENT and not _may_lead(session, inviter, lead_id):
        raise BetweenError("not_valid")
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
        lead_id=lead_id,
        membership_id=membership_id,
        created_at=now,
        expires_at=now + LASTS,
    )
    session.add(invitation)
    session.flush()
    record(
        session,
        at=now,
        # A place that invites itself is nobody yet: its name goes when somebody takes it up.
        actor_id=None if inviter.id == membership_id else inviter.person_id,
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
    clinic = session.get_one(Clinic, invitation.clinic_id)
    if invitation.role in (PATIENT, CAREGIVER) and clinic.live_at is None and not clinic.is_demo:
        raise BetweenError("clinic_not_live")
    if invitation.membership_id is not None:
        place = session.get_one(Membership, (invitation.clinic_id, invitation.membership_id))
        if place.state != INVITED:
            raise BetweenError("invitation_used")
    return Invited(invitation, clinic.name, _inviter_name(session, invitation) or clinic.name)


def _inviter_name(session: Session, invitation: Invitation) -> str | None:
    """Nobody is there yet to invite the first administrator."""
    if invitation.invited_by == invitation.membership_id:
        return None
    return session.scalar(
        sa.select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.clinic_id == invitation.clinic_id, Membership.id == invitation.invited_by)
    )


def accept_invitation(session: Session, invitation: Invitation, person: Person, now: datetime) -> Membership:
    """Use the invitation once: a conditional update decides between two who try together.

    Raises BetweenError invitation_used, and suspended for whoever has a place here that is suspended.
    """
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
    membership = _take_place(session, invitation, person, now)
    if invitation.role == PATIENT and invitation.patient_id is None:
        _enrol(session, invitation, membership, now)
    if invitation.role == CAREGIVER:
        _open_care_link(session, invitation, membership, now)
    record_row(session, membership, "invitation.accepted", person.id, now)
    return membership


def read_leads(session: Session, clinic_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """The clinicians who could lead a new patient, by name."""
    rows = session.execute(
        sa.select(Membership.id, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.clinic_id == clinic_id, Membership.role == CLINICIAN, Membership.state == ACTIVE)
        .order_by(sa.func.lower(Person.name), Membership.id)
    )
    return [(row.id, row.name) for row in rows]


def _may_lead(session: Session, inviter: Membership, lead_id: uuid.UUID | None) -> bool:
    """A clinician who works there; without a name, the inviter."""
    lead = inviter if lead_id is None else session.get(Membership, (inviter.clinic_id, lead_id))
    return lead is not None and lead.role == CLINICIAN and lead.state == ACTIVE


def _take_place(session: Session, invitation: Invitation, person: Person, now: datetime) -> Membership:
    """The place that waits becomes this person's; one whom the clinic knows has the own place again.

    A patient who was enrolled in the room is there already; the code says who it is.
    """
    if invitation.role == PATIENT and invitation.patient_id is not None:
        patient = session.get_one(Patient, (invitation.clinic_id, invitation.patient_id))
        return hand_over_record(session, patient, person)
    if invitation.membership_id is None:
        return join_clinic(session, person.id, invitation.clinic_id, invitation.role, now)
    key = (invitation.clinic_id, invitation.membership_id)
    place = session.get_one(Membership, key, with_for_update=True, populate_existing=True)
    if place.state != INVITED:
        raise BetweenError("invitation_used")
    held = find_membership(session, person.id, invitation.clinic_id, invitation.role)
    if held is not None and held.id != place.id:
        place.state = ENDED
        return resume_place(held)
    name_id, place.person_id, place.state = place.person_id, person.id, ACTIVE
    session.flush()
    if name_id != person.id:
        session.execute(sa.delete(Person).where(Person.id == name_id))
    return place


def _enrol(session: Session, invitation: Invitation, membership: Membership, now: datetime) -> None:
    """Led by whom the invitation names; a nurse who invited is on the team too."""
    patient = enrol_patient(session, membership, _find_lead(session, invitation), now)
    inviter = session.get_one(Membership, (invitation.clinic_id, invitation.invited_by))
    if inviter.role == NURSE and inviter.state == ACTIVE:
        session.merge(
            TeamMember(clinic_id=patient.clinic_id, patient_id=patient.id, membership_id=inviter.id)
        )
        session.flush()


def _find_lead(session: Session, invitation: Invitation) -> uuid.UUID:
    """Whom the invitation names. Locked, so that nobody is removed meanwhile and leaves a patient behind."""
    named_id = invitation.lead_id or invitation.invited_by
    lead = session.get_one(Membership, (invitation.clinic_id, named_id), with_for_update=True)
    if lead.state == ACTIVE:
        return lead.id
    other_id = session.scalar(
        sa.select(Membership.id)
        .where(
            Membership.clinic_id == lead.clinic_id, Membership.role == CLINICIAN, Membership.state == ACTIVE
        )
        .order_by(Membership.created_at, Membership.id)
        .limit(1)
    )
    return other_id or lead.id


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
