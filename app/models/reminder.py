"""A reminder is one thing due for one person at one local time; a delivery is one attempt on one channel."""

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, ClinicOwned, one_of, within_clinic


class Reminder(ClinicOwned, Base):
    """One occurrence: unique by person, rule, anchor and local date, so that nothing is sent twice."""

    __tablename__ = "reminder"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        one_of("rule", "maintenance_due", "visit_tomorrow"),
        one_of("state", "due", "claimed", "sent", "call_list", "missed", "called"),
        sa.UniqueConstraint("person_id", "rule", "anchor", "local_date"),
        sa.Index("ix_reminder_due", "state", "due_at"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("person.id"))
    patient_id: Mapped[uuid.UUID]
    rule: Mapped[str]
    anchor: Mapped[uuid.UUID]
    local_date: Mapped[date] = mapped_column(sa.Date())
    due_at: Mapped[datetime]
    useful_until: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="due")
    lease_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Delivery(ClinicOwned, Base):
    """One attempt to reach one phone, written before it is made; the receipt fills the rest."""

    __tablename__ = "delivery"
    __table_args__ = (
        within_clinic("reminder_id", "reminder"),
        one_of("channel", "push"),
        one_of("outcome", "trying", "accepted", "failed", "gone"),
        sa.Index("ix_delivery_reminder", "reminder_id"),
    )

    reminder_id: Mapped[uuid.UUID]
    subscription_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("push_subscription.id"))
    channel: Mapped[str]
    receipt_hash: Mapped[bytes] = mapped_column(unique=True)
    attempted_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(default="trying")
    status: Mapped[int | None]
    shown_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    acted_at: Mapped[datetime | None]


class PushSubscription(Base):
    """A phone that agreed to be reminded. One row per endpoint; ended when the push service says so.

    `session_id`: the sign-in it was told in, which says on which device it is; null when nobody knows.
    """

    __tablename__ = "push_subscription"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    install_id: Mapped[uuid.UUID]
    session_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("web_session.id", ondelete="SET NULL"), index=True
    )
    endpoint: Mapped[str]
    endpoint_hash: Mapped[bytes] = mapped_column(unique=True)
    p256dh: Mapped[str]
    auth: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
