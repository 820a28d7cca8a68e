"""Sixteen requests at once with the same item, half of them to each of two servers on one database.

Each is sent but for its last byte, so that all wait inside a server; then the last bytes go out at once.
"""

import json
import random
import socket
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.db import Database
from prove.ledger import HELD, Ledger, Sealed, find_missing, find_untold
from prove.phones import make_item
from prove.quick_server import QuickServer
from tests.handset import Handset, make_handsets

TWINS = 16
PHONES = 8
BATCH = 3
PATIENCE_SECONDS = 60.0
Receipts = list[dict[str, Any]]
Sent = tuple[Handset, Sequence[Sealed]]


@dataclass
class Outcome:
    """What was raced and told. `faults` is empty when every promise held."""

    transactions: int = 0
    groups: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    busy: int = 0
    faults: list[str] = field(default_factory=list)


class Line:
    """One connection that stays open, and a request on it that lacks its last byte."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = _connect(port)
        self._last = b""

    def ready(self, phone: Handset, items: Sequence[Sealed]) -> None:
        """Send all but the last byte."""
        body = phone.body([sealed.item for sealed in items])
        headers = {"Host": f"localhost:{self._port}", **phone.headers(), "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = f"POST /api/sync HTTP/1.1\r\n{head}\r\n".encode() + body
        self._socket.sendall(request[:-1])
        self._last = request[-1:]

    def fire(self) -> None:
        """The last byte."""
        self._socket.sendall(self._last)

    def answer(self) -> tuple[int, dict[str, Any]]:
        """The status and the body."""
        said = b""
        while True:
            head, separator, body = said.partition(b"\r\n\r\n")
            if separator and len(body) >= _length(head):
                return int(head[9:12]), json.loads(body)
            more = self._socket.recv(65536)
            if not more:
                raise ConnectionError(f"the server hung up after {said[:200]!r}")
            said += more

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def _connect(port: int) -> socket.socket:
    """As soon as somebody listens: a server that was forked a moment ago does not yet."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


def _length(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.index(b"content-length:") + 15
    return int(lowered[start:].split(b"\r\n", 1)[0])


def prove_races(server: QuickServer, *, transactions: int, seed: int) -> Outcome:
    """Two processes of `server` on one database, and this many transactions in groups of identical twins.

    Every tenth group is followed by one of each harder kind.
    """
    server.open().fork()
    ports = (server.port, server.fork_beside())
    database = Database(server.database_url)
    race = _Race(make_handsets(database, PHONES), random.Random(seed))
    try:
        race.lines = [Line(ports[number % len(ports)]) for number in range(TWINS)]
        for number in range(-(-transactions // TWINS)):
            race.run_twins()
            if number % 10 == 0:
                race.run_other_bytes()
                race.run_other_orders()
                race.run_crossing()
        with database.reading() as session:
            rows = session.execute(HELD).all()
    finally:
        for line in race.lines:
            line.close()
        database.dispose()
        server.shut()
    ledger, outcome = race.ledger, race.outcome
    outcome.faults += ledger.strange
    outcome.faults += find_missing(rows, ledger, ledger.told) + find_untold(rows, ledger)
    return outcome


@dataclass
class _Race:
    """The lines, what was sent over them, and what came back."""

    phones: list[Handset]
    dice: random.Random
    lines: list[Line] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    outcome: Outcome = field(default_factory=Outcome)
    # Of the group that runs now, by sha256.
    told: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    moments: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def run_twins(self) -> None:
        """The same bytes sixteen times: one is stored, fifteen are duplicates."""
        phone = self.dice.choice(self.phones)
        sealed = self._make(phone, uuid.uuid4())
        self._run("twins", [(phone, [sealed])] * TWINS)
        self._expect_one(sealed, TWINS)

    def run_other_bytes(self) -> None:
        """One id, four sealings: one is stored, its twins are duplicates, all others conflicts."""
        phone, item = self.dice.choice(self.phones), uuid.uuid4()
        sealings = [self._make(phone, item) for _ in range(4)]
        sent = [(phone, [sealed]) for sealed in sealings] * (TWINS // 4)
        self.dice.shuffle(sent)
        self._run("other bytes", sent)
        first = [one for one in sealings if "stored" in self.told[one.sha256]]
        if len(first) != 1:
            self.outcome.faults.append(f"{item}: {len(first)} of its sealings were stored")
        for sealed in sealings:
            if sealed in first:
                self._expect_one(sealed, TWINS // 4)
            elif self.told[sealed.sha256] != Counter(conflict=TWINS // 4):
                self.outcome.faults.append(f"{item}: told {dict(self.told[sealed.sha256])}")

    def run_other_orders(self) -> None:
        """The same three items in sixteen batches, each in an order of its own."""
        phone = self.dice.choice(self.phones)
        items = [self._make(phone, uuid.uuid4()) for _ in range(BATCH)]
        self._run("other orders", [(phone, self.dice.sample(items, BATCH)) for _ in range(TWINS)])
        for sealed in items:
            self._expect_one(sealed, TWINS)

    def run_crossing(self) -> None:
        """A pair of twins from each phone, one to each server, so that shared commits meet in any order."""
        pairs = [(phone, [self._make(phone, uuid.uuid4())]) for phone in self.phones]
        sent = [(phone, items) for phone, items in pairs for _ in range(TWINS // PHONES)]
        self._run("crossing", sent)
        for _, (sealed,) in pairs:
            self._expect_one(sealed, TWINS // PHONES)

    def _make(self, phone: Handset, item: uuid.UUID) -> Sealed:
        sealed = make_item(phone, self.dice, item)
        self.ledger.sent[sealed.sha256] = sealed
        return sealed

    def _expect_one(self, sealed: Sealed, twins: int) -> None:
        told = self.told[sealed.sha256]
        if told != Counter(stored=1, duplicate=twins - 1):
            self.outcome.faults.append(f"{sealed.item['id']}: {twins} twins were told {dict(told)}")
        if len(self.moments[sealed.sha256]) > 1:
            self.outcome.faults.append(f"{sealed.item['id']}: twins were told different moments of arrival")

    def _run(self, kind: str, sent: Sequence[Sent]) -> None:
        """All at once; whoever is told to come again does so."""
        self.told.clear()
        self.moments.clear()
        self.outcome.groups[kind] += 1
        waiting = dict(zip(self.lines, sent, strict=True))
        until = time.monotonic() + PATIENCE_SECONDS
        while waiting and time.monotonic() < until:
            for line, (status, said) in self._shoot(waiting).items():
                if status == 503:
                    self.outcome.busy += 1
                    continue
                _, items = waiting.pop(line)
                if status == 200:
                    self._read(items, said["receipts"])
                else:
                    self.outcome.faults.append(f"{kind}: answered {status} {said}")
        self.outcome.faults += [f"{kind}: still busy after a minute" for _ in waiting]

    def _shoot(self, waiting: dict[Line, Sent]) -> dict[Line, tuple[int, dict[str, Any]]]:
        for line, (phone, items) in waiting.items():
            line.ready(phone, items)
        for line in waiting:
            line.fire()
        self.outcome.transactions += len(waiting)
        return {line: line.answer() for line in waiting}

    def _read(self, items: Sequence[Sealed], receipts: Receipts) -> None:
        for sealed, receipt in zip(items, receipts, strict=True):
            self.told[sealed.sha256][receipt["status"]] += 1
            self.moments[sealed.sha256].add(receipt["arrived_at"])
            self.outcome.told[receipt["status"]] += 1
            self.ledger.read(sealed, receipt)
