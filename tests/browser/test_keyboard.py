"""A whole check-in without touching anything but keys."""

from playwright.sync_api import Page, expect

from tests.browser.check_in import step
from tests.browser.screens import sign_in
from tests.browser.server import LiveServer

MOST_KEYS = 40


def focused(page: Page, wanted: str) -> bool:
    found: bool = page.evaluate(
        "(wanted) => document.activeElement.matches(wanted) && document.activeElement.checkVisibility()",
        wanted,
    )
    return found


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the focus is on something that matches."""
    for _ in range(MOST_KEYS):
        if focused(page, wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_KEYS} times Tab on {step(page)} never reached {wanted}")


def choose(page: Page, here: str) -> None:
    """Arrow to the second answer; arrows only choose, they never move on."""
    tab_to(page, f"#{here} input[type=radio]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert step(page) == here


def answer(page: Page, here: str) -> None:
    if here != "note":
        choose(page, here)
    if here == "should-know":
        page.keyboard.press("ArrowUp")
    tab_to(page, f"#{here} .next")
    page.keyboard.press("Enter")
    if here == "phq9-9":
        expect(page.locator("dialog[open]")).to_be_visible()
        page.keyboard.press("Escape")
    expect(page.locator(f"#{here}")).to_be_hidden()


def test_keys_alone_complete_a_check_in(live_server: LiveServer, desk: Page) -> None:
    sign_in(desk, live_server, "patient")
    before = live_server.sql("SELECT count(*) FROM check_in")[0][0]
    desk.goto(f"{live_server.url}/check-in/en")
    while (here := step(desk)) != "look":
        answer(desk, here)
    tab_to(desk, "#look .send .btn")
    desk.keyboard.press("Enter")
    expect(desk.locator("#sent")).to_be_visible()
    expect(desk.locator("#sent")).to_contain_text("The clinic has it")
    assert live_server.sql("SELECT count(*) FROM check_in")[0][0] == before + 1
