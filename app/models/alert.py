"""An alert: something a clinician must look at, with an owner, attempts and an outcome in words."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, ClinicOwned, one_of, within_clinic

OPEN = sa.text("closed_at IS NULL")


class Alert(ClinicOwned, Base):
    """One open thread per patient. `reason`: first, higher, new_after_negative, unchanged."""

    __tablename__ = "alert"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        within_clinic("owner_id", "membership"),
        within_clinic("closed_by", "membership"),
        one_of("state", "opened", "trying", "reached", "decided", "closed"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_moment"),
        sa.Index(
            "uq_alert_open", "patient_id", "clinic_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        ),
    )

    patient_id: Mapped[uuid.UUID]
    owner_id: Mapped[uuid.UUID]
    state: Mapped[str] = mapped_column(default="opened")
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[uuid.UUID | None]
    outcome: Mapped[str] = mapped_column(default="")


class AlertAnswer(Base):
    """An answer to item 9 above 0 that joined the thread."""

    __tablename__ = "alert_answer"
    __table_args__ = (
        within_clinic("alert_id", "alert"),
        within_clinic("check_in_id", "check_in"),
        sa.CheckConstraint("value BETWEEN 1 AND 3", name="value_positive"),
    )

    clinic_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    alert_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    check_in_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    value: Mapped[int]
    answered_at: Mapped[datetime]
    arrived_at: Mapped[datetime]


class AlertAttempt(ClinicOwned, Base):
    """What a clinician did about an alert, in words."""

    __tablename__ = "alert_attempt"
    __table_args__ = (
        within_clinic("alert_id", "alert"),
        within_clinic("membership_id", "membership"),
        one_of("state", "trying", "reached", "decided"),
        sa.Index("ix_alert_attempt_alert", "alert_id"),
    )

    alert_id: Mapped[uuid.UUID]
    membership_id: Mapped[uuid.UUID]
    state: Mapped[str]
    words: Mapped[str]
    made_at: Mapped[datetime]
