"""Signed-in browsers, and the credential that only appends. The database keeps only hashes of tokens."""

import hashlib
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.roles import ACTIVE, STAFF
from app.models import AppendCredential, Erasure, Membership, Patient, PatientKey, WebSession
from app.services.wrapping import Owner, Wrapped

PATIENT_DAYS = 30
STAFF_HOURS = 12
APPEND_DAYS = 90
APPEND_COOKIE = "append-"
SLIDE_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class AppendRight:
    """Whose answers a credential may add. `clinics`: the clinic of each patient that this person is.

    `keys`: those patients' keys, as far as they have one. `erased`: the clinic of each patient that this
    person was until the record was erased.
    """

    credential_id: uuid.UUID
    person_id: uuid.UUID
    clinics: dict[uuid.UUID, uuid.UUID]
    seen_at: datetime
    keys: dict[Owner, Wrapped] = field(default_factory=dict)
    erased: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)


def hash_token(token: str) -> bytes:
    """What the database keeps of a token of 32 random bytes: no salt is needed, nobody can guess one."""
    return hashlib.sha256(token.encode()).digest()


def start_session(session: Session, person_id: uuid.UUID, device: str, now: datetime) -> str:
    """Open a session and return its token. Staff sessions are short."""
    token = secrets.token_urlsafe(32)
    staff = session.scalar(
        sa.select(sa.func.count())
        .select_from(Membership)
        .where(Membership.person_id == person_id, Membership.role.in_(STAFF), Membership.state == ACTIVE)
    )
    lasts = timedelta(hours=STAFF_HOURS) if staff else timedelta(days=PATIENT_DAYS)
    session.add(
        WebSession(
            token_hash=hash_token(token),
            person_id=person_id,
            device=device[:200],
            created_at=now,
            seen_at=now,
            expires_at=now + lasts,
        )
    )
    return token


def find_session(session: Session, token: str, now: datetime) -> WebSession | None:
    """The live session of this token, if any."""
    return session.scalar(
        sa.select(WebSession).where(
            WebSession.token_hash == hash_token(token),
            WebSession.revoked_at.is_(None),
            WebSession.expires_at > now,
        )
    )


def needs_keeping(found: WebSession, now: datetime) -> bool:
    """Use keeps a session alive; that is written down at most once an hour."""
    return now - found.seen_at >= SLIDE_AFTER


def keep_session(session: Session, found: WebSession, now: datetime) -> None:
    """Give the session its own length again, unless it was ended meanwhile."""
    session.execute(
        sa.update(WebSession)
        .where(WebSession.id == found.id, WebSession.revoked_at.is_(None))
        .values(seen_at=now, expires_at=now + (found.expires_at - found.seen_at))
    )


def end_session(session: Session, token: str, now: datetime) -> None:
    """Sign out. The append credential stays, so that waiting answers still arrive."""
    session.execute(
        sa.update(WebSession).where(WebSession.token_hash == hash_token(token)).values(revoked_at=now)
    )


def append_cookie_suffix(person_id: uuid.UUID) -> str:
    """One append cookie per person on a phone: the first 8 hex digits of the person's id."""
    return f"{APPEND_COOKIE}{person_id.hex[:8]}"


def give_append_credential(session: Session, person_id: uuid.UUID, device: str, now: datetime) -> str:
    """A new append credential; returns its token."""
    token = secrets.token_urlsafe(32)
    session.add(
        AppendCredential(
            token_hash=hash_token(token),
            person_id=person_id,
            device=device[:200],
            created_at=now,
            seen_at=now,
            expires_at=now + timedelta(days=APPEND_DAYS),
        )
    )
    return token


_RIGHTS = (
    sa.select(
        AppendCredential.token_hash,
        AppendCredential.id,
        AppendCredential.person_id,
        AppendCredential.seen_at,
        Patient.id.label("patient_id"),
        Patient.clinic_id,
        PatientKey.key_id,
        PatientKey.wrapped,
    )
    .select_from(AppendCredential)
    .outerjoin(
        Membership, sa.and_(Membership.person_id == AppendCredential.person_id, Membership.role == "patient")
    )
    .outerjoin(
        Patient, sa.and_(Patient.clinic_id == Membership.clinic_id, Patient.membership_id == Membership.id)
    )
    .outerjoin(
        PatientKey, sa.and_(PatientKey.clinic_id == Patient.clinic_id, PatientKey.patient_id == Patient.id)
    )
    .where(
        AppendCredential.token_hash.in_(sa.bindparam("token_hashes", expanding=True)),
        AppendCredential.revoked_at.is_(None),
        AppendCredential.expires_at > sa.bindparam("now"),
    )
)


_ERASED = (
    sa.select(Membership.person_id, Erasure.patient_id, Erasure.clinic_id)
    .join(
        Membership, sa.and_(Membership.clinic_id == Erasure.clinic_id, Membership.id == Erasure.membership_id)
    )
    .where(Membership.person_id.in_(sa.bindparam("people", expanding=True)), Erasure.erased_at.is_not(None))
)


def find_append_rights(
    connection: sa.Connection, tokens: Sequence[str], now: datetime
) -> dict[str, AppendRight]:
    """What each live token may add to. Whose care has ended may still hand in what waited on the phone."""
    named = {hash_token(token): token for token in tokens}
    rows = connection.execute(_RIGHTS, {"token_hashes": list(named), "now": now}).all()
    found: dict[str, AppendRight] = {}
    for token_hash, credential_id, person_id, seen_at, patient_id, clinic_id, key_id, wrapped in rows:
        right = found.setdefault(named[token_hash], AppendRight(credential_id, person_id, {}, seen_at))
        if patient_id is not None:
            right.clinics[patient_id] = clinic_id
        if key_id is not None:
            right.keys[Owner(clinic_id, patient_id)] = Wrapped(key_id, bytes(wrapped))
    if any(row.patient_id is None for row in rows):
        _add_erased(connection, found.values())
    return found


def _add_erased(connection: sa.Connection, rights: Iterable[AppendRight]) -> None:
    """Whoever is no patient may have been one: their phone may still hold what nobody keeps any more."""
    rows = connection.execute(_ERASED, {"people": [right.person_id for right in rights]}).all()
    for right in rights:
        right.erased.update(
            {row.patient_id: row.clinic_id for row in rows if row.person_id == right.person_id}
        )


def slide_append_credential(session: Session, right: AppendRight, now: datetime) -> None:
    """Use keeps the credential alive for another 90 days; written at most once an hour."""
    session.execute(
        sa.update(AppendCredential)
        .where(AppendCredential.id == right.credential_id)
        .values(seen_at=now, expires_at=now + timedelta(days=APPEND_DAYS))
    )
