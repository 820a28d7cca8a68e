"""Whether the machine's phone is the real one: the same items and replies must make the same requests."""

import json
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from prove.machine_phone import Phone, Record, Reply, Request
from prove.machine_replies import WRONG_REPLIES

PLAY = """async ({ records, replies }) => {
  const { ask, transact } = await import("/store/db.js");
  await import("/sync/outbox-core.js");
  const stores = ["outbox", "receipts", "attention"];
  await transact(stores, "readwrite", async (store) => {
    for (const name of stores) await ask(store(name).clear());
    for (const one of records) await ask(store("outbox").put({ ...one, sealed: new Uint8Array(one.size) }));
  });
  const requests = [];
  await self.BetweenOutbox.upload(async (_path, { body }) => {
    const { person, items } = JSON.parse(body);
    requests.push([person, items.map((item) => item.id)]);
    const { status, text, kind } = replies.shift() ?? { status: 0 };
    if (!status) throw new TypeError("Failed to fetch");
    return new Response(status === 204 ? null : text, { status, headers: { "Content-Type": kind } });
  });
  const left = await transact(stores, "readonly", (store) =>
    Promise.all(stores.map((name) => ask(store(name).getAllKeys()))));
  return { requests, left };
}"""
PEOPLE = [str(uuid.UUID(int=number + 1)) for number in range(2)]
STATUSES = ("stored", "stored", "stored", "duplicate", "conflict", "rejected", "unknown")
SIZES = (400, 400, 400, 200_000, 400_000)
COUNTS = (0, 1, 2, 3, 5, 21, 45)
MOST_REPLIES = 40


@dataclass
class _Script:
    """What went over the wire when the model was asked."""

    requests: list[Any] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)


def compare(page: Page, *, scripts: int, seed: int, phone_type: type[Phone] = Phone) -> list[str]:
    """A line for each script in which the two differ. `page` serves the phone's modules at its root."""
    faults = []
    for number in range(scripts):
        dice = random.Random(seed + number)
        records = _records(dice)
        phone = phone_type(outbox={one.id: one for one in records})
        script = _ask_model(phone, dice)
        told = {"records": [_stored(one) for one in records], "replies": script.replies}
        found = page.evaluate(PLAY, told)
        left = [sorted(store) for store in (phone.outbox, phone.receipts, phone.attention)]
        if (found["requests"], found["left"]) != (script.requests, left):
            faults.append(f"seed {seed + number}: outbox-core.js does something else than its model")
    return faults


def _records(dice: random.Random) -> list[Record]:
    big = dice.random() < 0.2
    return [
        _record(dice, number, dice.choice(SIZES) if big else 400) for number in range(dice.choice(COUNTS))
    ]


def _record(dice: random.Random, number: int, size: int) -> Record:
    item, person = str(uuid.UUID(int=dice.getrandbits(128))), dice.choice(PEOPLE)
    kind, urgent = dice.choice((("full", None), ("note", False), ("full", True), ("partial", None)))
    sha256 = uuid.UUID(item).hex * 2
    return Record(item, person, person, "k1", bytes(size), sha256, number // 2, kind, urgent)


def _stored(record: Record) -> dict[str, Any]:
    facts = {name: value for name, value in vars(record).items() if name != "sealed"}
    return facts | {"size": len(record.sealed)}


def _ask_model(phone: Phone, dice: random.Random) -> _Script:
    script, upload = _Script(), phone.upload()
    try:
        request = next(upload)
        while True:
            script.requests.append([request.person, [record.id for record in request.records]])
            reply = _reply(request, dice) if len(script.replies) < MOST_REPLIES else Reply(0)
            told = {"status": reply.status, "text": reply.body.decode(), "kind": reply.content_type}
            script.replies.append(told)
            request = upload.send(reply)
    except StopIteration:
        return script


def _reply(request: Request, dice: random.Random) -> Reply:
    if dice.random() < 0.15:
        return WRONG_REPLIES[dice.choice(sorted(WRONG_REPLIES))](request)
    if dice.random() < 0.1:
        return Reply(413, b'{"code": "too_large"}')
    named = [one for one in request.records if dice.random() < 0.9]
    receipts = [_receipt(one, dice.choice(STATUSES)) for one in named]
    return Reply(200, json.dumps({"receipts": receipts}).encode())


def _receipt(record: Record, status: str) -> dict[str, str]:
    return {"id": record.id, "sha256": record.sha256, "status": status, "arrived_at": "2026-11-21T12:00:00Z"}
