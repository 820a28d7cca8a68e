"""A patient's record opened by a carer who is not on the team: why, for how long, and seen by whom."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.at_rest import Opened
from app.models.base import Base, ClinicOwned, within_clinic

RUNS = sa.text("ended_at IS NULL")
UNSEEN = sa.text("seen_at IS NULL")


class BreakGlass(ClinicOwned, Base):
    """From `opened_at` to `until_at` this carer reads the record, or to `ended_at` where that was earlier.

    `seen_at`: a clinician of the team knows of it. One that ran out gets its `ended_at` with the next.
    """

    __tablename__ = "break_glass"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        within_clinic("membership_id", "membership"),
        within_clinic("seen_by", "membership"),
        sa.CheckConstraint("until_at > opened_at", name="ends_after_it_begins"),
        sa.CheckConstraint("ended_at BETWEEN opened_at AND until_at", name="ends_in_time"),
        sa.CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", name="seen_by_somebody"),
        sa.CheckConstraint("seen_by <> membership_id", name="seen_by_another"),
        sa.Index("ix_break_glass_patient", "patient_id", "opened_at"),
        sa.Index(
            "ix_break_glass_unseen",
            "patient_id",
            "clinic_id",
            sqlite_where=UNSEEN,
            postgresql_where=UNSEEN,
        ),
        sa.Index(
            "uq_break_glass_runs",
            "membership_id",
            "patient_id",
            "clinic_id",
            unique=True,
            sqlite_where=RUNS,
            postgresql_where=RUNS,
        ),
    )

    patient_id: Mapped[uuid.UUID]
    membership_id: Mapped[uuid.UUID]
    why_sealed: Mapped[bytes] = mapped_column("why_text")
    why_text = Opened("why_sealed")
    opened_at: Mapped[datetime]
    until_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    seen_by: Mapped[uuid.UUID | None]
    seen_at: Mapped[datetime | None]

    def runs(self, now: datetime) -> bool:
        """Whether it opens anything now."""
        return self.ended_at is None and now < self.until_at
