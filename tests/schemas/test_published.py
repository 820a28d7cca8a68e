"""The published schema takes exactly what the reader reads."""

import json
import uuid
from typing import Any

import jsonschema_rs
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings

from app.domain.check_in import KINDS
from app.schemas.envelope import UnreadableError, read_envelope
from app.schemas.published import envelope_schema
from tests.envelope import make_envelope
from tests.schemas.payloads import VALID, every_odd_one, mutated

ITEM = uuid.UUID(int=7)
SCHEMA = jsonschema_rs.Draft202012Validator(envelope_schema(), validate_formats=True)


def reads(payload: dict[str, Any]) -> bool:
    """Whether the reader takes it, sealed in an item of its own id."""
    try:
        own = uuid.UUID(payload["id"])
    except (KeyError, ValueError, AttributeError, TypeError):
        own = ITEM
    try:
        read_envelope(json.dumps(payload).encode(), own)
    except UnreadableError:
        return False
    return True


@given(payload=VALID)
@settings(max_examples=60, deadline=None)
def test_what_phones_may_send_is_taken_by_both(payload: dict[str, Any]) -> None:
    assert reads(payload)
    assert SCHEMA.is_valid(payload)


@given(payload=mutated())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_schema_takes_what_the_reader_reads_and_nothing_else(payload: dict[str, Any]) -> None:
    assert SCHEMA.is_valid(payload) == reads(payload)


def test_every_odd_value_in_every_place_is_judged_alike() -> None:
    whole = make_envelope(ITEM, supersedes=str(ITEM), visits=[str(ITEM)])
    whole["note"]["executive"]["direction"] = None
    odd = [one for one in every_odd_one(whole) if SCHEMA.is_valid(one) != reads(one)]
    assert odd == []


LENIENT = [
    {"answered_at": "2026-11-21T10:00:00-05:00"},
    {"answered_at": "20261121T150000Z"},
    {"install": uuid.UUID(int=9).hex + "----"},
]


@pytest.mark.parametrize("changes", LENIENT)
def test_where_the_reader_takes_more_than_is_promised(changes: dict[str, Any]) -> None:
    payload = make_envelope(ITEM, **changes)
    assert (SCHEMA.is_valid(payload), reads(payload)) == (False, True)


def test_the_one_thing_a_schema_cannot_say() -> None:
    payload = make_envelope(ITEM, today=5.0)
    assert (SCHEMA.is_valid(payload), reads(payload)) == (True, False)


def test_every_kind_is_published(client: FlaskClient) -> None:
    response = client.get("/schemas/envelope-1.json")
    assert response.mimetype == "application/schema+json"
    assert response.headers["Cache-Control"].startswith("public, max-age=")
    published = json.loads(response.text)
    assert published["properties"]["kind"]["enum"] == list(KINDS)
    jsonschema_rs.meta.validate(published)
    again = client.get("/schemas/envelope-1.json", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
