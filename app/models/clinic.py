"""The clinic: the tenant, and what its administrators set."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Clinic(Base):
    """One clinic, with the words it uses about itself; `hours` and `answer_words` by language.

    `escalation` as `app/domain/escalation.py` reads it; empty is the default. `crisis` has call, text and
    emergency once an administrator confirmed them; empty, the operator's numbers hold. `closing_days` are ISO
    days, null while nobody has said. `desk_only`: it is known that alerts reach the desk's pages alone.
    `version` counts what was saved. Until `live_at` only staff have a place here, and everybody in the demo.
    """

    __tablename__ = "clinic"
    __table_args__ = (
        sa.CheckConstraint("window_hours BETWEEN 1 AND 336", name="window_hours_range"),
        sa.CheckConstraint("spacing_days BETWEEN 1 AND 28", name="spacing_days_range"),
        sa.CheckConstraint("retention_years BETWEEN 1 AND 99", name="retention_years_range"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str]
    phone: Mapped[str]
    zone: Mapped[str]
    hours: Mapped[dict[str, str]]
    answer_words: Mapped[dict[str, str]]
    created_at: Mapped[datetime]
    escalation: Mapped[dict[str, Any]] = mapped_column(sa.JSON(), default=dict, server_default="{}")
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    live_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(sa.Boolean(), default=False, server_default=sa.false())
    languages: Mapped[list[str]] = mapped_column(default=lambda: ["en", "es"], server_default='["en", "es"]')
    crisis: Mapped[dict[str, str]] = mapped_column(default=dict, server_default="{}")
    closing_days: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True))
    words_added: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    words_removed: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    desk_only: Mapped[bool] = mapped_column(sa.Boolean(), default=False, server_default=sa.false())
    window_hours: Mapped[int] = mapped_column(default=48, server_default="48")
    spacing_days: Mapped[int] = mapped_column(default=1, server_default="1")
    retention_years: Mapped[int | None]
