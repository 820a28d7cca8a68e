"""What a phone sends, made without a phone: an envelope, sealed by RFC 9180 just as store/seal.js does it."""

import base64
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from app.services.sealing import SUITE

NOTE = "The food fell out of the refrigerator and no explosion came. I picked it up and made toast instead. "
ANSWERS = {"phq9": [1, 2, 1, 2, 1, 2, 1, 2, 0], "gad7": [1, 2, 1, 2, 1, 2, 1]}


@dataclass(frozen=True)
class SealTo:
    """The server's public key, as GET /api/keys tells it."""

    id: str
    public: str

    @property
    def key(self) -> ec.EllipticCurvePublicKey:
        """The key itself."""
        point = base64.urlsafe_b64decode(self.public + "=" * (-len(self.public) % 4))
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def make_envelope(item: uuid.UUID, *, item9: int | None = 0, **changes: Any) -> dict[str, Any]:
    """Envelope version 1 with all of its parts filled; `changes` replace whole parts."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    dimension = {"direction": "easier", "text": NOTE, "attribution": ["ketamine", "unsure"]}
    phq9 = [*ANSWERS["phq9"][:8], item9]
    return {
        "format": "between/envelope/1",
        "id": str(item),
        "kind": "full",
        "supersedes": None,
        "visits": [],
        "language": "en",
        "instruments": {
            "phq9": {"version": "1", "answers": phq9, "languages": ["en"] * 9},
            "gad7": {"version": "1", "answers": ANSWERS["gad7"], "languages": ["en"] * 7},
        },
        "difficulty": {"value": 1, "language": "en"},
        "note": {"executive": dimension, "hedonic": dimension | {"text": NOTE * 2}},
        "today": 6,
        "should_know": {"answer": "no", "topics": [], "text": ""},
        "started_at": now,
        "answered_at": now,
        "wall": now[:19],
        "zone": "America/New_York",
        "offset": -300,
        "app": "0.1.0",
        "install": str(uuid.uuid4()),
        "sequence": 1,
        "pending": 0,
    } | changes


def seal(plain: bytes, to: SealTo, person: uuid.UUID, item: uuid.UUID) -> str:
    """The sealed bytes in base64url, bound to key, person and item."""
    info = f"between/outbox/1|{to.id}|{person}|{item}".encode()
    return base64.urlsafe_b64encode(SUITE.encrypt(plain, to.key, info=info)).rstrip(b"=").decode()


def seal_item(
    to: SealTo, person: uuid.UUID, patient: uuid.UUID, item: uuid.UUID | None = None, **envelope: Any
) -> dict[str, str]:
    """One item of POST /api/sync. A new id every time unless one is given."""
    item = item or uuid.uuid4()
    plain = json.dumps(make_envelope(item, **envelope)).encode()
    return {"id": str(item), "patient": str(patient), "key": to.id, "sealed": seal(plain, to, person, item)}
