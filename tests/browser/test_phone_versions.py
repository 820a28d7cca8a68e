"""Phones of every release so far, and a newer version that comes while something is written."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.check_in import step, walk_to
from tests.browser.phone import wait_for_worker
from tests.browser.release_phone import load_phone, sign_in_as
from tests.browser.screens import sign_in
from tests.browser.server import LiveServer

FIXTURES = Path(__file__).parents[1] / "fixtures"
RELEASES = sorted(path.parent.name for path in FIXTURES.glob("*/phone.json"))
SAVED = "Saved on this phone. No network needed."
KINDS = "SELECT kind FROM check_in ORDER BY arrived_at"
NEWEST = "SELECT id, client_id FROM check_in ORDER BY arrived_at DESC LIMIT 1"


def test_the_first_release_is_there() -> None:
    assert "0.1.0" in RELEASES


@pytest.mark.parametrize("release", RELEASES)
def test_a_phone_of_an_earlier_release_sends_what_waits_and_goes_on_with_its_draft(
    release: str, phone: Page, tmp_path: Path
) -> None:
    shutil.unpack_archive(FIXTURES / release / "instance.tar.gz", tmp_path / "server" / "instance")
    server = LiveServer(tmp_path / "server", BETWEEN_DEMO="0").start()
    try:
        rows = len(server.sql(KINDS))
        dump = json.loads((FIXTURES / release / "phone.json").read_text())
        old_phone(phone, server, dump)
        waiting = [row for store in dump["stores"] if store["name"] == "outbox" for row in store["rows"]]
        assert len(waiting) == 1
        phone.goto(f"{server.url}/you")
        expect(phone.get_by_text("Nothing waits on this phone.")).to_be_visible()
        assert len(server.sql(KINDS)) == rows + 1
        assert str(server.sql(NEWEST)[0][1]).replace("-", "") == waiting[0][0].replace("-", "")
        assert server.sql("SELECT count(*) FROM envelope WHERE repair <> ''")[0][0] == 0
        finish(phone, server)
        assert len(server.sql(KINDS)) == rows + 2
        newest = server.sql(NEWEST)[0][0]
        first = "SELECT item_1 FROM instrument_score WHERE instrument = 'phq9' AND check_in_id = :id"
        assert server.sql(first, id=newest) == [(3,)]
        assert "begun in an older version" in server.newest_notes().values()
    finally:
        server.stop()


def old_phone(page: Page, server: LiveServer, dump: dict[str, Any]) -> None:
    """Signed in with today's code, then everything it keeps is what the old release had kept."""
    sign_in_as(page, server, dump["email"])
    expect(page.get_by_role("navigation")).to_be_visible()
    page.goto(f"{server.url}/licences")
    load_phone(page, dump)


def finish(page: Page, server: LiveServer) -> None:
    """The draft is there where it was left; the rest is answered and sent."""
    page.goto(f"{server.url}/check-in/en")
    if step(page) == "before-1":
        agree(page)
    assert step(page) == "note"
    expect(page.locator("[name=phq9-1][value='3']")).to_be_checked()
    expect(page.locator("[name=executive-text]")).to_have_value("begun in an older version")
    walk_to(page, "look")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#sent")).to_contain_text("The clinic has it.")


def agree(page: Page) -> None:
    """What later releases ask before the first check-in."""
    for screen in ("before-1", "before-2"):
        page.locator(f"#{screen} .before-next").click()
    page.locator("[name=unfinished][value=no]").check(force=True)
    page.locator("#adult").check(force=True)
    page.locator(".agree").click()
    expect(page.locator("#before-3")).to_be_hidden()


@pytest.fixture
def june(phone: Page, live_server: LiveServer) -> Page:
    """June's phone in the middle of a check-in, kept for when there is no network."""
    sign_in(phone, live_server, "patient")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("visit")
    wait_for_worker(phone)
    phone.goto(f"{live_server.url}/check-in/en")
    walk_to(phone, "phq9-4")
    return phone


def bring_newer_version(server: LiveServer) -> LiveServer:
    """The same server, started again with other pages: every phone has a newer worker to fetch."""
    server.stop()
    newer = LiveServer(server.directory, BETWEEN_CRISIS_EMERGENCY="112")
    newer.port, newer.url = server.port, server.url
    return newer.start()


def test_a_newer_version_waits_for_a_yes_and_a_check_in_that_is_open_goes_on(
    june: Page, live_server: LiveServer
) -> None:
    june.evaluate("self.untouched = true")
    june.locator("#phq9-4 input[value='2']").focus()
    june.keyboard.press("Space")
    today = june.context.new_page()
    today.goto(f"{live_server.url}/today")
    expect(today.get_by_role("heading", level=1)).to_contain_text("visit")
    newer = bring_newer_version(live_server)
    try:
        today.evaluate(
            "self.older = navigator.serviceWorker.getRegistration('/').then((one) => one.update()) && 1"
        )
        expect(today.get_by_text("A newer version of Between is ready.")).to_be_visible()
        assert june.evaluate("self.untouched")
        today.get_by_role("button", name="Use it now").click()
        expect(today.get_by_text("A newer version of Between is ready.")).to_have_count(0)
        expect(today.get_by_role("heading", level=1)).to_contain_text("visit")
        assert today.evaluate("self.older") is None, "the page that asked for it starts again"
        # The new worker is there for everybody; the open check-in is where it was, with what it held.
        assert june.evaluate("self.untouched")
        assert step(june) == "phq9-4"
        walk_to(june, "look", {"phq9-4": "2"})
        june.get_by_role("button", name="Send", exact=True).click()
        expect(june.locator("#sent")).to_contain_text("The clinic has it.")
        assert june.evaluate("self.untouched")
    finally:
        newer.stop()


def test_a_tab_of_an_older_version_goes_on_writing_when_a_newer_one_opened_the_database(
    june: Page, live_server: LiveServer
) -> None:
    other = june.context.new_page()
    other.goto(f"{live_server.url}/licences")
    version = other.evaluate(
        """() => new Promise((resolve, reject) => {
            const asked = indexedDB.open("between", 99);
            asked.onupgradeneeded = () => asked.result.createObjectStore("of-a-newer-version");
            asked.onsuccess = () => { resolve(asked.result.version); asked.result.close(); };
            asked.onerror = () => reject(asked.error);
        })"""
    )
    assert version == 99
    june.locator("#phq9-4 input[value='2']").focus()
    june.keyboard.press("Space")
    expect(june.locator("#phq9-4 .saved")).to_have_text(SAVED)
    june.reload()
    expect(june.locator("[name=phq9-4][value='2']")).to_be_checked()
    walk_to(june, "look")
    june.get_by_role("button", name="Send", exact=True).click()
    expect(june.locator("#sent")).to_contain_text("The clinic has it.")
