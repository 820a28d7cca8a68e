"""Ten codes on paper for whoever has lost the rest. Each opens once."""

import secrets
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import RecoveryCode
from app.services.accounts import hash_code
from app.services.invitations import ALPHABET, CODE_LENGTH, read_code
from app.services.second_factors import forget_codes

CODES = 10
SALT_BYTES = 16


def make_recovery_codes(session: Session, person_id: uuid.UUID, now: datetime) -> list[str]:
    """Ten new ones, shown once; the old ones count no more."""
    forget_codes(session, person_id)
    salt = secrets.token_bytes(SALT_BYTES)
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    session.add_all(
        RecoveryCode(person_id=person_id, salt=salt, code_hash=hash_code(code, salt), created_at=now)
        for code in codes
    )
    session.flush()
    return codes


def first_recovery_codes(session: Session, person_id: uuid.UUID, now: datetime) -> list[str]:
    """Ten, for whoever has none on paper yet; else none, so that the paper stays good."""
    left = sa.select(RecoveryCode.id).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    has_some = session.scalar(left.limit(1)) is not None
    return [] if has_some else make_recovery_codes(session, person_id, now)


def take_recovery_code(session: Session, person_id: uuid.UUID, typed: str, now: datetime) -> bool:
    """Whether this is one of the person's codes that nobody has used. Of two who try together, one."""
    salt = session.scalar(sa.select(RecoveryCode.salt).where(RecoveryCode.person_id == person_id).limit(1))
    if salt is None:
        return False
    taken = session.execute(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == hash_code(read_code(typed), salt),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    ).first()
    return taken is not None
