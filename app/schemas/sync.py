"""The shape of POST /api/sync: whose items, and one to twenty of them."""

import base64
import binascii
import json
import uuid
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError

from app.errors import BetweenError
from app.schemas.fields import Identifier, read_uuid

MOST_ITEMS = 20
MOST_SEALED_BYTES = 512 * 1024


class SyncSchema(Schema):
    """The frame. Items are read one by one, so that one bad item never holds up its neighbours."""

    class Meta:
        unknown = EXCLUDE

    person = Identifier(required=True)


@dataclass(frozen=True)
class SentItem:
    """One item of a request. `refused` is the catalogue's code when it cannot be taken at all."""

    id: uuid.UUID | None
    echoed: object
    patient_id: uuid.UUID | None = None
    key_id: str = ""
    sealed: bytes = b""
    refused: str | None = None


SYNC = SyncSchema()


def read_sync(body: object) -> tuple[uuid.UUID, list[SentItem]]:
    """The person and the items. Raises BetweenError wrong_shape or too_many_items."""
    if type(body) is not dict or type(body.get("items")) is not list or not body["items"]:
        raise BetweenError("wrong_shape")
    if len(body["items"]) > MOST_ITEMS:
        raise BetweenError("too_many_items")
    try:
        frame: Any = SYNC.load({"person": body.get("person")})
    except ValidationError as error:
        raise BetweenError("wrong_shape") from error
    return frame["person"], [_read_item(item) for item in body["items"]]


def _read_item(item: object) -> SentItem:
    if type(item) is not dict:
        return SentItem(None, None, refused="no_id")
    item_id = _uuid_or_none(item.get("id"))
    echoed = item.get("id") if type(item.get("id")) in (str, int) else None
    if item_id is None:
        return SentItem(None, echoed, refused="no_id")
    sealed = _sealed_bytes(item.get("sealed"))
    if len(sealed) > MOST_SEALED_BYTES:
        return SentItem(item_id, echoed, sealed=sealed, refused="item_too_large")
    key = item.get("key")
    key_id = key if type(key) is str and len(key) <= 40 and key.isascii() and key.isprintable() else ""
    return SentItem(item_id, echoed, _uuid_or_none(item.get("patient")), key_id, sealed)


def _uuid_or_none(value: object) -> uuid.UUID | None:
    try:
        return read_uuid(value)
    except ValidationError:
        return None


def _sealed_bytes(value: object) -> bytes:
    """The sealed bytes; text that is not base64url is kept as it came, for the repair list."""
    if type(value) is not str:
        return json.dumps(value).encode()
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return value.encode("utf-8", "replace")
