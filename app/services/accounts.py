"""People and their pass-phrases: argon2id, two at a time, the same answer for unknown and for wrong."""

import re
import secrets
import threading
import uuid
from datetime import datetime
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw
from sqlalchemy.orm import Session

from app.domain.roles import ACTIVE, STAFF, SUSPENDED
from app.errors import BetweenError
from app.models import Clinic, Membership, Patient, Person, TeamMember

SHORTEST_PASSPHRASE = 15
LONGEST_PASSPHRASE = 256
HASHES_AT_ONCE = 2
HASH_WAIT_SECONDS = 10
SUGGESTED_WORDS = 5

# OWASP's second choice for argon2id: 19 MiB, two passes, 20 ms here. The library's default costs 148 ms.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_HASHING = threading.BoundedSemaphore(HASHES_AT_ONCE)
_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+")
_WORDS = Path(__file__).parent / "data"


def fold_email(email: str) -> str:
    """An e-mail address as it is stored and compared."""
    return email.replace("\0", "").strip().casefold()


def plain_name(name: str) -> str:
    """A name as it is stored: no control characters, which no name has and PostgreSQL may refuse."""
    return "".join(character for character in name if character.isprintable()).strip()


def is_email(email: str) -> bool:
    """Whether this could be an address. Only a message that arrives proves one."""
    return len(email) <= 254 and _EMAIL.fullmatch(email) is not None


def check_passphrase(session: Session, email: str, passphrase: str) -> Person | None:
    """The person, or None for an unknown address and for a wrong pass-phrase alike, in the same time."""
    person = session.scalar(sa.select(Person).where(Person.email == fold_email(email)))
    # Made for a known address too: the first try after a start must not tell which it was.
    nobody = _hash_of_nobody()
    known = person.passphrase_hash if person is not None and person.passphrase_hash else nobody
    matches = _verify(known, passphrase)
    return person if matches and known is not nobody else None


@cache
def _hash_of_nobody() -> str:
    return _HASHER.hash(secrets.token_hex(16))


def find_person_id(session: Session, email: str) -> uuid.UUID | None:
    """Whose address this is."""
    return session.scalar(sa.select(Person.id).where(Person.email == fold_email(email)))


def hash_passphrase(passphrase: str) -> str:
    """An argon2id hash. Raises BetweenError busy when too many are being made."""
    with _OneOfFew():
        return _HASHER.hash(passphrase)


def hash_code(code: str, salt: bytes) -> bytes:
    """argon2id of a code that was made at random, under the salt of its set. Raises BetweenError busy."""
    with _OneOfFew():
        return hash_secret_raw(
            code.encode(),
            salt,
            _HASHER.time_cost,
            _HASHER.memory_cost,
            _HASHER.parallelism,
            _HASHER.hash_len,
            Type.ID,
        )


def suggest_passphrase(language: str) -> str:
    """Five plain words: 40 bits, which the throttle and argon2id make enough, and a person can remember."""
    return " ".join(secrets.choice(_words(language)) for _ in range(SUGGESTED_WORDS))


def create_clinic(
    session: Session,
    *,
    name: str,
    phone: str,
    zone: str,
    hours: dict[str, str],
    answer_words: dict[str, str],
    now: datetime,
) -> Clinic:
    """A new clinic. `hours` and `answer_words` are the clinic's own words by language."""
    clinic = Clinic(name=name, phone=phone, zone=zone, hours=hours, answer_words=answer_words, created_at=now)
    session.add(clinic)
    session.flush()
    return clinic


def create_person(
    session: Session, *, name: str, email: str, passphrase: str, language: str, zone: str, now: datetime
) -> Person:
    """A new person who can sign in."""
    person = Person(
        name=plain_name(name),
        email=fold_email(email),
        passphrase_hash=hash_passphrase(passphrase),
        language=language,
        zone=zone,
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person


def join_clinic(
    session: Session, person_id: uuid.UUID, clinic_id: uuid.UUID, role: str, now: datetime
) -> Membership:
    """Make the person a member in this role, or return the membership there is.

    One that ended in a role of the staff begins again. Raises BetweenError suspended.
    """
    held = find_membership(session, person_id, clinic_id, role)
    if held is not None:
        return resume_place(held)
    membership = Membership(clinic_id=clinic_id, person_id=person_id, role=role, created_at=now)
    session.add(membership)
    session.flush()
    return membership


def find_membership(
    session: Session, person_id: uuid.UUID, clinic_id: uuid.UUID, role: str
) -> Membership | None:
    """The person's one membership in this role there, in whatever state."""
    return session.scalar(
        sa.select(Membership).where(
            Membership.clinic_id == clinic_id, Membership.person_id == person_id, Membership.role == role
        )
    )


def resume_place(held: Membership) -> Membership:
    """A colleague who comes back by an invitation. No invitation lifts a suspension."""
    if held.state == SUSPENDED:
        raise BetweenError("suspended")
    if held.role in STAFF:
        held.state = ACTIVE
    return held


def enrol_patient(
    session: Session,
    membership: Membership,
    lead_id: uuid.UUID,
    now: datetime,
    patient_id: uuid.UUID | None = None,
) -> Patient:
    """The patient behind a membership, led by a clinician who is thereby on the team."""
    known = session.scalar(
        sa.select(Patient).where(
            Patient.clinic_id == membership.clinic_id, Patient.membership_id == membership.id
        )
    )
    if known is not None:
        return known
    patient = Patient(
        clinic_id=membership.clinic_id,
        id=patient_id or uuid.uuid4(),
        membership_id=membership.id,
        lead_id=lead_id,
        created_at=now,
    )
    session.add(patient)
    session.flush()
    session.add(TeamMember(clinic_id=patient.clinic_id, patient_id=patient.id, membership_id=lead_id))
    session.flush()
    return patient


def _verify(known: str, passphrase: str) -> bool:
    with _OneOfFew():
        try:
            return _HASHER.verify(known, passphrase[:LONGEST_PASSPHRASE])
        except (VerificationError, InvalidHashError):
            return False


class _OneOfFew:
    """Hashing takes 19 MiB and a core each: more at once would starve the answers that are coming in."""

    def __enter__(self) -> None:
        if not _HASHING.acquire(timeout=HASH_WAIT_SECONDS):
            raise BetweenError("busy", retry_after=HASH_WAIT_SECONDS)

    def __exit__(self, *_: object) -> None:
        _HASHING.release()


@cache
def _words(language: str) -> tuple[str, ...]:
    return tuple((_WORDS / f"words.{language}.txt").read_text(encoding="utf-8").split())
