"""The check-in where there is no server, no network, and a phone that dies in the middle."""

from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.check_in import step, walk_to
from tests.browser.phone import Phones, kill_browser, wait_for_worker
from tests.browser.screens import sign_in
from tests.browser.server import LiveServer

SAVED = "Saved on this phone. No network needed."
ONLY_HERE = "This answer is only on this phone. Nobody at the clinic has seen it."


def switch_on(phone_context: Phones, directory: Path) -> tuple[BrowserContext, Page]:
    context = phone_context(directory)
    return context, context.pages[0]


def install(phone_context: Phones, directory: Path, server: LiveServer, *, signed_in: bool) -> None:
    """A first visit with a network; then both the server and the browser are killed."""
    context, page = switch_on(phone_context, directory)
    if signed_in:
        sign_in(page, server, "patient")
        # Chromium writes cookies down every 30 seconds; a browser that is closed writes them at once.
        context.close()
        context, page = switch_on(phone_context, directory)
    page.goto(f"{server.url}/check-in/en")
    expect(page.locator("html.on")).to_be_attached()
    if signed_in:
        expect(page.locator("#before")).to_contain_text("Before your")
    wait_for_worker(page)
    server.stop()
    kill_browser(context)


def test_a_whole_check_in_without_a_server_and_one_row_afterwards(
    live_server: LiveServer, phone_context: Phones, tmp_path: Path
) -> None:
    before = live_server.sql("SELECT count(*) FROM check_in")[0][0]
    install(phone_context, tmp_path, live_server, signed_in=True)
    _, page = switch_on(phone_context, tmp_path)
    page.goto(f"{live_server.url}/check-in/en")
    walk_to(page, "look", {"phq9-9": "2"})
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#sent")).to_contain_text("Your check-in is saved on this phone.")
    expect(page.locator("#sent")).to_contain_text("It will be sent by itself as soon as there is a network.")
    live_server.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#sent")).to_contain_text("The clinic has it.")
    assert live_server.sql("SELECT count(*) FROM check_in")[0][0] == before + 1


def test_after_kill_9_the_same_question_with_its_answers(
    live_server: LiveServer, phone_context: Phones, tmp_path: Path
) -> None:
    install(phone_context, tmp_path, live_server, signed_in=False)
    context, page = switch_on(phone_context, tmp_path)
    page.goto(f"{live_server.url}/check-in/en")
    walk_to(page, "phq9-4")
    page.locator("#phq9-4 .answer").nth(2).locator("input").focus()
    page.keyboard.press("Space")
    expect(page.locator("#phq9-4 .saved")).to_have_text(SAVED)
    kill_browser(context)
    _, page = switch_on(phone_context, tmp_path)
    page.goto(f"{live_server.url}/check-in/en")
    assert step(page) == "phq9-4"
    expect(page.locator("#phq9-4 [value='2']")).to_be_checked()
    expect(page.locator("#phq9-1 [value='1']")).to_be_checked()


def test_what_was_written_survives_kill_9_once_it_is_called_saved(
    live_server: LiveServer, phone_context: Phones, tmp_path: Path
) -> None:
    install(phone_context, tmp_path, live_server, signed_in=False)
    context, page = switch_on(phone_context, tmp_path)
    page.goto(f"{live_server.url}/check-in/en")
    walk_to(page, "note")
    page.locator("#executive textarea").fill("I walked away from the boss.")
    expect(page.locator("#note .saved")).to_have_text(SAVED)
    kill_browser(context)
    _, page = switch_on(phone_context, tmp_path)
    page.goto(f"{live_server.url}/check-in/en")
    assert step(page) == "note"
    expect(page.locator("#executive textarea")).to_have_value("I walked away from the boss.")


def test_in_spanish_without_a_server(live_server: LiveServer, phone_context: Phones, tmp_path: Path) -> None:
    install(phone_context, tmp_path, live_server, signed_in=False)
    _, page = switch_on(phone_context, tmp_path)
    page.goto(f"{live_server.url}/check-in/es")
    walk_to(page, "phq9-3")
    expect(page.locator("#place")).to_have_text("Parte 1 de 3 · 3 de 9")
    expect(page.locator("#phq9-3 .ask")).to_have_text(
        "Ha tenido dificultad para quedarse o permanecer dormido(a), o ha dormido demasiado"
    )
    page.locator("header [data-help]").click()
    expect(page.locator("dialog[open]")).to_contain_text("Llamar al 988 (oprima 2)")


def test_help_needs_neither_server_nor_script(
    live_server: LiveServer, phone_context: Phones, tmp_path: Path
) -> None:
    install(phone_context, tmp_path, live_server, signed_in=False)
    _, page = switch_on(phone_context, tmp_path)
    for language, words in (("en", "Call 988"), ("es", "Llamar al 988 (oprima 2)")):
        page.goto(f"{live_server.url}/help/{language}")
        expect(page.get_by_role("link", name=words)).to_have_attribute("href", "tel:988")
        expect(page.locator("script")).to_have_count(0)


def test_the_clinic_is_told_now_and_the_panel_says_when_it_has_it(
    live_server: LiveServer, phone_context: Phones, tmp_path: Path
) -> None:
    install(phone_context, tmp_path, live_server, signed_in=True)
    _, page = switch_on(phone_context, tmp_path)
    page.goto(f"{live_server.url}/check-in/en")
    walk_to(page, "phq9-9")
    page.locator("#phq9-9 .answer").nth(1).click()
    panel = page.locator("dialog[open]")
    expect(panel.locator(".state")).to_have_text(ONLY_HERE)
    panel.get_by_role("button", name="Tell my clinic now").click()
    expect(panel.locator(".state")).to_have_text(
        "It waits on this phone until it can be sent. Nobody at the clinic has seen it yet."
    )
    live_server.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(panel.locator(".state")).to_contain_text("The clinic has it since")
    kinds = [row[0] for row in live_server.sql("SELECT kind FROM check_in ORDER BY arrived_at DESC LIMIT 1")]
    assert kinds == ["partial"]
    panel.get_by_role("button", name="Go on with the check-in").click()
    assert step(page) == "phq9-9"


def test_with_nobody_signed_in_it_waits_and_asks_who_it_was(
    live_server: LiveServer, phone_context: Phones, tmp_path: Path
) -> None:
    context, page = switch_on(phone_context, tmp_path)
    page.goto(f"{live_server.url}/check-in/en")
    walk_to(page, "look")
    expect(page.locator("#look .send")).to_contain_text("Nobody is signed in on this phone")
    expect(page.get_by_role("link", name="Sign in to send")).to_have_attribute(
        "href", "/sign-in?next=/check-in/en"
    )
    sign_in(page, live_server, "patient")
    page.goto(f"{live_server.url}/check-in/en")
    assert step(page) == "look"
    expect(page.locator("#look .send")).to_contain_text("was this you?")
    page.get_by_role("button", name="Yes, send it").click()
    expect(page.locator("#sent")).to_contain_text("The clinic has it.")
    context.close()


def test_two_tabs_with_one_check_in_send_it_once(
    live_server: LiveServer, phone_context: Phones, tmp_path: Path
) -> None:
    before = live_server.sql("SELECT count(*) FROM check_in")[0][0]
    context, first = switch_on(phone_context, tmp_path)
    sign_in(first, live_server, "patient")
    first.goto(f"{live_server.url}/check-in/en")
    walk_to(first, "look")
    second = context.new_page()
    second.goto(f"{live_server.url}/check-in/en")
    assert step(second) == "look"
    first.get_by_role("button", name="Send").click()
    for page in (first, second):
        expect(page.locator("#sent")).to_contain_text("The clinic has it.")
    assert live_server.sql("SELECT count(*) FROM check_in")[0][0] == before + 1
    second.reload()
    assert step(second) == "phq9-1"
