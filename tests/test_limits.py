"""Nobody is held up by a limit who does what people and phones do; what runs wild is told to wait."""

import uuid
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app import limits
from app.limits import FREE, Limit
from tests.factories import Factory, Member, seal_for, signed_in, visitor

SMALL = 3
Send = Callable[[], int]


@pytest.fixture
def june(make: Factory) -> Member:
    return make.patient(make.clinician(make.clinic()))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test can reach."""
    for name in ("WRITES", "SYNC", "TOKENS", "ADDRESSES", "UNKNOWN_CREDENTIAL"):
        which: Limit = getattr(limits, name)
        monkeypatch.setattr(limits, name, Limit(which.what, SMALL))
        monkeypatch.setattr("app.api.sync." + name, Limit(which.what, SMALL), raising=False)


def outcomes(send: Send) -> list[int]:
    return [send() for _ in range(FREE + SMALL + 1)]


def write(browser: FlaskClient) -> Send:
    return lambda: browser.post("/api/preferences", json={"numbers_hidden": True}).status_code


def sync(browser: FlaskClient, body: dict[str, object]) -> Send:
    return lambda: browser.post("/api/sync", json=body).status_code


@pytest.mark.usefixtures("small", "clock")
def test_a_person_who_writes_without_end_is_told_to_wait(app: Flask, june: Member, make: Factory) -> None:
    browser, other = signed_in(app, june), signed_in(app, june)
    told = outcomes(write(browser))
    assert told == [200] * (FREE + SMALL) + [429]
    assert write(other)() == 429, "another of the same person's browsers counts with it"
    answer = browser.post("/api/preferences", json={})
    assert int(answer.headers["Retry-After"]) <= 900
    assert answer.json is not None
    assert answer.json["code"] == "too_many_tries"
    assert signed_in(app, june).post("/api/sessions/end").status_code == 204, "leaving is never refused"
    marcus = make.patient(make.clinician(june.clinic_id, "Dr. Vega"), "Marcus Bell")
    assert write(signed_in(app, marcus))() == 200


@pytest.mark.usefixtures("small")
def test_after_a_quarter_of_an_hour_it_goes_on(
    app: Flask, june: Member, clock: time_machine.Traveller
) -> None:
    browser = signed_in(app, june)
    assert outcomes(write(browser))[-1] == 429
    clock.shift(900)
    assert write(browser)() == 200


@pytest.mark.usefixtures("small", "clock")
def test_a_credential_is_counted_and_no_neighbour_with_it(app: Flask, june: Member, make: Factory) -> None:
    item = seal_for(app, june)
    body: dict[str, object] = {"person": str(june.person_id), "items": [item]}
    phone = signed_in(app, june)
    assert outcomes(sync(phone, body)) == [200] * (FREE + SMALL) + [429]
    refused = phone.post("/api/sync", json=body)
    assert refused.json is not None
    assert "receipts" not in refused.json
    # A second phone of hers has a credential of its own, and nobody without one uses up hers.
    assert sync(signed_in(app, june), body)() == 200
    thief = visitor(app)
    thief.set_cookie(f"append-{june.person_id.hex[:8]}", "made-up")
    assert outcomes(sync(thief, body)) == [401] * (FREE + SMALL) + [429]
    assert sync(signed_in(app, june), body)() == 200


@pytest.mark.usefixtures("small", "clock")
def test_what_needs_no_session_is_counted_by_token_and_address(app: Flask) -> None:
    anybody = visitor(app)

    def knock() -> int:
        return anybody.post(f"/api/receipts/{uuid.uuid4().hex}", json={"event": "shown"}).status_code

    assert outcomes(knock) == [404] * (FREE + SMALL) + [429]
    elsewhere = visitor(app)
    elsewhere.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    same = {"path": "/api/receipts/one-token", "json": {"event": "shown"}}
    told = [elsewhere.post(**same).status_code for _ in range(FREE + SMALL)]
    assert told == [404] * (FREE + SMALL)


@pytest.mark.usefixtures("small", "clock")
def test_a_form_without_script_keeps_what_was_typed_when_it_has_to_wait(app: Flask, june: Member) -> None:
    browser = signed_in(app, june)
    answers = {"phq9-9": "1", "executive-text": "I walked away."}
    for _ in range(FREE + SMALL):
        assert browser.post("/check-in/en", data={"id": str(uuid.uuid4())}).status_code == 200
    page = browser.post("/check-in/en", data=answers)
    assert page.status_code == 429
    assert "I walked away." in page.text
    assert "988" in page.text
    assert int(page.headers["Retry-After"]) <= 900


def test_a_phone_with_ninety_days_of_items_goes_through(app: Flask, june: Member) -> None:
    """Two a day in batches of twenty, and everything once more because every reply was lost."""
    phone = signed_in(app, june)
    for _ in range(2 * 180 // 20):
        body = {"person": str(june.person_id), "items": [seal_for(app, june)]}
        assert phone.post("/api/sync", json=body).status_code == 200
