"""What becomes of arrivals: the same id and bytes are a duplicate, other bytes under that id a conflict."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.domain.check_in import Arrival
from app.models import Envelope
from app.services.at_rest import place_of
from app.services.bulk import RowValues, shape_of
from app.services.wrapping import Cipher

FIRST = ""
ENVELOPE = shape_of(Envelope, owner="id")
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
    """An arrival with who handed it in and the moment it reached the server."""

    arrival: Arrival
    actor_id: uuid.UUID
    at: datetime


class Stored(NamedTuple):
    """An envelope that is in the database."""

    id: uuid.UUID
    patient_id: uuid.UUID
    client_id: uuid.UUID
    variant: str
    sha256: bytes
    arrived_at: datetime
    repair: str


Known = dict[Owner, list[Stored]]

_COLUMNS = ENVELOPE.table.c
_FIND = sa.select(*(_COLUMNS[name] for name in Stored._fields)).where(
    _COLUMNS.clinic_id.in_(sa.bindparam("clinics", expanding=True)),
    _COLUMNS.patient_id.in_(sa.bindparam("patients", expanding=True)),
    _COLUMNS.client_id.in_(sa.bindparam("clients", expanding=True)),
)


def envelope_row(one: Arrived, variant: str, cipher: Cipher) -> RowValues:
    """`variant` is FIRST, or the sha256 in hex for other bytes under a known id."""
    arrival = one.arrival
    row = {
        "clinic_id": arrival.clinic_id,
        "id": arrival.id,
        "patient_id": arrival.patient_id,
        "client_id": arrival.client_id,
        "variant": variant,
        "sha256": arrival.sha256,
        "source": arrival.source,
        "key_id": arrival.key_id,
        "arrived_at": one.at,
        "repair": arrival.repair,
        "entered_by": arrival.entered_by,
    }
    return {**row, "sealed": cipher.seal(arrival.sealed, envelope_place(row))}


def envelope_place(row: RowValues) -> bytes:
    """What the bytes of this envelope are bound to."""
    return place_of(ENVELOPE.table, "sealed", row)


def find_envelopes(connection: sa.Connection, arrived: Sequence[Arrived]) -> Known:
    """Every envelope with the id of one of these, whatever its bytes."""
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
        known.setdefault((row.patient_id, row.client_id), []).append(Stored(*row))
    return known


def match(known: Known, one: Arrived) -> Stored | None:
    """The envelope with these very bytes, if it is known."""
    rows = known.get((one.arrival.patient_id, one.arrival.client_id), [])
    return next((row for row in rows if row.sha256 == one.arrival.sha256), None)


def kept_as_new(one: Arrived) -> Kept:
    """The word for an arrival whose id was not here before."""
    return Kept(one.arrival.id, "stored", True, one.at, one.arrival.repair)


def kept_as_known(known: Known, one: Arrived) -> Kept:
    """The word for an arrival that is among the known ones by now."""
    row = match(known, one)
    assert row is not None
    fresh = row.id == one.arrival.id
    if row.variant != FIRST:
        return Kept(row.id, "conflict", fresh, row.arrived_at, row.repair)
    return Kept(row.id, "stored" if fresh else "duplicate", fresh, row.arrived_at, row.repair)
