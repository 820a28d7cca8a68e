"""Takes what phones send: each item once, with its score, alert and audit row in one commit.

Requests that wait together are committed together. A receipt follows the commit that holds it.
"""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import InterfaceError, OperationalError

from app.db import Database
from app.domain.check_in import Arrival
from app.errors import BetweenError
from app.models import AuditRow
from app.services.alerts import join_alerts
from app.services.bulk import insert_rows, table_of
from app.services.check_in_rows import NewCheckIn, insert_check_ins
from app.services.envelopes import Arrived, Kept, keep_envelopes
from app.services.together import Together

LOG = logging.getLogger("between")

RETRY_AFTER_SECONDS = 5

_AUDIT = table_of(AuditRow)


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
    """What one request hands in for one person, and when."""

    actor_id: uuid.UUID
    arrivals: Sequence[Arrival]
    now: datetime


class Intake:
    """One line of waiting requests in front of one writer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._line: Together[Handed, list[Receipt] | Exception] = Together(self._take_all)

    def take(self, actor_id: uuid.UUID, arrivals: Sequence[Arrival], now: datetime) -> list[Receipt]:
        """Store the arrivals of one person and return a receipt for each, in order.

        Raises BetweenError busy when the database cannot be written now: then nothing is acknowledged.
        """
        taken = self._line.ask(Handed(actor_id, arrivals, now))
        if isinstance(taken, Exception):
            raise taken
        return taken

    def _take_all(self, handed: Sequence[Handed]) -> list[list[Receipt] | Exception]:
        try:
            return [*self._commit(handed)]
        except (OperationalError, InterfaceError) as error:
            return [_busy(error)] * len(handed)
        except Exception as error:  # noqa: BLE001 (one item must not cost its neighbours their commit)
            LOG.error("items taken one by one after %s", type(error).__name__)
            return [self._take_one_by_one(one) for one in handed]

    def _take_one_by_one(self, handed: Handed) -> list[Receipt] | Exception:
        receipts: list[Receipt] = []
        try:
            for arrival in handed.arrivals:
                receipts += self._commit_or_repair(replace(handed, arrivals=[arrival]))
        except (OperationalError, InterfaceError) as error:
            return _busy(error)
        return receipts

    def _commit_or_repair(self, one: Handed) -> list[Receipt]:
        try:
            return self._commit([one])[0]
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # noqa: BLE001 (kept as it came, for the repair list)
            raw = [replace(arrival, facts=None, repair="not_storable") for arrival in one.arrivals]
            return self._commit([replace(one, arrivals=raw)])[0]

    def _commit(self, handed: Sequence[Handed]) -> list[list[Receipt]]:
        with self._database.writing_core() as connection:
            made = iter(_store(connection, handed))
        return [[_receipt(arrival, next(made)) for arrival in one.arrivals] for one in handed]


def _busy(error: Exception) -> BetweenError:
    """A database that is full, locked or gone is a moment's trouble for a phone that keeps its copy."""
    busy = BetweenError("busy", retry_after=RETRY_AFTER_SECONDS)
    busy.__cause__ = error
    return busy


def _receipt(arrival: Arrival, kept: Kept) -> Receipt:
    return Receipt(arrival.client_id, arrival.sha256, kept.status, bool(kept.repair), kept.arrived_at)


def _store(connection: sa.Connection, handed: Sequence[Handed]) -> list[Kept]:
    """Envelopes, check-ins, alerts and audit rows of all waiting requests, in one transaction."""
    arrived = [Arrived(arrival, one.now) for one in handed for arrival in one.arrivals]
    actors = [one.actor_id for one in handed for _ in one.arrivals]
    kept = keep_envelopes(connection, arrived)
    fresh = [(one, result) for one, result in zip(arrived, kept, strict=True) if result.fresh]
    new = [_new_check_in(one, result) for one, result in fresh if one.arrival.facts is not None]
    if new:
        insert_check_ins(connection, new)
        for one in new:
            join_alerts(connection, one)
    rows = [
        _audit_row(actor, one)
        for actor, one, result in zip(actors, arrived, kept, strict=True)
        if result.fresh
    ]
    insert_rows(connection, _AUDIT, rows)
    return kept


def _new_check_in(one: Arrived, kept: Kept) -> NewCheckIn:
    arrival = one.arrival
    assert arrival.facts is not None
    return NewCheckIn(
        clinic_id=arrival.clinic_id,
        id=kept.id,
        patient_id=arrival.patient_id,
        client_id=arrival.client_id,
        is_conflict=kept.status == "conflict",
        arrived_at=one.at,
        facts=arrival.facts,
    )


def _audit_row(actor_id: uuid.UUID, one: Arrived) -> dict[str, object]:
    return {
        "clinic_id": one.arrival.clinic_id,
        "at": one.at,
        "actor_id": actor_id,
        "action": "check_in.stored",
        "subject": "envelope",
        "subject_id": one.arrival.id,
    }
