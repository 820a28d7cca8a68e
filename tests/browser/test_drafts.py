"""What was written is kept once, sent once and never lost: across tabs, after Send, and on a full phone."""

import base64
import hashlib
import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.check_in import answer, step, walk_to
from tests.browser.screens import sign_in
from tests.browser.server import LiveServer

SAVED = "Saved on this phone. No network needed."
KEPT_KEYS = """async () => {
  const db = await new Promise((resolve) => {
    const asked = indexedDB.open("between");
    asked.onsuccess = () => resolve(asked.result);
  });
  const all = {};
  for (const name of ["drafts", "outbox", "attention", "receipts"]) {
    const asked = db.transaction(name).objectStore(name).getAllKeys();
    all[name] = await new Promise((resolve) => (asked.onsuccess = () => resolve(asked.result)));
  }
  db.close();
  return all;
}"""
FULL = """() => {
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...given) {
    if (self.isFull !== false && this.name === "outbox") throw new DOMException("full", "QuotaExceededError");
    return put.apply(this, given);
  };
}"""


@pytest.fixture
def june(phone: Page, live_server: LiveServer) -> Page:
    """June's phone with the check-in open."""
    sign_in(phone, live_server, "patient")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("visit")
    phone.goto(f"{live_server.url}/check-in/en")
    return phone


def kept(page: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = page.evaluate(KEPT_KEYS)
    return found


def with_drafts(page: Page, call: str) -> Any:
    """What `call` gives with the page's own drafts module as `of`."""
    base = json.loads(page.locator("#build").text_content() or "")["static"]
    return page.evaluate(f"async () => {{ const of = await import('{base}pwa/store/drafts.js'); {call} }}")


def second_tab(page: Page) -> Page:
    other = page.context.new_page()
    other.goto(page.url.split("#")[0])
    step(other)
    return other


def send(page: Page) -> None:
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#sent")).to_contain_text("The clinic has it")


def open_note(page: Page) -> None:
    page.locator("#look button.row.text").click()
    expect(page.locator("#note")).to_be_visible()


def test_a_late_save_does_not_bring_back_what_was_sent(june: Page) -> None:
    walk_to(june, "look")
    with_drafts(june, "self.before = await of.readDraft();")
    send(june)
    with_drafts(june, "await of.saveDraft({ ...self.before, told: null, step: 'note' });")
    assert kept(june)["drafts"] == []
    june.reload()
    assert step(june) == "phq9-1"


def test_newer_words_saved_after_send_become_another_version(june: Page) -> None:
    walk_to(june, "look")
    with_drafts(june, "self.before = await of.readDraft();")
    send(june)
    again = with_drafts(
        june, "await of.saveDraft({ ...self.before, today: 9 }); return [await of.readDraft(), self.before];"
    )
    assert again[0]["id"] != again[1]["id"] == again[0]["supersedes"]
    assert again[0]["today"] == 9


def test_words_being_typed_while_another_tab_sends_are_sent_too(june: Page, live_server: LiveServer) -> None:
    count = "SELECT count(*) FROM check_in WHERE kind = 'full'"
    before = live_server.sql(count)[0][0]
    walk_to(june, "look")
    other = second_tab(june)
    open_note(other)
    # Typed, and the beat that is waited for before it is saved is not over yet.
    other.evaluate("document.querySelector('[name=hedonic-text]').value = 'typed while it was sent'")
    june.bring_to_front()
    send(june)
    expect(other.locator("#note .saved")).to_have_text(SAVED)
    expect(other.locator("#sent")).to_be_hidden()
    other.bring_to_front()
    other.locator("#note .next").click()
    send(other)
    assert live_server.sql(count)[0][0] == before + 2
    newest = "SELECT client_id, supersedes FROM check_in ORDER BY arrived_at DESC LIMIT 2"
    second, first = live_server.sql(newest)
    assert second[1] == first[0]
    other.goto(f"{live_server.url}/check-in/en")
    assert step(other) == "phq9-1"


def test_words_saved_in_another_tab_go_with_send(june: Page) -> None:
    walk_to(june, "look")
    other = second_tab(june)
    open_note(other)
    other.locator("[name=hedonic-text]").fill("written in the other tab")
    expect(other.locator("#note .saved")).to_have_text(SAVED)
    june.bring_to_front()
    expect(june.locator("#look")).to_contain_text("written in the other tab")
    send(june)
    expect(other.locator("#sent")).to_contain_text("The clinic has it.")
    assert kept(june)["drafts"] == []


def test_two_tabs_keep_each_others_answers(june: Page, live_server: LiveServer) -> None:
    walk_to(june, "phq9-4", {"phq9-1": "3"})
    other = second_tab(june)
    walk_to(other, "note", {"phq9-5": "3"})
    other.locator("[name=executive-text]").fill("written in the other tab")
    expect(other.locator("#note .saved")).to_have_text(SAVED)
    other.close()
    answer(june, "phq9-4", "2")
    june.goto(f"{live_server.url}/check-in/en")
    step(june)
    for name, value in {"phq9-1": "3", "phq9-4": "2", "phq9-5": "3", "gad7-7": "1"}.items():
        expect(june.locator(f"[name={name}][value='{value}']")).to_be_checked()
    expect(june.locator("[name=executive-text]")).to_have_value("written in the other tab")


def test_a_save_that_heard_of_no_other_tab_overwrites_nothing(june: Page) -> None:
    """Announcements may come late or never: the disk is compared, not what was heard."""
    june.add_init_script("BroadcastChannel.prototype.postMessage = () => {}")
    june.reload()
    walk_to(june, "phq9-3", {"phq9-1": "3"})
    other = june.context.new_page()
    other.add_init_script("BroadcastChannel.prototype.postMessage = () => {}")
    other.goto(june.url.split("#")[0])
    walk_to(other, "phq9-6", {"phq9-5": "3"})
    other.close()
    answer(june, "phq9-3", "2")
    for name, value in {"phq9-3": "2", "phq9-5": "3"}.items():
        expect(june.locator(f"[name={name}][value='{value}']")).to_be_checked()


def test_two_saves_in_a_row_take_nothing_back_from_the_other_tab(june: Page) -> None:
    june.context.add_init_script("BroadcastChannel.prototype.postMessage = () => {}")
    june.reload()
    walk_to(june, "phq9-3")
    with_drafts(june, "self.mine = await of.readDraft();")
    other = second_tab(june)
    walk_to(other, "phq9-6", {"phq9-5": "3"})
    other.close()
    again = with_drafts(
        june,
        "const mine = self.mine; const from = (more) => of.saveDraft({ ...mine, ...more });"
        " await Promise.all([from({ today: 4 }), from({ today: 5 })]); return of.readDraft();",
    )
    assert (again["phq9"][4], again["today"]) == (3, 5)


def test_what_is_taken_back_before_it_was_kept_stays_taken_back(june: Page) -> None:
    """The save before is this page's own: its words are not another page's, and the last tap counts."""
    walk_to(june, "phq9-3", {"phq9-1": "2"})
    again = with_drafts(
        june,
        "const mine = await of.readDraft(); const from = (today) => of.saveDraft({ ...mine, today });"
        " await Promise.all([from(7), from(8), from(mine.today)]); return of.readDraft();",
    )
    assert (again["phq9"][0], again["today"]) == (2, None)


def test_what_the_save_before_could_not_keep_is_kept_with_the_next(june: Page) -> None:
    walk_to(june, "phq9-3")
    outcome, today = with_drafts(
        june,
        """const mine = await of.readDraft();
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function () {
          IDBObjectStore.prototype.put = put;
          throw new DOMException("full", "QuotaExceededError");
        };
        const save = () => of.saveDraft({ ...mine, today: 7 });
        const [first] = await Promise.allSettled([save(), save()]);
        return [first.status, (await of.readDraft()).today];""",
    )
    assert (outcome, today) == ("rejected", 7)


def test_a_full_phone_without_a_network_says_so_and_the_answers_stay(june: Page) -> None:
    walk_to(june, "look")
    june.evaluate(FULL)
    june.context.route("**/api/sync", lambda route: route.abort())
    june.get_by_role("button", name="Send", exact=True).click()
    bar = june.locator("#look .send")
    expect(bar.get_by_role("alert")).to_contain_text("Your answers stay on the screen. Free some space")
    expect(bar.get_by_role("link", name="Call (555)")).to_have_attribute("href", "tel:5550100142")
    expect(june.locator("#sent")).to_be_hidden()
    assert len(kept(june)["drafts"]) == 1
    june.evaluate("self.isFull = false")
    june.context.unroute("**/api/sync")
    send(june)


def answering(status: str, **facts: object) -> Any:
    """A server that answers every item with this status."""

    def serve(route: Route) -> None:
        receipts = []
        for item in (route.request.post_data_json or {})["items"]:
            sealed = base64.urlsafe_b64decode(item["sealed"] + "=" * (-len(item["sealed"]) % 4))
            told = {"id": item["id"], "sha256": hashlib.sha256(sealed).hexdigest(), "status": status}
            receipts.append(told | {"arrived_at": "2026-11-21T12:00:00Z"} | facts)
        route.fulfill(json={"receipts": receipts, "server_time": "2026-11-21T12:00:00Z"})

    return serve


ANSWERS = {
    "refused": ("rejected", False, "The clinic could not take this. Please call."),
    "unread": ("stored", True, "but could not read it yet. Please call."),
}


@pytest.mark.parametrize(("status", "needs_repair", "words"), ANSWERS.values(), ids=ANSWERS.keys())
def test_the_panel_is_true_when_the_clinic_could_not_take_or_read_it(
    june: Page, status: str, needs_repair: bool, words: str
) -> None:
    june.context.route("**/api/sync", answering(status, needs_repair=needs_repair))
    walk_to(june, "phq9-9")
    june.locator("#phq9-9 .answer").nth(1).click()
    panel = june.locator("dialog[open]")
    panel.get_by_role("button", name="Tell my clinic now").click()
    expect(panel.locator(".state")).to_contain_text(words)
    expect(panel.locator(".state")).not_to_contain_text("usually")
    expect(panel.locator(".tell")).to_be_hidden()


def test_the_last_screen_promises_no_time_for_what_could_not_be_read(june: Page) -> None:
    june.context.route("**/api/sync", answering("stored", needs_repair=True))
    walk_to(june, "look")
    send(june)
    expect(june.locator("#sent")).to_contain_text("but could not read it yet")
    expect(june.locator("#sent")).not_to_contain_text("usually")


def test_after_send_the_panel_knows_where_the_answer_is(june: Page, live_server: LiveServer) -> None:
    walk_to(june, "look", {"phq9-9": "1"})
    live_server.stop()
    june.get_by_role("button", name="Send", exact=True).click()
    expect(june.locator("#sent")).to_contain_text("saved on this phone")
    june.locator("[data-help]:visible").first.click()
    panel = june.locator("dialog[open]")
    expect(panel.locator(".state")).to_contain_text("It waits on this phone")
    expect(panel.locator(".tell")).to_be_hidden()
    live_server.start()
    june.evaluate("dispatchEvent(new Event('online'))")
    expect(panel.locator(".state")).to_contain_text("The clinic has it since")
