"""An invitation into a role: one secret, given as a link, as a QR and as a code that can be typed."""

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.roles import ROLES
from app.models.base import Base, ClinicOwned, one_of, within_clinic


class Invitation(ClinicOwned, Base):
    """Only the hash of the code is kept. `email` is what the clinic was told; only joining proves one.

    `patient_id` is set for a caregiver (whose care link it opens) and for a patient who is enrolled already
    (whose account it opens). `lead_id` is who will lead an invited patient, else whoever invites.
    `membership_id` is the place that waits for an invited colleague.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        one_of("role", *ROLES),
        within_clinic("invited_by", "membership"),
        within_clinic("patient_id", "patient"),
        within_clinic("lead_id", "membership"),
        within_clinic("membership_id", "membership"),
    )

    code_hash: Mapped[bytes] = mapped_column(unique=True)
    role: Mapped[str]
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="", server_default="")
    language: Mapped[str]
    invited_by: Mapped[uuid.UUID]
    patient_id: Mapped[uuid.UUID | None]
    care_until: Mapped[date | None] = mapped_column(sa.Date())
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    lead_id: Mapped[uuid.UUID | None]
    membership_id: Mapped[uuid.UUID | None]
