"""What a clinician decided about an envelope that could not be read."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.at_rest import Opened
from app.models.base import Base, ClinicOwned, within_clinic

STANDS = sa.text("undone_at IS NULL")


class Dismissal(ClinicOwned, Base):
    """Taken off the repair list with a reason in words. One that was undone stays, as what happened."""

    __tablename__ = "dismissal"
    __table_args__ = (
        within_clinic("envelope_id", "envelope"),
        within_clinic("dismissed_by", "membership"),
        within_clinic("undone_by", "membership"),
        sa.CheckConstraint("length(words) > 0", name="words_there"),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone_by_somebody"),
        sa.Index(
            "uq_dismissal_standing",
            "envelope_id",
            "clinic_id",
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        ),
    )

    envelope_id: Mapped[uuid.UUID]
    words_sealed: Mapped[bytes] = mapped_column("words")
    words = Opened("words_sealed")
    dismissed_by: Mapped[uuid.UUID]
    dismissed_at: Mapped[datetime]
    undone_by: Mapped[uuid.UUID | None] = mapped_column(default=None)
    undone_at: Mapped[datetime | None] = mapped_column(default=None)
