"""Phones that never give up: each seals, sends, sends the same bytes again, and forgets on the receipt."""

import http.client
import json
import random
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from prove.ledger import Ledger, Sealed, enter
from tests.envelope import seal
from tests.handset import Handset

MOST_AT_ONCE = 20
PATIENCE_SECONDS = 60.0
NOTHING_SAID = {"note": None, "should_know": None, "difficulty": None, "today": None}


def make_item(phone: Handset, dice: random.Random, item: uuid.UUID) -> Sealed:
    """A check-in of any kind a phone makes, or one that cannot be read and goes to the repair list."""
    kind = dice.choices(("full", "positive", "note", "answers", "unreadable"), (4, 3, 1, 1, 1))[0]
    if kind == "full":
        return enter(phone.seal(item), (1, 16, 2, 2, 0, 1))
    if kind == "positive":
        return enter(phone.seal(item, item9=dice.choice((1, 2, 3))), (1, 16, 2, 2, 1, 1))
    if kind == "note":
        return enter(phone.seal(item, kind="note", instruments={}), (1, 0, 0, 2, 0, 1))
    if kind == "answers":
        return enter(phone.seal(item, kind="partial", **NOTHING_SAID), (1, 16, 2, 0, 0, 1))
    sealed = seal(dice.randbytes(60), phone.to, phone.person, item)
    frame = {"id": str(item), "patient": str(phone.patient), "key": phone.to.id, "sealed": sealed}
    return enter(frame, (0, 0, 0, 0, 0, 1))


@dataclass
class Phone:
    """One phone and what it still holds. A batch is sent whole, so its order never changes."""

    handset: Handset
    port: int
    dice: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    waiting: dict[str, Sealed] = field(default_factory=dict)
    answered: int = 0
    unanswered: int = 0
    asking: bool = False
    took: float = 0
    _line: http.client.HTTPConnection | None = None

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop, and then until nothing waits."""
        while self.waiting or not stop.is_set():
            if not self.waiting:
                self._write()
            receipts = self._post()
            if receipts is None:
                self.unanswered += 1
                time.sleep(0.005)
                continue
            self.answered += 1
            for receipt in receipts:
                self._read(receipt)
        self._hang_up()

    def _write(self) -> None:
        many = self.dice.choice((1, 1, 1, 2, 3, MOST_AT_ONCE // 2))
        ids = [uuid.uuid4() for _ in range(many)]
        if self.dice.random() < 0.2:
            # Another text under an id that is on its way already: both must be kept.
            ids.append(self.dice.choice(ids))
        for item in ids:
            sealed = make_item(self.handset, self.dice, item)
            self.waiting[sealed.sha256] = self.ledger.sent[sealed.sha256] = sealed

    def _post(self) -> list[dict[str, Any]] | None:
        body = self.handset.body([sealed.item for sealed in self.waiting.values()])
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        began = time.monotonic()
        try:
            self.asking = True
            self._line.request("POST", "/api/sync", body, self.handset.headers())
            response = self._line.getresponse()
            said = response.read()
        except (OSError, http.client.HTTPException):
            self._hang_up()
            return None
        finally:
            self.asking = False
        self.took = time.monotonic() - began
        return self._receipts(response.status, said)

    def _receipts(self, status: int, said: bytes) -> list[dict[str, Any]] | None:
        if status == 200:
            receipts: list[dict[str, Any]] = json.loads(said)["receipts"]
            return receipts
        if status != 503:
            self.ledger.strange.append(f"{status} {said[:200]!r}")
        # Told to come again later; a crowd that does so at once would keep a database from recovering.
        time.sleep(0.1)
        return None

    def _read(self, receipt: dict[str, Any]) -> None:
        sealed = self.waiting.get(receipt["sha256"])
        if sealed is None:
            self.ledger.strange.append(f"a receipt for what nobody sent: {receipt}")
        elif self.ledger.read(sealed, receipt):
            del self.waiting[sealed.sha256]

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


@contextmanager
def sending(phones: Sequence[Phone]) -> Iterator[None]:
    """All send until the block ends, and then until nothing waits. Raises TimeoutError if that lasts."""
    stop = threading.Event()
    threads = [threading.Thread(target=phone.run, args=(stop,), daemon=True) for phone in phones]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        until = time.monotonic() + PATIENCE_SECONDS
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
    if any(thread.is_alive() for thread in threads):
        strange = [line for phone in phones for line in phone.ledger.strange][:3]
        raise TimeoutError(f"a phone still waits for a receipt a minute after the last start; {strange}")


def gather(phones: Sequence[Phone]) -> Ledger:
    """One ledger for all of them."""
    whole = Ledger()
    for phone in phones:
        whole.absorb(phone.ledger)
    return whole
