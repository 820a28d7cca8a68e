"""Takes what phones send: each item once, with its score, alert and audit row in one commit.

Requests that wait together are committed together. A receipt follows the commit that holds it.
"""

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa

from app.db import UNAVAILABLE, Database
from app.domain.check_in import Arrival
from app.errors import BUSY_SECONDS, BetweenError
from app.models import AuditRow
from app.services.alerts import join_alerts
from app.services.at_rest import Ciphers, ciphers_to_seal
from app.services.bulk import Rows, RowValues, insert_rows, insert_with_owners, shape_of
from app.services.check_in_rows import NewCheckIn, rows_of_check_ins
from app.services.envelopes import (
    ENVELOPE,
    FIRST,
    Arrived,
    Kept,
    envelope_row,
    find_envelopes,
    kept_as_known,
    kept_as_new,
    match,
)
from app.services.sessions import AppendRight, find_append_rights
from app.services.together import Together
from app.services.wrapping import Cipher, Owner, Wrapped

LOG = logging.getLogger("between")

_AUDIT = shape_of(AuditRow, owner="subject_id")


@dataclass(frozen=True)
class _Place:
    """Where among the envelopes of one id an arrival goes."""

    variant: Callable[[Arrived], str]
    is_conflict: bool


_FIRST = _Place(lambda _one: FIRST, is_conflict=False)
_CONFLICT = _Place(lambda one: one.arrival.sha256.hex(), is_conflict=True)


@dataclass(frozen=True)
class Receipt:
    """The server's word for one item. `status`: stored, duplicate or conflict."""

    client_id: uuid.UUID
    sha256: bytes
    status: str
    needs_repair: bool
    arrived_at: datetime


@dataclass(frozen=True)
class Handed:
    """What one request hands in for one person, and when. `keys` are patients' keys known already."""

    actor_id: uuid.UUID
    arrivals: Sequence[Arrival]
    now: datetime
    keys: Mapping[Owner, Wrapped] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """What one request would hand in for one person, if one of these tokens is that person's credential.

    `read` makes the arrivals once the right is known: until then nothing is opened.
    """

    person_id: uuid.UUID
    tokens: Sequence[str]
    read: Callable[[AppendRight], Sequence[Arrival]]
    now: datetime


Taken = list[Receipt] | Exception


class Intake:
    """One line of waiting requests in front of one writer, which asks for their credentials too."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._line: Together[Handed | Claim, Taken] = Together(self._take_all)

    def take(self, asked: Handed | Claim) -> list[Receipt]:
        """Store the arrivals of one person and return a receipt for each, in order.

        Raises BetweenError no_credential for a claim without right, and busy when the database cannot be
        written now: then nothing is acknowledged.
        """
        taken = self._line.ask(asked)
        if isinstance(taken, Exception):
            raise taken
        return taken

    def _take_all(self, asked: Sequence[Handed | Claim]) -> list[Taken]:
        try:
            return self._commit(asked)
        except UNAVAILABLE as error:
            return [_busy(error)] * len(asked)
        except Exception as error:  # noqa: BLE001 (one item must not cost its neighbours their commit)
            LOG.error("items taken one by one after %s", type(error).__name__)
            return [self._take_one_by_one(one) for one in asked]

    def _take_one_by_one(self, asked: Handed | Claim) -> Taken:
        receipts: list[Receipt] = []
        try:
            with self._database.reading_core() as connection:
                admitted = _admit(connection, [asked])[0]
            if isinstance(admitted, BetweenError):
                return admitted
            for arrival in admitted.arrivals:
                receipts += self._commit_or_repair(replace(admitted, arrivals=[arrival]))
        except UNAVAILABLE as error:
            return _busy(error)
        except Exception as error:  # noqa: BLE001 (told to the one request it belongs to)
            return error
        return receipts

    def _commit_or_repair(self, one: Handed) -> list[Receipt]:
        try:
            return self._commit_handed(one)
        except UNAVAILABLE:
            raise
        except Exception:  # noqa: BLE001 (kept as it came, for the repair list)
            raw = [replace(arrival, facts=None, repair="not_storable") for arrival in one.arrivals]
            return self._commit_handed(replace(one, arrivals=raw))

    def _commit_handed(self, one: Handed) -> list[Receipt]:
        with self._database.writing_core() as connection:
            kept = _store(connection, [one])
        return _receipts(one, iter(kept))

    def _commit(self, asked: Sequence[Handed | Claim]) -> list[Taken]:
        with self._database.writing_core() as connection:
            admitted = _admit(connection, asked)
            kept = iter(_store(connection, [one for one in admitted if isinstance(one, Handed)]))
        return [_receipts(one, kept) if isinstance(one, Handed) else one for one in admitted]


def _admit(connection: sa.Connection, asked: Sequence[Handed | Claim]) -> list[Handed | BetweenError]:
    """Only the credential of the person whose items these are: B never hands in A's."""
    tokens = [token for one in asked if isinstance(one, Claim) for token in one.tokens]
    rights = find_append_rights(connection, tokens, max(one.now for one in asked)) if tokens else {}
    return [one if isinstance(one, Handed) else _admit_one(one, rights) for one in asked]


def _admit_one(claim: Claim, rights: Mapping[str, AppendRight]) -> Handed | BetweenError:
    own = (rights[token] for token in claim.tokens if token in rights)
    right = next((right for right in own if right.person_id == claim.person_id), None)
    if right is None:
        return BetweenError("no_credential")
    return Handed(right.person_id, claim.read(right), claim.now, right.keys)


def _receipts(one: Handed, kept: Iterator[Kept]) -> list[Receipt]:
    return [_receipt(arrival, next(kept)) for arrival in one.arrivals]


def _busy(error: Exception) -> BetweenError:
    """A database that is full, locked or gone is a moment's trouble for a phone that keeps its copy."""
    busy = BetweenError("busy", retry_after=BUSY_SECONDS)
    busy.__cause__ = error
    return busy


def _receipt(arrival: Arrival, kept: Kept) -> Receipt:
    return Receipt(arrival.client_id, arrival.sha256, kept.status, bool(kept.repair), kept.arrived_at)


def _store(connection: sa.Connection, handed: Sequence[Handed]) -> list[Kept]:
    """Envelopes, check-ins, alerts and audit rows of all waiting requests, in one transaction.

    Insert, then compare: a twin that raced us is found by the comparison, never by an error.
    """
    arrived = [Arrived(arrival, one.actor_id, one.now) for one in handed for arrival in one.arrivals]
    if not arrived:
        return []
    ciphers = _ciphers(connection, handed)
    fresh = _insert(connection, arrived, _FIRST, ciphers)
    if len(fresh) == len(arrived):
        return [kept_as_new(one) for one in arrived]
    known = find_envelopes(connection, arrived)
    conflicting = [one for one in arrived if match(known, one) is None]
    if conflicting:
        _insert(connection, conflicting, _CONFLICT, ciphers)
        known = find_envelopes(connection, arrived)
    return [kept_as_known(known, one) for one in arrived]


def _ciphers(connection: sa.Connection, handed: Sequence[Handed]) -> Ciphers:
    known = {owner: held for one in handed for owner, held in one.keys.items()}
    owners = dict.fromkeys(_owner(arrival) for one in handed for arrival in one.arrivals)
    return ciphers_to_seal(connection, list(owners), known)


def _owner(arrival: Arrival) -> Owner:
    return Owner(arrival.clinic_id, arrival.patient_id)


def _insert(
    connection: sa.Connection, arrived: Sequence[Arrived], place: _Place, ciphers: Ciphers
) -> set[uuid.UUID]:
    """The ids of the envelopes that went in, with everything that hangs on them."""
    envelopes = Rows(
        ENVELOPE, [envelope_row(one, place.variant(one), ciphers[_owner(one.arrival)]) for one in arrived]
    )
    new = [
        _new_check_in(one, place, ciphers[_owner(one.arrival)])
        for one in arrived
        if one.arrival.facts is not None
    ]
    audit = Rows(_AUDIT, [_audit_row(one) for one in arrived])
    fresh = insert_with_owners(connection, envelopes, [*rows_of_check_ins(connection, new), audit])
    for one in new:
        if one.id in fresh:
            join_alerts(connection, one)
    return fresh


def _new_check_in(one: Arrived, place: _Place, cipher: Cipher) -> NewCheckIn:
    arrival = one.arrival
    assert arrival.facts is not None
    return NewCheckIn(
        clinic_id=arrival.clinic_id,
        id=arrival.id,
        patient_id=arrival.patient_id,
        client_id=arrival.client_id,
        is_conflict=place.is_conflict,
        source=arrival.source,
        arrived_at=one.at,
        facts=arrival.facts,
        cipher=cipher,
    )


def write_late(connection: sa.Connection, new: NewCheckIn) -> None:
    """What an envelope says that came before and is read only now, with its alert, as at its arrival."""
    insert_rows(connection, rows_of_check_ins(connection, [new]))
    join_alerts(connection, new)


def _audit_row(one: Arrived) -> RowValues:
    return {
        "clinic_id": one.arrival.clinic_id,
        "at": one.at,
        "actor_id": one.actor_id,
        "action": "check_in.stored",
        "subject": "envelope",
        "subject_id": one.arrival.id,
    }
