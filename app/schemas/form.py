"""What a form leaves behind, without script or on paper: the envelope's answers, and nothing of a phone."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.check_in import Arrival, CheckInFacts
from app.languages import local
from app.schemas.envelope import FORMAT, UnreadableError, read_envelope

NO_INSTALL = uuid.UUID(int=0)


@dataclass(frozen=True)
class FilledIn:
    """Whose form it is and where it was filled in: `source` as in Envelope, `zone` of the clock there."""

    clinic_id: uuid.UUID
    patient_id: uuid.UUID
    source: str
    zone: str
    entered_by: uuid.UUID | None = None


def keep_form(form: FilledIn, item_id: uuid.UUID, said: Mapping[str, Any], arrived_at: datetime) -> Arrival:
    """The form as one item. Its bytes are what was said and no hour: sent twice, it is a duplicate."""
    kept = json.dumps({"format": FORMAT, "id": str(item_id), **said}, sort_keys=True).encode()
    facts, repair = None, ""
    try:
        facts = read_form(kept, item_id, form.zone, arrived_at)
    except UnreadableError as error:
        repair = str(error)
    return Arrival(
        client_id=item_id,
        clinic_id=form.clinic_id,
        patient_id=form.patient_id,
        source=form.source,
        key_id="",
        sealed=kept,
        sha256=hashlib.sha256(kept).digest(),
        facts=facts,
        repair=repair,
        entered_by=form.entered_by,
    )


def read_form(kept: bytes, item_id: uuid.UUID, zone: str, arrived_at: datetime) -> CheckInFacts:
    """What the kept bytes of a form say. Raises UnreadableError with the reason for the repair list."""
    try:
        said = json.loads(kept)
    except ValueError as error:
        raise UnreadableError("not_json") from error
    if type(said) is not dict:
        raise UnreadableError("not_an_envelope")
    try:
        frame = _paper_frame(said, arrived_at) if "written" in said else _frame("form", zone, arrived_at)
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError("wrong_shape: written") from error
    return read_envelope(json.dumps({**said, **frame}).encode(), item_id)


def _paper_frame(said: dict[str, Any], arrived_at: datetime) -> dict[str, Any]:
    """A paper has a day and no hour: noon, unless it was entered before that."""
    noon = datetime.combine(date.fromisoformat(said["written"]), time(12), ZoneInfo(said["zone"]))
    return _frame("paper", said["zone"], min(noon.astimezone(UTC), arrived_at))


def _frame(app: str, zone: str, finished_at: datetime) -> dict[str, Any]:
    """What a form cannot know of itself. Its answers were finished when it was sent."""
    moment, there = finished_at.isoformat(), local(finished_at, zone)
    offset = there.utcoffset()
    assert offset is not None
    return {
        "started_at": moment,
        "answered_at": moment,
        "wall": there.strftime("%Y-%m-%dT%H:%M:%S"),
        "zone": zone,
        "offset": int(offset.total_seconds() // 60),
        "app": app,
        "install": str(NO_INSTALL),
        "sequence": 0,
        "pending": 0,
    }
