"""The browser killed after each step of a check-in and of Send: nothing is gone, exactly one row comes."""

import os
import random
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.answered import ANSWERED
from tests.browser.check_in import ANSWERS, USUAL, answer, step, walk_to
from tests.browser.phone import Phones, kill_browser, wait_for_worker
from tests.browser.screens import sign_in
from tests.browser.server import LiveServer

ROWS = "SELECT count(*) FROM check_in"
NEWEST = "SELECT id FROM check_in ORDER BY arrived_at DESC LIMIT 1"
ALL = os.environ.get("BETWEEN_KILLS") == "all"
STEPS = [
    *(f"phq9-{item}" for item in range(1, 10)),
    "difficulty-phq9",
    *(f"gad7-{item}" for item in range(1, 8)),
    "note",
    "today",
    "should-know",
]
# A few of them each time in the usual run; the seed is the run's, so that they differ from the last ones.
KILLED_AT = STEPS if ALL else sorted(random.Random(5).sample(STEPS, 4), key=STEPS.index)
# Milliseconds after Send was pressed.
MOMENTS = [0, 1, 3, 8, 15, 30, 60, 120, 250] if ALL else [0, 8, 60]


@pytest.fixture
def installed(live_server: LiveServer, phone_context: Phones, tmp_path: Path) -> Path:
    """June's phone, signed in and switched off; cookies are on the disk only once a browser was closed."""
    context = phone_context(tmp_path / "phone")
    page = context.pages[0]
    sign_in(page, live_server, "patient")
    expect(page.get_by_role("heading", level=1)).to_contain_text("visit")
    wait_for_worker(page)
    context.close()
    return tmp_path / "phone"


def open_check_in(phones: Phones, directory: Path, server: LiveServer) -> tuple[BrowserContext, Page]:
    context = phones(directory)
    page = context.pages[0]
    page.goto(f"{server.url}/check-in/en")
    expect(page.locator("html.on")).to_be_attached()
    return context, page


def check_kept(page: Page, before: str) -> None:
    """Every question answered so far holds its answer."""
    for here in STEPS[: STEPS.index(before)]:
        if here != "note":
            value = ANSWERS.get(here, USUAL)
            expect(page.locator(f"#{here} input[type=radio][value='{value}']")).to_be_checked()


def test_killed_after_each_step_everything_is_there_and_one_row_comes(
    live_server: LiveServer, phone_context: Phones, installed: Path
) -> None:
    rows = live_server.sql(ROWS)[0][0]
    live_server.stop()
    context, page = open_check_in(phone_context, installed, live_server)
    for at in KILLED_AT:
        walk_to(page, at)
        answer(page, at, ANSWERS.get(at, USUAL))
        now = step(page)
        kill_browser(context)
        context, page = open_check_in(phone_context, installed, live_server)
        assert step(page) == now
        check_kept(page, now if now in STEPS else STEPS[-1])
    walk_to(page, "look")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#sent")).to_contain_text("Your check-in is saved on this phone.")
    kill_browser(context)
    live_server.start()
    context = phone_context(installed)
    context.pages[0].goto(f"{live_server.url}/you")
    expect(context.pages[0].get_by_text("Nothing waits on this phone.")).to_be_visible()
    assert live_server.sql(ROWS)[0][0] == rows + 1
    newest = live_server.sql(NEWEST)[0][0]
    assert (
        live_server.sql(f"SELECT {ANSWERED} FROM instrument_score WHERE check_in_id = :id", id=newest)[0][0]
        == 16
    )


@pytest.mark.parametrize("network", ["there", "gone"])
def test_killed_at_any_moment_of_send_one_row_comes(
    live_server: LiveServer, phone_context: Phones, installed: Path, network: str
) -> None:
    rows = live_server.sql(ROWS)[0][0]
    for sent, moment in enumerate(MOMENTS, start=1):
        context, page = open_check_in(phone_context, installed, live_server)
        walk_to(page, "look")
        if network == "gone":
            live_server.stop()
        page.get_by_role("button", name="Send", exact=True).click(no_wait_after=True)
        page.wait_for_timeout(moment)
        kill_browser(context)
        if network == "gone":
            live_server.start()
        finish(phone_context, installed, live_server)
        assert live_server.sql(ROWS)[0][0] == rows + sent
    twice = "SELECT client_id FROM envelope GROUP BY client_id HAVING count(*) > 1"
    assert live_server.sql(twice) == []


def finish(phones: Phones, directory: Path, server: LiveServer) -> None:
    """Switched on again: a draft that is still there is sent, and what waits goes by itself."""
    context, page = open_check_in(phones, directory, server)
    if step(page) == "look":
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator("#sent")).to_contain_text("The clinic has it.")
    page.goto(f"{server.url}/you")
    expect(page.get_by_text("Nothing waits on this phone.")).to_be_visible()
    context.close()
