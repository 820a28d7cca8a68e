"""A forgotten pass-phrase: a code from the clinic or by e-mail opens the way to a new one.

It proves no second factor: whoever owes one still owes it afterwards.
"""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.channels.email import Letter
from app.errors import BetweenError
from app.languages import mark, translate
from app.models import Person, ResetCode, ResetLetter, WebSession
from app.services.accounts import find_person_id, hash_passphrase
from app.services.actors import Actor, must_prove
from app.services.entries import note_entry
from app.services.invitations import ALPHABET, CODE_LENGTH, read_code, spell_code
from app.services.leases import Leases
from app.services.second_factors import record_of_person
from app.services.sessions import hash_token

FROM_CLINIC = timedelta(hours=1)
BY_MAIL = timedelta(minutes=30)
LEASE = timedelta(minutes=2)
AGAIN = timedelta(minutes=2)
MOST_ATTEMPTS = 5
KEPT = timedelta(days=1)

SUBJECT = mark("Your code for Between")
LETTER = mark(
    "Your code is {code}\n\nIt works once, for half an hour, to choose a new pass-phrase here:\n\n{url}\n\n"
    "If you did not ask for it, you need not do anything. Please do not answer this message."
)


@dataclass(frozen=True)
class HeldLetter:
    """A letter in a worker's hands."""

    id: uuid.UUID
    person_id: uuid.UUID
    attempts: int


_LEASES = Leases(ResetLetter, HeldLetter)


def hand_out_code(
    session: Session, actor: Actor, person_id: uuid.UUID, clinic_id: uuid.UUID, now: datetime
) -> tuple[str, datetime]:
    """A code that somebody at the clinic gives to this person, and until when it works."""
    code = _make_code(session, person_id, now, FROM_CLINIC, made_by=actor.person_id, clinic_id=clinic_id)
    record_of_person(session, person_id, actor.person_id, "reset_code.made", now)
    note_entry(session, person_id, "code_made", "", now)
    return code, now + FROM_CLINIC


def use_reset_code(session: Session, typed: str, passphrase: str, device: str, now: datetime) -> uuid.UUID:
    """Set the new pass-phrase and end every session of the person. Returns whose it is.

    What waits on a phone still arrives. Raises BetweenError invitation_used for a code that opens nothing.
    """
    new = hash_passphrase(passphrase)
    person_id = session.execute(
        sa.update(ResetCode)
        .where(*_opens(typed, now))
        .values(used_at=now)
        .returning(ResetCode.person_id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if person_id is None:
        raise BetweenError("invitation_used")
    _forget_codes(session, ResetCode.person_id == person_id)
    set_passphrase(session, person_id, new, device, now)
    return person_id


def set_passphrase(
    session: Session,
    person_id: uuid.UUID,
    new: str,
    device: str,
    now: datetime,
    spared: tuple[str, ...] = (),
) -> None:
    """Keep the hash of the new words and end every session of the person but those of the `spared` tokens."""
    session.get_one(Person, person_id).passphrase_hash = new
    session.execute(
        sa.update(WebSession)
        .where(
            WebSession.person_id == person_id,
            WebSession.revoked_at.is_(None),
            WebSession.token_hash.not_in([hash_token(token) for token in spared]),
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    record_of_person(session, person_id, person_id, "passphrase.set", now)
    note_entry(session, person_id, "new_words", device, now)


def opens_something(session: Session, typed: str, now: datetime) -> bool:
    """Whether this code would be taken. Looking uses nothing up."""
    return session.scalar(sa.select(ResetCode.id).where(*_opens(typed, now))) is not None


def ask_by_mail(session: Session, email: str, now: datetime) -> None:
    """Write the wish down; the same is written for an address that nobody has."""
    person_id = find_person_id(session, email)
    state = "off" if person_id is None else "due"
    session.add(ResetLetter(person_id=person_id, due_at=now, state=state))


def claim_letter(session: Session, now: datetime, worker: str) -> HeldLetter | None:
    """The letter that waits longest, for this worker alone."""
    return _LEASES.claim(session, now, worker, LEASE)


def write_letter(session: Session, held: HeldLetter, public_url: str, now: datetime) -> Letter | None:
    """The letter with a new code; None, and it is over, for whom a mailbox alone must not open the way.

    That is staff before their first second step: the mailbox would be all there is.
    """
    person = session.get_one(Person, held.person_id)
    alone = person.second_factor_at is None and must_prove(session, person.id)
    if not person.email or alone:
        _LEASES.finish(session, held, "off")
        return None
    code = _make_code(session, person.id, now, BY_MAIL, made_by=None, clinic_id=None)
    record_of_person(session, person.id, person.id, "reset_code.mailed", now)
    words = translate(person.language, LETTER, code=spell_code(code), url=f"{public_url}/sign-in/forgotten")
    return Letter(person.email, translate(person.language, SUBJECT), words, f"{held.id.hex}-{held.attempts}")


def settle_letter(session: Session, held: HeldLetter, is_sent: bool, may_pass: bool, now: datetime) -> None:
    """Sent, or tried again a few times, or given up."""
    if is_sent:
        _LEASES.finish(session, held, "sent")
    elif may_pass and held.attempts < MOST_ATTEMPTS:
        _LEASES.release(session, held, now + AGAIN)
    else:
        _LEASES.finish(session, held, "off")


def forget_letters(session: Session, now: datetime) -> None:
    """Delete what was done with, and codes that nobody used, a day later."""
    _forget_codes(session, ResetCode.expires_at < now - KEPT)
    session.execute(
        sa.delete(ResetLetter).where(ResetLetter.state.in_(("sent", "off")), ResetLetter.due_at < now - KEPT)
    )


def _make_code(
    session: Session,
    person_id: uuid.UUID,
    now: datetime,
    lasts: timedelta,
    *,
    made_by: uuid.UUID | None,
    clinic_id: uuid.UUID | None,
) -> str:
    """A new code; those of its kind before it open nothing any more."""
    # Of its own kind only: a stranger who asks for letters must not undo what the clinic has just read out.
    kind = ResetCode.made_by.is_(None) if made_by is None else ResetCode.made_by.is_not(None)
    _forget_codes(session, ResetCode.person_id == person_id, kind)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    session.add(
        ResetCode(
            person_id=person_id,
            made_by=made_by,
            clinic_id=clinic_id,
            code_hash=_hash(code),
            created_at=now,
            expires_at=now + lasts,
        )
    )
    session.flush()
    return code


def _forget_codes(session: Session, *which: sa.ColumnElement[bool]) -> None:
    """Delete codes that nobody used."""
    session.execute(
        sa.delete(ResetCode)
        .where(ResetCode.used_at.is_(None), *which)
        .execution_options(synchronize_session=False)
    )


def _opens(typed: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        ResetCode.code_hash == _hash(read_code(typed)),
        ResetCode.used_at.is_(None),
        ResetCode.expires_at > now,
    )


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
