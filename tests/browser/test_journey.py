"""The whole way in a real browser: a phone with no network, the clinician's page, and back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.check_in import close_help, step, walk_to
from tests.browser.phone import Phones, kill_browser, wait_for_worker
from tests.browser.screens import sign_in
from tests.browser.server import LiveServer

WORDS = {
    "en": {
        "send": "Send",
        "here": "Your check-in is saved on this phone.",
        "has_it": "The clinic has it.",
        "read": "Dr. Amara Lindqvist read it.",
        "note": "The shelf came down and I did not explode. I swept it up.",
    },
    "es": {
        "send": "Enviar",
        "here": "Su cuestionario está guardado en este teléfono.",
        "has_it": "La clínica lo tiene.",
        "read": "Dr. Amara Lindqvist lo leyó.",
        "note": "Se cayó todo del refrigerador y no exploté. Lo recogí.",
    },
}


def install_then_lose_everything(phones: Phones, directory: Path, server: LiveServer, language: str) -> None:
    """Sign in once with a network, open the check-in once; then the server and the browser are killed."""
    context = phones(directory)
    sign_in(context.pages[0], server, "patient")
    context.close()
    context = phones(directory)
    page = context.pages[0]
    page.goto(f"{server.url}/check-in/{language}")
    expect(page.locator("html.on")).to_be_attached()
    wait_for_worker(page)
    expect(page.locator("#before")).not_to_be_empty()
    errors = context.new_cdp_session(page).send("Page.getInstallabilityErrors")
    assert errors["installabilityErrors"] == []
    server.stop()
    kill_browser(context)


def answer_everything(page: Page, language: str) -> None:
    """Item 9 above 0, a note in one dimension, and Send, on a phone that has no server."""
    walk_to(page, "phq9-9")
    page.locator("#phq9-9 label:has(input[value='2'])").click()
    expect(page.locator("dialog[open] .state")).not_to_be_empty()
    close_help(page)
    assert step(page) == "phq9-9"
    page.locator("#phq9-9 .next").click()
    expect(page.locator("#phq9-9")).to_be_hidden()
    walk_to(page, "note")
    page.locator("#executive label:has(input[value=easier])").click()
    page.locator("#executive textarea").fill(WORDS[language]["note"])
    walk_to(page, "look")
    page.get_by_role("button", name=WORDS[language]["send"], exact=True).click()
    expect(page.locator("#sent")).to_contain_text(WORDS[language]["here"])


def read_and_sign_off(desk: Page, server: LiveServer, language: str) -> None:
    """The clinician finds June under "Needs you", reads the note and the answers, and signs off."""
    sign_in(desk, server, "clinician")
    desk.goto(f"{server.url}/clinic")
    needs = (
        desk.get_by_role("region", name="Needs you").or_(desk.locator("section", has_text="Needs you")).first
    )
    needs.get_by_role("link", name=re.compile("June Kowalski")).first.click()
    expect(desk.locator("main")).to_contain_text(WORDS[language]["note"])
    desk.get_by_role("button", name=re.compile("^Sign off")).first.click()
    expect(desk.locator("main")).to_contain_text("Dr. Amara Lindqvist")


def newest(server: LiveServer) -> tuple[object, ...]:
    return server.sql(
        "SELECT check_in.language, score.total, score.item9, check_in.id FROM check_in "
        "JOIN instrument_score score ON score.check_in_id = check_in.id AND score.instrument = 'phq9' "
        "ORDER BY check_in.arrived_at DESC LIMIT 1"
    )[0]


@pytest.mark.parametrize("language", ["en", "es"])
def test_from_a_phone_with_no_network_to_the_clinicians_page_and_back(
    live_server: LiveServer, phone_context: Phones, desk: Page, tmp_path: Path, language: str
) -> None:
    rows = live_server.sql("SELECT count(*) FROM check_in")[0][0]
    install_then_lose_everything(phone_context, tmp_path, live_server, language)

    context: BrowserContext = phone_context(tmp_path)
    page = context.pages[0]
    page.goto(f"{live_server.url}/check-in/{language}")
    answer_everything(page, language)
    assert live_server.sql("SELECT count(*) FROM check_in")[0][0] == rows

    live_server.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#sent")).to_contain_text(WORDS[language]["has_it"])
    assert live_server.sql("SELECT count(*) FROM check_in")[0][0] == rows + 1
    spoken, total, item9, check_in = newest(live_server)
    assert (spoken, total, item9) == (language, 10, "positive")
    assert live_server.sql(f"SELECT count(*) FROM alert_answer WHERE check_in_id = '{check_in}'")[0][0] == 1

    read_and_sign_off(desk, live_server, language)
    assert live_server.sql(f"SELECT count(*) FROM sign_off WHERE check_in_id = '{check_in}'")[0][0] == 1
    page.goto(f"{live_server.url}/today")
    expect(page.locator("main")).to_contain_text(WORDS["en"]["read"])


def test_with_script_off_the_same_form_arrives_once(live_server: LiveServer, browser: Browser) -> None:
    rows = live_server.sql("SELECT count(*) FROM check_in")[0][0]
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/check-in/en")
    for item in range(1, 10):
        page.locator(f"label:has([name='phq9-{item}'][value='{2 if item == 9 else 1}'])").click()
    expect(page.get_by_role("link", name="Call 988").first).to_be_visible()
    for item in range(1, 8):
        page.locator(f"label:has([name='gad7-{item}'][value='1'])").click()
    page.locator("[name='hedonic-text']").fill("I know why people go out to dinner.")
    page.get_by_role("button", name="Send").first.click()
    expect(page.locator("h1")).to_have_text("Who are these answers from?")
    expect(page.get_by_role("link", name="Call 988")).to_be_visible()
    page.locator("[name=email]").fill("june@harbor.example")
    page.locator("[name=passphrase]").fill("quiet harbor morning light")
    page.get_by_role("button", name="Sign in and send").click()
    expect(page.locator("h1")).to_have_text("The clinic has it.")
    page.reload()
    assert live_server.sql("SELECT count(*) FROM check_in")[0][0] == rows + 1
    _language, total, item9, _check_in = newest(live_server)
    assert (total, item9) == (10, "positive")
    assert list(live_server.newest_notes().values()) == ["I know why people go out to dinner."]
    context.close()
