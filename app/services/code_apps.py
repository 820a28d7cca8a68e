"""Codes of an app (RFC 6238): the secret sealed, a step of grace on either side, each code once."""

import hmac
import secrets
import uuid
from datetime import datetime
from pathlib import Path

import pyotp
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from app.keys import read_or_make
from app.models import Totp

STEP_SECONDS = 30
NONCE_BYTES = 12


class FactorKey:
    """Seals secrets of apps, each bound to its owner: the database alone makes no codes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, person_id: uuid.UUID, secret: str) -> bytes:
        """What the database keeps."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), _place(person_id))

    def open(self, person_id: uuid.UUID, sealed: bytes) -> str:
        """The secret. Raises cryptography's InvalidTag under another key or for another person."""
        return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _place(person_id)).decode()


def load_factor_key(instance: Path) -> FactorKey:
    """The key in `instance/keys/`, made on first start."""
    path = instance / "keys" / "second-factor.key"
    return FactorKey(read_or_make(path, lambda: AESGCM.generate_key(256)))


def begin_app(session: Session, key: FactorKey, person_id: uuid.UUID, now: datetime) -> None:
    """A new secret, which counts only once a code of it was shown; until then the old one does."""
    row = session.get(Totp, person_id)
    if row is None:
        row = Totp(person_id=person_id, created_at=now)
        session.add(row)
    row.pending = key.seal(person_id, pyotp.random_base32())


def read_pending(session: Session, key: FactorKey, person_id: uuid.UUID) -> str | None:
    """The secret that waits for its first code."""
    row = session.get(Totp, person_id)
    return None if row is None or row.pending is None else key.open(person_id, row.pending)


def address_of(secret: str, name: str) -> str:
    """What an app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Between")


def confirm_app(session: Session, key: FactorKey, person_id: uuid.UUID, code: str, now: datetime) -> bool:
    """Take the waiting secret into use if `code` is one of its codes."""
    row = session.get(Totp, person_id, with_for_update=True)
    if row is None or row.pending is None:
        return False
    step = _step_of(key.open(person_id, row.pending), code, now)
    if step is None:
        return False
    row.sealed, row.pending, row.last_step, row.created_at = row.pending, None, step, now
    session.flush()
    return True


def take_app_code(session: Session, key: FactorKey, person_id: uuid.UUID, code: str, now: datetime) -> bool:
    """Whether this is a code of the person's app, not taken before. One conditional update decides."""
    row = session.get(Totp, person_id)
    if row is None or row.sealed is None:
        return False
    step = _step_of(key.open(person_id, row.sealed), code, now)
    if step is None:
        return False
    taken = session.execute(
        sa.update(Totp)
        .where(Totp.person_id == person_id, Totp.last_step < step)
        .values(last_step=step)
        .returning(Totp.person_id)
        .execution_options(synchronize_session=False)
    ).first()
    return taken is not None


def remove_app(session: Session, person_id: uuid.UUID) -> None:
    """The app's codes count no more."""
    session.execute(sa.delete(Totp).where(Totp.person_id == person_id))


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute this code belongs to: this one, or the one before or after."""
    typed = "".join(code.split())
    step = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    matching = [
        one
        for one in (step - 1, step, step + 1)
        if hmac.compare_digest(totp.generate_otp(one).encode(), typed.encode())
    ]
    return matching[-1] if matching else None


def _place(person_id: uuid.UUID) -> bytes:
    return f"totp|secret|{person_id}".encode()
