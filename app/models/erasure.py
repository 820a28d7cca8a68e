"""What ends a record: that somebody asked for it, what holds it back, and what stays when it is gone."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.at_rest import Opened
from app.models.base import Base, ClinicOwned, one_of, within_clinic

NOT_UNDONE = sa.text("undone_at IS NULL")
HOLDS = sa.text("lifted_at IS NULL")


class Erasure(ClinicOwned, Base):
    """A record is to be erased at `due_at`, unless it is undone. With `erased_at` it is the tombstone.

    `patient_id` then names a row that is no more, so it points at none. `late_items` counts what phones
    still sent: it was not kept.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        within_clinic("membership_id", "membership"),
        one_of("why", "patient", "staff", "retention"),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone_by_somebody"),
        sa.CheckConstraint("erased_at IS NULL OR undone_at IS NULL", name="erased_or_undone"),
        sa.Index(
            "uq_erasure_stands",
            "patient_id",
            "clinic_id",
            unique=True,
            sqlite_where=NOT_UNDONE,
            postgresql_where=NOT_UNDONE,
        ),
        sa.Index("ix_erasure_due_at", "due_at"),
        sa.Index("ix_erasure_membership_id", "membership_id"),
    )

    patient_id: Mapped[uuid.UUID]
    membership_id: Mapped[uuid.UUID]
    why: Mapped[str]
    asked_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    undone_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("person.id"), default=None)
    undone_at: Mapped[datetime | None] = mapped_column(default=None)
    erased_at: Mapped[datetime | None] = mapped_column(default=None)
    late_items: Mapped[int] = mapped_column(default=0)


class LegalHold(ClinicOwned, Base):
    """An administrator's word that this record must stay for now. While one holds, nothing is erased."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        within_clinic("placed_by", "membership"),
        within_clinic("lifted_by", "membership"),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
        sa.CheckConstraint("length(reason) > 0", name="has_reason"),
        sa.Index(
            "uq_legal_hold_holds",
            "patient_id",
            "clinic_id",
            unique=True,
            sqlite_where=HOLDS,
            postgresql_where=HOLDS,
        ),
    )

    patient_id: Mapped[uuid.UUID]
    placed_by: Mapped[uuid.UUID]
    placed_at: Mapped[datetime]
    reason_sealed: Mapped[bytes] = mapped_column("reason")
    lifted_by: Mapped[uuid.UUID | None] = mapped_column(default=None)
    lifted_at: Mapped[datetime | None] = mapped_column(default=None)
    reason = Opened("reason_sealed")
