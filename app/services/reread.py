"""Reads once more what could not be read when it arrived: a newer version may know what it says."""

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa

from app.db import UNAVAILABLE, Database
from app.domain.check_in import CheckInFacts
from app.errors import BetweenError
from app.models import Envelope, Membership, Patient, Person
from app.services import audit
from app.services.at_rest import open_for, seal_for
from app.services.check_in_rows import NewCheckIn
from app.services.envelopes import FIRST, envelope_place
from app.services.intake import write_late
from app.services.sealing import Keyring
from app.services.wrapping import Cipher, Owner

LOG = logging.getLogger("between")
PAGE = 200

Key = tuple[uuid.UUID, uuid.UUID]

_KEPT = (
    sa.select(
        Envelope.clinic_id,
        Envelope.id,
        Envelope.patient_id,
        Envelope.client_id,
        Envelope.variant,
        Envelope.source,
        Envelope.key_id,
        Envelope.sealed,
        Envelope.arrived_at,
        Envelope.repair,
        Person.id.label("person_id"),
        Person.zone,
    )
    .join(Patient, sa.and_(Patient.clinic_id == Envelope.clinic_id, Patient.id == Envelope.patient_id))
    .join(
        Membership, sa.and_(Membership.clinic_id == Patient.clinic_id, Membership.id == Patient.membership_id)
    )
    .join(Person, Person.id == Membership.person_id)
    .where(Envelope.clinic_id == sa.bindparam("clinic"), Envelope.id == sa.bindparam("envelope"))
)


class Kept(NamedTuple):
    """An envelope with its sender; `sealed` as its bytes came."""

    clinic_id: uuid.UUID
    id: uuid.UUID
    patient_id: uuid.UUID
    client_id: uuid.UUID
    variant: str
    source: str
    key_id: str
    sealed: bytes
    arrived_at: datetime
    repair: str
    person_id: uuid.UUID
    zone: str

    @property
    def owner(self) -> Owner:
        """Whose it is."""
        return Owner(self.clinic_id, self.patient_id)


class Outcome(StrEnum):
    """What came of reading again. READ_BEFORE: somebody else was faster, or it was never unreadable."""

    READ = "read"
    READ_BEFORE = "read_before"
    UNREAD = "unread"


@dataclass(frozen=True)
class Reader:
    """Who reads again, how, and when. `read` gives what an envelope says, or why that is not known.

    `actor_id` is None when a command or a new version reads.
    """

    database: Database
    read: Callable[[Kept], CheckInFacts | str]
    actor_id: uuid.UUID | None
    now: datetime


def open_kept(keyring: Keyring, kept: Kept) -> bytes:
    """The bytes behind the seal; only a phone seals. Raises CannotOpenError."""
    if kept.source != "phone":
        return kept.sealed
    return keyring.open(kept.sealed, kept.key_id, kept.person_id, kept.client_id)


def find_kept(connection: sa.Connection, key: Key) -> Kept:
    """The envelope with its sender. Raises BetweenError not_found."""
    row = connection.execute(_KEPT, {"clinic": key[0], "envelope": key[1]}).first()
    if row is None:
        raise BetweenError("not_found")
    kept = Kept._make(row)
    sealed = open_for(connection, kept.owner).open(bytes(kept.sealed), envelope_place(kept._asdict()))
    return kept._replace(sealed=sealed)


def reread(reader: Reader, key: Key) -> Outcome:
    """Read one again, in a transaction of its own: however many try at once, one check-in is made.

    The check-in keeps the moment its envelope arrived, and its alert counts from then.
    """
    try:
        with reader.database.writing_core() as connection:
            return _reread(connection, reader, find_kept(connection, key))
    except (*UNAVAILABLE, BetweenError):
        raise
    except Exception as error:  # noqa: BLE001 (what the database refuses stays on the list, as it came)
        LOG.error("an envelope could not be stored again: %s", type(error).__name__)
        return Outcome.UNREAD


def reread_all(reader: Reader) -> Counter[Outcome]:
    """Read again whatever waits on the list or was dismissed, a page at a time."""
    return Counter(reread(reader, key) for key in _unread(reader.database))


def _unread(database: Database) -> Iterator[Key]:
    last: Key | None = None
    keys = sa.select(Envelope.clinic_id, Envelope.id).where(Envelope.repair != "")
    while True:
        after = keys if last is None else keys.where(sa.tuple_(Envelope.clinic_id, Envelope.id) > last)
        with database.reading_core() as connection:
            page = connection.execute(after.order_by(Envelope.clinic_id, Envelope.id).limit(PAGE)).all()
        yield from ((row.clinic_id, row.id) for row in page)
        if len(page) < PAGE:
            return
        last = (page[-1].clinic_id, page[-1].id)


def _reread(connection: sa.Connection, reader: Reader, kept: Kept) -> Outcome:
    if not kept.repair:
        return Outcome.READ_BEFORE
    facts = reader.read(kept)
    if isinstance(facts, str):
        _change_reason(connection, kept, facts)
        return Outcome.UNREAD
    if not _change_reason(connection, kept, ""):
        return Outcome.READ_BEFORE
    write_late(connection, _new_check_in(kept, facts, seal_for(connection, kept.owner)))
    audit.record(
        connection,
        at=reader.now,
        actor_id=reader.actor_id,
        action="check_in.reread",
        subject="envelope",
        subject_id=kept.id,
        clinic_id=kept.clinic_id,
    )
    return Outcome.READ


def _change_reason(connection: sa.Connection, kept: Kept, reason: str) -> bool:
    """One conditional update: of those who race here, one finds the reason still there."""
    changed = connection.execute(
        sa.update(Envelope)
        .where(Envelope.clinic_id == kept.clinic_id, Envelope.id == kept.id, Envelope.repair != "")
        .values(repair=reason)
    )
    return changed.rowcount == 1


def _new_check_in(kept: Kept, facts: CheckInFacts, cipher: Cipher) -> NewCheckIn:
    return NewCheckIn(
        clinic_id=kept.clinic_id,
        id=kept.id,
        patient_id=kept.patient_id,
        client_id=kept.client_id,
        is_conflict=kept.variant != FIRST,
        source=kept.source,
        arrived_at=kept.arrived_at,
        facts=facts,
        cipher=cipher,
    )
