"""Keys of patients, the keys that wrap them, and text that the database has only sealed."""

import uuid
from datetime import datetime
from typing import Self, overload

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, within_clinic


class WrappingKey(Base):
    """A key that wraps patients' keys, by its file's name; the newest wraps what is made now.

    `fingerprint` is a hash of it, so that a start notices a file that is another's.
    """

    __tablename__ = "wrapping_key"

    id: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    created_at: Mapped[datetime]


class PatientKey(Base):
    """The key of everything that one patient's record says in words, wrapped. Without it nobody reads it."""

    __tablename__ = "patient_key"
    __table_args__ = (within_clinic("patient_id", "patient"), sa.Index("ix_patient_key_key_id", "key_id"))

    clinic_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(sa.ForeignKey("wrapping_key.id"))
    wrapped: Mapped[bytes]


class LeftPlain(Base):
    """A column that an upgrade has still to seal. Nothing is served while one is here."""

    __tablename__ = "left_plain"

    place: Mapped[str] = mapped_column(primary_key=True)


class NotOpenedError(Exception):
    """Sealed text was read before a service opened it: a mistake in the program."""


class Opened:
    """A text that the row's `sealed` column holds under the patient's key: empty, or opened by a service."""

    def __init__(self, sealed: str) -> None:
        self.sealed = sealed

    def __set_name__(self, _owner: type, name: str) -> None:
        self._slot = f"_opened_{name}"

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: object, owner: type) -> str: ...
    def __get__(self, row: object | None, owner: type) -> Self | str:
        """The text. Raises NotOpenedError."""
        if row is None:
            return self
        sealed = getattr(row, self.sealed)
        if not sealed:
            return ""
        of, text = row.__dict__.get(self._slot, (None, ""))
        # What was read again from the database has to be opened again.
        if of != sealed:
            raise NotOpenedError(f"{type(row).__name__}.{self.sealed}")
        return str(text)

    def __set__(self, _row: object, _text: str) -> None:
        raise AttributeError("text of a patient is written sealed: services/at_rest.py")

    def remember(self, row: object, text: str) -> None:
        """What the column of this row says, as it stands now."""
        row.__dict__[self._slot] = (getattr(row, self.sealed), text)
