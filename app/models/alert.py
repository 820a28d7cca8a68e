"""An alert: something a clinician must look at, with an owner, attempts and an outcome in words."""

import json
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.at_rest import Opened
from app.models.base import Base, ClinicOwned, one_of, within_clinic

OPEN = sa.text("closed_at IS NULL")


class Alert(ClinicOwned, Base):
    """One open thread per patient.

    `kind`: item9 once an answer is in it, words while only words in notes are. `reason`: first, higher,
    new_after_negative, review_too_old, unchanged, planned, words. `round` counts the clocks begun in it,
    which nobody has answered since `waits_since`, and `late_at` is when everybody will have been told;
    `version` counts what clinicians and answers did to it.
    """

    __tablename__ = "alert"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        within_clinic("owner_id", "membership"),
        within_clinic("closed_by", "membership"),
        one_of("state", "opened", "trying", "reached", "decided", "closed"),
        one_of("kind", "item9", "words"),
        one_of("clock", "full", "slower", "none"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_moment"),
        sa.Index(
            "uq_alert_open", "patient_id", "clinic_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        ),
        sa.Index("ix_alert_owner", "owner_id", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    patient_id: Mapped[uuid.UUID]
    owner_id: Mapped[uuid.UUID]
    state: Mapped[str] = mapped_column(default="opened")
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[uuid.UUID | None]
    outcome_sealed: Mapped[bytes] = mapped_column("outcome", default=b"")
    outcome = Opened("outcome_sealed")
    kind: Mapped[str] = mapped_column(default="item9", server_default="item9")
    clock: Mapped[str] = mapped_column(default="full", server_default="full")
    round: Mapped[int] = mapped_column(default=1, server_default="1")
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    waits_since: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    reached_at: Mapped[datetime | None]

    @property
    def since(self) -> datetime:
        """Since when it waits, or was opened before this was written down."""
        return self.waits_since or self.opened_at

    def is_late(self, now: datetime) -> bool:
        """Whether everybody should have been told of it by now."""
        return self.late_at is not None and self.late_at <= now


class AlertAnswer(Base):
    """An answer to item 9 above 0 that joined the thread."""

    __tablename__ = "alert_answer"
    __table_args__ = (
        within_clinic("alert_id", "alert"),
        within_clinic("check_in_id", "check_in"),
        sa.CheckConstraint("value BETWEEN 1 AND 3", name="value_positive"),
        sa.Index("ix_alert_answer_check_in", "check_in_id"),
    )

    clinic_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    alert_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    check_in_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    value: Mapped[int]
    answered_at: Mapped[datetime]
    arrived_at: Mapped[datetime]


class AlertWords(Base):
    """Words of the list that stood in a note. `useful` is null until a clinician says whether they were."""

    __tablename__ = "alert_words"
    __table_args__ = (
        within_clinic("alert_id", "alert"),
        within_clinic("check_in_id", "check_in"),
        within_clinic("marked_by", "membership"),
        sa.CheckConstraint("(useful IS NULL) = (marked_by IS NULL)", name="marked_by_somebody"),
        sa.Index("ix_alert_words_check_in", "check_in_id"),
    )

    clinic_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    alert_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    check_in_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    found_sealed: Mapped[bytes] = mapped_column("found")
    found_text = Opened("found_sealed")
    answered_at: Mapped[datetime]
    arrived_at: Mapped[datetime]
    useful: Mapped[bool | None] = mapped_column(sa.Boolean())
    marked_by: Mapped[uuid.UUID | None]
    marked_at: Mapped[datetime | None]

    @property
    def found(self) -> list[str]:
        """The words, once they are opened."""
        words: list[str] = json.loads(self.found_text)
        return words


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
    words_sealed: Mapped[bytes] = mapped_column("words")
    words = Opened("words_sealed")
    made_at: Mapped[datetime]


class AlertHandover(ClinicOwned, Base):
    """Whose alert it became. `by_id` is empty when it fell to the cover by itself."""

    __tablename__ = "alert_handover"
    __table_args__ = (
        within_clinic("alert_id", "alert"),
        within_clinic("from_id", "membership"),
        within_clinic("to_id", "membership"),
        within_clinic("by_id", "membership"),
        sa.Index("ix_alert_handover_alert", "alert_id"),
    )

    alert_id: Mapped[uuid.UUID]
    from_id: Mapped[uuid.UUID]
    to_id: Mapped[uuid.UUID]
    by_id: Mapped[uuid.UUID | None]
    made_at: Mapped[datetime]
