"""What a patient decided before the first check-in."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from app.models.base import Base, ClinicOwned, one_of, within_clinic


class Agreement(ClinicOwned, Base):
    """One decision about one version of the three screens; rows are only added, the newest decision counts.

    `sends_unfinished`: a positive answer in a check-in left for 12 hours goes by itself. `decided_at` is by
    the phone, `arrived_at` by the server.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        one_of("language", "en", "es"),
        sa.CheckConstraint("adult OR NOT accepted", name="only_adults"),
        sa.UniqueConstraint("patient_id", "client_id", "clinic_id"),
        sa.Index("ix_agreement_patient", "patient_id", "decided_at"),
    )

    patient_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    version: Mapped[str]
    language: Mapped[str]
    accepted: Mapped[bool]
    adult: Mapped[bool]
    sends_unfinished: Mapped[bool]
    decided_at: Mapped[datetime]
    arrived_at: Mapped[datetime]
