"""What people write in the machine: mostly check-ins, and everything that could also be in an outbox."""

import base64
import hashlib
import json
import uuid

from prove.machine_clinic import Owner
from prove.machine_phone import Record
from tests.envelope import SealTo, make_envelope, seal_item

READABLE = ("full", "today", "partial")
# Stored as it came, for the repair list: an old form, a form nobody knows, bytes nobody can open.
REPAIR = ("old form", "unknown format", "garbled")
# Never taken; the phone sets it aside.
REFUSED = ("foreign", "huge")
KINDS = (*READABLE, *REPAIR, *REFUSED)

OLD = {"phq9": {"version": "0", "answers": [0] * 9, "languages": ["en"] * 9}}
CHANGES = {
    "today": {"kind": "today", "instruments": {}, "note": None, "difficulty": None},
    "partial": {"kind": "partial", "item9": 2},
    "old form": {"instruments": OLD},
    "unknown format": {"format": "between/envelope/0"},
}
TOO_LARGE = base64.urlsafe_b64encode(bytes(513 * 1024)).decode().rstrip("=")


def seal_kind(kind: str, to: SealTo, owner: Owner, sequence: int, item: uuid.UUID | None = None) -> Record:
    """One item of this kind, as it stands in an outbox."""
    item = item or uuid.uuid4()
    sent = seal_item(to, owner.person, owner.patient, item, sequence=sequence, **CHANGES.get(kind, {}))
    if kind == "huge":
        sent["sealed"] = TOO_LARGE
    if kind == "garbled":
        sent["sealed"] = (
            base64.urlsafe_b64encode(json.dumps(make_envelope(item)).encode()).decode().rstrip("=")
        )
    if kind == "foreign":
        sent["patient"] = str(uuid.uuid4())
    sealed = base64.urlsafe_b64decode(sent["sealed"] + "=" * (-len(sent["sealed"]) % 4))
    return Record(
        id=sent["id"],
        person=str(owner.person),
        patient=sent["patient"],
        key=sent["key"],
        sealed=sealed,
        sha256=hashlib.sha256(sealed).hexdigest(),
        sequence=sequence,
        kind="partial" if kind == "partial" else "full",
    )
