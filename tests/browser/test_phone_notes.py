"""Long notes of any script, wrong clocks, two phones of one person, and a second check-in on a day."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.check_in import walk_to
from tests.browser.phone import Phones
from tests.browser.screens import sign_in
from tests.browser.server import LiveServer

ROWS = "SELECT count(*) FROM check_in"
NEWEST = "(SELECT id FROM check_in ORDER BY arrived_at DESC LIMIT 1)"
ARABIC = "لم ينفجر شيء وحملت كل شيء بهدوء ثم صنعت الخبز المحمص. "
SCRIPTS = {
    "emoji": "🙂🛋️👩‍🍳🥪",
    "arabic": ARABIC,
    "combining": "e\u0301a\u0308o\u0332\u0302",
    "chinese": "我把冰箱的东西捡起来做了吐司",
    "all": "Plain, 🙂 " + ARABIC + "e\u0301 我 \u202eback\u202c ",
}
# What a paste may bring: NUL, bell, escape, vertical tab, DEL, a C1 control, marks of direction and line.
CONTROLS = "a\x00b\x07c\x1bd\x0be\x7ff\x85g\u200fh\u2028i"


@pytest.fixture
def june(phone: Page, live_server: LiveServer) -> Page:
    """June's phone, signed in."""
    sign_in(phone, live_server, "patient")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("visit")
    return phone


def paste(page: Page, text: str) -> None:
    """As from the clipboard: what a form's own limits cut off is cut off."""
    page.locator("[name=executive-text]").focus()
    page.keyboard.insert_text(text)
    expect(page.locator("#note .saved")).to_contain_text("Saved on this phone.")


def send(page: Page) -> None:
    walk_to(page, "look")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#sent")).to_contain_text("The clinic has it.")


def open_note(page: Page, server: LiveServer) -> None:
    page.goto(f"{server.url}/check-in/en")
    walk_to(page, "note")


def test_twenty_thousand_characters_of_any_script_arrive_as_they_were_written(
    june: Page, live_server: LiveServer
) -> None:
    for script, piece in SCRIPTS.items():
        text = (piece * (20_000 // len(piece) + 1))[:20_000].strip()
        open_note(june, live_server)
        paste(june, text)
        send(june)
        assert live_server.newest_notes()["executive"] == text, script


def test_pasted_control_characters_cost_no_word(june: Page, live_server: LiveServer) -> None:
    open_note(june, live_server)
    paste(june, CONTROLS)
    send(june)
    arrived = live_server.newest_notes()["executive"]
    assert re.sub(r"[^a-i]", "", arrived) == "abcdefghi"
    assert "\x00" not in arrived
    assert live_server.sql("SELECT count(*) FROM envelope WHERE repair <> ''")[0][0] == 0


def test_half_a_character_costs_nothing_else(june: Page, live_server: LiveServer) -> None:
    open_note(june, live_server)
    june.evaluate(
        """() => {
            const field = document.querySelector("[name=executive-text]");
            field.value = "before \\ud83d after";
            field.dispatchEvent(new Event("input", { bubbles: true }));
        }"""
    )
    expect(june.locator("#note .saved")).to_contain_text("Saved on this phone.")
    send(june)
    assert live_server.newest_notes()["executive"] == "before \ufffd after"


@pytest.mark.parametrize("year", [2019, 2041])
def test_a_clock_that_is_years_off_costs_nothing_and_is_told_to_the_clinician(
    june: Page, live_server: LiveServer, desk: Page, year: int
) -> None:
    before = live_server.sql(ROWS)[0][0]
    june.clock.set_fixed_time(f"{year}-03-03T12:00:00-05:00")
    june.goto(f"{live_server.url}/check-in/en")
    send(june)
    assert live_server.sql(ROWS)[0][0] == before + 1
    times = f"SELECT answered_at = arrived_at, wall FROM check_in WHERE id = {NEWEST}"
    same, wall = live_server.sql(times)[0]
    assert same
    assert wall.startswith(f"{year}-03-03")
    sign_in(desk, live_server, "clinician")
    desk.goto(f"{live_server.url}/clinic")
    desk.get_by_role("link", name=re.compile("June Kowalski")).first.click()
    told = f"the phone’s clock was wrong: it said March 3, {year}"
    expect(desk.get_by_text(told).first).to_be_visible()
    desk.locator("#check-ins ~ .scroll tbody a, .check-ins tbody a").first.click()
    expect(desk.get_by_text(told)).to_be_visible()
    expect(desk.get_by_text("so the time it came stands for the time it was answered")).to_be_visible()


def test_two_phones_of_one_person_and_a_second_check_in_the_same_day_are_all_kept(
    june: Page, live_server: LiveServer, phone_context: Phones, tmp_path: Path, desk: Page
) -> None:
    before = live_server.sql(ROWS)[0][0]
    june.goto(f"{live_server.url}/check-in/en")
    send(june)
    other = phone_context(tmp_path / "other", device="iPhone 15").pages[0]
    sign_in(other, live_server, "patient")
    expect(other.get_by_text("Your check-in (").first).to_contain_text("the clinic has it.")
    other.goto(f"{live_server.url}/check-in/en")
    send(other)
    assert live_server.sql(ROWS)[0][0] == before + 2
    newest = "(SELECT install_id, sequence FROM check_in ORDER BY arrived_at DESC LIMIT 2)"
    apart = f"SELECT count(DISTINCT install_id), max(sequence) FROM {newest}"
    assert tuple(live_server.sql(apart)[0]) == (2, 1)
    june.goto(f"{live_server.url}/today")
    expect(june.get_by_text("Your check-in (").nth(1)).to_contain_text("the clinic has it.")
    sign_in(desk, live_server, "clinician")
    desk.goto(f"{live_server.url}/clinic")
    desk.get_by_role("link", name=re.compile("June Kowalski")).first.click()
    expect(desk.locator(".check-ins tbody tr.unread").nth(1)).to_be_visible()
    expect(desk.locator("#gap")).to_have_count(0)
