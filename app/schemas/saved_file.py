"""The file that a phone saves of what it could not send (`parts/waiting.js`), for the clinic to take in."""

import base64
import binascii
import json
import uuid
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from app.schemas.fields import read_uuid

FORMAT = "between/attention/1"
MOST_ITEMS = 200


@dataclass(frozen=True)
class SavedItem:
    """One item as it was sealed on the phone, and whose it says it is."""

    id: uuid.UUID
    person_id: uuid.UUID
    patient_id: uuid.UUID
    key_id: str
    sealed: bytes


def read_saved_file(data: bytes) -> list[SavedItem]:
    """Its items. Raises ValidationError when it is not such a file, whole."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValidationError("not json") from error
    if type(said) is not dict or said.get("format") != FORMAT or type(said.get("items")) is not list:
        raise ValidationError("not a saved file")
    if not 1 <= len(said["items"]) <= MOST_ITEMS:
        raise ValidationError("no items, or too many")
    return [_read_item(item) for item in said["items"]]


def _read_item(item: Any) -> SavedItem:
    if type(item) is not dict or type(item.get("key")) is not str or type(item.get("sealed")) is not str:
        raise ValidationError("not an item")
    try:
        sealed = base64.b64decode(item["sealed"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValidationError("not base64") from error
    owner = read_uuid(item.get("person")), read_uuid(item.get("patient"))
    return SavedItem(read_uuid(item.get("id")), *owner, item["key"][:40], sealed)
