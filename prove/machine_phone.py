"""A phone without a screen: what sync/outbox-core.js does, again in Python, one request at a time.

tests/browser/test_machine_phone.py holds the two against each other: the same items and the same answers must
make the same requests and leave the same stores.
"""

import base64
import json
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

MOST_ITEMS = 20
MOST_LETTERS = 1_000_000
TAKEN = ("stored", "duplicate", "conflict")


@dataclass(frozen=True)
class Record:
    """A sealed item as it waits. `sha256` is over the sealed bytes, in hex."""

    id: str
    person: str
    patient: str
    key: str
    sealed: bytes
    sha256: str
    sequence: int
    kind: str = "full"
    urgent: bool | None = None

    @property
    def is_urgent(self) -> bool:
        """Rows of 0.1.0 say it by their kind alone."""
        return self.kind == "partial" if self.urgent is None else self.urgent

    @property
    def letters(self) -> int:
        """How long it is on the wire."""
        return -(-len(self.sealed) * 4 // 3)


@dataclass(frozen=True)
class Request:
    """One POST /api/sync."""

    person: str
    records: tuple[Record, ...]

    def body(self) -> bytes:
        """As the phone writes it."""
        items = [
            {"id": one.id, "patient": one.patient, "key": one.key, "sealed": _base64url(one.sealed)}
            for one in self.records
        ]
        return json.dumps({"person": self.person, "items": items}).encode()


@dataclass(frozen=True)
class Reply:
    """What came back. Status 0: nothing did."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"


NO_REPLY = Reply(0)
Upload = Generator[Request, Reply, None]


@dataclass
class Phone:
    """The stores of one phone by item id. A receipt is kept with the record it let go."""

    outbox: dict[str, Record] = field(default_factory=dict)
    receipts: dict[str, Record] = field(default_factory=dict)
    attention: dict[str, Record] = field(default_factory=dict)
    # (person, patient) of who signed in last. Uploading never asks: that is a promise, and a bug to plant.
    here: tuple[str, str] | None = None

    def upload(self) -> Upload:
        """Send what waits, person by person. Yields each request and is sent its reply."""
        for person in dict.fromkeys(record.person for record in self._all()):
            yield from self._upload_for(person)

    def _upload_for(self, person: str) -> Upload:
        most = MOST_ITEMS
        while batch := next_batch([one for one in self._all() if one.person == person], most):
            reply = yield self.request(person, batch)
            status, said = _read(reply)
            if status == 413 and len(batch) > 1:
                most = -(-len(batch) // 2)
            elif status == 413 and said.get("code") == "too_large":
                self._settle_one(batch[0], "rejected")
            elif not self.settle(batch, status, said):
                return

    def request(self, person: str, batch: list[Record]) -> Request:
        """The request that carries these."""
        return Request(person, tuple(batch))

    def settle(self, batch: list[Record], status: int, said: dict[str, Any]) -> int:
        """How many of the batch left the outbox, each on a receipt with its id and its hash."""
        receipts = said.get("receipts") if status == 200 else None
        if not isinstance(receipts, list):
            return 0
        known = [(record, one) for record in batch if (one := _receipt_for(record, receipts))]
        for record, receipt in known:
            self._settle_one(record, receipt["status"])
        return len(known)

    def _settle_one(self, record: Record, status: str) -> None:
        self.outbox.pop(record.id, None)
        (self.attention if status == "rejected" else self.receipts)[record.id] = record

    def _all(self) -> list[Record]:
        return [self.outbox[item] for item in sorted(self.outbox)]


def next_batch(records: list[Record], most: int) -> list[Record]:
    """What is urgent goes first and alone; the rest in the order of writing, twenty or a megabyte."""
    urgent = [one for one in records if one.is_urgent]
    ordered = sorted(urgent or records, key=lambda one: one.sequence)
    batch: list[Record] = []
    letters = 0
    for record in ordered[:most]:
        letters += record.letters
        if batch and letters > MOST_LETTERS:
            break
        batch.append(record)
    return batch


def _receipt_for(record: Record, receipts: list[Any]) -> dict[str, Any] | None:
    """The one receipt that names this item and its bytes, with a status and a moment that are ours."""
    named = [one for one in receipts if isinstance(one, dict) and one.get("id") == record.id]
    if len(named) != 1 or named[0].get("sha256") != record.sha256:
        return None
    status = named[0].get("status")
    return named[0] if status == "rejected" or (status in TAKEN and "arrived_at" in named[0]) else None


def _read(reply: Reply) -> tuple[int, dict[str, Any]]:
    """Status and body. What says it is JSON and is not counts as no reply at all."""
    if reply.status not in (200, 413) or not reply.content_type.startswith("application/json"):
        return reply.status, {}
    try:
        said = json.loads(reply.body)
    except ValueError:
        return 0, {}
    return reply.status, said if isinstance(said, dict) else {}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
