"""What phones were told, held against what the database holds.

Every sealing has bytes of its own, so its sha256 names it: in the receipt, in the ledger and in the table.
"""

import base64
import functools
import hashlib
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app.models import AlertAnswer, AuditRow, CheckIn, Envelope, InstrumentScore, Note
from app.models.check_in import ITEM_NAMES

PARTS = ("check-ins", "answers", "scores", "notes", "alert answers", "audit rows")
FORGETTABLE = {"stored", "duplicate", "conflict"}
Rows = Iterable[Any]


@dataclass(frozen=True)
class Sealed:
    """One item as a phone sends it, and how many of each of PARTS it must become."""

    item: dict[str, str]
    sha256: str
    becomes: tuple[int, ...]


def enter(item: dict[str, str], becomes: tuple[int, ...]) -> Sealed:
    """An item with its name in the ledger."""
    return Sealed(item, sha256_of(item["sealed"]), becomes)


def sha256_of(sealed: str) -> str:
    """In hex, of bytes told in base64url."""
    return hashlib.sha256(base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))).hexdigest()


@dataclass
class Ledger:
    """Everything ever sent, and the last receipt for it. `strange` are answers no phone should ever get."""

    sent: dict[str, Sealed] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)
    duplicates: int = 0

    def read(self, sealed: Sealed, receipt: Mapping[str, Any]) -> bool:
        """Note a receipt. True when the phone may forget the item."""
        repair = sealed.becomes[0] == 0
        if receipt["status"] not in FORGETTABLE or receipt["needs_repair"] != repair:
            self.strange.append(f"{receipt} for {sealed.item['id']}")
            return False
        if receipt["sha256"] != sealed.sha256 or receipt["id"] != sealed.item["id"]:
            self.strange.append(f"a receipt for other bytes: {receipt}")
            return False
        self.duplicates += receipt["status"] == "duplicate"
        self.told[sealed.sha256] = receipt["status"]
        return True

    def absorb(self, other: "Ledger") -> None:
        """Another phone's, or another run's."""
        self.sent |= other.sent
        self.told |= other.told
        self.strange += other.strange
        self.duplicates += other.duplicates


def _per(column: InstrumentedAttribute[Any], *where: sa.ColumnElement[bool]) -> sa.Subquery:
    counted = sa.select(column.label("id"), sa.func.count().label("n")).where(*where).group_by(column)
    return counted.subquery()


def _answers() -> sa.Subquery:
    items = (getattr(InstrumentScore, name) for name in ITEM_NAMES)
    there = (sa.case((item.is_(None), 0), else_=1) for item in items)
    counted = sa.func.sum(functools.reduce(operator.add, there)).label("n")
    owner = InstrumentScore.check_in_id
    return sa.select(owner.label("id"), counted).group_by(owner).subquery()


def _held() -> sa.Select[Any]:
    stored = (AuditRow.subject == "envelope", AuditRow.action == "check_in.stored")
    parts = [
        _per(CheckIn.id),
        _answers(),
        _per(InstrumentScore.check_in_id),
        _per(Note.check_in_id),
        _per(AlertAnswer.check_in_id),
        _per(AuditRow.subject_id, *stored),
    ]
    held = sa.select(
        Envelope.sha256, Envelope.variant, *(sa.func.coalesce(part.c.n, 0) for part in parts)
    ).select_from(Envelope)
    for part in parts:
        held = held.outerjoin(part, part.c.id == Envelope.id)
    return held


# One row for each envelope: sha256, variant, and how many of each of PARTS.
HELD = _held()


def find_missing(rows: Rows, ledger: Ledger, told: Mapping[str, str]) -> list[str]:
    """What `told` promises and the rows do not hold, and rows that are there in part or twice."""
    found: dict[str, Any] = {}
    faults = []
    for row in rows:
        sha256 = _hex(row[0])
        if sha256 in found:
            faults.append(f"{sha256[:12]}: there twice")
        found[sha256] = row
    for sha256, status in told.items():
        if sha256 not in found:
            faults.append(f"{sha256[:12]}: told {status}, and it is not there")
        elif (status == "conflict") != (found[sha256][1] != ""):
            faults.append(f"{sha256[:12]}: told {status}, and kept as variant {found[sha256][1]!r}")
    return faults + [fault for sha256, row in found.items() for fault in _partial(ledger, sha256, row)]


def find_untold(rows: Rows, ledger: Ledger) -> list[str]:
    """Once nothing waits any more, every row is one that somebody was told of."""
    shas = (_hex(row[0]) for row in rows)
    return [f"{sha256[:12]}: there, and nobody was told" for sha256 in shas if sha256 not in ledger.told]


def _hex(value: object) -> str:
    """A corrupt file may hold anything in the place of bytes."""
    return value.hex() if isinstance(value, bytes) else repr(value)


def _partial(ledger: Ledger, sha256: str, row: Any) -> list[str]:
    sealed = ledger.sent.get(sha256)
    if sealed is None:
        return [f"{sha256[:12]}: there, and never sent"]
    return [
        f"{sha256[:12]}: {found} {what} instead of {wanted}"
        for what, wanted, found in zip(PARTS, sealed.becomes, row[2:], strict=True)
        if found != wanted
    ]
