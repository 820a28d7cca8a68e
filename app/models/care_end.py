"""The end of a patient's care at a clinic, and the coming back that undoes it."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.at_rest import Opened
from app.models.base import Base, ClinicOwned, one_of, within_clinic

REASONS = ("discharged", "transferred", "in_hospital", "died")
LASTS = sa.text("returned_at IS NULL")


class CareEnd(ClinicOwned, Base):
    """From `ended_at` on nobody at the clinic reads what the patient sends, until `returned_at`."""

    __tablename__ = "care_end"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        within_clinic("ended_by", "membership"),
        within_clinic("returned_by", "membership"),
        one_of("reason", *REASONS),
        sa.CheckConstraint("returned_at >= ended_at", name="returns_after_it_ends"),
        sa.CheckConstraint("(returned_at IS NULL) = (returned_by IS NULL)", name="returned_by_somebody"),
        sa.Index(
            "uq_care_end_lasts",
            "patient_id",
            "clinic_id",
            unique=True,
            sqlite_where=LASTS,
            postgresql_where=LASTS,
        ),
    )

    patient_id: Mapped[uuid.UUID]
    reason: Mapped[str]
    words_sealed: Mapped[bytes] = mapped_column("words_text")
    words_text = Opened("words_sealed")
    ended_by: Mapped[uuid.UUID]
    ended_at: Mapped[datetime]
    returned_by: Mapped[uuid.UUID | None]
    returned_at: Mapped[datetime | None]
