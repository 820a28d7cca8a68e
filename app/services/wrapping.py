"""The keys that wrap patients' keys: files beside the database, named by an id that rows carry.

They are read when a row names one, so that a key made by another process is known here, too.
"""

import hashlib
import secrets
import uuid
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from app.db import Database, insert_into
from app.errors import SettingError
from app.keys import read_or_make
from app.models import WrappingKey

KEY_BYTES, NONCE_BYTES = 32, 12
SEALED = b"\x01"
TAG_BYTES = 16
OVERHEAD = len(SEALED) + NONCE_BYTES + TAG_BYTES
"""How much longer the sealed bytes are than the plain ones."""

REMEMBERED = 4096
CARRIED = "between_keys"


class Owner(NamedTuple):
    """Whose words these are."""

    clinic_id: uuid.UUID
    patient_id: uuid.UUID


class Wrapped(NamedTuple):
    """A patient's key as the database has it."""

    key_id: str
    wrapped: bytes


class CannotReadError(Exception):
    """What is sealed at rest does not open: another key, another row, or changed bytes."""


class Cipher:
    """Seals and opens with one key. Sealed: one byte of format, 12 of nonce, AES-256-GCM with its tag."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """Bound to its place: moved to another row or column it does not open."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return SEALED + nonce + self._aead.encrypt(nonce, plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """The plain bytes. Raises CannotReadError."""
        if sealed[:1] != SEALED:
            raise CannotReadError("not sealed")
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._aead.decrypt(nonce, rest, place)
        except (InvalidTag, ValueError) as error:
            raise CannotReadError(place.split(b"|", 1)[0].decode()) from error


class Keys:
    """Wraps and unwraps. An unwrapped key is remembered by its wrapped bytes: nobody can contradict that."""

    def __init__(self, instance: Path) -> None:
        self._instance = instance
        self._wrapping = lru_cache(maxsize=64)(self._read)
        self.cipher = lru_cache(maxsize=REMEMBERED)(self._unwrap)

    def wrap(self, key_id: str, owner: Owner, key: bytes) -> Wrapped:
        """The patient's key as it is stored."""
        return Wrapped(key_id, self._wrapping(key_id).seal(key, _place(owner)))

    def rewrap(self, key_id: str, owner: Owner, held: Wrapped) -> Wrapped:
        """The same key under another."""
        key = self._wrapping(held.key_id).open(held.wrapped, _place(owner))
        return self.wrap(key_id, owner, key)

    def _unwrap(self, owner: Owner, held: Wrapped) -> Cipher:
        return Cipher(self._wrapping(held.key_id).open(held.wrapped, _place(owner)))

    def _read(self, key_id: str) -> Cipher:
        return Cipher(wrapping_path(self._instance, key_id).read_bytes())


def wrapping_path(instance: Path, key_id: str) -> Path:
    """Where the key of this id lies."""
    return instance / "keys" / f"wrap-{key_id}.key"


def load_keys(database: Database, instance: Path, now: datetime) -> Keys:
    """The keys of this database, which it carries from now on; makes the first.

    Raises SettingError when one that rows name is missing, or is another.
    """
    with database.writing() as session:
        if session.scalar(sa.select(WrappingKey.id).limit(1)) is None:
            make_wrapping_key(session, instance, "w1", now)
    with database.reading() as session:
        # Read once more: another machine may have been first, with a file of its own.
        rows = session.scalars(sa.select(WrappingKey)).all()
    for row in rows:
        _check(instance, row)
    keys = Keys(instance)
    database.carry(**{CARRIED: keys})
    return keys


def make_wrapping_key(session: Session, instance: Path, key_id: str, now: datetime) -> None:
    """A new wrapping key: the file first, so that no row ever names one that is not there."""
    key = read_or_make(wrapping_path(instance, key_id), lambda: secrets.token_bytes(KEY_BYTES))
    session.execute(
        insert_into(session, WrappingKey)
        .values(id=key_id, fingerprint=_fingerprint(key), created_at=now)
        .on_conflict_do_nothing()
    )


def newest_wrapping_key(writer: Session | sa.Connection) -> str:
    """The id of the key that wraps what is made now."""
    newest = sa.select(WrappingKey.id).order_by(WrappingKey.created_at.desc(), WrappingKey.id.desc()).limit(1)
    return writer.execute(newest).scalar_one()


def keys_of(writer: Session | sa.Connection) -> Keys:
    """The keys that this session or connection carries."""
    bind = writer.get_bind() if isinstance(writer, Session) else writer
    keys: Keys | None = bind.get_execution_options().get(CARRIED)
    if keys is None:
        raise RuntimeError("this database was opened without its keys")
    return keys


def _check(instance: Path, row: WrappingKey) -> None:
    path = wrapping_path(instance, row.id)
    if not path.exists():
        raise SettingError(
            f"The wrapping key {row.id} is missing from {path}. What patients wrote could not be read."
        )
    if _fingerprint(path.read_bytes()) != row.fingerprint:
        raise SettingError(
            f"The wrapping key {row.id} is not the one this database was written with. Restore the right one."
        )


def _fingerprint(key: bytes) -> bytes:
    return hashlib.sha256(b"between/wrapping/1|" + key).digest()


def _place(owner: Owner) -> bytes:
    return f"patient_key|wrapped|{owner.clinic_id}|{owner.patient_id}".encode()
