"""A visit is one scheduled treatment session; a cadence says how often maintenance is due."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, ClinicOwned, one_of, within_clinic

MODALITIES = ("ketamine_iv", "ketamine_im", "esketamine", "tms", "deep_tms", "deep_tms_accelerated")


class Visit(ClinicOwned, Base):
    """`starts_at` is the moment; `zone` is the clinic's zone in which it is spoken of."""

    __tablename__ = "visit"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        one_of("modality", *MODALITIES),
        one_of("state", "booked", "done", "cancelled"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes_range"),
        sa.Index("ix_visit_patient", "patient_id", "starts_at"),
        sa.Index("ix_visit_starts", "starts_at"),
    )

    patient_id: Mapped[uuid.UUID]
    modality: Mapped[str]
    starts_at: Mapped[datetime]
    zone: Mapped[str]
    minutes: Mapped[int]
    place: Mapped[str]
    state: Mapped[str] = mapped_column(default="booked")
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class Cadence(ClinicOwned, Base):
    """Maintenance about every `interval_days`, until `ended_at`. One open per patient and modality."""

    __tablename__ = "cadence"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        within_clinic("set_by", "membership"),
        one_of("modality", "ketamine_iv", "ketamine_im", "esketamine"),
        sa.CheckConstraint("interval_days BETWEEN 7 AND 31", name="interval_range"),
        sa.Index(
            "uq_cadence_open",
            "patient_id",
            "modality",
            "clinic_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    patient_id: Mapped[uuid.UUID]
    modality: Mapped[str]
    interval_days: Mapped[int]
    set_by: Mapped[uuid.UUID]
    set_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
