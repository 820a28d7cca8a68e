"""Too much today? One tap; it may be taken back while it has not left; it waits where there is no network."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.patient import sign_in_as
from tests.browser.phone import wait_for_worker
from tests.browser.server import LiveServer

ASKS = "SELECT count(*) FROM check_in WHERE kind = 'in_person'"


@pytest.fixture
def june(phone: Page, live_server: LiveServer) -> Page:
    sign_in_as(phone, live_server, "june")
    wait_for_worker(phone)
    return phone


def tap(page: Page) -> None:
    page.get_by_role("button", name="Too much today?").click()
    expect(page.get_by_text("You asked to talk in person")).to_be_visible()


def test_one_tap_reaches_the_clinic_and_opens_no_alert(june: Page, live_server: LiveServer) -> None:
    asks, alerts = live_server.sql(ASKS)[0][0], live_server.sql("SELECT count(*) FROM alert")[0][0]
    tap(june)
    expect(june.get_by_text("It is sent in a moment.")).to_be_visible()
    expect(june.get_by_text(re.compile("The clinic has it. Not read yet."))).to_be_visible()
    expect(june.get_by_role("button", name="Take it back")).to_have_count(0)
    assert live_server.sql(ASKS)[0][0] == asks + 1
    assert live_server.sql("SELECT count(*) FROM alert")[0][0] == alerts


def test_it_can_be_taken_back_for_a_moment_and_asked_again(june: Page, live_server: LiveServer) -> None:
    before = live_server.sql(ASKS)[0][0]
    tap(june)
    june.get_by_role("button", name="Take it back").click()
    expect(june.get_by_text("You asked to talk in person")).to_have_count(0)
    tap(june)
    expect(june.get_by_text(re.compile("The clinic has it. Not read yet."))).to_be_visible()
    assert live_server.sql(ASKS)[0][0] == before + 1
    numbers = "SELECT sequence FROM check_in WHERE kind = 'in_person' ORDER BY arrived_at DESC LIMIT 1"
    # What may be taken back has no number: a gap in the numbers would mean that something was lost.
    assert live_server.sql(numbers)[0][0] == 0


def test_without_a_network_it_waits_and_says_so(june: Page, live_server: LiveServer) -> None:
    before = live_server.sql(ASKS)[0][0]
    live_server.stop()
    tap(june)
    expect(june.get_by_text("It waits on this phone until there is a network.")).to_be_visible()
    june.reload()
    expect(june.get_by_text("It waits on this phone until there is a network.")).to_be_visible()
    live_server.start()
    june.evaluate("dispatchEvent(new Event('online'))")
    expect(june.get_by_text(re.compile("The clinic has it. Not read yet."))).to_be_visible()
    assert live_server.sql(ASKS)[0][0] == before + 1
