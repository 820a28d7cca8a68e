"""What the phone keeps and what it lets go, for every answer a network can give."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

PHONE = Path(__file__).parents[2] / "app" / "static" / "pwa"
ORIGIN = "http://localhost:9"
JUNE = "11111111-1111-4111-8111-111111111111"
MARCUS = "22222222-2222-4222-8222-222222222222"

FILL = """async (records) => {
  const { ask, transact } = await import("/store/db.js");
  const sealed = (size) => new Uint8Array(size).fill(7);
  await transact(["outbox"], "readwrite", async (store) => {
    for (const record of records) await ask(store("outbox").put({ ...record, sealed: sealed(record.size) }));
  });
}"""
UPLOAD = """async () => {
  await import("/store/db.js");
  await import("/sync/outbox-core.js");
  return self.BetweenOutbox.upload();
}"""
KEPT = """async () => {
  const { ask, transact } = await import("/store/db.js");
  return transact(["outbox", "attention", "receipts"], "readonly", async (store) => ({
    outbox: await ask(store("outbox").getAllKeys()),
    attention: await ask(store("attention").getAllKeys()),
    receipts: await ask(store("receipts").getAllKeys()),
  }));
}"""

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class Handset:
    """A page with the phone's storage and a server whose answers the test chooses."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[dict[str, Any]] = []
        self.answer: Answer = stored
        page.route(f"{ORIGIN}/**", self._serve)
        page.goto(f"{ORIGIN}/")

    def fill(self, count: int, person: str = JUNE, *, size: int = 400, kind: str = "full") -> None:
        records = [record(person, number, size, kind) for number in range(count)]
        self.page.evaluate(FILL, records)

    def upload(self) -> dict[str, Any]:
        outcome: dict[str, Any] = self.page.evaluate(UPLOAD)
        return outcome

    def kept(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = self.page.evaluate(KEPT)
        return found

    def _serve(self, route: Route) -> None:
        path = PHONE / route.request.url.removeprefix(f"{ORIGIN}/")
        if route.request.url.endswith("/api/sync"):
            body = route.request.post_data_json
            self.asked.append(body)
            route.fulfill(**self.answer(body))
        elif path.is_file():
            route.fulfill(path=path, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>Outbox</title>", content_type="text/html")


def record(person: str, number: int, size: int, kind: str) -> dict[str, Any]:
    item = f"{person[:8]}-0000-4000-8000-{number:012d}"
    facts = {"id": item, "person": person, "patient": person, "key": "k", "kind": kind}
    return facts | {"sha256": sha256(item), "sequence": number, "size": size}


def sha256(item: str) -> str:
    """The outbox compares hashes as they were kept; it does not make them anew."""
    return item.replace("-", "").ljust(64, "0")


def receipt(item: dict[str, Any], status: str = "stored", **other: Any) -> dict[str, Any]:
    told = {"id": item["id"], "sha256": sha256(item["id"]), "status": status}
    return told | {"arrived_at": "2026-11-21T12:00:00Z"} | other


def answered(receipts: object, **other: Any) -> dict[str, Any]:
    body = json.dumps({"receipts": receipts, "server_time": "2026-11-21T12:00:00Z"})
    return {"status": 200, "content_type": "application/json", "body": body} | other


def stored(body: dict[str, Any]) -> dict[str, Any]:
    return answered([receipt(item) for item in body["items"]])


@pytest.fixture
def handset(browser: Browser) -> Iterator[Handset]:
    """A phone with an empty outbox."""
    context = browser.new_context()
    yield Handset(context.new_page())
    context.close()


NO_RECEIPT: dict[str, Answer] = {
    "401": lambda _: {"status": 401, "content_type": "application/json", "body": '{"code":"no_credential"}'},
    "403": lambda _: {"status": 403, "content_type": "application/json", "body": "{}"},
    "500": lambda _: {"status": 500, "content_type": "text/html", "body": "<h1>Oh</h1>"},
    "503": lambda _: {"status": 503, "headers": {"Retry-After": "120"}, "body": ""},
    "a hotel's page": lambda _: {"status": 200, "content_type": "text/html", "body": "<h1>Welcome</h1>"},
    "a redirect": lambda _: {"status": 302, "headers": {"Location": "/elsewhere"}},
    "a redirect to receipts": lambda _: {"status": 307, "headers": {"Location": "/api/other"}},
    "half a body": lambda _: {"status": 200, "content_type": "application/json", "body": '{"receipts": ['},
    "null": lambda _: {"status": 200, "content_type": "application/json", "body": "null"},
    "no list": lambda _: answered({"stored": True}),
    "an empty list": lambda _: answered([]),
    "nulls": lambda body: answered([None for _ in body["items"]]),
    "another id": lambda body: answered([receipt(i) | {"id": JUNE} for i in body["items"]]),
    "another hash": lambda body: answered([receipt(i) | {"sha256": "0" * 64} for i in body["items"]]),
    "no hash": lambda body: answered([{"id": i["id"], "status": "stored"} for i in body["items"]]),
    "an unknown status": lambda body: answered([receipt(i, "fine") for i in body["items"]]),
    "no time of arrival": lambda body: answered([receipt(i) | {"arrived_at": None} for i in body["items"]]),
    "two words on one item": lambda body: answered(
        [receipt(item, status) for item in body["items"] for status in ("stored", "rejected")]
    ),
    "what was sent, sent back": lambda body: answered(body["items"]),
    "receipts with 500": lambda body: stored(body) | {"status": 500},
    "receipts as text": lambda body: stored(body) | {"content_type": "text/plain"},
}


@pytest.mark.parametrize("answer", NO_RECEIPT.values(), ids=NO_RECEIPT.keys())
def test_without_a_receipt_everything_stays(handset: Handset, answer: Answer) -> None:
    handset.fill(3)
    handset.answer = answer
    assert handset.upload()["waiting"] == 3
    assert len(handset.kept()["outbox"]) == 3
    handset.answer = stored
    assert handset.upload()["waiting"] == 0
    assert len(handset.kept()["receipts"]) == 3


@pytest.mark.parametrize("status", ["stored", "duplicate", "conflict"])
def test_a_receipt_with_id_and_hash_lets_an_item_go(handset: Handset, status: str) -> None:
    handset.fill(2)
    handset.answer = lambda body: answered([receipt(item, status) for item in body["items"]])
    assert handset.upload()["waiting"] == 0
    assert len(handset.kept()["receipts"]) == 2


def test_a_rejected_item_is_set_aside_and_the_rest_move_on(handset: Handset) -> None:
    handset.fill(3)
    bad = record(JUNE, 1, 0, "full")["id"]
    handset.answer = lambda body: answered(
        [receipt(item, "rejected" if item["id"] == bad else "stored") for item in body["items"]]
    )
    assert handset.upload()["waiting"] == 0
    kept = handset.kept()
    assert kept["attention"] == [bad]
    assert len(kept["receipts"]) == 2


def test_only_what_was_named_goes(handset: Handset) -> None:
    handset.fill(5)
    named: set[str] = set()

    def first_two_ever(body: dict[str, Any]) -> dict[str, Any]:
        if not named:
            named.update(item["id"] for item in body["items"][:2])
        return answered([receipt(item) for item in body["items"] if item["id"] in named])

    handset.answer = first_two_ever
    assert handset.upload()["waiting"] == 3
    assert set(handset.kept()["receipts"]) == named


def test_batches_hold_at_most_twenty_items_and_a_megabyte(handset: Handset) -> None:
    handset.fill(45)
    handset.upload()
    assert [len(body["items"]) for body in handset.asked] == [20, 20, 5]
    handset.asked.clear()
    handset.fill(6, size=300_000)
    handset.upload()
    assert [len(body["items"]) for body in handset.asked] == [2, 2, 2]


def test_a_batch_that_is_too_large_is_halved(handset: Handset) -> None:
    handset.fill(8)
    handset.answer = lambda body: {"status": 413, "body": ""} if len(body["items"]) > 3 else stored(body)
    assert handset.upload()["waiting"] == 0
    assert [len(body["items"]) for body in handset.asked] == [8, 4, 2, 2, 2, 2]


def test_one_persons_ended_credential_does_not_hold_up_the_other(handset: Handset) -> None:
    handset.fill(2, JUNE)
    handset.fill(2, MARCUS)
    refused = {"status": 401, "content_type": "application/json", "body": '{"code":"no_credential"}'}
    handset.answer = lambda body: refused if body["person"] == JUNE else stored(body)
    outcome = handset.upload()
    assert outcome["waiting"] == 2
    assert outcome["signIn"] is True
    assert all(item.startswith(JUNE[:8]) for item in handset.kept()["outbox"])
    assert all({item["patient"] for item in body["items"]} == {body["person"]} for body in handset.asked)


def test_an_answer_told_now_goes_first(handset: Handset) -> None:
    handset.fill(25)
    urgent = record(JUNE, 99, 400, "partial") | {"urgent": True}
    handset.page.evaluate(FILL, [urgent])
    handset.upload()
    # In a request of its own: nothing else in it can delay or spoil it.
    assert [len(asked["items"]) for asked in handset.asked] == [1, 20, 5]
    assert handset.asked[0]["items"][0]["id"] == urgent["id"]


def test_what_0_1_0_kept_as_a_part_still_goes_first(handset: Handset) -> None:
    handset.fill(2)
    handset.page.evaluate(FILL, [record(JUNE, 99, 400, "partial")])
    handset.upload()
    assert [len(asked["items"]) for asked in handset.asked] == [1, 2]


def test_what_may_still_be_taken_back_is_not_sent_and_a_wrong_clock_holds_nothing(handset: Handset) -> None:
    now = handset.page.evaluate("Date.now()")
    held = record(JUNE, 1, 400, "in_person") | {"not_before": now + 30_000}
    ahead = record(JUNE, 2, 400, "in_person") | {"not_before": now + 86_400_000}
    handset.page.evaluate(FILL, [held, ahead])
    assert handset.upload()["waiting"] == 1
    assert handset.kept()["receipts"] == [ahead["id"]]


def test_two_tabs_send_each_item_once(handset: Handset) -> None:
    handset.fill(30)
    both = "async () => { const go = " + UPLOAD + "; await Promise.all([go(), go(), go()]); }"
    handset.page.evaluate(both)
    sent = [item["id"] for body in handset.asked for item in body["items"]]
    assert len(sent) == len(set(sent)) == 30


def test_an_item_that_is_too_large_even_alone_is_set_aside_and_the_rest_move_on(handset: Handset) -> None:
    handset.fill(3)
    huge = record(JUNE, 0, 0, "full")["id"]
    refused = {"status": 413, "content_type": "application/json", "body": '{"code":"too_large"}'}
    handset.answer = lambda body: (
        refused if any(item["id"] == huge for item in body["items"]) else stored(body)
    )
    assert handset.upload()["waiting"] == 0
    kept = handset.kept()
    assert kept["attention"] == [huge]
    assert len(kept["receipts"]) == 2


def test_a_413_that_is_not_ours_keeps_everything(handset: Handset) -> None:
    handset.fill(1)
    handset.answer = lambda _: {"status": 413, "content_type": "text/html", "body": "<h1>Too large</h1>"}
    assert handset.upload()["waiting"] == 1
