"""JSON Schema (draft 2020-12) made from the fields that read, so that what is published cannot say otherwise.

Four things the reader does that a schema cannot say, or that it says more narrowly:
- a whole number is written without a point: the schema's `integer` also takes 1.0, the reader does not;
- an id is published in its usual spelling; the reader takes any 36 characters that Python's `uuid` takes;
- a moment is published as RFC 3339 without leap seconds; the reader takes every ISO 8601 moment with a zone;
- half of a surrogate pair in a text is replaced by the reader, and is no text at all to a schema.
"""

from functools import cache
from typing import Any

from app.domain.instruments import load_instrument
from app.schemas.envelope import ENVELOPE, FORMAT, VERSIONS
from app.schemas.fields import Identifier, ListOf, OneOf, Part, Strict, UtcMoment, Whole, Words

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
# No second 60: Python has none. No year 0.
MOMENT = (
    r"^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z$"
)
ABOUT = {
    "id": "The same as the id of the item it was sealed in.",
    "kind": "partial: sent before the check-in was finished.",
    "supersedes": "The id of the check-in that this one takes the place of.",
    "visits": "The visits it was written before; may be empty.",
    "difficulty": "null: not asked. A null value in it: asked and left out.",
    "answered_by": "Whether somebody helped with answering. Older phones do not say.",
    "answered_at": "When Send was pressed on the phone.",
    "wall": "The same moment by the phone's clock, without a zone.",
    "offset": "Minutes ahead of UTC.",
    "sequence": "Counts what this install has sealed.",
    "pending": "How many items waited on the phone when this one was sealed.",
}


def schema_of(field: Strict[Any]) -> dict[str, Any]:
    """What a field takes."""
    said = _plain(field)
    return {"anyOf": [said, {"type": "null"}]} if field.allow_none else said


def object_of(entries: tuple[tuple[str, Strict[Any]], ...]) -> dict[str, Any]:
    """An object with these fields. Further names are passed over, so the schema takes them."""
    return {
        "type": "object",
        "required": [name for name, field in entries if field.required],
        "properties": {name: schema_of(field) for name, field in entries},
    }


@cache
def envelope_schema() -> dict[str, Any]:
    """The opened payload of an item, as published at /schemas/envelope-1.json."""
    made = object_of(ENVELOPE)
    instruments = made["properties"]["instruments"]["properties"]
    for name in VERSIONS:
        instruments[name] = _instrument(name, instruments[name])
    for name, words in ABOUT.items():
        made["properties"][name] = {"description": words, **made["properties"][name]}
    return {
        "$schema": DIALECT,
        "$id": FORMAT,
        "title": "Between envelope, version 1",
        "description": "What a phone sends for one check-in, after the seal is opened. Whole numbers are "
        'written without a point: true, "1" and 1.0 are not 1.',
        **made,
        "required": ["format", *made["required"]],
        "properties": {"format": {"const": FORMAT}, **made["properties"]},
    }


def _instrument(name: str, said: dict[str, Any]) -> dict[str, Any]:
    """As many answers as there are items, each with the language it was shown in."""
    items = len(load_instrument(name).items)
    lists = {
        part: {**said["properties"][part], "minItems": items, "maxItems": items}
        for part in ("answers", "languages")
    }
    version = {"enum": list(VERSIONS[name])}
    return {**said, "properties": {**said["properties"], **lists, "version": version}}


def _plain(field: Strict[Any]) -> dict[str, Any]:
    if isinstance(field, Whole):
        return {"type": "integer", "minimum": field.low, "maximum": field.high}
    if isinstance(field, Words):
        return {"type": "string", "maxLength": field.most}
    if isinstance(field, OneOf):
        return {"enum": list(field.known)}
    if isinstance(field, Identifier):
        return {"type": "string", "format": "uuid", "pattern": ID}
    if isinstance(field, UtcMoment):
        return {"type": "string", "format": "date-time", "maxLength": 40, "pattern": MOMENT}
    if isinstance(field, ListOf):
        return {"type": "array", "maxItems": field.most, "items": schema_of(field.inner)}
    if isinstance(field, Part):
        return object_of(field.entries)
    raise TypeError(f"no schema for {type(field).__name__}")
