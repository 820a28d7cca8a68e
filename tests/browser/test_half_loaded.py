"""A first visit on which the network goes between the first question and the rest of the page's files."""

from playwright.sync_api import Browser, expect

from tests.browser.check_in import step, walk_to
from tests.browser.patient import PANEL, close_panel, open_panel, sign_in_as
from tests.browser.server import LiveServer

REST = "**/check-in/look.js"
MISSING = "The last part of this page has not come yet. It is fetched again by itself."
SAVED = "Saved on this phone. No network needed."
COUNT = "SELECT count(*) FROM check_in"


def test_answers_are_kept_help_opens_and_send_works_once_the_rest_has_come(
    browser: Browser, live_server: LiveServer
) -> None:
    with browser.new_context(service_workers="block", locale="en-US") as context:
        page = context.new_page()
        sign_in_as(page, live_server, "june")
        before = live_server.sql(COUNT)[0][0]
        context.route(REST, lambda route: route.abort())
        page.goto(f"{live_server.url}/check-in/en")
        walk_to(page, "phq9-9")
        open_panel(page)
        expect(page.locator(f"{PANEL} a[href='tel:988']").first).to_be_visible()
        close_panel(page)
        page.reload()
        assert step(page) == "phq9-9"
        expect(page.locator("#phq9-3 [value='1']")).to_be_checked()
        # The way on from help does not wait for what would be said beside it.
        walk_to(page, "look", {"phq9-9": "1"})
        expect(page.locator("#look")).to_contain_text(MISSING)
        expect(page.locator("#look")).to_contain_text(SAVED)
        context.unroute(REST)
        page.get_by_role("button", name="Try again").click()
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator("#sent")).to_contain_text("The clinic has it.")
        assert live_server.sql(COUNT)[0][0] == before + 1
