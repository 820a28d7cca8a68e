"""What a phone held and the clinic never got: that a phone's storage is gone, and who said what about it."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.at_rest import Opened
from app.models.base import Base, ClinicOwned, one_of, within_clinic


class SeriesEnd(Base):
    """A phone found its storage emptied: the numbers of this series went up to `last` and go no further."""

    __tablename__ = "series_end"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        sa.CheckConstraint("last > 0", name="last_positive"),
    )

    clinic_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    install_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    last: Mapped[int]
    told_at: Mapped[datetime]


class GapReview(ClinicOwned, Base):
    """Somebody looked at a gap of `missing` items and put it aside with a word. A larger one is another."""

    __tablename__ = "gap_review"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        one_of("side", "patient", "clinic"),
        sa.CheckConstraint("missing > 0", name="missing_positive"),
        sa.Index("ix_gap_review_patient", "patient_id"),
    )

    patient_id: Mapped[uuid.UUID]
    side: Mapped[str]
    missing: Mapped[int]
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("person.id"))
    words_sealed: Mapped[bytes] = mapped_column("words")
    words = Opened("words_sealed")
    reviewed_at: Mapped[datetime]
