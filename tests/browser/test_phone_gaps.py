"""A phone that was emptied: both sides are told what never arrived, and nothing that waits is called lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.phone import until, wait_for_worker
from tests.browser.screens import sign_in
from tests.browser.server import LiveServer
from tests.browser.test_drafts import answering
from tests.browser.test_phone_uploads import NO_WORKER, refuse, seal

GONE = "2 check-ins or answers that a phone of yours held have not reached the clinic."


@pytest.fixture
def june(phone: Page, live_server: LiveServer) -> Page:
    """June's phone; one rating is at the clinic."""
    phone.context.add_init_script(NO_WORKER)
    sign_in(phone, live_server, "patient")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("visit")
    wait_for_worker(phone)
    phone.goto(f"{live_server.url}/you")
    (item,) = seal(phone, 1)
    until_arrived(phone, live_server, item)
    return phone


def until_arrived(page: Page, server: LiveServer, item: str) -> None:
    """The clinic has this item, and the phone knows it."""
    arrived = "SELECT count(*) FROM check_in WHERE client_id IN (:dashed, :plain)"
    until(page, lambda: server.sql(arrived, dashed=item, plain=item.replace("-", ""))[0][0])
    expect(page.get_by_text("Nothing waits on this phone.")).to_be_visible()


def hold_two(page: Page) -> None:
    """Two items that cannot be sent now."""
    page.context.route("**/api/sync", refuse)
    seal(page, 2)
    expect(page.locator(".waits li")).to_have_count(2)


def empty(page: Page, server: LiveServer, what: str) -> None:
    """The browser throws away what it kept for us, as when the disk is full or nobody came for weeks."""
    devtools = page.context.new_cdp_session(page)
    page.goto("about:blank")
    devtools.send("Storage.clearDataForOrigin", {"origin": server.url, "storageTypes": what})
    page.context.unroute("**/api/sync")


def open_patient(desk: Page, server: LiveServer) -> None:
    sign_in(desk, server, "clinician")
    desk.goto(f"{server.url}/clinic")
    desk.get_by_role("link", name=re.compile("June Kowalski")).first.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("June Kowalski")


def test_both_sides_are_told_of_what_an_emptied_phone_had_held(
    june: Page, live_server: LiveServer, desk: Page
) -> None:
    hold_two(june)
    empty(june, live_server, "indexeddb,service_workers,cache_storage")
    june.goto(f"{live_server.url}/today")
    expect(june.locator(".attention")).to_contain_text(GONE)
    open_patient(desk, live_server)
    gap = desk.locator("#gap")
    expect(gap).to_contain_text(
        "2 check-ins or answers that the patient’s phone held have not reached the clinic."
    )
    expect(gap).to_contain_text("its storage had been emptied")
    june.get_by_role("button", name="I told the clinic another way").click()
    expect(june.locator(".attention")).to_have_count(0)
    desk.reload()
    expect(gap).to_contain_text("June Kowalski said on the phone: I told the clinic another way")
    gap.get_by_role("textbox").fill("Asked June: two ratings, both 5.")
    gap.get_by_role("button", name="Put it aside").click()
    expect(desk.get_by_text("Written down, with your name and the time. It is put aside.")).to_be_visible()
    expect(gap).to_have_count(0)


def test_what_waits_or_was_sent_is_never_called_lost(june: Page, live_server: LiveServer) -> None:
    hold_two(june)
    june.goto(f"{live_server.url}/today")
    expect(june.get_by_text("2 items are only on this phone.")).to_be_visible()
    expect(june.locator(".attention")).to_have_count(0)
    june.context.unroute("**/api/sync")
    june.goto(f"{live_server.url}/you")
    expect(june.get_by_text("Nothing waits on this phone.")).to_be_visible()
    empty(june, live_server, "indexeddb")
    june.goto(f"{live_server.url}/you")
    expect(june.get_by_text("Nothing waits on this phone.")).to_be_visible()
    expect(june.locator(".attention")).to_have_count(0)
    assert live_server.sql("SELECT count(*) FROM series_end")[0][0] == 1


def test_a_refused_item_is_where_it_waits_and_not_called_lost_on_the_phone(
    june: Page, live_server: LiveServer
) -> None:
    hold_two(june)
    # The newest rule counts: there is no moment in which a try gets through.
    june.context.route("**/api/sync", answering("rejected", code="item_too_large"))
    june.evaluate("dispatchEvent(new Event('online'))")
    expect(june.locator(".attention")).to_have_count(2)
    june.context.unroute("**/api/sync")
    # Another one comes after them: the clinic sees that two numbers are missing.
    seal(june, 1)
    expect(june.locator(".waits")).to_have_count(0)
    june.reload()
    expect(june.locator(".attention")).to_have_count(2)
    expect(june.get_by_text("a phone of yours held")).to_have_count(0)


def test_when_everything_is_gone_the_phone_starts_anew_and_claims_nothing(
    june: Page, live_server: LiveServer
) -> None:
    hold_two(june)
    empty(june, live_server, "all")
    june.context.clear_cookies()
    sign_in(june, live_server, "patient")
    june.goto(f"{live_server.url}/you")
    seal(june, 1)
    expect(june.get_by_text("Nothing waits on this phone.")).to_be_visible()
    expect(june.locator(".attention")).to_have_count(0)
