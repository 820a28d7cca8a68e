"""Who was erased has no way in left, by whatever table there is for one, and nothing that names them."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.db import Database
from app.models import Base, Person
from app.models.base import Moment
from app.services.actors import load_actor
from app.services.erasure import WAITS, ask_erasure, erase_due
from tests.factories import Factory, Member

# The append-only credential tells a late phone to forget; the subscription is emptied, not deleted.
STAY = {"append_credential", "push_subscription"}
CANARY = "Canary's handset"
# What a column may hold where not any words will do.
WORDS = {"outcome": "entered", "state": "due", "language": "en", "endpoint": "https://push.example/1"}


def test_no_way_in_is_left(app: Flask, make: Factory) -> None:
    lead = make.clinician(make.clinic())
    june, dev = make.patient(lead), make.patient(lead, "Dev Marsh")
    with make.database.writing() as session:
        session.get_one(Person, june.person_id).second_factor_at = make.now
        for table in _person_tables():
            for member in (june, dev):
                session.execute(sa.insert(table), _row_of(table, member))
    ways = _rows_left(make.database, june)
    assert (
        ways == _rows_left(make.database, dev) >= {"totp", "passkey", "recovery_code", "web_session"} | STAY
    )
    _erase(make, june)
    assert _rows_left(make.database, june) == STAY
    assert _rows_left(make.database, dev) == ways
    with make.database.reading() as session:
        assert session.get_one(Person, june.person_id).second_factor_at is None
        kept = [
            session.execute(sa.select(table).where(table.c.person_id == june.person_id)).all()
            for table in _person_tables()
        ]
    assert CANARY not in str(kept)


def _person_tables() -> list[sa.Table]:
    """Tables of a person that belong to no clinic."""
    return [
        table
        for table in Base.metadata.sorted_tables
        if "person_id" in table.c and ("clinic_id" not in table.c or table.c.clinic_id.nullable)
    ]


def _rows_left(database: Database, member: Member) -> set[str]:
    with database.reading() as session:
        return {
            table.name
            for table in _person_tables()
            if session.execute(sa.select(table).where(table.c.person_id == member.person_id)).first()
        }


def _erase(make: Factory, member: Member) -> None:
    with make.database.writing() as session:
        actor = load_actor(session, member.person_id)
        assert actor is not None
        ask_erasure(session, make.row(session, member), actor, "patient", make.now)
    assert erase_due(make.database, make.now + WAITS) == 1


def _row_of(table: sa.Table, member: Member) -> dict[str, Any]:
    """One row in which every column that must be filled is, in whatever tables there will be."""
    return (
        {"person_id": member.person_id}
        | {
            column.name: _value(column)
            for column in table.c
            if not column.nullable and column.name != "person_id" and column.default is None
        }
        | {column.name: uuid.uuid4() for column in table.c if column.name == "id"}
    )


def _value(column: sa.Column[Any]) -> Any:
    made: dict[type, Any] = {
        str: WORDS.get(column.name, CANARY),
        bytes: uuid.uuid4().bytes * 2,
        int: 1,
        bool: False,
        datetime: datetime.now(UTC) + timedelta(days=1),
        uuid.UUID: uuid.uuid4(),
        dict: {},
    }
    return made[datetime if isinstance(column.type, Moment) else column.type.python_type]
