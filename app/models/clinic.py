"""The clinic: the tenant."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Clinic(Base):
    """One clinic, with the words it uses about itself; `hours` and `answer_words` by language."""

    __tablename__ = "clinic"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str]
    phone: Mapped[str]
    zone: Mapped[str]
    hours: Mapped[dict[str, str]]
    answer_words: Mapped[dict[str, str]]
    created_at: Mapped[datetime]
