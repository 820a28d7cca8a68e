"""The clinic: the tenant."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Clinic(Base):
    """One clinic, with the words it uses about itself; `hours` and `answer_words` by language.

    `escalation` as `app/domain/escalation.py` reads it; empty is the default.
    """

    __tablename__ = "clinic"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str]
    phone: Mapped[str]
    zone: Mapped[str]
    hours: Mapped[dict[str, str]]
    answer_words: Mapped[dict[str, str]]
    created_at: Mapped[datetime]
    escalation: Mapped[dict[str, Any]] = mapped_column(sa.JSON(), default=dict, server_default="{}")
