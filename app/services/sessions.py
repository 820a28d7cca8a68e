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
from app.models import AppendCredential, Erasure, Membership, Patient, PatientKey, Person, WebSession
from app.services.wrapping import Owner, Wrapped

# How long a session lasts that nobody uses.
PATIENT_IDLE = timedelta(days=30)
STAFF_IDLE = timedelta(minutes=30)
# However busy: a day's work, then the second factor once more.
STAFF_LONGEST = timedelta(hours=12)
APPEND_DAYS = 90
APPEND_COOKIE = "append-"
FADES = timedelta(days=1)
SLIDE_AFTER = timedelta(hours=1)
SLIDES = 30


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


def start_session(
    session: Session, person_id: uuid.UUID, device: str, now: datetime, proved_at: datetime | None = None
) -> str:
    """Open a session and return its token. Those of staff end soon when nobody uses them."""
    token = secrets.token_urlsafe(32)
    staff = session.scalar(
        sa.select(Membership.id)
        .where(Membership.person_id == person_id, Membership.role.in_(STAFF), Membership.state == ACTIVE)
        .limit(1)
    )
    session.add(
        WebSession(
            token_hash=hash_token(token),
            person_id=person_id,
            device=device[:200],
            created_at=now,
            seen_at=now,
            expires_at=now + (STAFF_IDLE if staff else PATIENT_IDLE),
            proved_at=proved_at,
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


def find_last_person(session: Session, token: str) -> str | None:
    """The address of whoever held this token when its session went idle; nothing for one that was ended."""
    return session.scalar(
        sa.select(Person.email)
        .join(WebSession, WebSession.person_id == Person.id)
        .where(WebSession.token_hash == hash_token(token), WebSession.revoked_at.is_(None))
    )


def needs_keeping(found: WebSession, now: datetime) -> bool:
    """Use keeps a session alive; that is written down at most once an hour, and a short one's each minute."""
    return now - found.seen_at >= min(SLIDE_AFTER, _length(found) / SLIDES)


def keep_session(session: Session, found: WebSession, now: datetime) -> None:
    """Give the session its own length again, unless it was ended meanwhile."""
    length = _length(found)
    until = now + length
    if length <= STAFF_IDLE:
        until = min(until, found.created_at + STAFF_LONGEST)
    session.execute(
        sa.update(WebSession)
        .where(WebSession.id == found.id, WebSession.revoked_at.is_(None))
        .values(seen_at=now, expires_at=until)
    )


def _length(found: WebSession) -> timedelta:
    return found.expires_at - found.seen_at


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


def fade_append_credential(session: Session, token: str, now: datetime) -> None:
    """Its phone gets a new one, so this one ends in a day; were the new one lost on its way, use keeps it."""
    session.execute(
        sa.update(AppendCredential)
        .where(AppendCredential.token_hash == hash_token(token), AppendCredential.expires_at > now + FADES)
        .values(expires_at=now + FADES)
        .execution_options(synchronize_session=False)
    )


def is_fading(credential: AppendCredential) -> bool:
    """Whether its phone was given a newer one."""
    return credential.expires_at - credential.seen_at < timedelta(days=APPEND_DAYS) / 2


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
