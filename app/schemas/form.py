"""What the form without script leaves behind: the envelope's answers, and nothing of a phone."""

import json
import uuid
from datetime import datetime
from typing import Any

from app.domain.check_in import CheckInFacts
from app.languages import local
from app.schemas.envelope import UnreadableError, read_envelope

NO_INSTALL = uuid.UUID(int=0)


def read_form(kept: bytes, item_id: uuid.UUID, zone: str, arrived_at: datetime) -> CheckInFacts:
    """What the kept bytes of a form say. Raises UnreadableError with the reason for the repair list."""
    try:
        said = json.loads(kept)
    except ValueError as error:
        raise UnreadableError("not_json") from error
    if type(said) is not dict:
        raise UnreadableError("not_an_envelope")
    return read_envelope(json.dumps({**said, **_frame(zone, arrived_at)}).encode(), item_id)


def _frame(zone: str, arrived_at: datetime) -> dict[str, Any]:
    """What a form cannot know of itself. Its answers were finished when it was sent."""
    moment, there = arrived_at.isoformat(), local(arrived_at, zone)
    offset = there.utcoffset()
    assert offset is not None
    return {
        "started_at": moment,
        "answered_at": moment,
        "wall": there.strftime("%Y-%m-%dT%H:%M:%S"),
        "zone": zone,
        "offset": int(offset.total_seconds() // 60),
        "app": "form",
        "install": str(NO_INSTALL),
        "sequence": 0,
        "pending": 0,
    }
