"""Phones keep sending while the server is killed again and again. Afterwards every row is counted.

A phone forgets an item only on its receipt, and sends the same bytes until then. So after any number of kills
each acknowledged item is there exactly once, with its answers, its scores, its alert and its audit row.
"""

import base64
import hashlib
import http.client
import json
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db import Database
from app.models import AlertAnswer, AuditRow, CheckIn, Envelope, InstrumentScore, ItemAnswer
from tests.browser.server import LiveServer
from tests.handset import Handset, make_handsets

PHONES = 4
ITEMS_AT_ONCE = 3
FORGETTABLE = {"stored", "duplicate", "conflict"}


@dataclass
class Outcome:
    """What was counted. `faults` is empty when every promise held."""

    kills: int = 0
    acknowledged: int = 0
    duplicates: int = 0
    resent: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass
class _Sender:
    """One phone: seals, sends, sends again, forgets on the receipt."""

    phone: Handset
    port: int
    dice: random.Random
    acknowledged: dict[uuid.UUID, int] = field(default_factory=dict)
    duplicates: int = 0
    resent: int = 0
    strange: list[str] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        waiting: dict[uuid.UUID, tuple[dict[str, str], int]] = {}
        while waiting or not stop.is_set():
            if not waiting:
                waiting = dict(self._new() for _ in range(self.dice.randint(1, ITEMS_AT_ONCE)))
            receipts = self._post([sealed for sealed, _ in waiting.values()])
            if receipts is None:
                self.resent += 1
                time.sleep(0.02)
                continue
            for receipt in receipts:
                self._read(receipt, waiting)

    def _new(self) -> tuple[uuid.UUID, tuple[dict[str, str], int]]:
        item, item9 = uuid.uuid4(), self.dice.choice((0, 0, 1, 3))
        return item, (self.phone.seal(item, item9=item9), item9)

    def _post(self, items: list[dict[str, str]]) -> list[dict[str, str]] | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", "/api/sync", self.phone.body(items), self.phone.headers())
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        if response.status != 200:
            if response.status != 503:
                self.strange.append(f"{response.status} {body[:200]!r}")
            return None
        receipts: list[dict[str, str]] = json.loads(body)["receipts"]
        return receipts

    def _read(self, receipt: dict[str, str], waiting: dict[uuid.UUID, tuple[dict[str, str], int]]) -> None:
        item = uuid.UUID(receipt["id"])
        if receipt["status"] not in FORGETTABLE or receipt.get("needs_repair"):
            self.strange.append(json.dumps(receipt))
            return
        sealed, item9 = waiting[item]
        if receipt["sha256"] != _sha256(sealed["sealed"]):
            self.strange.append(f"a receipt for other bytes: {json.dumps(receipt)}")
            return
        del waiting[item]
        self.duplicates += receipt["status"] == "duplicate"
        self.acknowledged[item] = item9


def _sha256(sealed: str) -> str:
    return hashlib.sha256(base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))).hexdigest()


def prove_kills(server: LiveServer, *, rounds: int, seed: int) -> Outcome:
    """Kill a server that is taking check-ins `rounds` times, start it again each time, and count."""
    dice = random.Random(seed)
    server.start()
    database = Database(server.database_url)
    phones = enumerate(make_handsets(database, PHONES), start=1)
    senders = [_Sender(phone, server.port, random.Random(seed + number)) for number, phone in phones]
    outcome = Outcome()
    with _sending(senders):
        for _ in range(rounds):
            time.sleep(dice.uniform(0.1, 0.9))
            server.stop()
            outcome.kills += 1
            server.start()
        time.sleep(0.5)
    outcome.acknowledged = sum(len(sender.acknowledged) for sender in senders)
    outcome.duplicates = sum(sender.duplicates for sender in senders)
    outcome.resent = sum(sender.resent for sender in senders)
    outcome.faults = [line for sender in senders for line in sender.strange] + _count(database, senders)
    database.dispose()
    server.stop()
    return outcome


@contextmanager
def _sending(senders: list[_Sender]) -> Iterator[None]:
    """All phones send until the block ends, and then until nothing waits."""
    stop = threading.Event()
    threads = [threading.Thread(target=sender.run, args=(stop,), daemon=True) for sender in senders]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    if any(thread.is_alive() for thread in threads):
        raise TimeoutError("a phone still waits for a receipt a minute after the last start")


def _count(database: Database, senders: list[_Sender]) -> list[str]:
    """Every acknowledged item against every table that must hold it, and every row against an item."""
    expected = {item: item9 for sender in senders for item, item9 in sender.acknowledged.items()}
    with database.reading() as session:
        held = session.execute(sa.select(CheckIn.client_id, CheckIn.id)).all()
        counts = {
            "answers": _per_id(session, ItemAnswer.check_in_id),
            "scores": _per_id(session, InstrumentScore.check_in_id),
            "alerts": _per_id(session, AlertAnswer.check_in_id),
            "audit rows": _per_id(session, AuditRow.subject_id),
            "envelopes": _per_id(session, Envelope.id),
        }
    rows: dict[uuid.UUID, list[uuid.UUID]] = {}
    for client_id, check_in_id in held:
        rows.setdefault(client_id, []).append(check_in_id)
    faults = [f"{item}: stored, but nobody was told" for item in rows if item not in expected]
    for item, item9 in expected.items():
        faults += _faults_of(item, item9, rows.get(item, []), counts)
    return faults


def _faults_of(
    item: uuid.UUID, item9: int, rows: list[uuid.UUID], counts: dict[str, dict[uuid.UUID, int]]
) -> list[str]:
    if len(rows) != 1:
        return [f"{item}: acknowledged, and there {len(rows)} times"]
    wanted = {"answers": 16, "scores": 2, "alerts": int(item9 > 0), "audit rows": 1, "envelopes": 1}
    found = {what: counts[what].get(rows[0], 0) for what in wanted}
    return [
        f"{item}: {found[what]} {what} instead of {wanted[what]}"
        for what in wanted
        if found[what] != wanted[what]
    ]


def _per_id(session: Session, column: InstrumentedAttribute[uuid.UUID]) -> dict[uuid.UUID, int]:
    rows = session.execute(sa.select(column, sa.func.count()).group_by(column))
    return {row[0]: row[1] for row in rows}
