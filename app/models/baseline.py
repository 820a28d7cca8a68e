"""Scores from before Between, and which score a clinician signed as the baseline."""

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.at_rest import Opened
from app.models.base import Base, ClinicOwned, one_of, within_clinic

COUNTS = sa.text("removed_at IS NULL")
STANDS = sa.text("replaced_at IS NULL")


class PastTotal(ClinicOwned, Base):
    """A total from elsewhere, entered with its day and source. One counts per instrument and day."""

    __tablename__ = "past_total"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        within_clinic("entered_by", "membership"),
        within_clinic("removed_by", "membership"),
        one_of("instrument", "phq9", "gad7"),
        sa.CheckConstraint(
            "total BETWEEN 0 AND 27 AND (instrument = 'phq9' OR total <= 21)", name="total_range"
        ),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed_by_somebody"),
        sa.Index(
            "uq_past_total_counts",
            "patient_id",
            "instrument",
            "day",
            "clinic_id",
            unique=True,
            sqlite_where=COUNTS,
            postgresql_where=COUNTS,
        ),
    )

    patient_id: Mapped[uuid.UUID]
    instrument: Mapped[str]
    total: Mapped[int]
    day: Mapped[date] = mapped_column(sa.Date())
    source_sealed: Mapped[bytes] = mapped_column("source_text")
    source_text = Opened("source_sealed")
    entered_by: Mapped[uuid.UUID]
    entered_at: Mapped[datetime]
    removed_by: Mapped[uuid.UUID | None]
    removed_at: Mapped[datetime | None]


class Baseline(ClinicOwned, Base):
    """What a clinician signed: a complete score, a past total, or (without a total) that there is none.

    The one that stands is the one that was not replaced; replaced ones stay.
    """

    __tablename__ = "baseline"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        within_clinic("check_in_id", "check_in"),
        within_clinic("past_total_id", "past_total"),
        within_clinic("signed_by", "membership"),
        one_of("instrument", "phq9", "gad7"),
        sa.CheckConstraint(
            "total BETWEEN 0 AND 27 AND (instrument = 'phq9' OR total <= 21)", name="total_range"
        ),
        sa.CheckConstraint("check_in_id IS NULL OR past_total_id IS NULL", name="one_source"),
        sa.CheckConstraint(
            "(total IS NULL) = (check_in_id IS NULL AND past_total_id IS NULL)", name="total_has_source"
        ),
        sa.CheckConstraint("(total IS NULL) = (day IS NULL)", name="total_has_day"),
        sa.Index(
            "uq_baseline_stands",
            "patient_id",
            "instrument",
            "clinic_id",
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        ),
    )

    patient_id: Mapped[uuid.UUID]
    instrument: Mapped[str]
    total: Mapped[int | None]
    day: Mapped[date | None] = mapped_column(sa.Date())
    check_in_id: Mapped[uuid.UUID | None]
    past_total_id: Mapped[uuid.UUID | None]
    signed_by: Mapped[uuid.UUID]
    signed_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
