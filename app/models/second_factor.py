"""What somebody has besides a pass-phrase: an app that makes codes, passkeys, and codes on paper."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Totp(Base):
    """An app that makes codes (RFC 6238).

    `sealed`, `pending`: the secret in use and one not yet confirmed, AES-GCM under a key that is not in the
    database. `last_step`: the newest half minute of which a code was taken; none up to it is taken again.
    """

    __tablename__ = "totp"

    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    sealed: Mapped[bytes | None]
    pending: Mapped[bytes | None]
    last_step: Mapped[int] = mapped_column(sa.BigInteger(), default=0)
    created_at: Mapped[datetime]


class Passkey(Base):
    """A discoverable WebAuthn credential, by the name its owner gave it. `sign_count` only grows."""

    __tablename__ = "passkey"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(sa.BigInteger())
    name: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of ten codes on paper. argon2id with the salt of its set, so that one hash finds it."""

    __tablename__ = "recovery_code"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    salt: Mapped[bytes]
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Challenge(Base):
    """What a passkey is asked to sign, once. `person_id` is set where somebody adds one of their own."""

    __tablename__ = "challenge"

    challenge: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    expires_at: Mapped[datetime]
