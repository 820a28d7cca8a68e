"""Membership: what a person is to a clinic. The patient and the caregiver's care link hang on it."""

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.roles import ROLES, STATES
from app.models.at_rest import Opened
from app.models.base import Base, ClinicOwned, one_of, within_clinic


class Membership(ClinicOwned, Base):
    """One role of one person at one clinic; only an active one counts.

    `invited`: its person is a name until somebody takes the invitation up. `suspended` comes back, `ended`
    only by a new invitation.
    """

    __tablename__ = "membership"
    __table_args__ = (
        one_of("role", *ROLES),
        one_of("state", *STATES),
        sa.UniqueConstraint("person_id", "role", "clinic_id"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("person.id"))
    role: Mapped[str]
    state: Mapped[str] = mapped_column(default="active")
    created_at: Mapped[datetime]


class Patient(ClinicOwned, Base):
    """A patient of a clinic. `lead_id` owns the alerts; `safety_plan` is that clinician's text."""

    __tablename__ = "patient"
    __table_args__ = (
        within_clinic("membership_id", "membership"),
        within_clinic("lead_id", "membership"),
        sa.UniqueConstraint("membership_id", "clinic_id"),
    )

    membership_id: Mapped[uuid.UUID]
    lead_id: Mapped[uuid.UUID]
    plan_sealed: Mapped[bytes] = mapped_column("safety_plan", default=b"")
    safety_plan = Opened("plan_sealed")
    created_at: Mapped[datetime]


class TeamMember(Base):
    """A clinician or nurse sees the patients of the own team."""

    __tablename__ = "team_member"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        within_clinic("membership_id", "membership"),
        sa.Index("ix_team_member_membership", "membership_id"),
    )

    clinic_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class CareLink(ClinicOwned, Base):
    """A patient's consent that a caregiver sees the visits, until a day or until the patient ends it."""

    __tablename__ = "care_link"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        within_clinic("membership_id", "membership"),
        one_of("scope", "visits"),
        sa.Index("ix_care_link_membership", "membership_id"),
        sa.Index("ix_care_link_patient", "patient_id"),
    )

    patient_id: Mapped[uuid.UUID]
    membership_id: Mapped[uuid.UUID]
    scope: Mapped[str] = mapped_column(default="visits")
    from_at: Mapped[datetime]
    until: Mapped[date | None] = mapped_column(sa.Date())
    ended_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
