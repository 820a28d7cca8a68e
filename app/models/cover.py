"""Who is away, and who stands in; and what was signed for a patient whose answers stay as they are."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.at_rest import Opened
from app.models.base import Base, ClinicOwned, one_of, within_clinic

STANDS = sa.text("ended_at IS NULL")


class Absence(ClinicOwned, Base):
    """A clinician is away from then until then; alerts fall to the cover, or to whoever else is there."""

    __tablename__ = "absence"
    __table_args__ = (
        within_clinic("membership_id", "membership"),
        within_clinic("cover_id", "membership"),
        sa.CheckConstraint("until_at > from_at", name="ends_after_it_begins"),
        sa.CheckConstraint("cover_id <> membership_id", name="covered_by_another"),
        sa.Index("ix_absence_membership", "membership_id"),
    )

    membership_id: Mapped[uuid.UUID]
    cover_id: Mapped[uuid.UUID | None]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StandingPlan(ClinicOwned, Base):
    """Signed for at most 30 days for answers up to `answer` that neither rise nor are new. One stands."""

    __tablename__ = "standing_plan"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        within_clinic("signed_by", "membership"),
        within_clinic("ended_by", "membership"),
        one_of("clock", "slower", "none"),
        sa.CheckConstraint("answer BETWEEN 1 AND 3", name="answer_positive"),
        sa.CheckConstraint("until_at > signed_at", name="ends_after_it_begins"),
        sa.CheckConstraint("length(words) > 0", name="has_words"),
        sa.Index(
            "uq_standing_plan_stands",
            "patient_id",
            "clinic_id",
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        ),
    )

    patient_id: Mapped[uuid.UUID]
    signed_by: Mapped[uuid.UUID]
    signed_at: Mapped[datetime]
    until_at: Mapped[datetime]
    answer: Mapped[int]
    clock: Mapped[str]
    words_sealed: Mapped[bytes] = mapped_column("words")
    words = Opened("words_sealed")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[uuid.UUID | None]
