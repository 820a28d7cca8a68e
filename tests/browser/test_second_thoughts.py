"""What was chosen can be left out after all, and a direction taken back; no written word is lost by it."""

import pytest
from playwright.sync_api import Page, expect

from tests.answered import ITEMS
from tests.browser.check_in import step, walk_to
from tests.browser.patient import back_to, close_panel, sign_in_as, until_kept
from tests.browser.server import LiveServer


@pytest.fixture
def june(phone: Page, live_server: LiveServer) -> Page:
    sign_in_as(phone, live_server, "june")
    phone.goto(f"{live_server.url}/check-in/en")
    step(phone)
    return phone


def test_an_answer_can_be_skipped_after_all(june: Page, live_server: LiveServer) -> None:
    walk_to(june, "phq9-3")
    back_to(june, "phq9-2")
    june.locator("#phq9-2 .skip").click()
    expect(june.locator("#phq9-3")).to_be_visible()
    june.reload()
    back_to(june, "phq9-2")
    expect(june.locator("#phq9-2 :checked")).to_have_count(0)
    walk_to(june, "look", {"phq9-2": "0"})
    june.locator("#look .row", has_text="Feeling down").click()
    june.locator("#phq9-2 .skip").click()
    expect(june.locator("#look .row", has_text="Feeling down")).to_contain_text("Skipped")
    june.get_by_role("button", name="Send", exact=True).click()
    expect(june.locator("#sent")).to_contain_text("The clinic has it")
    newest = "(SELECT id FROM check_in ORDER BY arrived_at DESC LIMIT 1)"
    items = f"SELECT {ITEMS} FROM instrument_score WHERE instrument = 'phq9' AND check_in_id = {newest}"
    values = live_server.sql(items)[0]
    assert [number for number, value in enumerate(values, 1) if value is not None] == [1, 3, 4, 5, 6, 7, 8, 9]


def test_a_positive_answer_can_be_skipped_after_all(june: Page) -> None:
    walk_to(june, "phq9-9")
    june.locator("#phq9-9 label:has(input[value='1'])").click()
    close_panel(june)
    june.locator("#phq9-9 .skip").click()
    expect(june.locator("#difficulty-phq9")).to_be_visible()
    back_to(june, "phq9-9")
    expect(june.locator("#phq9-9 .reveal")).to_be_hidden()
    expect(june.locator("#phq9-9 .next")).to_be_hidden()


@pytest.mark.parametrize("way", ["finger", "key"])
def test_a_direction_can_be_taken_back(june: Page, way: str) -> None:
    walk_to(june, "note")
    june.locator("#executive textarea").fill("I walked away from the boss.")
    chip = june.locator("#executive .chip", has_text="Easier")
    chip.click()
    expect(chip.locator("input")).to_be_checked()
    if way == "finger":
        chip.click()
    else:
        chip.locator("input").focus()
        june.keyboard.press("Space")
    expect(june.locator("#executive .chip input[type=radio]:checked")).to_have_count(0)
    june.locator("#note .next").click()
    expect(june.locator("#today")).to_be_visible()
    until_kept(june, "!JSON.stringify(draft).includes('easier')")
    june.reload()
    back_to(june, "note")
    expect(june.locator("#executive .chip input[type=radio]:checked")).to_have_count(0)
    expect(june.locator("#executive textarea")).to_have_value("I walked away from the boss.")
    chip.click()
    expect(chip.locator("input")).to_be_checked()
