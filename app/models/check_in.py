"""What a patient sends: the raw envelope first, and what it says, once, as integers and text."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.at_rest import Opened
from app.models.base import Base, ClinicOwned, one_of, within_clinic


class Envelope(ClinicOwned, Base):
    """The bytes as they came, kept whatever they turn out to be.

    `variant` is '' for the first envelope of a client id and the sha256 in hex for each other one (a
    conflict), so that one unique key serves both. `repair` says why it could not be read, and is empty when
    it could. `sealed` is sealed once more at rest; `sha256` is of the bytes as they came. `entered_by` typed
    it in from paper.
    """

    __tablename__ = "envelope"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        sa.UniqueConstraint("patient_id", "client_id", "variant", "clinic_id"),
        one_of("source", "phone", "form", "paper", "tablet"),
        within_clinic("entered_by", "membership"),
        sa.Index(
            "ix_envelope_repair",
            "clinic_id",
            sqlite_where=sa.text("repair <> ''"),
            postgresql_where=sa.text("repair <> ''"),
        ),
    )

    patient_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    variant: Mapped[str]
    sha256: Mapped[bytes]
    source: Mapped[str]
    key_id: Mapped[str]
    sealed: Mapped[bytes]
    arrived_at: Mapped[datetime]
    repair: Mapped[str] = mapped_column(default="")
    entered_by: Mapped[uuid.UUID | None]


class CheckIn(ClinicOwned, Base):
    """One version of a check-in, read from the envelope with the same id. All versions stay."""

    __tablename__ = "check_in"
    __table_args__ = (
        within_clinic("id", "envelope"),
        within_clinic("patient_id", "patient"),
        one_of("kind", "full", "today", "note", "partial", "in_person"),
        sa.CheckConstraint("difficulty BETWEEN 0 AND 3", name="difficulty_range"),
        sa.CheckConstraint("today BETWEEN 0 AND 10", name="today_range"),
        one_of("answered_by", "me", "with_help"),
        sa.Index("ix_check_in_patient", "patient_id", "answered_at"),
        sa.Index(
            "ix_check_in_supersedes",
            "supersedes",
            sqlite_where=sa.text("supersedes IS NOT NULL"),
            postgresql_where=sa.text("supersedes IS NOT NULL"),
        ),
    )

    patient_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    is_conflict: Mapped[bool]
    kind: Mapped[str]
    language: Mapped[str]
    supersedes: Mapped[uuid.UUID | None]
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime]
    arrived_at: Mapped[datetime]
    wall: Mapped[str]
    zone: Mapped[str]
    offset_minutes: Mapped[int]
    app_version: Mapped[str]
    install_id: Mapped[uuid.UUID]
    sequence: Mapped[int]
    pending: Mapped[int]
    difficulty: Mapped[int | None]
    difficulty_asked: Mapped[bool]
    today: Mapped[int | None]
    should_know: Mapped[str | None]
    should_know_topics: Mapped[list[str]]
    should_know_sealed: Mapped[bytes] = mapped_column("should_know_text")
    should_know_text = Opened("should_know_sealed")
    answered_by: Mapped[str | None]


ITEM_NAMES = tuple(f"item_{number}" for number in range(1, 10))
"""The columns of the answers, in the order of the items; GAD-7 has seven."""


class InstrumentScore(Base):
    """One instrument in one check-in: its answers and their score. `total` is null when there is none.

    An item that was skipped is null; GAD-7 has seven. `languages` has the language each item was shown in,
    null for one that was skipped.
    """

    __tablename__ = "instrument_score"
    __table_args__ = (
        within_clinic("check_in_id", "check_in"),
        one_of("instrument", "phq9", "gad7"),
        one_of("status", "complete", "prorated", "incomplete"),
        sa.CheckConstraint(
            " AND ".join(f"{name} BETWEEN 0 AND 3" for name in ITEM_NAMES),
            name="items_range",
        ),
        sa.CheckConstraint(
            "instrument = 'phq9' OR (item_8 IS NULL AND item_9 IS NULL)", name="items_of_instrument"
        ),
    )

    clinic_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    check_in_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    instrument: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    total: Mapped[int | None]
    band: Mapped[str | None]
    status: Mapped[str]
    answered: Mapped[int]
    item9: Mapped[str | None]
    item_1: Mapped[int | None]
    item_2: Mapped[int | None]
    item_3: Mapped[int | None]
    item_4: Mapped[int | None]
    item_5: Mapped[int | None]
    item_6: Mapped[int | None]
    item_7: Mapped[int | None]
    item_8: Mapped[int | None]
    item_9: Mapped[int | None]
    languages: Mapped[list[str | None]]

    @property
    def answers(self) -> dict[int, int]:
        """The answered items, 0 to 3 by number from 1."""
        told = (getattr(self, name) for name in ITEM_NAMES)
        return {number: value for number, value in enumerate(told, 1) if value is not None}


class Note(Base):
    """One dimension of what changed, in the patient's words."""

    __tablename__ = "note"
    __table_args__ = (
        within_clinic("check_in_id", "check_in"),
        one_of("dimension", "executive", "hedonic"),
        one_of("direction", "easier", "harder", "same"),
    )

    clinic_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    check_in_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    direction: Mapped[str | None]
    body_sealed: Mapped[bytes] = mapped_column("body")
    attribution: Mapped[list[str]]
    body = Opened("body_sealed")


class CheckInVisit(Base):
    """The visit or visits a check-in precedes."""

    __tablename__ = "check_in_visit"
    __table_args__ = (
        within_clinic("check_in_id", "check_in"),
        within_clinic("visit_id", "visit"),
        sa.Index("ix_check_in_visit_visit", "visit_id"),
    )

    clinic_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    check_in_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class SignOff(Base):
    """A clinician's mark that a check-in was read. The first one stands."""

    __tablename__ = "sign_off"
    __table_args__ = (within_clinic("check_in_id", "check_in"), within_clinic("membership_id", "membership"))

    clinic_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    check_in_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[uuid.UUID]
    signed_at: Mapped[datetime]
