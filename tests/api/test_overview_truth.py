"""What the overview says of an item (at the clinic since, read) is true after every step of any history."""

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.db import Database
from app.models import CheckIn, Envelope
from app.services.journal import sign_off
from app.services.repairs import dismiss, restore
from prove.machine_clinic import Owner
from prove.machine_items import seal_kind
from prove.machine_phone import Record, Request
from tests.envelope import SealTo
from tests.factories import Factory, Member, signed_in

KINDS = ("full", "partial", "today", "old form", "garbled", "foreign")
ACTS = ("send", "send", "send again", "send otherwise", "read", "read", "dismiss", "restore")
STEPS = 30


@dataclass
class Truth:
    """What the clinic was told and did, by what came back: one entry for each version that was taken."""

    arrived_at: str
    needs_repair: bool
    is_second: bool
    read_at: str | None = None


class History:
    """Two patients of one clinician, and everything that was ever acknowledged to them."""

    def __init__(self, app: Flask, database: Database, make: Factory) -> None:
        self._database, self._make = database, make
        self._lead = make.clinician(make.clinic())
        self._members = [make.patient(self._lead, name) for name in ("June Kowalski", "Marcus Bell")]
        self._browsers = [signed_in(app, member) for member in self._members]
        self._to = SealTo(**app.extensions["between"].keyring.public()[0])
        self._sent: list[list[Record]] = [[], []]
        self._off: set[uuid.UUID] = set()
        self._truths: list[dict[tuple[str, str], Truth]] = [{}, {}]

    def act(self, what: str, who: int, dice: random.Random) -> None:
        """One thing happens, to one of the latest items."""
        if what == "send":
            self._send(who, dice.choice(KINDS))
        elif self._sent[who]:
            record = dice.choice(self._sent[who][-4:])
            if what == "send again":
                self._post(who, record)
            elif what == "send otherwise":
                self._send(who, "full", uuid.UUID(record.id))
            else:
                self._look(what, who, record)

    def check(self) -> None:
        """The overview of each of them, against what must be in it."""
        for member, browser, truths in zip(self._members, self._browsers, self._truths, strict=True):
            (patient,) = browser.get("/api/overview").json["patients"]
            told = [
                (one["id"], one["arrived_at"], one["needs_repair"], one["is_second_version"], one["read_at"])
                for one in patient["check_ins"]
            ]
            true = [
                (item, truth.arrived_at, truth.needs_repair, truth.is_second, truth.read_at)
                for (item, _), truth in truths.items()
            ]
            assert sorted(told, key=str) == sorted(true, key=str)
            assert self._count(member) == len(told)

    def _send(self, who: int, kind: str, item: uuid.UUID | None = None) -> None:
        member = self._members[who]
        owner = Owner(member.clinic_id, member.person_id, member.patient)
        self._sent[who].append(seal_kind(kind, self._to, owner, len(self._sent[who]), item))
        self._post(who, self._sent[who][-1])

    def _post(self, who: int, record: Record) -> None:
        body = Request(record.person, (record,)).body()
        headers = {"Content-Type": "application/json"}
        (receipt,) = self._browsers[who].post("/api/sync", data=body, headers=headers).json["receipts"]
        if receipt["status"] != "rejected":
            is_second = receipt["status"] == "conflict"
            truth = Truth(receipt["arrived_at"], receipt["needs_repair"], is_second)
            known = self._truths[who].setdefault((record.id, record.sha256), truth)
            assert known.arrived_at == receipt["arrived_at"]

    def _look(self, what: str, who: int, record: Record) -> None:
        truth = self._truths[who].get((record.id, record.sha256))
        if truth is None or truth.needs_repair == (what == "read"):
            return
        now = datetime.now(UTC)
        with self._database.writing() as session:
            found = self._find(session, record)
            if what == "read":
                patient = self._make.row(session, self._members[who])
                mark = sign_off(session, self._make.actor(self._lead), patient, found, now)
                truth.read_at = mark.signed_at.isoformat().replace("+00:00", "Z")
            else:
                self._list(session, what, found, now)

    def _list(self, session: Session, what: str, found: uuid.UUID, now: datetime) -> None:
        """Taken off the repair list or put back: the clinic has it all the same."""
        actor = self._make.actor(self._lead)
        is_off = found in self._off
        if what == "dismiss" and not is_off:
            dismiss(session, actor, found, "Written on an old form.", now)
            self._off.add(found)
        elif what == "restore" and is_off:
            restore(session, actor, found, now)
            self._off.discard(found)

    def _find(self, session: Session, record: Record) -> uuid.UUID:
        found = sa.select(Envelope.id).where(Envelope.sha256 == bytes.fromhex(record.sha256))
        return session.scalars(found).one()

    def _count(self, member: Member) -> int:
        """Envelopes that were read are check-ins, the others wait for repair: both are at the clinic."""
        with self._database.reading() as session:
            read = sa.select(sa.func.count()).where(CheckIn.patient_id == member.patient)
            unread = sa.select(sa.func.count()).where(
                Envelope.patient_id == member.patient, Envelope.repair != ""
            )
            return (session.scalar(read) or 0) + (session.scalar(unread) or 0)


@pytest.mark.parametrize("seed", range(3))
def test_the_overview_says_what_the_database_holds(
    app: Flask, database: Database, make: Factory, seed: int
) -> None:
    history, dice = History(app, database, make), random.Random(seed)
    for _ in range(STEPS):
        history.act(dice.choice(ACTS), dice.randrange(2), dice)
        history.check()
