"""Keeps each envelope once: same id and bytes are a duplicate, other bytes under that id a conflict."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.domain.check_in import Arrival
from app.models import Envelope
from app.services.bulk import insert_new_rows, table_of

FIRST = ""
Owner = tuple[uuid.UUID, uuid.UUID]


@dataclass(frozen=True)
class Kept:
    """What became of one arrival. `fresh`: its bytes were not here before."""

    id: uuid.UUID
    status: str
    fresh: bool
    arrived_at: datetime
    repair: str


@dataclass(frozen=True)
class Arrived:
    """An arrival with the moment it reached the server."""

    arrival: Arrival
    at: datetime


_ENVELOPE = table_of(Envelope)
_COLUMNS = _ENVELOPE.c
_FIND = sa.select(
    _COLUMNS.id,
    _COLUMNS.patient_id,
    _COLUMNS.client_id,
    _COLUMNS.variant,
    _COLUMNS.sha256,
    _COLUMNS.arrived_at,
    _COLUMNS.repair,
).where(
    _COLUMNS.clinic_id.in_(sa.bindparam("clinics", expanding=True)),
    _COLUMNS.patient_id.in_(sa.bindparam("patients", expanding=True)),
    _COLUMNS.client_id.in_(sa.bindparam("clients", expanding=True)),
)


def keep_envelopes(connection: sa.Connection, arrived: Sequence[Arrived]) -> list[Kept]:
    """Insert, then compare: a twin that raced us is found by the comparison, never by an error."""
    inserted = insert_new_rows(connection, _ENVELOPE, [_row(one, FIRST) for one in arrived])
    if inserted == len(arrived):
        return [Kept(one.arrival.id, "stored", True, one.at, one.arrival.repair) for one in arrived]
    known = _find(connection, arrived)
    conflicting = [one for one in arrived if _match(known, one) is None]
    if conflicting:
        insert_new_rows(connection, _ENVELOPE, [_row(one, one.arrival.sha256.hex()) for one in conflicting])
        known = _find(connection, arrived)
    return [_kept(known, one) for one in arrived]


class _Stored(NamedTuple):
    id: uuid.UUID
    patient_id: uuid.UUID
    client_id: uuid.UUID
    variant: str
    sha256: bytes
    arrived_at: datetime
    repair: str


Known = dict[Owner, list[_Stored]]


def _row(one: Arrived, variant: str) -> dict[str, object]:
    arrival = one.arrival
    return {
        "clinic_id": arrival.clinic_id,
        "id": arrival.id,
        "patient_id": arrival.patient_id,
        "client_id": arrival.client_id,
        "variant": variant,
        "sha256": arrival.sha256,
        "source": arrival.source,
        "key_id": arrival.key_id,
        "sealed": arrival.sealed,
        "arrived_at": one.at,
        "repair": arrival.repair,
    }


def _find(connection: sa.Connection, arrived: Sequence[Arrived]) -> Known:
    rows = connection.execute(
        _FIND,
        {
            "clinics": list({one.arrival.clinic_id for one in arrived}),
            "patients": list({one.arrival.patient_id for one in arrived}),
            "clients": list({one.arrival.client_id for one in arrived}),
        },
    )
    known: Known = {}
    for row in rows:
        known.setdefault((row.patient_id, row.client_id), []).append(_Stored(*row))
    return known


def _match(known: Known, one: Arrived) -> _Stored | None:
    rows = known.get((one.arrival.patient_id, one.arrival.client_id), [])
    return next((row for row in rows if row.sha256 == one.arrival.sha256), None)


def _kept(known: Known, one: Arrived) -> Kept:
    row = _match(known, one)
    assert row is not None
    fresh = row.id == one.arrival.id
    if row.variant != FIRST:
        return Kept(row.id, "conflict", fresh, row.arrived_at, row.repair)
    return Kept(row.id, "stored" if fresh else "duplicate", fresh, row.arrived_at, row.repair)
