"""Fields that take exactly one JSON type: `true`, `"1"` and `1.0` are not 1."""

import re
import uuid
from datetime import UTC, datetime
from typing import Any, TypeVar

from marshmallow import Schema, ValidationError, fields

LONE_SURROGATE = re.compile("[\ud800-\udfff]")


Value = TypeVar("Value")


class Strict(fields.Field[Value]):
    """A field whose `read` takes the JSON value as it is, and either returns or raises ValidationError."""

    def read(self, value: Any) -> Value:
        """The value, checked."""
        raise NotImplementedError

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Value:
        return self.read(value)


class Whole(Strict[int]):
    """A JSON integer within bounds."""

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.low, self.high = low, high

    def read(self, value: Any) -> int:
        """The value, checked."""
        if type(value) is not int or not self.low <= value <= self.high:
            raise ValidationError("not a whole number in range")
        return value


class Words(Strict[str]):
    """A JSON string of at most `most` characters.

    NUL and lone surrogates, which no database stores, become U+FFFD.
    """

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most

    def read(self, value: Any) -> str:
        """The value, checked."""
        if type(value) is not str or len(value) > self.most:
            raise ValidationError("not a text of this length")
        return storable(value)


class OneOf(Strict[str]):
    """One of the known words."""

    def __init__(self, known: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = known

    def read(self, value: Any) -> str:
        """The value, checked."""
        if type(value) is not str or value not in self.known:
            raise ValidationError("not a known word")
        return value


class Identifier(Strict[uuid.UUID]):
    """A UUID in its 36-character form."""

    def read(self, value: Any) -> uuid.UUID:
        """The value, checked."""
        return read_uuid(value)


class UtcMoment(Strict[datetime]):
    """An ISO 8601 moment with zone."""

    def read(self, value: Any) -> datetime:
        """The value, checked."""
        try:
            if type(value) is not str or len(value) > 40:
                raise ValueError
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError
            return moment.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError("not a moment with a zone") from error


class ListOf(Strict[list[Any]]):
    """A JSON list of at most `most` entries of one field."""

    def __init__(self, inner: Strict[Any], most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner, self.most = inner, most

    def read(self, value: Any) -> list[Any]:
        """The value, checked."""
        if type(value) is not list or len(value) > self.most:
            raise ValidationError("not a list of this length")
        read, none_is_fine = self.inner.read, self.inner.allow_none
        return [None if entry is None and none_is_fine else read(entry) for entry in value]


class Part(Strict[dict[str, Any]]):
    """A JSON object of its own schema, all of whose fields are Strict. Unknown names are passed over.

    It reads its fields itself: marshmallow's way through nested schemas takes four times as long.
    """

    def __init__(self, schema: type[Schema], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.entries = entries_of(schema())

    def read(self, value: Any) -> dict[str, Any]:
        """The object with what it says, checked. ValidationError names the fields that are wrong."""
        return read_object(self.entries, value)


Entries = tuple[tuple[str, Strict[Any]], ...]


def entries_of(schema: Schema) -> Entries:
    """A schema's names with their fields, which must all be Strict."""
    entries = []
    for name, field in schema.fields.items():
        assert isinstance(field, Strict), name
        entries.append((name, field))
    return tuple(entries)


def read_object(entries: Entries, value: Any) -> dict[str, Any]:
    """What a JSON object says in these entries. Raises ValidationError with the names that are wrong."""
    if type(value) is not dict:
        raise ValidationError("not an object")
    said: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for name, field in entries:
        try:
            if name in value:
                told = value[name]
                said[name] = None if told is None and field.allow_none else field.read(told)
            elif field.required:
                wrong[name] = ["missing"]
        except ValidationError as error:
            wrong[name] = error.messages
    if wrong:
        raise ValidationError(wrong)
    return said


def read_identifier(typed: str) -> uuid.UUID | None:
    """The id in a field of a page, in any spelling of a UUID; None when it is none."""
    try:
        return uuid.UUID(typed)
    except ValueError:
        return None


def read_uuid(value: object) -> uuid.UUID:
    """A UUID from its 36-character form. Raises ValidationError."""
    if type(value) is not str or len(value) != 36:
        raise ValidationError("not an id")
    try:
        return uuid.UUID(value)
    except ValueError as error:
        raise ValidationError("not an id") from error


def storable(text: str) -> str:
    """The text with what no database takes replaced, so that the rest is never lost."""
    text = text.replace("\x00", "\ufffd")
    return text if text.isascii() else LONE_SURROGATE.sub("\ufffd", text)
