"""A family's phone: what one person wrote is never shown, sent, thrown away or called another's."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.answered import ANSWERED
from tests.browser.check_in import answer, step, walk_to
from tests.browser.patient import with_modules
from tests.browser.phone import until
from tests.browser.screens import PASSPHRASE
from tests.browser.server import LiveServer

WRITTEN_BY = (
    "SELECT person.name, instrument_score.item_1 FROM check_in"
    " JOIN patient ON patient.id = check_in.patient_id"
    " JOIN membership ON membership.id = patient.membership_id"
    " JOIN person ON person.id = membership.person_id"
    " JOIN instrument_score ON instrument_score.check_in_id = check_in.id"
    " WHERE instrument_score.instrument = 'phq9'"
    " ORDER BY check_in.arrived_at DESC LIMIT 1"
)


def arrive(page: Page, server: LiveServer, who: str, path: str = "/today") -> None:
    """Sign in on this phone, whoever was signed in before."""
    page.goto(f"{server.url}/sign-in?next={path}")
    page.locator("[name=email]").fill(f"{who}@harbor.example")
    page.locator("[name=passphrase]").fill(PASSPHRASE)
    page.locator("form .btn").first.click()
    page.wait_for_url(re.compile(re.escape(path)))
    if path == "/today":
        expect(page.get_by_role("navigation")).to_be_visible()


def expire(page: Page) -> None:
    """The session ends by itself: nobody signed out."""
    page.context.clear_cookies(name="between")


def ask_to_sign_out(page: Page, server: LiveServer) -> None:
    page.goto(f"{server.url}/you")
    page.get_by_role("button", name="Sign out").click()


def question(page: Page) -> object:
    return page.get_by_role("group", name="Sign out")


@pytest.fixture
def june(phone: Page, live_server: LiveServer) -> Page:
    """June's phone, with five answers begun."""
    arrive(phone, live_server, "june")
    phone.goto(f"{live_server.url}/check-in/en")
    walk_to(phone, "phq9-5", {"phq9-1": "3"})
    return phone


def test_the_next_person_begins_their_own_and_the_first_finds_theirs_again(
    june: Page, live_server: LiveServer
) -> None:
    expire(june)
    arrive(june, live_server, "marcus", "/check-in/en")
    assert step(june) == "phq9-1"
    expect(june.locator("input:checked")).to_have_count(0)
    walk_to(june, "look", {"phq9-1": "2"})
    expect(june.locator("#look .send")).not_to_contain_text("was this you?")
    june.get_by_role("button", name="Send", exact=True).click()
    expect(june.locator("#sent")).to_contain_text("The clinic has it.")
    assert tuple(live_server.sql(WRITTEN_BY)[0]) == ("Marcus Bell", 2)
    expire(june)
    arrive(june, live_server, "june", "/check-in/en")
    assert step(june) == "phq9-5"
    expect(june.locator("[name=phq9-1][value='3']")).to_be_checked()


def test_a_phone_that_could_not_ask_who_it_is_shows_and_sends_nothing_as_another(
    june: Page, live_server: LiveServer
) -> None:
    expire(june)
    june.context.route("**/api/overview", lambda route: route.abort())
    june.goto(f"{live_server.url}/sign-in?next=/you")
    june.locator("[name=email]").fill("marcus@harbor.example")
    june.locator("[name=passphrase]").fill(PASSPHRASE)
    june.locator("form .btn").first.click()
    expect(june.get_by_role("heading", level=1)).to_have_text("No network right now.")
    expect(june.locator("body")).not_to_contain_text("June")
    june.goto(f"{live_server.url}/check-in/en")
    walk_to(june, "look", {"phq9-1": "2"})
    bar = june.locator("#look .send")
    expect(bar).to_contain_text("This phone has not been online with your clinic yet.")
    june.context.unroute("**/api/overview")
    bar.get_by_role("button", name="Try again").click()
    bar.get_by_role("button", name="Send", exact=True).click()
    expect(june.locator("#sent")).to_contain_text("The clinic has it.")
    assert tuple(live_server.sql(WRITTEN_BY)[0]) == ("Marcus Bell", 2)


def test_an_open_tab_stops_showing_what_is_another_persons(june: Page, live_server: LiveServer) -> None:
    today = june.context.new_page()
    today.goto(f"{live_server.url}/you")
    expect(today.get_by_role("heading", level=1)).to_have_text("June Kowalski")
    expire(june)
    third = june.context.new_page()
    arrive(third, live_server, "marcus")
    expect(today.get_by_role("heading", level=1)).to_have_text("Marcus Bell")
    expect(june.locator("input:checked")).to_have_count(0)
    assert step(june) == "phq9-1"


def test_a_tab_that_heard_nothing_keeps_nothing_under_another_name(
    june: Page, live_server: LiveServer
) -> None:
    third = june.context.new_page()
    third.add_init_script("BroadcastChannel.prototype.postMessage = () => {}")
    expire(june)
    arrive(third, live_server, "marcus")
    june.locator("#phq9-5 [value='3']").evaluate("(input) => input.click()")
    expect(june.locator("input:checked")).to_have_count(0)
    assert step(june) == "phq9-1"


def test_signing_out_in_one_tab_closes_the_check_in_in_the_other(june: Page, live_server: LiveServer) -> None:
    other = june.context.new_page()
    ask_to_sign_out(other, live_server)
    other.get_by_role("button", name="Throw it away and sign out").click()
    other.wait_for_url("**/sign-in")
    expect(june.locator("input:checked")).to_have_count(0)
    june.reload()
    assert step(june) == "phq9-1"


def test_signing_out_leaves_another_persons_check_in_where_it_is(june: Page, live_server: LiveServer) -> None:
    expire(june)
    arrive(june, live_server, "marcus")
    ask_to_sign_out(june, live_server)
    expect(question(june)).not_to_contain_text("A check-in is begun")  # type: ignore[arg-type]
    june.get_by_role("button", name="Yes, sign out").click()
    june.wait_for_url("**/sign-in")
    june.goto(f"{live_server.url}/you")
    expect(june.get_by_role("heading", level=1)).to_have_text("Nobody is signed in on this phone.")
    arrive(june, live_server, "june")
    june.goto(f"{live_server.url}/check-in/en")
    assert step(june) == "phq9-5"


def test_what_somebody_else_wrote_is_set_aside(phone: Page, live_server: LiveServer) -> None:
    phone.goto(f"{live_server.url}/check-in/en")
    walk_to(phone, "look", {"phq9-1": "3"})
    arrive(phone, live_server, "renata")
    phone.goto(f"{live_server.url}/check-in/en")
    phone.get_by_role("button", name="No, somebody else wrote it").click()
    phone.get_by_role("link", name="Keep it here").click()
    phone.locator(".reach a.btn").click()
    phone.wait_for_url("**/check-in/en")
    walk_to(phone, "phq9-2", {"phq9-1": "0"})
    ask_to_sign_out(phone, live_server)
    phone.get_by_role("button", name="Throw it away and sign out").click()
    phone.wait_for_url("**/sign-in")
    phone.goto(f"{live_server.url}/check-in/en")
    assert step(phone) == "look"
    arrive(phone, live_server, "ansel")
    phone.goto(f"{live_server.url}/check-in/en")
    expect(phone.locator("#look .send")).to_contain_text("Ansel Whitcomb, was this you?")


def hear_from_the_clinic(page: Page) -> None:
    """As when another tab has read the overview; what this page does about it is done when this returns."""
    with_modules(
        page,
        """const { announce } = await of('store/db.js');
        const { readOverview } = await of('store/cache.js');
        announce({ type: 'read' });
        for (let turn = 0; turn < 20; turn += 1) await readOverview();""",
    )


def test_nothing_moves_under_the_finger_and_a_no_is_asked_once(phone: Page, live_server: LiveServer) -> None:
    """The place of Keep is that of Yes: asked anew, a tap on Keep would send what somebody else wrote."""
    phone.goto(f"{live_server.url}/check-in/en")
    walk_to(phone, "look", {"phq9-1": "3"})
    arrive(phone, live_server, "renata")
    phone.goto(f"{live_server.url}/check-in/en")
    expect(phone.locator("#look .send")).to_contain_text("Renata Okafor, was this you?")
    no = phone.get_by_role("button", name="No, somebody else wrote it").element_handle()
    hear_from_the_clinic(phone)
    assert no.evaluate("(button) => button.isConnected")
    no.click()
    expect(phone.get_by_role("link", name="Keep it here")).to_be_visible()
    hear_from_the_clinic(phone)
    expect(phone.get_by_role("link", name="Keep it here")).to_be_visible()
    expect(phone.get_by_role("button", name="Yes, send it")).to_have_count(0)


@pytest.mark.parametrize(("says", "more"), [("Yes, tell my clinic", 1), ("No, somebody else wrote it", 0)])
def test_nobodys_answer_is_told_only_after_asking_whose_it_is(
    phone: Page, live_server: LiveServer, says: str, more: int
) -> None:
    told = "SELECT count(*) FROM alert_answer"
    before = live_server.sql(told)[0][0]
    phone.goto(f"{live_server.url}/check-in/en")
    walk_to(phone, "phq9-9")
    phone.locator("#phq9-9 [value='2']").focus()
    phone.keyboard.press("Space")
    expect(phone.locator("#phq9-9 .saved")).to_contain_text("Saved on this phone.")
    arrive(phone, live_server, "ansel")
    phone.goto(f"{live_server.url}/check-in/en")
    step(phone)
    phone.locator("[data-help]:visible").first.click()
    panel = phone.locator("dialog[open]")
    panel.get_by_role("button", name="Tell my clinic now").click()
    expect(panel.locator(".state")).to_contain_text("Ansel Whitcomb, was this you?")
    assert live_server.sql(told)[0][0] == before
    panel.get_by_role("button", name=says).click()
    expect(panel.locator(".state")).to_contain_text(
        "The clinic has it since" if more else "Then nothing is sent."
    )
    assert live_server.sql(told)[0][0] == before + more


def test_sealed_at_sign_out_it_carries_every_answer_and_says_that_it_waits(
    june: Page, live_server: LiveServer
) -> None:
    walk_to(june, "note")
    june.locator("[name=executive-text]").fill("begun and not finished")
    expect(june.locator("#note .saved")).to_contain_text("Saved on this phone.")
    june.context.route("**/api/se*/end", lambda route: route.abort())
    june.context.route("**/api/sync", lambda route: route.abort())
    ask_to_sign_out(june, live_server)
    june.get_by_role("button", name="Send what I answered and sign out").click()
    expect(june.get_by_text("is sealed and waits on this phone")).to_be_visible()
    june.context.unroute("**/api/se*/end")
    june.context.unroute("**/api/sync")
    june.get_by_role("button", name="Yes, sign out").click()
    june.wait_for_url("**/sign-in")
    june.goto(f"{live_server.url}/today")
    kind = "SELECT kind FROM check_in ORDER BY arrived_at DESC LIMIT 1"
    until(june, lambda: live_server.sql(kind)[0][0] == "partial")
    newest = "(SELECT id FROM check_in ORDER BY arrived_at DESC LIMIT 1)"
    answered = f"SELECT {ANSWERED} FROM instrument_score WHERE check_in_id = {newest}"
    assert live_server.sql(answered)[0][0] == 16
    assert live_server.sql(f"SELECT count(*) FROM note WHERE check_in_id = {newest}")[0][0] == 1


def test_a_tap_after_another_signed_in_is_not_lost_for_who_wrote_before(
    june: Page, live_server: LiveServer
) -> None:
    expire(june)
    third = june.context.new_page()
    arrive(third, live_server, "marcus", "/check-in/en")
    answer(third, "phq9-1", "0")
    expire(june)
    arrive(third, live_server, "june", "/check-in/en")
    expect(third.locator("[name=phq9-1][value='3']")).to_be_checked()
