"""An administrator sets the crisis numbers, and the help panel of whoever is signed in shows them."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.patient import PANEL, open_panel, sign_in_as
from tests.browser.phone import DESK
from tests.browser.screens import sign_in
from tests.browser.server import LiveServer


def test_the_numbers_of_the_clinic_stand_on_the_phone(
    browser: Browser, phone: Page, live_server: LiveServer
) -> None:
    with browser.new_context(locale="en-US", **DESK) as context:
        desk = context.new_page()
        sign_in(desk, live_server, "administrator")
        expect(desk.get_by_role("heading", name="Settings")).to_be_visible()
        desk.get_by_label("To call").fill("116 123")
        desk.get_by_label("To text, if there is one").fill("")
        desk.get_by_label("Emergency").fill("112")
        desk.get_by_role("button", name="Save the numbers").click()
        # Nobody saves a number that was not dialled.
        expect(desk.get_by_text("Please dial them once before you save them.")).to_be_visible()
        desk.get_by_label("I have dialled each of them.").check()
        desk.get_by_role("button", name="Save the numbers").click()
        expect(desk.get_by_role("status")).to_have_text("Saved, with your name and the time.")
    sign_in_as(phone, live_server, "june")
    open_panel(phone)
    panel = phone.locator(PANEL)
    expect(panel.get_by_role("link", name="Call 116 123")).to_have_attribute("href", "tel:116123")
    expect(panel.get_by_role("link", name="Emergency: 112")).to_have_attribute("href", "tel:112")
    expect(panel.locator(".numbers a")).to_have_count(2)
    expect(panel).not_to_contain_text("Veterans")
