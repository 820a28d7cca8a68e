"""Signing in and joining: one answer for unknown and wrong, one person for one invitation."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.db import Database
from app.models import Membership, Person, WebSession
from app.services.invitations import invite
from app.services.sessions import find_session, keep_session
from tests.factories import PASSPHRASE, Factory, Member, signed_in, visitor


@pytest.fixture
def lead(make: Factory) -> Member:
    return make.clinician(make.clinic())


def invite_as(make: Factory, lead: Member, role: str) -> str:
    with make.database.writing() as session:
        inviter = session.get_one(Membership, (lead.clinic_id, lead.membership_id))
        return invite(session, inviter=inviter, role=role, name="Noor", language="en", now=make.now)[1]


def form(email: str = "noor@example.com", **changes: str) -> dict[str, str]:
    words = {
        "name": "Noor Haddad",
        "email": email,
        "language": "en",
        "passphrase": "five plain words for noor",
    }
    return words | {"adult": "yes"} | changes


def sign_in(client: FlaskClient, email: str, passphrase: str, going_to: str = "") -> Any:
    return client.post("/sign-in", data={"email": email, "passphrase": passphrase, "next": going_to})


def test_unknown_and_wrong_get_the_same_answer(client: FlaskClient, make: Factory, lead: Member) -> None:
    wrong = sign_in(client, lead.email, "not these words at all")
    unknown = sign_in(client, "nobody@example.com", "not these words at all")
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(lead.email, "") == unknown.text.replace("nobody@example.com", "")


def test_the_eleventh_try_waits_and_another_person_does_not(
    client: FlaskClient, make: Factory, lead: Member, clock: time_machine.Traveller
) -> None:
    for _ in range(10):
        assert sign_in(client, lead.email, "wrong words, wrong words").status_code == 422
    refused = sign_in(client, lead.email.upper(), PASSPHRASE)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    other = make.patient(lead)
    assert sign_in(client, other.email, PASSPHRASE).status_code == 302
    clock.shift(timedelta(minutes=16))
    assert sign_in(client, lead.email, PASSPHRASE).status_code == 302


@pytest.mark.parametrize(
    "going_to",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/%09/evil.example",
        "/\t/evil.example",
        "/\n/x",
        "x",
    ],
)
def test_sign_in_leads_nowhere_else(client: FlaskClient, make: Factory, lead: Member, going_to: str) -> None:
    june = make.patient(lead)
    assert sign_in(client, june.email, PASSPHRASE, going_to).headers["Location"] == "/"


def test_sign_in_goes_on_to_where_one_was(client: FlaskClient, make: Factory, lead: Member) -> None:
    assert (
        sign_in(client, make.patient(lead).email, PASSPHRASE, "/check-in/en").headers["Location"]
        == "/check-in/en"
    )


def test_a_nul_is_no_error_of_ours(client: FlaskClient, app: Flask, lead: Member) -> None:
    assert sign_in(client, "a\0b@example.com", "wrong words, wrong words").status_code == 422
    form = {"name": "No\0or", "language": "en", "lead": str(lead.membership_id), "adult": "yes"}
    assert signed_in(app, lead).post("/clinic/enroll", data=form).status_code == 200


def test_four_who_join_together_with_one_code_are_one(
    app: Flask, database: Database, make: Factory, lead: Member
) -> None:
    code, told = invite_as(make, lead, "patient"), []
    start = threading.Barrier(4)

    def join(number: int) -> None:
        start.wait()
        told.append(visitor(app).post(f"/join/{code}", data=form(f"noor{number}@example.com")).status_code)

    threads = [threading.Thread(target=join, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [302, 410, 410, 410]
    with database.reading() as session:
        patients = session.scalar(sa.select(sa.func.count()).where(Membership.role == "patient"))
    assert patients == 1


def test_a_taken_address_needs_its_own_words(client: FlaskClient, make: Factory, lead: Member) -> None:
    code = invite_as(make, lead, "patient")
    refused = client.post(f"/join/{code}", data=form(lead.email))
    assert refused.status_code == 422
    assert "This e-mail is in use." in refused.text
    assert client.post(f"/join/{code}", data=form(lead.email, passphrase=PASSPHRASE)).status_code == 302


def test_each_wrong_field_is_named_and_what_was_typed_stays(
    client: FlaskClient, make: Factory, lead: Member
) -> None:
    code = invite_as(make, lead, "patient")
    page = client.post(
        f"/join/{code}", data={"name": "", "email": "no", "passphrase": "short", "language": "xx"}
    )
    assert page.status_code == 422
    for field in ("name", "email", "passphrase", "language", "adult"):
        assert f'id="{field}-wrong"' in page.text
    assert 'value="no"' in page.text
    assert "short" not in page.text


def test_a_code_typed_loosely_opens_the_invitation(client: FlaskClient, make: Factory, lead: Member) -> None:
    code = invite_as(make, lead, "patient")
    typed = " ".join((code[:4], code[4:8], code[8:])).lower()
    assert client.post("/join", data={"code": typed}).headers["Location"] == f"/join/{code}"
    assert client.post("/join", data={"code": "nothing like it"}).status_code == 422


def test_an_invitation_ends_after_two_weeks(
    client: FlaskClient, make: Factory, lead: Member, clock: time_machine.Traveller
) -> None:
    code = invite_as(make, lead, "patient")
    clock.move_to(make.now + timedelta(days=14, seconds=1))
    assert client.get(f"/join/{code}").status_code == 410


def test_signing_out_ends_the_session_for_good(app: Flask, database: Database, lead: Member) -> None:
    browser = signed_in(app, lead)
    assert browser.get("/clinic").status_code == 200
    with database.reading() as session:
        held = session.scalars(sa.select(WebSession)).one()
    browser.post("/sign-out")
    # A request that was under way while somebody signed out must not bring the session back.
    with database.writing() as session:
        keep_session(session, held, datetime.now(UTC))
    with database.reading() as session:
        assert session.scalars(sa.select(WebSession)).one().revoked_at is not None
    assert browser.get("/clinic").status_code == 302


def test_a_session_keeps_only_a_hash(app: Flask, database: Database, lead: Member) -> None:
    with signed_in(app, lead).session_transaction() as cookie:
        token = cookie["_user_id"]
    with database.reading() as session:
        found = find_session(session, token, datetime.now(UTC))
        assert found is not None
        assert token.encode() not in found.token_hash
        people = session.scalars(sa.select(Person)).all()
    assert all(
        person.passphrase_hash and person.passphrase_hash.startswith("$argon2id$") for person in people
    )
