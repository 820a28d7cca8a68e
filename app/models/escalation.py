"""Who is told of an unanswered alert, when, and what came of telling them."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, ClinicOwned, one_of, within_clinic


class AlertStep(Base):
    """One step of one clock: exactly one row, made with the clock, claimed by one worker at a time.

    `told`: somebody's phone or mailbox took it. `desk_only`: the desk's pages alone say it, because nothing
    else is set up or everything else failed. `off`: the alert was answered before it was due.
    """

    __tablename__ = "alert_step"
    __table_args__ = (
        within_clinic("alert_id", "alert"),
        one_of("who", "owner", "next", "everybody"),
        one_of("state", "due", "claimed", "told", "desk_only", "off"),
        sa.Index("ix_alert_step_due", "state", "due_at"),
    )

    clinic_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    alert_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    who: Mapped[str]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="due")
    lease_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]


class AlertNotice(ClinicOwned, Base):
    """One attempt to tell one clinician, written before it is made; on the desk, writing it is making it."""

    __tablename__ = "alert_notice"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["clinic_id", "alert_id", "round", "step"],
            ["alert_step.clinic_id", "alert_step.alert_id", "alert_step.round", "alert_step.step"],
        ),
        within_clinic("membership_id", "membership"),
        one_of("channel", "desk", "push", "email"),
        one_of("outcome", "trying", "accepted", "failed", "gone"),
        sa.Index("ix_alert_notice_alert", "alert_id"),
        sa.Index("ix_alert_notice_membership", "membership_id"),
        sa.Index(
            "uq_alert_notice_desk",
            "alert_id",
            "round",
            "step",
            "membership_id",
            "clinic_id",
            unique=True,
            sqlite_where=sa.text("channel = 'desk'"),
            postgresql_where=sa.text("channel = 'desk'"),
        ),
    )

    alert_id: Mapped[uuid.UUID]
    round: Mapped[int]
    step: Mapped[int]
    membership_id: Mapped[uuid.UUID]
    channel: Mapped[str]
    subscription_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("push_subscription.id"))
    receipt_hash: Mapped[bytes | None] = mapped_column(unique=True)
    attempted_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(default="trying")
    status: Mapped[int | None]
    shown_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    acted_at: Mapped[datetime | None]
