"""A phone whose storage fails at any moment: nothing is called saved that is not, and all can be sent."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.answered import ANSWERED
from tests.browser.check_in import step, walk_to
from tests.browser.faults import PLANT, SAVE, SEND, run
from tests.browser.phone import Phones, until, wait_for_worker
from tests.browser.screens import sign_in
from tests.browser.server import LiveServer
from tests.browser.test_phone_uploads import NO_WORKER

# Every operation is made to fail when BETWEEN_FAULTS is `all`; else every third of them.
STEP = 1 if os.environ.get("BETWEEN_FAULTS") == "all" else 3
ROWS = "SELECT count(*) FROM check_in"
NOT_ONCE = "SELECT client_id, count(*) FROM envelope GROUP BY client_id HAVING count(*) > 1"
WONT_OPEN = {
    "throws": "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };",
    "fails": """IDBFactory.prototype.open = () => {
        const asked = {};
        asked.error = new DOMException("no", "UnknownError");
        setTimeout(() => asked.onerror({ target: asked }));
        return asked;
    };""",
    "never answers": "IDBFactory.prototype.open = () => ({});",
}


@pytest.fixture
def june(phone: Page, live_server: LiveServer) -> Page:
    """June's phone, signed in, its storage sound so far."""
    phone.context.add_init_script(NO_WORKER)
    sign_in(phone, live_server, "patient")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("visit")
    wait_for_worker(phone)
    return phone


@pytest.fixture
def faulty(june: Page) -> Page:
    """The same with a storage that can be told to fail."""
    june.add_init_script(PLANT)
    june.reload()
    expect(june.get_by_role("heading", level=1)).to_contain_text("visit")
    return june


@pytest.mark.parametrize("style", ["throw", "abort", "from"])
def test_sending_while_an_operation_fails_loses_and_doubles_nothing(
    faulty: Page, live_server: LiveServer, style: str
) -> None:
    rows, sent = live_server.sql(ROWS)[0][0], 0
    start = {"throw": 1, "abort": 2, "from": 3}[style] if STEP > 1 else 1
    for n in range(start, 200, STEP):
        done = run(faulty, SEND, n=n, style=style)
        assert done["outcome"] == "kept", done
        assert done["there"], done
        assert not done["drafted"], done
        sent += 1
        if not done["tripped"]:
            break
    assert sent > 4
    faulty.evaluate("dispatchEvent(new Event('online'))")
    until(faulty, lambda: live_server.sql(ROWS)[0][0] >= rows + sent)
    assert live_server.sql(ROWS)[0][0] == rows + sent
    assert live_server.sql(NOT_ONCE) == []


def test_without_a_network_what_could_not_be_kept_stays_and_is_sent_later(
    faulty: Page, live_server: LiveServer
) -> None:
    rows, sent = live_server.sql(ROWS)[0][0], 0
    for n in range(1, 200, STEP):
        faulty.context.route("**/api/sync", lambda route: route.abort())
        done = run(faulty, SEND, n=n, style="throw")
        assert done["there"] or (done["outcome"] == "NotSent" and done["drafted"]), done
        assert done["there"] == (done["outcome"] == "kept"), done
        faulty.context.unroute("**/api/sync")
        if done["outcome"] != "kept":
            again = run(faulty, SEND, n=0, style="throw", id=done["id"])
            assert again["there"], again
        sent += 1
        if not done["tripped"]:
            break
    faulty.evaluate("dispatchEvent(new Event('online'))")
    until(faulty, lambda: live_server.sql(ROWS)[0][0] >= rows + sent)
    assert live_server.sql(ROWS)[0][0] == rows + sent
    assert live_server.sql(NOT_ONCE) == []


def test_an_answer_that_broke_off_is_sent_again_as_it_was(faulty: Page, live_server: LiveServer) -> None:
    """The clinic has it and the phone does not know: other bytes would stand there as a second version."""
    rows = live_server.sql(ROWS)[0][0]

    def break_off(route: Route) -> None:
        route.fetch()
        route.abort()

    faulty.context.route("**/api/sync", break_off)
    done = run(faulty, SEND, n=1, style="from")
    assert done["outcome"] == "NotSent"
    assert live_server.sql(ROWS)[0][0] == rows + 1
    faulty.context.unroute("**/api/sync")
    assert run(faulty, SEND, n=0, style="throw", id=done["id"])["there"]
    faulty.goto(f"{live_server.url}/you")
    expect(faulty.get_by_text("Nothing waits on this phone.")).to_be_visible()
    assert live_server.sql(ROWS)[0][0] == rows + 1
    assert live_server.sql(NOT_ONCE) == []


@pytest.mark.parametrize("style", ["throw", "abort"])
def test_a_save_that_fails_leaves_what_was_saved_before(faulty: Page, style: str) -> None:
    run(faulty, SAVE, n=0, style=style)
    outcomes = set()
    for n in range(1, 120, STEP):
        done = run(faulty, SAVE, n=n, style=style)
        outcomes.add(done["outcome"])
        assert done["after"] == (done["said"] if done["outcome"] == "saved" else done["before"]), done
        if not done["tripped"]:
            break
    assert "saved" in outcomes
    assert len(outcomes) > 1


def unsaved_answer(page: Page, server: LiveServer, here: str = "phq9-1") -> Any:
    """A question answered on a phone that cannot save it, and the card that says so."""
    page.goto(f"{server.url}/check-in/en")
    expect(page.locator("html.on")).to_be_attached()
    page.locator(f"#{here} input[value='1']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    card = page.locator("#unsaved")
    expect(card).to_be_visible()
    expect(page.locator(f"#{here} .saved")).to_have_text("Only on this screen: this phone cannot save it.")
    expect(page.locator(f"#{here} input[value='1']")).to_be_checked()
    return card


def go_on_and_send(page: Page, server: LiveServer) -> None:
    rows = server.sql(ROWS)[0][0]
    walk_to(page, "note")
    page.locator("[name=executive-text]").fill("written on a full phone")
    walk_to(page, "today")
    expect(page.locator("#today .saved")).not_to_contain_text("Saved on this phone")
    walk_to(page, "look")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#sent")).to_contain_text("The clinic has it.")
    assert server.sql(ROWS)[0][0] == rows + 1
    newest = "SELECT id FROM check_in ORDER BY arrived_at DESC LIMIT 1"
    assert server.sql(f"SELECT {ANSWERED} FROM instrument_score WHERE check_in_id = ({newest})")[0][0] == 16
    assert list(server.newest_notes().values()) == ["written on a full phone"]


@pytest.mark.parametrize("way", WONT_OPEN)
def test_a_database_that_will_not_open_stops_nobody(june: Page, live_server: LiveServer, way: str) -> None:
    june.add_init_script(WONT_OPEN[way])
    card = unsaved_answer(june, live_server)
    expect(card).to_contain_text("This phone cannot save right now.")
    card.get_by_role("button", name="Go on").click()
    go_on_and_send(june, live_server)


def test_help_opens_and_the_clinic_is_told_from_a_phone_that_cannot_keep_anything(
    june: Page, live_server: LiveServer
) -> None:
    june.add_init_script(WONT_OPEN["throws"])
    unsaved_answer(june, live_server).get_by_role("button", name="Go on").click()
    walk_to(june, "phq9-9")
    june.locator("#phq9-9 .answer").nth(2).click()
    panel = june.locator("dialog[open]")
    expect(panel).to_contain_text("Call 988")
    expect(panel.locator(".state")).to_have_text(
        "This answer is only on this phone. Nobody at the clinic has seen it."
    )
    panel.get_by_role("button", name="Tell my clinic now").click()
    expect(panel.locator(".state")).to_contain_text("The clinic has it since")
    kind = "SELECT kind FROM check_in ORDER BY arrived_at DESC LIMIT 1"
    assert live_server.sql(kind)[0][0] == "partial"


DROP = """async ({ base }) => {
  const { openStore } = await import(base + "pwa/store/db.js");
  (await openStore()).close();
  return {};
}"""


class Disk:
    """A phone whose disk is full until `empty`. The browser asks what room is left only when it starts."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin = page, origin
        self._devtools = page.context.new_cdp_session(page)
        self._allow(quotaSize=1)

    def empty(self) -> None:
        self._allow()

    def _allow(self, **size: int) -> None:
        self._devtools.send("Storage.overrideQuotaForOrigin", {"origin": self.origin, **size})


@pytest.fixture
def full(june: Page, live_server: LiveServer, phone_context: Phones, tmp_path: Path) -> Disk:
    """June's phone with two questions answered, switched on again when its disk was full."""
    june.goto(f"{live_server.url}/check-in/en")
    walk_to(june, "phq9-3")
    june.context.close()
    return Disk(phone_context(tmp_path / "phone").pages[0], live_server.url)


def test_a_full_phone_says_so_keeps_the_answers_on_the_screen_and_sends_them(
    full: Disk, live_server: LiveServer
) -> None:
    card = unsaved_answer(full.page, live_server, "phq9-3")
    expect(card).to_contain_text("This phone is full.")
    card.get_by_role("button", name="Go on").click()
    go_on_and_send(full.page, live_server)
    # The draft lies on the full disk still: it is not there to be sent a second time.
    full.empty()
    full.page.goto(f"{live_server.url}/check-in/en")
    assert step(full.page) == "phq9-1"


def test_a_full_phone_sends_what_was_answered_so_far(full: Disk, live_server: LiveServer) -> None:
    card = unsaved_answer(full.page, live_server, "phq9-3")
    card.get_by_role("button", name="Send what I answered now").click()
    expect(full.page.locator("#sent")).to_contain_text("The clinic has it.")
    newest = live_server.sql("SELECT id, kind FROM check_in ORDER BY arrived_at DESC LIMIT 1")[0]
    assert newest[1] == "partial"
    assert (
        live_server.sql(f"SELECT {ANSWERED} FROM instrument_score WHERE check_in_id = '{newest[0]}'")[0][0]
        == 3
    )


def test_once_there_is_room_again_it_is_saved(full: Disk, live_server: LiveServer) -> None:
    card = unsaved_answer(full.page, live_server, "phq9-3")
    full.empty()
    card.get_by_role("button", name="Try to save again").click()
    expect(full.page.locator("#phq9-3 .saved")).to_have_text("Saved on this phone. No network needed.")
    expect(card).to_have_count(0)
    full.page.reload()
    expect(full.page.locator("#phq9-3 input[value='1']")).to_be_checked()


@pytest.mark.parametrize("way", ["close", "evict"])
def test_a_connection_that_the_system_dropped_is_opened_again(
    june: Page, live_server: LiveServer, way: str
) -> None:
    june.goto(f"{live_server.url}/check-in/en")
    walk_to(june, "phq9-4")
    if way == "close":
        run(june, DROP)
    else:
        place = {"origin": live_server.url, "storageTypes": "indexeddb"}
        june.context.new_cdp_session(june).send("Storage.clearDataForOrigin", place)
    june.locator("#phq9-4 input[value='2']").focus()
    june.keyboard.press("Space")
    expect(june.locator("#phq9-4 .saved")).to_have_text("Saved on this phone. No network needed.")
    june.reload()
    expect(june.locator("[name=phq9-4][value='2']")).to_be_checked()
    expect(june.locator("[name=phq9-1][value='1']")).to_be_checked()
