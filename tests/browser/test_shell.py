"""The four places of the phone: what they say, with and without a server, and what a tap changes."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from tests.browser.phone import until, wait_for_worker
from tests.browser.screens import sign_in
from tests.browser.server import LiveServer, Seed

PLACES = {
    "/today": re.compile("Your ketamine visit is"),
    "/changes": re.compile("Your last twelve weeks"),
    "/visits": re.compile("Your visits"),
    "/you": re.compile("June Kowalski"),
}


@pytest.fixture
def june(phone: Page, live_server: LiveServer) -> Page:
    """June's phone, signed in, on Today, with everything kept for when there is no network."""
    sign_in(phone, live_server, "patient")
    expect(heading(phone)).to_have_text(PLACES["/today"])
    wait_for_worker(phone)
    return phone


@pytest.fixture
def reader(phone: Page, reading_server: LiveServer) -> Page:
    """June's phone for a look around that changes nothing at the clinic."""
    sign_in(phone, reading_server, "patient")
    expect(heading(phone)).to_have_text(PLACES["/today"])
    return phone


def heading(page: Page) -> Any:
    return page.get_by_role("heading", level=1)


def tab(page: Page, name: str) -> Any:
    return page.get_by_role("navigation").get_by_role("link", name=name)


def test_today_has_one_sentence_and_one_way_into_the_questions(reader: Page) -> None:
    # What it is called depends on how near the visit is.
    reader.locator(".reach a.btn").click()
    reader.wait_for_url("**/check-in/en")


def test_the_four_places_are_real_paths_with_focus_title_and_back(reader: Page) -> None:
    for name in ("Changes", "Visits", "You"):
        tab(reader, name).click()
        expect(heading(reader)).to_have_text(PLACES[f"/{name.lower()}"])
        expect(heading(reader)).to_be_focused()
        expect(reader).to_have_title(f"{name} · Between")
        expect(tab(reader, name)).to_have_attribute("aria-current", "page")
        assert reader.url.endswith(f"/{name.lower()}")
    reader.go_back()
    expect(heading(reader)).to_have_text(PLACES["/visits"])
    reader.reload()
    expect(heading(reader)).to_have_text(PLACES["/visits"])


def test_every_place_and_help_are_there_with_the_server_dead(june: Page, live_server: LiveServer) -> None:
    live_server.stop()
    for path, words in PLACES.items():
        june.goto(live_server.url + path)
        expect(heading(june)).to_have_text(words)
        june.get_by_role("link", name="Help now").click()
        expect(june.get_by_role("dialog").get_by_role("link", name="Call 988")).to_be_visible()
    june.goto(f"{live_server.url}/today")
    expect(june.get_by_text("No network right now.")).to_be_visible()


def test_asking_to_talk_waits_without_a_network_and_then_reaches_the_clinic(
    june: Page, live_server: LiveServer
) -> None:
    asked = "SELECT count(*) FROM check_in WHERE kind = 'in_person'"
    before = live_server.sql(asked)[0][0]
    live_server.stop()
    june.get_by_role("button", name="Too much today?").click()
    expect(june.get_by_text("You asked to talk in person at")).to_be_visible()
    # For a short while it can be taken back; only then is it tried.
    waits = june.get_by_text("It waits on this phone until there is a network.")
    expect(waits).to_be_visible()

    live_server.start()
    june.evaluate("dispatchEvent(new Event('online'))")
    expect(
        june.get_by_text(re.compile("You asked to talk in person at .* The clinic has it."))
    ).to_be_visible()
    assert live_server.sql(asked)[0][0] == before + 1


def test_hidden_numbers_are_hidden_and_come_back(june: Page, live_server: LiveServer) -> None:
    tab(june, "Changes").click()
    expect(june.get_by_role("img", name=re.compile("PHQ-9, low mood"))).to_be_visible()
    tab(june, "You").click()
    june.get_by_text("My clinician sees them").click()
    tab(june, "Changes").click()
    expect(june.get_by_text("Here they are hidden, as you chose.")).to_be_visible()
    expect(june.locator(".plot")).to_have_count(0)
    june.get_by_role("button", name="Show the numbers").click()
    expect(june.locator(".plot")).to_be_visible()
    assert live_server.sql("SELECT numbers_hidden FROM person WHERE name = 'June Kowalski'")[0][0] == 0


def test_a_wish_is_not_undone_by_what_was_read_before_it(june: Page) -> None:
    """The overview that was on its way while the person chose again says the choice before."""
    tab(june, "Changes").click()
    expect(june.locator(".plot")).to_be_visible()
    tab(june, "You").click()
    held: list[tuple[Route, APIResponse]] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    june.route("**/api/overview", hold_first)
    june.get_by_text("My clinician sees them").click()
    tab(june, "Changes").click()
    until(june, lambda: held)
    june.get_by_role("button", name="Show the numbers").click()
    expect(june.locator(".plot")).to_be_visible()
    with june.expect_request("**/api/overview") as again:
        held[0][0].fulfill(response=held[0][1])
    response = again.value.response()
    assert response is not None
    assert not response.json()["person"]["numbers_hidden"]
    expect(june.locator(".plot")).to_be_visible()


def test_the_chart_and_its_table_hold_the_same_points(reader: Page) -> None:
    tab(reader, "Changes").click()
    reader.get_by_text("As a table").click()
    rows = reader.get_by_role("table").locator("tbody tr")
    assert rows.count() == reader.locator(".plot .point").count() > 5


def test_the_language_changes_at_once_and_stays(june: Page) -> None:
    tab(june, "You").click()
    june.get_by_text("Español").click()
    expect(june.get_by_role("heading", name="Recordatorios en este teléfono")).to_be_visible()
    expect(june.locator("html")).to_have_attribute("lang", "es")
    june.reload()
    expect(tab(june, "Hoy")).to_be_visible()


def test_a_caregivers_view_ends_with_one_tap_and_one_question(june: Page, live_server: LiveServer) -> None:
    tab(june, "You").click()
    june.get_by_role("button", name="End it").click()
    assert live_server.sql("SELECT count(*) FROM care_link WHERE ended_at IS NOT NULL")[0][0] == 0
    june.get_by_role("button", name="Yes, end it").click()
    expect(june.get_by_text("Nobody sees your visits but you and the clinic.")).to_be_visible()
    assert live_server.sql("SELECT count(*) FROM care_link WHERE ended_at IS NOT NULL")[0][0] == 1


def test_an_invited_caregiver_can_use_the_link(june: Page, browser: Browser) -> None:
    tab(june, "You").click()
    june.get_by_role("button", name="Let somebody see my visits").click()
    june.get_by_label("Who is it?").fill("Maya Kowalski")
    june.get_by_role("button", name="Make a link").click()
    expect(june.get_by_role("img", name="QR code of the link")).to_be_visible()
    link = june.locator(".address").inner_text()
    assert june.locator(".code").inner_text().replace("-", "") in link
    with browser.new_context() as other:
        page = other.new_page()
        page.goto(link)
        expect(heading(page)).to_have_text("June Kowalski would like to share upcoming visits with you.")
        expect(page.get_by_label("Your name")).to_have_value("Maya Kowalski")


def test_signing_out_says_what_waits_and_removes_what_was_shown(june: Page, live_server: LiveServer) -> None:
    tab(june, "You").click()
    june.get_by_role("button", name="Sign out").click()
    expect(june.get_by_text("Everything you sent is at the clinic.")).to_be_visible()
    june.get_by_role("button", name="Yes, sign out").click()
    june.wait_for_url("**/sign-in")
    june.goto(f"{live_server.url}/today")
    expect(heading(june)).to_have_text("Nobody is signed in on this phone.")
    live_server.stop()
    june.goto(f"{live_server.url}/visits")
    expect(june.get_by_text("Ketamine")).to_have_count(0)


def test_signing_out_without_a_network_changes_nothing_and_says_so(
    june: Page, live_server: LiveServer
) -> None:
    tab(june, "You").click()
    live_server.stop()
    june.get_by_role("button", name="Sign out").click()
    june.get_by_role("button", name="Yes, sign out").click()
    expect(june.get_by_text("You are still signed in and nothing was changed.")).to_be_visible()
    june.goto(f"{live_server.url}/today")
    expect(heading(june)).to_have_text(PLACES["/today"])


def test_without_script_the_shell_leads_to_the_questions_and_to_help(
    browser: Browser, reading_server: LiveServer
) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{reading_server.url}/today")
        page.locator("section[lang=es]").get_by_role("link", name="Contestar las preguntas").click()
        page.wait_for_url("**/check-in/es")
        page.go_back()
        page.locator("section[lang=en]").get_by_role("link", name="Help now").click()
        expect(page.get_by_role("link", name="Call 988")).to_be_visible()


# Only a push service can make a real subscription: this one says what a browser's would say.
SUBSCRIPTION = """
    const keys = {
      p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    };
    const made = {
      endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/abc',
      options: {},
      unsubscribe: async () => true,
      toJSON: () => ({ endpoint: made.endpoint, keys }),
    };
    let current = null;
    PushManager.prototype.subscribe = async () => (current = made);
    PushManager.prototype.getSubscription = async () => current;
"""


@pytest.fixture
def reminding(phone: Page, seed: Seed) -> Iterator[LiveServer]:
    """A server that sends reminders, and June's phone on the screen where she asks for them."""
    server = seed.server(BETWEEN_VAPID_CONTACT="mailto:desk@harbor.example").start()
    phone.add_init_script(SUBSCRIPTION)
    phone.context.grant_permissions(["notifications"], origin=server.url)
    sign_in(phone, server, "patient")
    tab(phone, "You").click()
    expect(phone.get_by_role("button", name="Turn on reminders")).to_be_visible()
    yield server
    server.stop()


def test_reminders_are_asked_for_on_tap_and_reach_the_server(phone: Page, reminding: LiveServer) -> None:
    assert reminding.sql("SELECT count(*) FROM push_subscription")[0][0] == 0
    phone.get_by_role("button", name="Turn on reminders").click()
    expect(phone.get_by_role("button", name="Turn off reminders")).to_be_visible()
    assert reminding.sql("SELECT count(*) FROM push_subscription")[0][0] == 1


def test_reminders_are_not_said_to_be_on_before_the_server_knows(phone: Page, reminding: LiveServer) -> None:
    """The phone is subscribed first; an overview that comes in between must not call that on."""
    held: list[Route] = []
    phone.route("**/api/subscriptions", lambda route: held.append(route))
    with phone.expect_request("**/api/subscriptions"):
        phone.get_by_role("button", name="Turn on reminders").click()
    reminding.change("UPDATE person SET name = 'June K.' WHERE name = 'June Kowalski'")
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(heading(phone)).to_have_text("June K.")
    for _ in range(5):
        phone.evaluate("new Promise(requestAnimationFrame)")
    expect(phone.get_by_role("button", name="Asking the phone…")).to_be_visible()
    expect(phone.get_by_role("button", name="Turn off reminders")).to_have_count(0)
    held[0].continue_()
    expect(phone.get_by_role("button", name="Turn off reminders")).to_be_visible()
    assert reminding.sql("SELECT count(*) FROM push_subscription")[0][0] == 1


def imported(page: Page, module: str, call: str) -> Any:
    """What `call` gives with the exports of one of the phone's own modules as `of`."""
    base = json.loads(page.locator("#build").text_content() or "")["static"]
    return page.evaluate(f"async () => {{ const of = await import('{base}pwa/{module}'); return {call}; }}")


def test_the_usual_range_is_the_nearest_rank_of_twelve(browser: Browser, reading_server: LiveServer) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{reading_server.url}/today")
        twelve = "Array.from({ length: 12 }, (_, at) => ({ at: at + 1, total: at + 1 }))"
        found = imported(page, "parts/facts.js", f"of.usualRange({twelve}, 99)")
        assert (found["low"], found["high"]) == (2, 11)
        # A score after the last sign-off does not move it, and eleven are too few to be sure of it here.
        assert imported(page, "parts/facts.js", f"of.usualRange({twelve}, 11)") is None
        older = f"[{{ at: 0, total: 27 }}, ...{twelve}]"
        assert imported(page, "parts/facts.js", f"of.usualRange({older}, 99)") == found
        longer = f"[...{twelve}, {{ at: 50, total: 27 }}]"
        assert imported(page, "parts/facts.js", f"of.usualRange({longer}, 12)")["high"] == 11


@pytest.mark.parametrize(
    ("starts_at", "said"),
    [
        ("2026-11-22T15:30:00Z", "mañana a las 10:30 a.m."),
        ("2026-11-22T18:30:00Z", "mañana a la 1:30 p.m."),
        ("2026-11-25T21:40:00Z", "el miércoles a las 4:40 p.m."),
        ("2026-12-04T15:30:00Z", "el viernes, 4 de diciembre a las 10:30 a.m."),
    ],
)
def test_spanish_says_hours_and_days_as_people_do(
    browser: Browser, reading_server: LiveServer, starts_at: str, said: str
) -> None:
    with browser.new_context(locale="es-US", timezone_id="America/New_York") as context:
        page = context.new_page()
        page.goto(f"{reading_server.url}/today")
        expect(page.locator("html")).to_have_attribute("lang", "es")
        now = "Date.parse('2026-11-21T15:00:00Z')"
        found = imported(page, "when.js", f"of.dayAndTime('{starts_at}', {now}, 'America/New_York')")
        assert re.sub(r"\s", " ", found).replace("a. m.", "a.m.").replace("p. m.", "p.m.") == said


def test_days_are_counted_where_a_date_is_written_in_another_order(
    browser: Browser, reading_server: LiveServer
) -> None:
    """WebKit writes Canada's dates as the United States do, and Today stayed empty there."""
    backwards = (
        "function () { return (at) => this.formatToParts(at).map((part) => part.value).reverse().join(''); }"
    )
    with browser.new_context() as context:
        page = context.new_page()
        page.add_init_script(
            f"Object.defineProperty(Intl.DateTimeFormat.prototype, 'format', {{ get: {backwards} }})"
        )
        page.goto(f"{reading_server.url}/today")
        days = "of.daysBetween('2026-02-27T15:00:00Z', '2026-03-09T15:00:00Z', 'America/New_York')"
        assert imported(page, "when.js", days) == 10
