"""What proves who is asking: sessions that read, append credentials that only add, and the count of tries."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Token:
    """What both kinds have in common: whose it is, on which device, and until when it holds."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    device: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class WebSession(Token, Base):
    """A signed-in browser. The cookie holds an opaque token, the row only its sha256.

    `proved_at`: when a second factor was shown in this session; null until then.
    """

    __tablename__ = "web_session"

    proved_at: Mapped[datetime | None]


class AppendCredential(Token, Base):
    """May post answers of one person from one phone, and nothing else; outlives sign-out."""

    __tablename__ = "append_credential"


class Throttle(Base):
    """Tries of one key (an e-mail, an address, a code) within one window. Keys are hashed."""

    __tablename__ = "throttle"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    window: Mapped[int] = mapped_column(sa.BigInteger(), primary_key=True)
    tries: Mapped[int]


class SealingKey(Base):
    """A public HPKE key that phones were given. The start refuses a database without its private keys."""

    __tablename__ = "sealing_key"

    id: Mapped[str] = mapped_column(primary_key=True)
    public: Mapped[bytes]
    created_at: Mapped[datetime]
