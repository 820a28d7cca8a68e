"""What was written, and what must therefore be true of phones and clinic at every moment."""

import uuid
from collections import Counter
from dataclasses import dataclass

from prove.machine_clinic import Clinic, Owner, Stored
from prove.machine_items import READABLE, REFUSED
from prove.machine_phone import Phone, Record


@dataclass(frozen=True)
class Written:
    """One item as its writer sealed it, on which phone."""

    phone: Phone
    record: Record
    kind: str


class Ledger:
    """Knows what people wrote; asks the database what it has whenever it may have changed."""

    def __init__(self, clinic: Clinic, owners: list[Owner]) -> None:
        self._clinic = clinic
        self._owners = owners
        self._patients = {str(one.person): one.patient for one in owners}
        self._written: list[Written] = []
        self._stored: list[Stored] = []
        self.is_old = False

    @property
    def acknowledged(self) -> int:
        """How many items a phone was allowed to forget."""
        return sum(one.record.id in one.phone.receipts for one in self._written)

    def wrote(self, phone: Phone, record: Record, kind: str) -> None:
        """Somebody pressed Send."""
        self._written.append(Written(phone, record, kind))

    def written_on(self, phone: Phone) -> list[Record]:
        """Everything that was ever written on this phone."""
        return [one.record for one in self._written if one.phone is phone]

    def ids_on(self, phone: Phone) -> set[str]:
        """Their ids."""
        return {record.id for record in self.written_on(phone)}

    def check(self) -> None:
        """Raises AssertionError with the first promise that is broken."""
        if self.is_old and not self._clinic.is_locked:
            self._stored = self._clinic.stored(self._owners)
            self.is_old = False
        copies = Counter((one.item, one.sha256) for one in self._stored)
        for one in self._written:
            _check_phone(one, copies[one.record.id, one.record.sha256])
        if not self.is_old:
            self._check_clinic(copies)

    def check_arrived(self) -> None:
        """After the network healed nothing waits any more."""
        copies = Counter((one.item, one.sha256) for one in self._stored)
        for one in self._written:
            wanted = int(one.kind not in REFUSED)
            assert one.record.id not in one.phone.outbox, f"{one.kind}: still waits"
            assert copies[one.record.id, one.record.sha256] == wanted, f"{one.kind}: not there once"

    def _check_clinic(self, copies: "Counter[tuple[str, str]]") -> None:
        known = {(one.record.id, one.record.sha256): one for one in self._written}
        assert all(count == 1 for count in copies.values()), "the same bytes are stored twice"
        for row in self._stored:
            writer = known.get((row.item, row.sha256))
            assert writer is not None, "stored, but nobody wrote it"
            self._check_row(row, writer)

    def _check_row(self, row: Stored, one: Written) -> None:
        assert row.patient == self._patients[one.record.person], f"{one.kind}: stored as somebody else's"
        assert row.is_readable == (one.kind in READABLE), f"{one.kind}: read wrongly"
        assert row.check_ins == int(row.is_readable), f"{one.kind}: {row.check_ins} check-ins"
        assert row.audits == 1, f"{one.kind}: {row.audits} audit rows"
        assert row.actor == uuid.UUID(one.record.person), f"{one.kind}: sent by somebody else"


def _check_phone(one: Written, copies: int) -> None:
    """It waits here unchanged, or was set aside for a reason, or the clinic has it: one of these, always."""
    phone, record = one.phone, one.record
    places = [store.get(record.id) for store in (phone.outbox, phone.attention, phone.receipts)]
    assert sum(place is not None for place in places) == 1, f"{one.kind}: on this phone in {places}"
    waiting, aside, receipt = places
    assert waiting is None or waiting == record, f"{one.kind}: changed while it waited"
    assert aside is None or one.kind in REFUSED, f"{one.kind}: set aside"
    assert receipt is None or copies == 1, f"{one.kind}: forgotten, and at the clinic {copies} times"
