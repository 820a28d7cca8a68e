"""The repair list and two versions of one check-in, in a browser: seen, worked by hand, and clean for axe."""

import http.client
import json
import uuid
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from app.db import Database
from app.models import Membership, Patient, Person
from tests.browser.axe import axe
from tests.browser.screens import EMAILS, Visitors, double_text
from tests.browser.server import LiveServer
from tests.factories import Member
from tests.handset import Handset, give_handset

SIZES = ({"width": 1280, "height": 800}, {"width": 360, "height": 740})


def june(server: LiveServer) -> Handset:
    """The demo's patient, with one more phone."""
    database = Database(server.database_url)
    with database.writing() as session:
        row = session.execute(
            sa.select(Patient, Membership, Person)
            .join(Membership, Membership.id == Patient.membership_id)
            .join(Person, Person.id == Membership.person_id)
            .where(Person.email == EMAILS["patient"])
        ).one()
        patient, membership, person = row
        member = Member(patient.clinic_id, person.id, membership.id, person.name, "", patient.id)
        handset = give_handset(session, member, datetime.now(UTC))
    database.dispose()
    return handset


def send(server: LiveServer, phone: Handset, item: uuid.UUID, **said: object) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("POST", "/api/sync", phone.body([phone.seal(item, **said)]), phone.headers())
    receipt = json.loads(connection.getresponse().read())["receipts"][0]
    connection.close()
    assert receipt["status"] in ("stored", "conflict")


@pytest.fixture
def page(live_server: LiveServer, browser: Browser) -> Page:
    """The clinician's desk, after an item that nobody can read and one that came in two versions."""
    phone, twice = june(live_server), uuid.uuid4()
    send(live_server, phone, uuid.uuid4(), format="between/envelope/2", item9=1)
    send(live_server, phone, twice)
    send(live_server, phone, twice, item9=2, today=2)
    context = Visitors(browser, live_server).context("clinician", viewport=SIZES[0])
    return context.new_page()


def check(page: Page) -> None:
    """Nothing for axe to find, and nothing cut off, wide and narrow, with large text too."""
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        axe(page)
        assert page.evaluate("document.scrollingElement.scrollWidth <= document.documentElement.clientWidth")
    double_text(page)
    axe(page)
    page.reload()
    page.set_viewport_size(SIZES[0])  # type: ignore[arg-type]


def test_looked_at_read_again_dismissed_and_put_back(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/clinic/repairs")
    check(page)
    page.get_by_role("link", name="Look").first.click()
    expect(page.get_by_role("heading", name="What it says")).to_be_visible()
    expect(page.locator(".payload")).to_contain_text("The food fell out of the refrigerator")
    check(page)
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_role("status")).to_contain_text("still cannot be understood")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator("#dismiss-words-wrong")).to_be_visible()
    page.get_by_label("Why, in words").fill("Spoke with June by phone.")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("heading", name="Dismissed by")).to_be_visible()
    check(page)
    page.goto(f"{live_server.url}/clinic/repairs")
    page.get_by_text("1 dismissed").click()
    expect(page.locator(".dismissed")).to_contain_text("Spoke with June by phone.")
    check(page)
    page.get_by_text("1 dismissed").click()
    page.locator(".dismissed a").first.click()
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_role("status")).to_contain_text("back on the list")


def test_two_versions_stand_side_by_side(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/clinic")
    page.get_by_role("link", name="June Kowalski").first.click()
    versions = page.locator(".versions")
    expect(versions).to_contain_text("They differ in: PHQ-9, Today, 0 to 10.")
    left, right = versions.locator(".columns > div").all()
    first, second = left.bounding_box(), right.bounding_box()
    assert first
    assert second
    assert abs(first["y"] - second["y"]) < 1
    check(page)
