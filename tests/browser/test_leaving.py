"""One journey: a check-in on the clinic's tablet that leaves nothing there, then care ends on the phone."""

from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.phone import Phones
from tests.browser.screens import Visitors, sign_in
from tests.browser.server import LiveServer

LEFT = """async () => ({
    databases: (await indexedDB.databases()).length,
    stored: localStorage.length + sessionStorage.length,
    cookies: document.cookie,
    chosen: document.querySelectorAll("input:checked").length,
})"""
NOTHING = {"databases": 0, "stored": 0, "cookies": "", "chosen": 0}


def open_forms(page: Page) -> None:
    expect(page.locator("#care")).to_be_visible()
    for details in page.locator("section:has(#care) details").all():
        details.evaluate("one => { one.open = true }")


def test_the_tablet_forgets_and_the_phone_is_told(
    live_server: LiveServer, browser: Browser, phone_context: Phones, tmp_path: Path
) -> None:
    phone = phone_context(tmp_path / "phone").pages[0]
    sign_in(phone, live_server, "patient")
    expect(phone.locator(".reach .btn").first).to_be_visible()
    desk = Visitors(browser, live_server).context("clinician").new_page()
    desk.goto(f"{live_server.url}/clinic")
    desk.get_by_role("link", name="June Kowalski", exact=True).click()
    open_forms(desk)
    desk.get_by_role("button", name="On another tablet").click()
    on_the_tablet(browser.new_context(), desk.locator(".url").inner_text())
    desk.get_by_role("link", name="To the patient’s page").click()
    expect(desk.get_by_text("on the clinic’s tablet").first).to_be_visible()
    end_care(desk)
    told_on(phone)


def on_the_tablet(context: BrowserContext, address: str) -> None:
    tablet = context.new_page()
    tablet.goto(address)
    tablet.locator("#phq9-9 .answer").nth(2).click()
    expect(tablet.locator("#phq9-9 .reveal")).to_be_visible()
    tablet.get_by_text("Help now").click()
    expect(tablet.locator(".tablet-help .numbers")).to_be_visible()
    tablet.get_by_role("button", name="Done").click()
    for _ in range(2):
        expect(tablet.get_by_text("this tablet has forgotten it")).to_be_visible()
        assert tablet.evaluate(LEFT) == NOTHING
        assert context.cookies() == []
        tablet.go_back()
    context.close()


def end_care(desk: Page) -> None:
    """The answer on the tablet opened an alert, so somebody is named for it."""
    open_forms(desk)
    desk.get_by_text("transferred to another clinic").click()
    desk.get_by_label("An alert is open. Who has it from now on?").select_option(index=1)
    desk.get_by_label("In words, for whoever reads this next").fill("Moves to Portland.")
    desk.get_by_role("button", name="End care").click()
    expect(desk.get_by_role("status")).to_contain_text("Every reminder stopped.")


def told_on(phone: Page) -> None:
    phone.reload()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("nobody there reads what you write here")
    phone.locator("header .help").click()
    panel = phone.locator("dialog[open]")
    expect(panel.locator(".care-ended")).to_contain_text("nobody there reads")
    expect(panel.locator("a[href='tel:988']")).to_be_visible()
    expect(panel.locator(".clinic-call")).to_be_hidden()
