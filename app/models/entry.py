"""How somebody came in, or tried to: the list each person sees, and ways back to a forgotten pass-phrase."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of

OUTCOMES = (
    "entered",
    "proved",
    "passkey",
    "recovery",
    "wrong_words",
    "wrong_code",
    "code_made",
    "new_words",
    "factor_reset",
)


class Entry(Base):
    """One line of a person's list of sign-ins. Without a person: a try with an address that nobody has."""

    __tablename__ = "entry"
    __table_args__ = (one_of("outcome", *OUTCOMES), sa.Index("ix_entry_person", "person_id", "at"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    device: Mapped[str]
    outcome: Mapped[str]


class ResetCode(Base):
    """Opens the way to a new pass-phrase, once, for a short while. `made_by` is null for one by e-mail."""

    __tablename__ = "reset_code"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    made_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    clinic_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("clinic.id"))
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ResetLetter(Base):
    """A wish for a code by e-mail, written down in the same time whether anybody has that address or not."""

    __tablename__ = "reset_letter"
    __table_args__ = (
        one_of("state", "due", "claimed", "sent", "off"),
        sa.Index("ix_reset_letter_due", "state", "due_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="due")
    lease_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
