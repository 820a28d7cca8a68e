"""Check-ins that do not come from the patient's own phone: on paper, and on a tablet of the clinic."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, ClinicOwned, one_of, within_clinic


class PaperForm(ClinicOwned, Base):
    """A printed check-in. `code` stands on the paper: it names patient and visit to staff, and says nothing.

    The id becomes the client id of the check-in, so that one paper is one check-in.
    """

    __tablename__ = "paper_form"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        within_clinic("visit_id", "visit"),
        within_clinic("printed_by", "membership"),
        one_of("language", "en", "es"),
        sa.Index("ix_paper_form_patient", "patient_id", "printed_at"),
    )

    patient_id: Mapped[uuid.UUID]
    visit_id: Mapped[uuid.UUID | None]
    code: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str]
    printed_by: Mapped[uuid.UUID]
    printed_at: Mapped[datetime]


class TabletPass(ClinicOwned, Base):
    """What a tablet in the waiting room may do: add this one check-in, for half an hour. A hash is kept.

    The id becomes the client id of the check-in.
    """

    __tablename__ = "tablet_pass"
    __table_args__ = (
        within_clinic("patient_id", "patient"),
        within_clinic("visit_id", "visit"),
        within_clinic("started_by", "membership"),
        sa.CheckConstraint("expires_at > started_at", name="ends_after_it_begins"),
        one_of("language", "en", "es"),
    )

    patient_id: Mapped[uuid.UUID]
    visit_id: Mapped[uuid.UUID | None]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    language: Mapped[str]
    started_by: Mapped[uuid.UUID]
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
