"""The audit: who did or read what, without content. Rows are only ever added."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class AuditRow(Base):
    """One act, written in the transaction of its fact. `subject` names a row, never what it holds."""

    __tablename__ = "audit"
    __table_args__ = (
        sa.Index("ix_audit_clinic", "clinic_id", "id"),
        sa.Index("ix_audit_subject", "subject_id"),
    )

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    clinic_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("clinic.id"))
    at: Mapped[datetime]
    actor_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[uuid.UUID | None]


class AuditLink(Base):
    """Where an audit row stands in the chain of its clinic; rows without a clinic are a chain of their own.

    Its `clinic_id` is then all zeros, so it points at no clinic. `hash` covers the row and the link before.
    """

    __tablename__ = "audit_link"

    clinic_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(sa.BigInteger(), primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.ForeignKey("audit.id"), unique=True
    )
    hash: Mapped[bytes]
