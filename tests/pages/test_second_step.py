"""The second step: nothing of a patient opens to staff without it, and each code is good once."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Settings
from app.db import Database
from app.models import Person, RecoveryCode, Totp, WebSession
from app.services.policies import POLICIES, SESSION
from tests.access_table import TABLE
from tests.access_world import address_of, body_of, build_world
from tests.factories import PASSPHRASE, Factory, Member, signed_in, signed_in_since, visitor
from tests.pages.conftest import words


@pytest.fixture
def lead(make: Factory) -> Member:
    return make.clinician(make.clinic())


def with_words(app: Flask, member: Member) -> FlaskClient:
    """The member's browser after the pass-phrase, and nothing else."""
    browser = visitor(app)
    assert browser.post("/sign-in", data={"email": member.email, "passphrase": PASSPHRASE}).status_code == 302
    return browser


def set_up_app(browser: FlaskClient) -> tuple[str, list[str]]:
    """Through the pages: the secret as the app reads it, and the codes on paper."""
    page = browser.post("/account/app", follow_redirects=True).text
    found = re.search(r'class="num letters"[^>]*>([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    shown = browser.post("/account/app/code", data={"code": code_of(secret)})
    assert shown.status_code == 200
    return secret, re.findall(r"<li>([0-9A-Z-]{14})</li>", shown.text)


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30 * steps))


def show_code(browser: FlaskClient, code: str) -> int:
    return browser.post("/account/second-step", data={"code": code}).status_code


def test_without_it_no_endpoint_of_the_staff_opens(settings: Settings) -> None:
    """Every route that asks for a role, with the pass-phrase alone."""
    app = create_app(settings)
    world = build_world(app)
    lead = world.people["lead"]
    assert lead is not None
    guarded = [name for name, policy in POLICIES.items() if policy.authority == SESSION]
    opened = []
    for endpoint in guarded:
        browser = signed_in_since(app, lead, datetime.now(UTC))
        response = browser.open(
            address_of(world, endpoint), method=TABLE[endpoint][0], **body_of(world, endpoint)
        )
        if TABLE[endpoint][0] == "GET" and not response.request.path.startswith("/api/"):
            if not response.headers.get("Location", "").startswith("/account/second-step?next="):
                opened.append(endpoint)
        elif response.status_code != 403 or (
            response.is_json and response.json["code"] != "second_factor_needed"
        ):
            opened.append(endpoint)
    assert not opened
    assert len(guarded) > 40
    app.extensions["between"].database.dispose()


def test_at_the_first_sign_in_staff_set_one_up_and_go_on(
    app: Flask, database: Database, lead: Member, clock: time_machine.Traveller
) -> None:
    browser = with_words(app, lead)
    assert browser.get("/").headers["Location"] == "/account/second-step"
    assert "Set up your second step" in words(browser.get("/account/second-step"))
    secret, paper = set_up_app(browser)
    assert len(set(paper)) == 10
    assert browser.get("/clinic").status_code == 200
    with database.reading() as session:
        held = session.scalars(sa.select(Totp)).one()
        kept = session.scalars(sa.select(RecoveryCode.code_hash)).all()
    assert secret.encode() not in (held.sealed or b"")
    assert len(kept) == 10
    # What was shown to set it up was used, and so is every code after its first time.
    again = with_words(app, lead)
    assert again.get("/clinic").status_code == 302
    assert show_code(again, code_of(secret)) == 422
    clock.shift(timedelta(seconds=30))
    code = code_of(secret)
    assert show_code(again, code) == 303
    assert again.get("/clinic").status_code == 200
    third = with_words(app, lead)
    assert show_code(third, code) == 422
    clock.shift(timedelta(seconds=60))
    # A clock may be a step slow; two steps are too many.
    assert show_code(third, code_of(secret, -2)) == 422
    assert show_code(third, code_of(secret, -1)) == 303


def test_what_is_tried_is_counted_for_the_person(
    app: Flask, lead: Member, clock: time_machine.Traveller
) -> None:
    secret, _paper = set_up_app(with_words(app, lead))
    clock.shift(timedelta(minutes=16))
    for _ in range(8):
        assert show_code(with_words(app, lead), "000000") == 422
    assert show_code(with_words(app, lead), code_of(secret)) == 429
    clock.shift(timedelta(minutes=16))
    assert show_code(with_words(app, lead), code_of(secret)) == 303


def test_a_code_from_paper_opens_once(app: Flask, lead: Member, clock: time_machine.Traveller) -> None:
    first = with_words(app, lead)
    _secret, paper = set_up_app(first)
    browser = with_words(app, lead)
    assert show_code(browser, paper[3].lower().replace("-", " ")) == 303
    assert browser.get("/clinic").status_code == 200
    assert "9 are left" in words(browser.get("/account/second-step"))
    assert show_code(with_words(app, lead), paper[3]) == 422
    assert browser.post("/account/recovery-codes").text.count("<li>") == 10
    assert show_code(with_words(app, lead), paper[4]) == 422, "an older paper opens nothing"


def test_staff_keep_one_and_patients_need_none(
    app: Flask, make: Factory, lead: Member, clock: time_machine.Traveller
) -> None:
    browser = with_words(app, lead)
    set_up_app(browser)
    assert browser.post("/account/app/remove").status_code == 409
    june = make.patient(lead)
    phone = with_words(app, june)
    assert phone.get("/api/overview").status_code == 200
    secret, _paper = set_up_app(phone)
    older = signed_in_since(app, june, datetime.now(UTC) - timedelta(minutes=1))
    assert older.get("/api/overview").status_code == 200, "asked for at a sign-in, not in the middle of a day"
    clock.shift(timedelta(seconds=30))
    later = with_words(app, june)
    refused = later.get("/api/overview")
    assert (refused.status_code, refused.json["code"]) == (403, "second_factor_needed")
    assert not [name for name in later._cookies if "append" in str(name)], "nothing may append before it"
    assert show_code(later, code_of(secret)) == 303
    assert later.get("/api/overview").status_code == 200
    assert later.post("/account/app/remove").status_code == 303
    assert with_words(app, june).get("/api/overview").status_code == 200


def test_a_browser_left_open_changes_nothing(
    app: Flask, database: Database, lead: Member, clock: time_machine.Traveller
) -> None:
    browser = with_words(app, lead)
    secret, _paper = set_up_app(browser)
    clock.shift(timedelta(minutes=16))
    assert browser.get("/clinic").status_code == 200
    assert "right after this step" in words(browser.get("/account/second-step"))
    assert browser.post("/account/recovery-codes").status_code == 403
    assert browser.post("/api/passkeys/new", json={}).status_code == 403
    with database.reading() as session:
        before = session.scalars(sa.select(Totp.sealed)).one()
    browser.post("/account/app", follow_redirects=True)
    with database.reading() as session:
        assert session.scalars(sa.select(Totp)).one().pending is None
        assert session.scalars(sa.select(Totp.sealed)).one() == before
    assert show_code(browser, code_of(secret)) == 303
    assert browser.post("/account/recovery-codes").status_code == 200


def test_somebody_with_the_words_alone_adds_no_key_of_their_own(
    app: Flask, lead: Member, clock: time_machine.Traveller
) -> None:
    set_up_app(with_words(app, lead))
    thief = with_words(app, lead)
    assert thief.post("/api/passkeys/new", json={}).status_code == 403
    assert thief.post("/account/app").headers["Location"] == "/account/second-step"
    assert thief.post("/account/app/remove").status_code == 403
    assert thief.post("/account/recovery-codes").status_code == 403
    assert thief.get("/account/devices").headers["Location"].startswith("/account/second-step")


def test_the_session_after_it_is_a_new_one(
    app: Flask, database: Database, lead: Member, clock: time_machine.Traveller
) -> None:
    browser = with_words(app, lead)
    with browser.session_transaction() as cookie:
        before = cookie["_user_id"]
    set_up_app(browser)
    with browser.session_transaction() as cookie:
        assert cookie["_user_id"] != before
        cookie["_user_id"] = before
    assert browser.get("/clinic").status_code == 302
    with database.reading() as session:
        rows = session.scalars(sa.select(WebSession).order_by(WebSession.proved_at)).all()
        assert session.scalars(sa.select(Person.second_factor_at)).one() is not None
    assert [row.revoked_at is None for row in rows if row.proved_at is None] == [False]


def test_the_next_page_is_ours(app: Flask, lead: Member, clock: time_machine.Traveller) -> None:
    secret, _paper = set_up_app(with_words(app, lead))
    clock.shift(timedelta(seconds=30))
    browser = visitor(app)
    form = {"email": lead.email, "passphrase": PASSPHRASE, "next": "/clinic/alerts"}
    led = browser.post("/sign-in", data=form).headers["Location"]
    assert parse_qs(urlsplit(led).query) == {"next": ["/clinic/alerts"]}
    shown = browser.post("/account/second-step", data={"code": code_of(secret), "next": "//evil.example"})
    assert shown.headers["Location"] == "/"


def test_who_is_suspended_is_out_at_the_next_request(app: Flask, database: Database, lead: Member) -> None:
    browser = signed_in(app, lead)
    assert browser.get("/clinic").status_code == 200
    with database.writing() as session:
        session.execute(sa.text("UPDATE membership SET state = 'suspended'"))
    assert browser.get("/clinic").status_code in (401, 403)
