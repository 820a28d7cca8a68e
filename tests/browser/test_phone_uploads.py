"""One uploader for all tabs and the worker, and what waits told item by item."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, Route, expect

from tests.browser.check_in import walk_to
from tests.browser.faults import run
from tests.browser.phone import wait_for_worker
from tests.browser.screens import sign_in
from tests.browser.server import LiveServer

ROWS = "SELECT count(*) FROM check_in"
# The worker's requests pass by what a test puts before the network: it is woken only where a test does it.
NO_WORKER = "if (self.SyncManager) SyncManager.prototype.register = async () => {};"
TWICE = "SELECT client_id FROM envelope GROUP BY client_id HAVING count(*) > 1"
SEAL = """async ({ base, count, size = 0 }) => {
  const at = (path) => import(base + "pwa/" + path);
  const needed = ["store/outbox.js", "sync/pull.js", "domain/draft.js"];
  const [outbox, pull, made] = await Promise.all(needed.map(at));
  const owner = await pull.knownOwner();
  const key = await pull.sealingKey();
  const now = new Date().toISOString();
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  // From two sides at once: no two may take the same number.
  const seal = async (id) => {
    const draft = made.newDraft({ id, owner: owner.person, language: "en", now, visits: [] });
    draft.today = 5;
    draft.note.hedonic.text = "a".repeat(size);
    await outbox.sealAlone(draft, { ...owner, key, kind: "today" });
  };
  const half = async (side) => {
    for (let at = side; at < count; at += 2) await seal(ids[at]);
  };
  await Promise.all([half(0), half(1)]);
  return { ids };
}"""


@pytest.fixture
def june(phone: Page, live_server: LiveServer) -> Page:
    """June's phone on You, with its worker ready."""
    phone.context.add_init_script(NO_WORKER)
    sign_in(phone, live_server, "patient")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("visit")
    wait_for_worker(phone)
    phone.goto(f"{live_server.url}/you")
    return phone


def seal(page: Page, count: int, **more: int) -> list[str]:
    found: list[str] = run(page, SEAL, count=count, **more)["ids"]
    return found


def refuse(route: Route) -> None:
    route.fulfill(status=503, json={"code": "busy"})


def wake_worker(devtools: CDPSession, origin: str) -> None:
    """Background Sync, as when the network comes back with every page closed or not."""
    assert devtools.registrations  # type: ignore[attr-defined]
    for registration in devtools.registrations:  # type: ignore[attr-defined]
        facts = {
            "origin": origin,
            "registrationId": registration,
            "tag": "between-outbox",
            "lastChance": False,
        }
        devtools.send("ServiceWorker.dispatchSyncEvent", facts)


def worker_tools(page: Page) -> CDPSession:
    devtools = page.context.new_cdp_session(page)
    found: set[str] = set()
    devtools.registrations = found  # type: ignore[attr-defined]
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: found.update(one["registrationId"] for one in told["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    return devtools


def test_two_tabs_and_the_worker_send_two_hundred_items_once_each(
    june: Page, live_server: LiveServer
) -> None:
    before = live_server.sql(ROWS)[0][0]
    june.context.route("**/api/sync", refuse)
    # Told once that they are there, not two hundred times: the list is drawn anew each time.
    june.evaluate("BroadcastChannel.prototype.postMessage = () => {}")
    ids = seal(june, 200)
    june.reload()
    expect(june.locator(".waits li")).to_have_count(200)
    other = june.context.new_page()
    other.goto(f"{live_server.url}/today")
    expect(other.get_by_role("heading", level=1)).to_contain_text("visit")
    devtools = worker_tools(june)
    asked: list[list[str]] = []

    def let_through(route: Route) -> None:
        asked.append([item["id"] for item in (route.request.post_data_json or {})["items"]])
        route.continue_()

    june.context.unroute("**/api/sync")
    june.context.route("**/api/sync", let_through)
    for page in (june, other):
        page.evaluate("dispatchEvent(new Event('online'))")
    wake_worker(devtools, live_server.url)
    expect(june.get_by_text("Nothing waits on this phone.")).to_be_visible(timeout=120_000)
    assert live_server.sql(ROWS)[0][0] == before + 200
    assert live_server.sql(TWICE) == []
    sent = [item for batch in asked for item in batch]
    assert len(sent) == len(set(sent))
    assert set(sent) <= set(ids)
    newest = "(SELECT install_id FROM check_in ORDER BY arrived_at DESC LIMIT 1)"
    numbers = f"SELECT count(DISTINCT sequence), max(sequence) FROM check_in WHERE install_id = {newest}"
    assert tuple(live_server.sql(numbers)[0]) == (200, 200)


def test_what_waits_is_told_with_its_last_try_and_sent_on_tap(june: Page, live_server: LiveServer) -> None:
    june.context.route("**/api/sync", refuse)
    seal(june, 2)
    waits = june.get_by_role("heading", name="Waiting on this phone").locator("xpath=..")
    expect(waits.locator(".waits li")).to_have_count(2)
    expect(waits).to_contain_text("Your rating (")
    expect(waits).to_contain_text("the clinic’s server could not take it just then.")
    june.context.unroute("**/api/sync")
    june.context.route("**/api/sync", lambda route: route.fulfill(body="<h1>Welcome to our Wi-Fi</h1>"))
    waits.get_by_role("button", name="Send now").click()
    expect(waits).to_contain_text("something else answered, perhaps the sign-in page of a Wi-Fi.")
    june.context.unroute("**/api/sync")
    live_server.stop()
    waits.get_by_role("button", name="Send now").click()
    expect(waits).to_contain_text("there was no network, or the answer broke off.")
    live_server.start()
    june.evaluate("dispatchEvent(new Event('online'))")
    expect(waits).to_contain_text("Nothing waits on this phone.")


def reject_first(ids: list[str]) -> Any:
    """The server takes all but one, and says why."""

    def serve(route: Route) -> None:
        reply = route.fetch()
        body = reply.json()
        for receipt in body["receipts"]:
            if receipt["id"] == ids[0]:
                receipt |= {"status": "rejected", "code": "wrong_owner"}
        route.fulfill(json=body)

    return serve


def test_a_refused_item_is_told_with_why_saved_as_a_file_that_the_clinic_takes_in_and_tried_again(
    june: Page, desk: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    june.context.route("**/api/sync", refuse)
    ids = seal(june, 3)
    expect(june.locator(".waits li")).to_have_count(3)
    june.context.route("**/api/sync", reject_first(ids))
    june.evaluate("dispatchEvent(new Event('online'))")
    card = june.locator(".attention")
    expect(card).to_contain_text("the clinic could not take this.")
    expect(card).to_contain_text("belongs to somebody else’s record")
    expect(june.locator(".waits")).to_have_count(0)
    with june.expect_download() as download:
        card.get_by_role("button", name="Save as a file").click()
    download.value.save_as(tmp_path / "file.json")
    saved = json.loads((tmp_path / "file.json").read_text())
    assert "only the clinic’s own server can open them" in saved["about"]
    assert [item["id"] for item in saved["items"]] == ids[:1]
    assert len(saved["items"][0]["sealed"]) > 200
    sign_in(desk, live_server, "clinician")
    desk.goto(f"{live_server.url}/clinic/repairs")
    desk.get_by_text("A file from a patient’s phone").click()
    desk.set_input_files("#file", tmp_path / "file.json")
    desk.get_by_role("button", name="Take it in").click()
    # Here it had arrived, and only the receipt said otherwise.
    expect(desk.get_by_text("June Kowalski: this was here already.")).to_be_visible()
    june.goto(f"{live_server.url}/today")
    expect(june.get_by_text("1 item could not be taken by the clinic’s server.")).to_be_visible()
    june.get_by_role("link", name="See why").click()
    june.context.unroute("**/api/sync")
    june.get_by_role("button", name="Try again").click()
    expect(june.get_by_text("Nothing waits on this phone.")).to_be_visible()
    assert live_server.sql(TWICE) == []


def test_a_session_and_a_year_may_end_but_not_the_right_to_hand_in(
    june: Page, live_server: LiveServer
) -> None:
    """89 days after the last use the session has long ended; what was written still arrives, calmly said."""
    before = live_server.sql(ROWS)[0][0]
    june.goto(f"{live_server.url}/check-in/en")
    walk_to(june, "look")
    june.context.route("**/api/sync", refuse)
    june.get_by_role("button", name="Send", exact=True).click()
    expect(june.locator("#sent")).to_contain_text("Your check-in is saved on this phone.")
    june.context.unroute("**/api/sync")
    age(live_server, 89)
    june.goto(f"{live_server.url}/you")
    expect(june.get_by_text("Nothing waits on this phone.")).to_be_visible()
    assert live_server.sql(ROWS)[0][0] == before + 1
    june.goto(f"{live_server.url}/today")
    expect(june.get_by_text("You are signed out. This is how it was:")).to_be_visible()
    expect(june.get_by_text("Your check-in (").first).to_contain_text("the clinic has it.")


def test_after_the_right_has_ended_too_it_waits_and_says_what_to_do(
    june: Page, live_server: LiveServer
) -> None:
    june.context.route("**/api/sync", refuse)
    seal(june, 1)
    age(live_server, 91)
    june.context.unroute("**/api/sync")
    june.get_by_role("button", name="Send now").click()
    expect(june.get_by_text("does not know this phone any more. Sign in, and it is sent.")).to_be_visible()
    before = live_server.sql(ROWS)[0][0]
    sign_in(june, live_server, "patient")
    june.goto(f"{live_server.url}/you")
    expect(june.get_by_text("Nothing waits on this phone.")).to_be_visible()
    assert live_server.sql(ROWS)[0][0] == before + 1


def age(server: LiveServer, days: int) -> None:
    """As if the phone had been used last so many days ago."""
    for table in ("web_session", "append_credential"):
        for column in ("created_at", "seen_at", "expires_at"):
            server.change(f"UPDATE {table} SET {column} = datetime({column}, '-{days} days')")


def test_a_batch_is_not_too_large_for_long_notes(june: Page, live_server: LiveServer) -> None:
    before = live_server.sql(ROWS)[0][0]
    june.context.route("**/api/sync", refuse)
    seal(june, 6, size=200_000)
    expect(june.locator(".waits li")).to_have_count(6)
    june.context.unroute("**/api/sync")
    june.evaluate("dispatchEvent(new Event('online'))")
    expect(june.get_by_text("Nothing waits on this phone.")).to_be_visible()
    assert live_server.sql(ROWS)[0][0] + unread(live_server) == before + 6


def unread(server: LiveServer) -> int:
    """A note beyond what the form takes is kept for somebody to look at."""
    count: int = server.sql("SELECT count(*) FROM envelope WHERE repair <> ''")[0][0]
    return count
