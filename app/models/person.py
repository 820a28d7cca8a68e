"""The person: who signs in. A person belongs to no clinic; memberships do."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of


class Person(Base):
    """`email` is stored folded to lower case. `numbers_hidden`: "My clinician sees them; I don't need to".

    `second_factor_at`: since when there is an app or a passkey that a sign-in asks for; null without one.
    """

    __tablename__ = "person"
    __table_args__ = (one_of("language", "en", "es"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str | None] = mapped_column(unique=True)
    passphrase_hash: Mapped[str | None]
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    zone: Mapped[str]
    numbers_hidden: Mapped[bool] = mapped_column(sa.Boolean(), default=False)
    created_at: Mapped[datetime]
    second_factor_at: Mapped[datetime | None]
