"""Before the first check-in: three short screens, an honest choice, a calm way on for whoever declines."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.check_in import step, walk_to
from tests.browser.patient import open_panel, sign_in_as
from tests.browser.phone import until
from tests.browser.screens import PASSPHRASE
from tests.browser.server import LiveServer

DECIDED = """SELECT a.accepted, a.version, a.language, a.adult, a.sends_unfinished FROM agreement a
JOIN patient p ON p.id = a.patient_id JOIN membership m ON m.id = p.membership_id
JOIN person q ON q.id = m.person_id WHERE q.name = 'Noor Haddad' ORDER BY a.decided_at"""
SAYS = {
    "en": (
        "Your clinicians at Harbor Clinic read what you send.",
        "They usually look within 1 working day.",
        "Nobody watches in real time",
        "What is sent if you stop halfway",
        "Not agreeing changes nothing about your treatment.",
    ),
    "es": (
        "Su equipo clínico en Harbor Clinic lee lo que usted envía.",
        "Normalmente la revisan en 1 día hábil.",
        "Nadie vigila en tiempo real",
        "Qué se envía si lo deja a medias",
        "No aceptar no cambia nada en su tratamiento.",
    ),
}


def open_first_check_in(page: Page, server: LiveServer, language: str = "en") -> None:
    page.goto(f"{server.url}/check-in/{language}")
    expect(page.locator("#before-1")).to_be_visible()


def read_on(page: Page) -> None:
    for number in (1, 2):
        page.locator(f"#before-{number} .before-next").click()


def agree(page: Page, unfinished: str = "yes") -> None:
    page.locator(f"[name=unfinished][value={unfinished}]").check()
    page.locator("#adult").check()
    page.locator(".agree").click()
    expect(page.locator("#before-3")).to_be_hidden()


def decided(server: LiveServer, count: int, page: Page) -> list[tuple[object, ...]]:
    """Once the server has as many."""
    until(page, lambda: len(server.sql(DECIDED)) == count)
    return [tuple(row) for row in server.sql(DECIDED)]


@pytest.mark.parametrize("language", ["en", "es"])
def test_three_screens_then_the_questions_and_never_again(
    phone: Page, live_server: LiveServer, language: str
) -> None:
    sign_in_as(phone, live_server, "noor", language)
    open_first_check_in(phone, live_server, language)
    page = phone.locator("#check-in")
    expect(page).to_contain_text(SAYS[language][0])
    expect(page).to_contain_text(SAYS[language][1])
    read_on(phone)
    for words in SAYS[language][2:]:
        expect(page).to_contain_text(words)
    agree(phone, "no")
    assert step(phone) == "phq9-1"
    assert decided(live_server, 1, phone) == [(1, "1", language, 1, 0)]
    phone.reload()
    expect(phone.locator("#phq9-1")).to_be_visible()


def test_nothing_is_chosen_for_them_and_only_adults_agree(phone: Page, live_server: LiveServer) -> None:
    sign_in_as(phone, live_server, "noor")
    open_first_check_in(phone, live_server)
    read_on(phone)
    expect(phone.locator("[name=unfinished]:checked")).to_have_count(0)
    phone.locator(".agree").click()
    expect(phone.get_by_role("alert").filter(has_text="Please choose one of the two.")).to_be_visible()
    phone.locator("[name=unfinished][value=yes]").check()
    phone.locator(".agree").click()
    expect(phone.get_by_text("Between is for people of 18 or over. Please say")).to_be_visible()
    expect(phone.locator("#before-3")).to_be_visible()
    assert live_server.sql(DECIDED) == []


def test_declining_is_said_once_and_leaves_a_way_on(phone: Page, live_server: LiveServer) -> None:
    sign_in_as(phone, live_server, "noor")
    open_first_check_in(phone, live_server)
    read_on(phone)
    phone.locator(".decline").click()
    expect(phone.locator("#before-no")).to_contain_text("It changes nothing about your treatment.")
    assert decided(live_server, 1, phone) == [(0, "1", "en", 0, 0)]
    open_panel(phone)
    expect(phone.get_by_role("dialog").get_by_role("link", name="Call 988")).to_be_visible()
    phone.keyboard.press("Escape")
    phone.get_by_role("link", name="To Today").click()
    expect(phone.get_by_role("button", name="Too much today?")).to_be_visible()
    open_first_check_in(phone, live_server)
    read_on(phone)
    agree(phone)
    assert [row[0] for row in decided(live_server, 2, phone)] == [0, 1]


def test_without_a_network_it_is_decided_and_arrives_later(phone: Page, live_server: LiveServer) -> None:
    sign_in_as(phone, live_server, "noor")
    open_first_check_in(phone, live_server)
    live_server.stop()
    read_on(phone)
    agree(phone)
    walk_to(phone, "phq9-3")
    live_server.start()
    assert live_server.sql(DECIDED) == []
    phone.evaluate("dispatchEvent(new Event('online'))")
    assert decided(live_server, 1, phone) == [(1, "1", "en", 1, 1)]


def test_another_version_asks_again_with_the_choice_of_before(phone: Page, live_server: LiveServer) -> None:
    live_server.change("UPDATE agreement SET version = '0', sends_unfinished = false")
    sign_in_as(phone, live_server, "june")
    open_first_check_in(phone, live_server)
    read_on(phone)
    expect(phone.locator("[name=unfinished][value=no]")).to_be_checked()
    phone.locator("#adult").check()
    phone.locator(".agree").click()
    expect(phone.locator("#phq9-1")).to_be_visible()


def test_whoever_answers_before_signing_in_is_asked_before_it_is_sent(
    phone: Page, live_server: LiveServer
) -> None:
    phone.goto(f"{live_server.url}/check-in/en")
    walk_to(phone, "look")
    phone.get_by_role("link", name="Sign in to send").click()
    phone.locator("[name=email]").fill("noor@harbor.example")
    phone.locator("[name=passphrase]").fill(PASSPHRASE)
    phone.locator("form .btn").first.click()
    phone.wait_for_url("**/check-in/en")
    phone.get_by_role("button", name="Read them").click()
    expect(phone.locator("#before-1")).to_be_visible()
    read_on(phone)
    agree(phone)
    phone.get_by_role("button", name="Yes, send it").click()
    expect(phone.locator("#sent")).to_contain_text("The clinic has it")


def test_back_leads_through_the_screens_with_the_keyboard_too(phone: Page, live_server: LiveServer) -> None:
    sign_in_as(phone, live_server, "noor")
    open_first_check_in(phone, live_server)
    for number in (1, 2):
        phone.locator(f"#before-{number} .before-next").focus()
        phone.keyboard.press("Enter")
    expect(phone.locator("#before-3")).to_be_focused()
    phone.locator("#back").focus()
    phone.keyboard.press("Enter")
    expect(phone.locator("#before-2")).to_be_visible()
    phone.locator("#back").click()
    phone.locator("#back").click()
    phone.wait_for_url("**/today")


def test_the_form_without_script_says_the_same_in_short(live_server: LiveServer, phone: Page) -> None:
    text = phone.request.get(f"{live_server.url}/check-in/en").text()
    for words in (
        "nobody watches in real time",
        "if you stop halfway, nothing is sent",
        "Between is for people of 18 or over.",
        "changes nothing about your treatment",
    ):
        assert words in text
