"""The server's half of sealing: RFC 9180 base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM."""

import base64
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy.orm import Session

from app.errors import SettingError
from app.keys import read_or_make
from app.models import SealingKey

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
FIRST_KEY = "k1"


class CannotOpenError(Exception):
    """These bytes are not sealed to us for this person and item. The message says which part failed."""


@dataclass(frozen=True)
class Keyring:
    """Private keys by id, newest first."""

    keys: dict[str, ec.EllipticCurvePrivateKey]

    def public(self) -> list[dict[str, str]]:
        """What phones are told: id and uncompressed point (65 bytes) in base64url."""
        return [{"id": key_id, "public": _base64url(_point(key))} for key_id, key in self.keys.items()]

    def open(self, sealed: bytes, key_id: str, person_id: uuid.UUID, item_id: uuid.UUID) -> bytes:
        """The plaintext of `enc ‖ ciphertext`. Raises CannotOpenError."""
        key = self.keys.get(key_id)
        if key is None:
            raise CannotOpenError("unknown_key")
        try:
            return SUITE.decrypt(sealed, key, info=_info(key_id, person_id, item_id))
        except (InvalidTag, ValueError) as error:
            raise CannotOpenError("bad_seal") from error

    def seal(self, plain: bytes, person_id: uuid.UUID, item_id: uuid.UUID) -> tuple[str, bytes]:
        """Key id and sealed bytes, as a phone would make them."""
        key_id, key = next(iter(self.keys.items()))
        return key_id, SUITE.encrypt(plain, key.public_key(), info=_info(key_id, person_id, item_id))


def load_keyring(session: Session, instance: Path, now: datetime) -> Keyring:
    """The private keys of this database's key ids; makes the first. Raises SettingError if one is missing."""
    rows = session.scalars(sa.select(SealingKey).order_by(SealingKey.created_at.desc())).all()
    if not rows:
        key = _read_key(instance, FIRST_KEY, make=True)
        session.add(SealingKey(id=FIRST_KEY, public=_point(key), created_at=now))
        return Keyring({FIRST_KEY: key})
    return Keyring({row.id: _matching_key(instance, row) for row in rows})


def _matching_key(instance: Path, row: SealingKey) -> ec.EllipticCurvePrivateKey:
    key = _read_key(instance, row.id, make=False)
    if _point(key) != row.public:
        raise SettingError(
            f"The sealing key {row.id} is not the one this database gave to phones. Restore the right one."
        )
    return key


def _read_key(instance: Path, key_id: str, *, make: bool) -> ec.EllipticCurvePrivateKey:
    path = instance / "keys" / f"hpke-{key_id}.pem"
    if not make and not path.exists():
        raise SettingError(
            f"The sealing key {key_id} is missing from {path}. Answers on phones could not be opened."
        )
    key = load_pem_private_key(read_or_make(path, _new_key), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _new_key() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _info(key_id: str, person_id: uuid.UUID, item_id: uuid.UUID) -> bytes:
    return f"between/outbox/1|{key_id}|{person_id}|{item_id}".encode()


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
