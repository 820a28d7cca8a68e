"""What no phone ever sent: each payload ends stored, on the repair list or rejected, and rows are counted."""

import base64
import json
import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import load_settings
from app.db import Database
from app.models import AuditRow, CheckIn, Envelope
from app.schemas.sync import MOST_ITEMS
from tests.envelope import SealTo, make_envelope, seal
from tests.factories import Factory, Member, signed_in
from tests.schemas.payloads import ODD, every_odd_one

FORM_SHARE = 5
KEPT = ("stored", "duplicate", "conflict")
TEXTS = (
    "\x00",
    "\ud800",
    "a\ud83d",
    "\u202e",
    "x" * 60_000,
    "க" * 20_000,
    "\uffff",
    "💊" * 999,
    "' OR 1=1 --",
    "{{7*7}}",
)
RAW = (
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"[" * 60_000,
    b'{"a":' * 60_000,
    b"NaN",
    b'{"format": Infinity}',
    b"9" * 5000,
)


@dataclass
class Outcome:
    """What was sent and what became of it. `faults` is empty when every promise held."""

    sent: int = 0
    became: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass
class _Fuzzer:
    """One patient's phone and browser, in wrong hands."""

    app: Flask
    june: Member
    marcus: Member
    dice: random.Random
    outcome: Outcome
    changed: list[Any]
    kept: dict[tuple[str, str], bool] = field(default_factory=dict)
    forms: int = 0

    @property
    def to(self) -> SealTo:
        return SealTo(**self.app.extensions["between"].keyring.public()[0])

    def send_items(self, phone: FlaskClient, items: list[Any]) -> None:
        body = {"person": str(self.june.person_id), "items": items}
        response = phone.post("/api/sync", json=body)
        self.outcome.sent += len(items)
        if response.status_code != 200 or response.json is None:
            self.outcome.faults.append(f"{response.status_code} for {[_short(item) for item in items]}")
            return
        receipts = response.json["receipts"]
        if len(receipts) != len(items):
            self.outcome.faults.append(f"{len(receipts)} receipts for {len(items)} items")
        for receipt in receipts:
            self._count(receipt)

    def _count(self, receipt: dict[str, Any]) -> None:
        status, needs_repair = receipt["status"], receipt["needs_repair"]
        self.outcome.became["repair" if needs_repair else status] += 1
        if status in KEPT:
            self.kept[receipt["id"].lower(), receipt["sha256"]] = needs_repair
        elif status != "rejected" or not receipt["sentence"]:
            self.outcome.faults.append(f"a strange receipt: {receipt}")

    def send_form(self, browser: FlaskClient) -> None:
        response = browser.post("/check-in/en", data=self._form(), content_type=self._form_type())
        self.outcome.sent += 1
        self.outcome.became[f"form {response.status_code}"] += 1
        self.forms += response.status_code == 200
        if response.status_code >= 500:
            self.outcome.faults.append(f"{response.status_code} for a form")

    def _form_type(self) -> str:
        return self.dice.choice(
            ["application/x-www-form-urlencoded"] * 9 + ["multipart/form-data; boundary=x"]
        )

    def _form(self) -> bytes:
        fields = [(name.encode(), value.encode()) for name, value in _form_fields().items()]
        for _ in range(self.dice.randint(0, 4)):
            name, _value = self.dice.choice(fields)
            fields.append((name, self._text().encode("utf-8", "surrogatepass")[:30_000]))
        if self.dice.random() < 0.3:
            self.dice.shuffle(fields)
            fields = fields[: self.dice.randint(0, len(fields))]
        body = b"&".join(name + b"=" + quote_from_bytes(value).encode() for name, value in fields)
        return body[: self.dice.randint(0, len(body))] if self.dice.random() < 0.1 else body

    def _text(self) -> str:
        odd = self.dice.choice([*TEXTS, *(one for one in ODD if isinstance(one, str))])
        return (
            odd if self.dice.random() < 0.7 else "".join(chr(self.dice.randrange(0xD7FF)) for _ in range(20))
        )

    def item(self) -> Any:
        make = self.dice.choice(
            (self._valid, self._odd, self._odd, self._odd, self._torn, self._missealed, self._misframed)
        )
        return make()

    def _valid(self) -> Any:
        return self._sealed(
            lambda item: json.dumps(make_envelope(item, item9=self.dice.choice((0, 1, 3, None)))).encode()
        )

    def _odd(self) -> Any:
        """A known shape with one to three odd values in it."""

        def make(item: uuid.UUID) -> bytes:
            payload = make_envelope(item)
            for _ in range(self.dice.randint(1, 3)):
                payload = self._with_odd(payload)
            return json.dumps(payload).encode()

        return self._sealed(make)

    def _with_odd(self, payload: dict[str, Any]) -> dict[str, Any]:
        if self.dice.random() < 0.5:
            places = [*payload, "note", "should_know", "of a later version"]
            payload[self.dice.choice(places)] = self.dice.choice([*ODD, *TEXTS, _nested(90), _nested(900)])
            return payload
        changed = self.dice.choice(self.changed)
        return {**changed, "id": payload["id"]} if isinstance(changed, dict) else payload

    def _torn(self) -> Any:
        """Bytes that are no envelope: cut off, garbled, or never JSON."""

        def make(item: uuid.UUID) -> bytes:
            whole = bytearray(
                json.dumps(make_envelope(item)).encode(self.dice.choice(("utf-8", "utf-16", "utf-8")))
            )
            kind = self.dice.randrange(3)
            if kind == 0:
                return bytes(whole[: self.dice.randrange(len(whole))])
            if kind == 1:
                for _ in range(self.dice.randint(1, 5)):
                    whole[self.dice.randrange(len(whole))] = self.dice.randrange(256)
                return bytes(whole)
            return self.dice.choice(RAW)

        return self._sealed(make)

    def _missealed(self) -> Any:
        """Sealed to another, under another key, damaged, or not sealed at all."""
        good = self._valid()
        sealed = bytearray(base64.urlsafe_b64decode(good["sealed"] + "=="))
        sealed[self.dice.randrange(len(sealed))] ^= 1 << self.dice.randrange(8)
        changes: list[dict[str, Any]] = [
            {"sealed": base64.urlsafe_b64encode(bytes(sealed)).decode()},
            {"sealed": good["sealed"][: self.dice.randrange(len(good["sealed"]))]},
            {"sealed": self.dice.choice([*TEXTS, None, 7, [], {}, True])},
            {"key": self.dice.choice(["k2", "", "\x00", "k" * 41, None, 7, "ключ"])},
            {"id": str(uuid.uuid4())},
            {"sealed": seal(b"{}", self.to, self.marcus.person_id, uuid.UUID(good["id"]))},
        ]
        return good | self.dice.choice(changes)

    def _misframed(self) -> Any:
        """No item at all, no id, another's patient, too large, or an id that was used."""
        good = self._valid()
        used = self.dice.choice(sorted(self.kept))[0] if self.kept else good["id"]
        return self.dice.choice(
            [
                *(None, 7, [], {}, "item", {"id": 7}, {"id": "\ud800"}, {"id": None, "sealed": "AA"}),
                good | {"id": used},
                good | {"patient": str(self.marcus.patient)},
                good | {"patient": self.dice.choice([None, 7, "", str(uuid.uuid4())])},
                good | {"of a later version": {"a": [1]}},
                good | {"sealed": "A" * 700_000},
                {"id": good["id"]},
            ]
        )

    def _sealed(self, make: Callable[[uuid.UUID], bytes]) -> dict[str, Any]:
        item = uuid.uuid4()
        sealed = seal(make(item), self.to, self.june.person_id, item)
        return {"id": str(item), "patient": str(self.june.patient), "key": self.to.id, "sealed": sealed}


def prove_fuzz(url: str, folder: Path, *, payloads: int, seed: int) -> Outcome:
    """Send `payloads` payloads to the application on the database at `url`, and count what is there."""
    environ = {
        "BETWEEN_INSTANCE": str(folder),
        "DATABASE_URL": url,
        "BETWEEN_DEMO": "0",
        "BETWEEN_LIMITS": "0",
    }
    app = create_app(load_settings(environ))
    database: Database = app.extensions["between"].database
    fuzzer = _make_fuzzer(app, database, seed)
    phone = signed_in(app, fuzzer.june)
    while fuzzer.outcome.sent < payloads:
        if fuzzer.dice.randrange(FORM_SHARE) == 0:
            for _ in range(MOST_ITEMS // 2):
                fuzzer.send_form(phone)
        fuzzer.send_items(phone, [fuzzer.item() for _ in range(fuzzer.dice.randint(1, MOST_ITEMS // 3))])
    fuzzer.outcome.faults += _count(database, fuzzer)
    database.dispose()
    return fuzzer.outcome


def _make_fuzzer(app: Flask, database: Database, seed: int) -> _Fuzzer:
    make = Factory(database, datetime.now(UTC))
    lead = make.clinician(make.clinic())
    june, marcus = make.patient(lead), make.patient(lead, "Marcus Bell")
    changed = list(every_odd_one(make_envelope(uuid.UUID(int=1))))
    return _Fuzzer(app, june, marcus, random.Random(seed), Outcome(), changed)


def _count(database: Database, fuzzer: _Fuzzer) -> list[str]:
    """Rows against receipts: as many as were told of, no more, and each with its audit row."""
    phone, form = Envelope.source == "phone", Envelope.source == "form"
    unread, read = Envelope.repair != "", Envelope.repair == ""
    with database.reading() as session:

        def rows(*where: sa.ColumnElement[bool]) -> int:
            return session.scalar(sa.select(sa.func.count()).select_from(Envelope).where(*where)) or 0

        check_ins = session.scalar(sa.select(sa.func.count()).select_from(CheckIn)) or 0
        audited = session.scalar(
            sa.select(sa.func.count(AuditRow.subject_id.distinct())).where(
                AuditRow.action == "check_in.stored"
            )
        )
        found = {
            "envelopes of the phone": (rows(phone), len(fuzzer.kept)),
            "of them for repair": (rows(phone, unread), sum(fuzzer.kept.values())),
            "envelopes of the form": (rows(form), fuzzer.forms),
            "check-ins": (check_ins, rows(read)),
            "audit rows": (audited, rows()),
        }
    return [f"{what}: {there} instead of {told}" for what, (there, told) in found.items() if there != told]


def _form_fields() -> dict[str, str]:
    return {
        "id": str(uuid.uuid4()),
        **{f"phq9-{item}": "1" for item in range(1, 10)},
        **{f"gad7-{item}": "2" for item in range(1, 8)},
        "difficulty": "1",
        "today": "5",
        "executive-direction": "easier",
        "executive-text": "I walked away from the boss.",
        "hedonic-attribution": "tms",
        "should-know": "yes",
        "should-know-topic": "other",
        "should-know-text": "",
    }


def _nested(depth: int) -> Any:
    made: Any = []
    for _ in range(depth):
        made = [made]
    return made


def _short(item: Any) -> str:
    return repr(item)[:80]
