"""What the phone says of what was sent, told, asked, booked and cancelled: only what is true."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.check_in import walk_to
from tests.browser.phone import wait_for_worker
from tests.browser.screens import double_text, sign_in
from tests.browser.server import LiveServer
from tests.browser.test_shell import heading, imported, tab

ASKED = re.compile("You asked to talk in person at .* The clinic has it.")
HAS_IT = re.compile(r"Your check-in \(.*\): the clinic has it\.")


NEXT_VISIT = """
    (SELECT v.id FROM visit v JOIN patient p ON p.id = v.patient_id
     JOIN membership m ON m.id = p.membership_id JOIN person q ON q.id = m.person_id
     WHERE q.name = 'June Kowalski' AND v.state = 'booked' AND v.starts_at > :now
     ORDER BY v.starts_at LIMIT 1)
"""


def moment(**ahead: int) -> str:
    """As the database writes it."""
    return f"{datetime.now(UTC) + timedelta(**ahead):%Y-%m-%d %H:%M:%S.000000}"


@pytest.fixture
def june(phone: Page, live_server: LiveServer) -> Page:
    """June's phone the day before a visit, whatever day it is."""
    live_server.change(
        f"UPDATE visit SET starts_at = :soon WHERE id = {NEXT_VISIT}", soon=moment(days=1), now=moment()
    )
    sign_in(phone, live_server, "patient")
    expect(heading(phone)).to_contain_text("Your ketamine visit is")
    wait_for_worker(phone)
    return phone


def answer_last_question(page: Page, server: LiveServer) -> None:
    """Up to item 9, answered above 0, with the panel open."""
    page.goto(f"{server.url}/check-in/en")
    walk_to(page, "phq9-9")
    page.locator("#phq9-9 label:has(input[value='1'])").click()
    expect(page.locator("dialog[open]")).to_be_visible()


def test_an_answer_told_ahead_is_never_called_unsent(june: Page, live_server: LiveServer) -> None:
    answer_last_question(june, live_server)
    live_server.stop()
    june.get_by_role("dialog").get_by_role("button", name="Tell my clinic now").click()
    expect(june.get_by_role("dialog")).to_contain_text("It waits on this phone until it can be sent.")
    june.goto(f"{live_server.url}/today")
    expect(june.get_by_text("Your answer to the last PHQ-9 question waits on this phone.")).to_be_visible()
    live_server.start()
    june.evaluate("dispatchEvent(new Event('online'))")
    told = june.get_by_text("The clinic has your answer to the last PHQ-9 question since")
    expect(told).to_contain_text("The rest is only on this phone.")
    expect(june.get_by_text("Nothing of it was sent.")).to_have_count(0)
    expect(june.get_by_text(re.compile(r"Your answers \("))).to_have_count(0)


def test_a_begun_check_in_that_told_nothing_says_so(june: Page, live_server: LiveServer) -> None:
    june.goto(f"{live_server.url}/check-in/en")
    walk_to(june, "phq9-2")
    june.goto(f"{live_server.url}/today")
    expect(june.get_by_text("Nothing of it was sent.")).to_be_visible()


def test_a_receipt_counts_before_the_next_overview(june: Page, live_server: LiveServer) -> None:
    june.goto(f"{live_server.url}/check-in/en")
    walk_to(june, "look")
    june.route("**/api/overview", lambda route: route.abort())
    june.get_by_role("button", name="Send").click()
    expect(june.locator("#sent")).to_contain_text("The clinic has it.")
    live_server.stop()
    june.get_by_role("link", name="To Today").click()
    expect(june.get_by_text("No network right now.")).to_be_visible()
    expect(june.get_by_text(HAS_IT).first).to_be_visible()
    expect(june.get_by_text("Not read yet; usually").first).to_be_visible()
    # Signed in and seen before it was answered: it is for the visit of tomorrow.
    expect(june.get_by_text("You have answered for this visit.")).to_be_visible()
    tab(june, "Changes").click()
    expect(june.get_by_text("The clinic has your newest check-in since")).to_be_visible()


def test_a_wish_to_talk_is_said_once_and_survives_a_reload(june: Page, live_server: LiveServer) -> None:
    asked = "SELECT count(*) FROM check_in WHERE kind = 'in_person'"
    before = live_server.sql(asked)[0][0]
    june.goto(f"{live_server.url}/check-in/en")
    walk_to(june, "phq9-3")
    june.goto(f"{live_server.url}/today")
    june.get_by_role("button", name="Too much today?").click()
    expect(june.get_by_text(ASKED)).to_be_visible()
    june.reload()
    expect(june.get_by_text(ASKED)).to_be_visible()
    expect(june.get_by_role("button", name="Too much today?")).to_have_count(0)
    expect(june.get_by_text("You asked to talk in person")).to_have_count(1)
    assert live_server.sql(asked)[0][0] == before + 1
    # What was begun is still there.
    june.get_by_role("link", name="Continue the check-in").click()
    expect(june.locator("#phq9-3")).to_be_visible()


def test_what_is_not_read_stays_in_sight_beside_what_was(
    browser: Browser, reading_server: LiveServer
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{reading_server.url}/today")
        now = "Date.parse('2026-11-21T15:00:00Z')"
        when = "answered_at: `2026-11-${20 - at}T10:00:00Z`, read_at: at === 1 ? 'x' : null"
        one = f"{{ id: String(at), kind: 'full', {when} }}"
        items = f"Array.from({{ length: 9 }}, (_, at) => ({one}))"
        found = imported(page, "parts/sent.js", f"of.readingState({items}, {now})")
        assert [each["id"] for each in found["unread"]] == ["0", "2", "3"]
        assert found["more"] == 5
        assert found["read"]["id"] == "1"
        told = "{ id: 'told', kind: 'partial', answered_at: '2026-11-19T09:00:00Z', read_at: null }"
        assert imported(page, "parts/sent.js", f"of.readingState([...{items}, {told}], {now})")["more"] == 5


def overview(*visits: str, check_ins: str = "[]") -> str:
    return (
        "{ server_time: '2026-11-21T12:00:00Z', person: {}, patients: [{ id: 'p', clinic: {}, "
        f"check_ins: {check_ins}, visits: [{', '.join(visits)}] }}] }}"
    )


def visit(name: str, starts_at: str, state: str = "booked", modality: str = "tms") -> str:
    facts = f"id: '{name}', starts_at: '{starts_at}', state: '{state}', modality: '{modality}'"
    return f"{{ {facts}, minutes: 20, zone: 'UTC' }}"


@pytest.fixture
def modules(browser: Browser, reading_server: LiveServer) -> Any:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{reading_server.url}/today")
        yield page


@pytest.mark.parametrize(
    ("seen", "answered_at", "done"),
    [
        ("2026-11-20T09:00:00Z", "2026-11-21T10:00:00Z", True),
        # Booked after it was answered.
        ("2026-11-21T11:00:00Z", "2026-11-21T10:00:00Z", False),
        # Before the visit before this one.
        ("2026-11-01T09:00:00Z", "2026-11-21T07:00:00Z", False),
        # More than two days before.
        ("2026-11-01T09:00:00Z", "2026-11-19T10:00:00Z", False),
    ],
)
def test_a_check_in_is_for_a_visit_that_was_known(
    modules: Page, seen: str, answered_at: str, done: bool
) -> None:
    known = overview(visit("before", "2026-11-21T08:00:00Z"), visit("next", "2026-11-22T15:00:00Z"))
    sent = f"[{{ kind: 'full', answered_at: '{answered_at}' }}]"
    phone = f"{{ overview: {known}, waiting: [], seen: {{ next: '{seen}' }} }}"
    nearly = visit("next", "2026-11-22T15:00:00Z")
    assert imported(modules, "parts/facts.js", f"of.answeredFor({phone}, {nearly}, {sent})") is done
    unknown = f"{{ overview: {known}, waiting: [], seen: {{}} }}"
    assert imported(modules, "parts/facts.js", f"of.answeredFor({unknown}, {nearly}, {sent})") is False


@pytest.mark.parametrize(
    ("rules", "hours", "answered", "asking"),
    [
        ("{}", 47, None, {"asked": True}),
        ("{}", 50, None, {"day": 20778}),
        ("{ window_hours: 6 }", 26, None, {"day": 20779}),
        ("{ window_hours: 336, spacing_days: 1 }", 80, "2026-11-20T23:00:00Z", {"asked": True}),
        ("{ window_hours: 336, spacing_days: 3 }", 80, "2026-11-20T23:00:00Z", {"day": 20780}),
        # A second session of the day, and one sooner than the clinic asks again.
        ("{}", 4, "2026-11-21T08:00:00Z", {"spared": True}),
        ("{ spacing_days: 28 }", 40, "2026-11-01T08:00:00Z", {"spared": True}),
    ],
)
def test_the_questions_are_asked_in_the_window_and_so_far_apart(
    modules: Page, rules: str, hours: int, answered: str | None, asking: dict[str, Any]
) -> None:
    now = "Date.parse('2026-11-21T12:00:00Z')"
    soon = f"{{ starts_at: new Date({now} + {hours} * 3600000).toISOString(), zone: 'UTC', clinic: {rules} }}"
    items = f"[{{ kind: 'full', answered_at: '{answered}', sealed_at: '{answered}' }}]" if answered else "[]"
    for sent, waiting in ((items, "[]"), ("[]", items)):
        phone = f"{{ now: {now}, waiting: {waiting} }}"
        assert imported(modules, "parts/facts.js", f"of.askedFor({phone}, {soon}, {sent})") == asking


def test_a_cancelled_visit_is_said_once_and_not_when_its_time_is_booked_again(modules: Page) -> None:
    now = "Date.parse('2026-11-21T15:00:00Z')"
    known = overview(
        visit("a", "2026-11-22T10:00:00Z", "cancelled"),
        visit("b", "2026-11-22T10:00:00Z"),
        visit("c", "2026-11-24T10:00:00Z", "cancelled"),
        visit("d", "2026-11-24T10:00:00Z", "cancelled"),
    )
    shown = imported(modules, "parts/facts.js", f"of.comingVisits({known}, {now}).map(({{ id }}) => id)")
    assert shown == ["b", "c"]
    assert imported(modules, "parts/facts.js", f"of.cancelledNext({known}, {now})") is None
    alone = overview(visit("c", "2026-11-24T10:00:00Z", "cancelled"), visit("e", "2026-11-25T10:00:00Z"))
    assert imported(modules, "parts/facts.js", f"of.cancelledNext({alone}, {now})")["id"] == "c"


def test_today_says_that_the_next_visit_was_cancelled(june: Page, live_server: LiveServer) -> None:
    driving = june.get_by_text("After this visit you may not drive until the next day.")
    expect(driving).to_be_visible()
    live_server.change(f"UPDATE visit SET state = 'cancelled' WHERE id = {NEXT_VISIT}", now=moment())
    june.reload()
    expect(june.get_by_text(re.compile("Your visit on .* was cancelled."))).to_be_visible()
    expect(driving).to_have_count(0)
    tab(june, "Visits").click()
    expect(june.get_by_text("You may not drive until the next day.")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "es"])
def test_help_keeps_its_place_in_large_text(
    browser: Browser, reading_server: LiveServer, language: str
) -> None:
    size = {"width": 390, "height": 844}
    with browser.new_context(
        viewport=size, locale=f"{language}-US", timezone_id="America/New_York"
    ) as context:
        page = context.new_page()
        page.goto(f"{reading_server.url}/today")
        expect(page.locator("html")).to_have_attribute("lang", language)
        double_text(page)
        # Before the script knows the language, help is there in both.
        expect(page.locator("header .help")).to_have_count(1)
        box = page.locator("header .help").bounding_box()
        assert box is not None
        assert box["y"] < 40
        assert abs(box["x"] + box["width"] - 370) < 1


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_place_is_wider_than_the_phone_in_large_text(
    phone: Page, live_server: LiveServer, language: str
) -> None:
    live_server.change("UPDATE person SET language = :language", language=language)
    phone.set_viewport_size({"width": 390, "height": 844})
    sign_in(phone, live_server, "patient")
    for place in ("today", "changes", "visits", "you"):
        phone.goto(f"{live_server.url}/{place}")
        expect(phone.get_by_role("navigation")).to_be_visible()
        expect(phone.locator("html")).to_have_attribute("lang", language)
        double_text(phone)
        assert phone.evaluate("document.documentElement.scrollWidth") == 390, place
        # Names of the stripes stand under the drawing, not on it.
        assert phone.locator(".names.words:visible").count() == 0


def test_without_script_the_way_on_is_the_first_thing(browser: Browser, reading_server: LiveServer) -> None:
    with browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{reading_server.url}/today")
        box = page.get_by_role("heading", name="This part needs script.").bounding_box()
        assert box is not None
        assert box["y"] < 200
