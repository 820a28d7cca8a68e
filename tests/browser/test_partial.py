"""A part told ahead of the rest: by a tap, on leaving, or by itself; never counted beside the check-in."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.answered import ANSWERED
from tests.browser.check_in import walk_to
from tests.browser.patient import (
    PANEL,
    answer_above_zero,
    back_to,
    close_panel,
    leave_for_hours,
    sign_in_as,
    until_kept,
    with_modules,
)
from tests.browser.phone import until, wait_for_worker
from tests.browser.server import LiveServer

NEWEST = "SELECT kind, client_id, supersedes FROM check_in ORDER BY arrived_at DESC, sequence DESC LIMIT {}"
ITEM9 = """SELECT a.item_9 FROM instrument_score a JOIN check_in c ON c.id = a.check_in_id
WHERE a.instrument = 'phq9' AND c.kind = 'partial' ORDER BY c.arrived_at DESC, c.sequence DESC"""

THREE_RATINGS = """const { sealAlone } = await of('store/outbox.js');
  const { newDraft } = await of('domain/draft.js');
  const owner = await (await of('store/owner.js')).currentOwner();
  const key = await (await of('sync/pull.js')).sealingKey();
  for (let n = 0; n < 3; n++) {
    const now = new Date().toISOString();
    const words = newDraft({ id: crypto.randomUUID(), language: 'en', now, visits: [] });
    await sealAlone({ ...words, today: 5 }, { ...owner, key, kind: 'today' });
  }"""


@pytest.fixture
def june(phone: Page, live_server: LiveServer) -> Page:
    sign_in_as(phone, live_server, "june")
    return phone


def newest(server: LiveServer, count: int) -> list[tuple[str, str, str | None]]:
    return [tuple(row) for row in server.sql(NEWEST.format(count))]  # type: ignore[misc]


def finish(page: Page) -> None:
    walk_to(page, "look")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#sent")).to_contain_text("The clinic has it")


def tell(page: Page) -> None:
    page.locator(f"{PANEL} .tell").click()
    expect(page.locator(f"{PANEL} .tell")).to_be_hidden()


def come_online(page: Page, server: LiveServer) -> None:
    server.start()
    page.evaluate("dispatchEvent(new Event('online'))")


def test_told_now_is_that_answer_alone_and_the_rest_stands_for_it(
    june: Page, live_server: LiveServer
) -> None:
    answer_above_zero(june, live_server)
    tell(june)
    expect(june.locator(f"{PANEL} .state")).to_contain_text("The clinic has it since")
    answers = f"SELECT {ANSWERED} FROM instrument_score a JOIN check_in c ON c.id = a.check_in_id"
    assert live_server.sql(f"{answers} WHERE c.kind = 'partial'")[0][0] == 1
    close_panel(june)
    june.locator("#phq9-9 .next").click()
    finish(june)
    full, told = newest(live_server, 2)
    assert (full[0], told[0]) == ("full", "partial")
    assert full[2] == told[1]


def test_it_goes_before_all_others_in_a_request_of_its_own(june: Page, live_server: LiveServer) -> None:
    answer_above_zero(june, live_server)
    live_server.stop()
    with_modules(june, THREE_RATINGS)
    tell(june)
    requests: list[list[str]] = []

    def note(route: Route) -> None:
        body: dict[str, Any] = route.request.post_data_json or {}
        requests.append([item["id"] for item in body["items"]])
        route.continue_()

    june.context.route("**/api/sync", note)
    come_online(june, live_server)
    expect(june.locator(f"{PANEL} .state")).to_contain_text("The clinic has it since")
    until_count(june, live_server, "SELECT count(*) FROM check_in WHERE kind = 'today' AND today = 5", 3)
    answered = [one for one in requests if len(one) in (1, 3)]
    assert [len(one) for one in answered[-2:]] == [1, 3]


def until_count(page: Page, server: LiveServer, question: str, least: int) -> None:
    until(page, lambda: server.sql(question)[0][0] >= least)


def test_changed_before_sending_the_last_one_counts(june: Page, live_server: LiveServer) -> None:
    answer_above_zero(june, live_server, value="2")
    live_server.stop()
    tell(june)
    close_panel(june)
    june.locator("#phq9-9 input[value='1']").check()
    expect(june.locator("#state")).to_contain_text("It waits on this phone until it can be sent.")
    come_online(june, live_server)
    expect(june.locator("#state")).to_contain_text("It waits")
    until_count(june, live_server, "SELECT count(*) FROM check_in WHERE kind = 'partial'", 2)
    last, first = newest(live_server, 2)
    assert last[2] == first[1]
    assert [row[0] for row in live_server.sql(ITEM9)] == [1, 2]


@pytest.mark.parametrize("way", ["stop", "closed"])
def test_on_leaving_it_is_asked_once_whether_to_send_so_far(
    june: Page, live_server: LiveServer, way: str
) -> None:
    answer_above_zero(june, live_server)
    close_panel(june)
    if way == "stop":
        june.locator("#phq9-9 .leave").click()
        asked = june.locator("#leaving")
    else:
        june.goto(f"{live_server.url}/today")
        asked = june.locator(".so-far")
    expect(asked).to_contain_text("Send only what you answered so far?")
    expect(asked.get_by_role("button")).to_have_count(2)
    asked.get_by_role("button", name="Yes, send it").click()
    expect(june.get_by_text("The clinic has what you answered so far since")).to_be_visible()
    items = f"""SELECT {ANSWERED} FROM instrument_score a JOIN check_in c ON c.id = a.check_in_id
    WHERE c.kind = 'partial' AND a.instrument = 'phq9'"""
    assert live_server.sql(items)[0][0] == 9
    june.get_by_role("link", name="Continue the check-in").click()
    june.locator(".leave:visible").click()
    june.wait_for_url("**/today")
    expect(june.locator(".so-far")).to_have_count(0)
    june.get_by_role("link", name="Continue the check-in").click()
    finish(june)
    full, part = newest(live_server, 2)
    assert (full[0], part[0]) == ("full", "partial")
    assert full[2] == part[1]


def test_not_now_keeps_it_and_asks_no_second_time(june: Page, live_server: LiveServer) -> None:
    before = live_server.sql("SELECT count(*) FROM check_in")[0][0]
    answer_above_zero(june, live_server)
    close_panel(june)
    june.locator("#phq9-9 .leave").click()
    june.get_by_role("button", name="Not now, keep it on this phone").click()
    june.wait_for_url("**/today")
    expect(june.get_by_text("Nothing of it was sent.")).to_be_visible()
    expect(june.locator(".so-far")).to_have_count(0)
    assert live_server.sql("SELECT count(*) FROM check_in")[0][0] == before


def test_a_draft_without_a_positive_answer_is_left_without_a_question(
    june: Page, live_server: LiveServer
) -> None:
    june.goto(f"{live_server.url}/check-in/en")
    walk_to(june, "gad7-1")
    june.locator("#gad7-1 .leave").click()
    june.wait_for_url("**/today")
    expect(june.get_by_text("Nothing of it was sent.")).to_be_visible()
    expect(june.locator(".so-far")).to_have_count(0)


def test_left_for_hours_the_worker_sends_it_without_any_page(june: Page, live_server: LiveServer) -> None:
    wait_for_worker(june)
    answer_above_zero(june, live_server)
    close_panel(june)
    leave_for_hours(june)
    # The page itself must not be what sends it.
    june.goto("about:blank")
    assert live_server.sql("SELECT count(*) FROM check_in WHERE kind = 'partial'")[0][0] == 0
    dispatch_sync(june, live_server)
    until_count(june, live_server, "SELECT count(*) FROM check_in WHERE kind = 'partial'", 1)
    assert [row[0] for row in live_server.sql(ITEM9)] == [1]
    june.goto(f"{live_server.url}/check-in/en")
    back_to(june, "phq9-9")
    expect(june.locator("#state")).to_contain_text("It was sent by itself, as you chose.")
    finish(june)
    full, part = newest(live_server, 2)
    assert full[2] == part[1]


def test_the_last_answer_is_the_one_that_goes_by_itself(june: Page, live_server: LiveServer) -> None:
    answer_above_zero(june, live_server, value="2")
    close_panel(june)
    june.locator("#phq9-9 input[value='1']").check()
    # The screen says "saved" since the answer before.
    until_kept(june, "draft.phq9[8] === 1")
    leave_for_hours(june)
    june.goto(f"{live_server.url}/today")
    until_count(june, live_server, "SELECT count(*) FROM check_in WHERE kind = 'partial'", 1)
    assert [row[0] for row in live_server.sql(ITEM9)] == [1]


def test_an_answer_taken_back_to_zero_does_not_go_by_itself(june: Page, live_server: LiveServer) -> None:
    answer_above_zero(june, live_server)
    close_panel(june)
    june.locator("#phq9-9 input[value='0']").check()
    until_kept(june, "draft.late === null")
    june.goto(f"{live_server.url}/today")
    leave_for_hours(june)
    june.reload()
    expect(june.get_by_text("Nothing of it was sent.")).to_be_visible()
    assert live_server.sql("SELECT count(*) FROM check_in WHERE kind = 'partial'")[0][0] == 0


def test_the_choice_can_be_changed_and_holds_for_what_is_begun(june: Page, live_server: LiveServer) -> None:
    answer_above_zero(june, live_server)
    close_panel(june)
    june.goto(f"{live_server.url}/you")
    june.get_by_role("switch", name="When a check-in is left for 12 hours").click()
    expect(june.get_by_role("switch", name="When a check-in is left for 12 hours")).not_to_be_checked()
    newest_choice = "SELECT sends_unfinished FROM agreement ORDER BY decided_at DESC LIMIT 1"
    until_count(june, live_server, f"SELECT 1 - ({newest_choice})", 1)
    leave_for_hours(june)
    june.goto(f"{live_server.url}/today")
    expect(june.get_by_text("Nothing of it was sent.")).to_be_visible()
    assert live_server.sql("SELECT count(*) FROM check_in WHERE kind = 'partial'")[0][0] == 0


def dispatch_sync(page: Page, server: LiveServer) -> None:
    """What the browser does, with no page of ours open, when there is a network again."""
    devtools = page.context.new_cdp_session(page)
    found: list[dict[str, Any]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    devtools.send("ServiceWorker.enable")
    until(page, lambda: found)
    mine = next(one for one in found if one["scopeURL"].startswith(server.url))
    devtools.send(
        "ServiceWorker.dispatchSyncEvent",
        {
            "origin": server.url,
            "registrationId": mine["registrationId"],
            "tag": "between-outbox",
            "lastChance": False,
        },
    )
