"""Requests wait in one line and are stored together; what breaks one of them is nobody else's."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app.db import Database
from app.domain.check_in import Arrival
from app.models import AuditRow, Envelope
from app.services.intake import Claim, Intake
from app.services.sessions import AppendRight, give_append_credential
from tests.factories import Factory, Member


@pytest.fixture
def june(make: Factory) -> Member:
    return make.patient(make.clinician(make.clinic()))


def read_well(right: AppendRight) -> list[Arrival]:
    """One item whose bytes open to nothing."""
    (patient, clinic), *_ = right.clinics.items()
    item = uuid.uuid4()
    sha256 = hashlib.sha256(item.bytes).digest()
    return [Arrival(item, clinic, patient, "phone", "k", item.bytes, sha256, facts=None, repair="bad_seal")]


def break_down(_right: AppendRight) -> Sequence[Arrival]:
    raise ZeroDivisionError


def test_a_request_that_cannot_be_read_costs_its_neighbours_nothing(
    app: Flask, database: Database, june: Member
) -> None:
    now = datetime.now(UTC)
    with database.writing() as session:
        token = give_append_credential(session, june.person_id, "a phone", now)
    intake: Intake = app.extensions["between"].intake
    asked = [Claim(june.person_id, [token], read, now) for read in (read_well, break_down, read_well)]
    first, broken, last = intake._take_all(asked)
    assert isinstance(first, list)
    assert isinstance(last, list)
    assert [receipt.status for receipt in (*first, *last)] == ["stored", "stored"]
    assert isinstance(broken, ZeroDivisionError)
    with database.reading() as session:
        for table in (Envelope, AuditRow):
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 2
