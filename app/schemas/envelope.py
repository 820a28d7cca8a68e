"""Envelope version 1: the opened payload of an item. Published as /schemas/envelope-1.json."""

import json
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError

from app.domain.check_in import (
    ANSWERED_BY,
    IN_PERSON,
    KINDS,
    CheckInFacts,
    InstrumentFacts,
    NoteFacts,
    score_instrument,
)
from app.domain.note import ATTRIBUTIONS, DIMENSIONS, DIRECTIONS, TOPICS
from app.domain.score import AnswerError
from app.schemas.fields import (
    Identifier,
    ListOf,
    OneOf,
    Part,
    UtcMoment,
    Whole,
    Words,
    entries_of,
    read_object,
)

FORMAT = "between/envelope/1"
LANGUAGES = ("en", "es")
LONGEST_TEXT = 50_000
VERSIONS = {"phq9": ("1",), "gad7": ("1",)}
# Phones of 0.1.0 had no kind of its own for this tap: they sent a note with exactly one of these.
ASKED_IN_0_1_0 = (
    "Asks to talk in person instead of answering the questions today.",
    "Pide hablar en persona en vez de contestar las preguntas hoy.",
)


class UnreadableError(Exception):
    """These bytes are kept but not understood. The message is the repair list's reason, without content."""


class _Known(Schema):
    class Meta:
        # A newer phone may say more than we know; what we know still counts.
        unknown = EXCLUDE


class InstrumentSchema(_Known):
    version = Words(20, required=True)
    answers = ListOf(Whole(0, 3, allow_none=True), 40, required=True)
    languages = ListOf(OneOf(LANGUAGES), 40, required=True)


class DimensionSchema(_Known):
    direction = OneOf(DIRECTIONS, required=True, allow_none=True)
    text = Words(LONGEST_TEXT, required=True)
    attribution = ListOf(OneOf(ATTRIBUTIONS), len(ATTRIBUTIONS), required=True)


class NoteSchema(_Known):
    executive = Part(DimensionSchema, required=True)
    hedonic = Part(DimensionSchema, required=True)


class DifficultySchema(_Known):
    value = Whole(0, 3, required=True, allow_none=True)


class ShouldKnowSchema(_Known):
    answer = OneOf(("no", "yes"), required=True)
    topics = ListOf(OneOf(TOPICS), len(TOPICS), required=True)
    text = Words(LONGEST_TEXT, required=True)


class InstrumentsSchema(_Known):
    phq9 = Part(InstrumentSchema)
    gad7 = Part(InstrumentSchema)


class EnvelopeSchema(_Known):
    id = Identifier(required=True)
    kind = OneOf(KINDS, required=True)
    supersedes = Identifier(required=True, allow_none=True)
    visits = ListOf(Identifier(), 50, required=True)
    language = OneOf(LANGUAGES, required=True)
    instruments = Part(InstrumentsSchema, required=True)
    difficulty = Part(DifficultySchema, required=True, allow_none=True)
    note = Part(NoteSchema, required=True, allow_none=True)
    today = Whole(0, 10, required=True, allow_none=True)
    should_know = Part(ShouldKnowSchema, required=True, allow_none=True)
    # Phones before 0.3.0 did not ask.
    answered_by = OneOf(ANSWERED_BY, allow_none=True)
    started_at = UtcMoment(required=True)
    answered_at = UtcMoment(required=True)
    wall = Words(40, required=True)
    zone = Words(80, required=True)
    offset = Whole(-1440, 1440, required=True)
    app = Words(40, required=True)
    install = Identifier(required=True)
    sequence = Whole(0, 2**31 - 1, required=True)
    pending = Whole(0, 2**31 - 1, required=True)


ENVELOPE = entries_of(EnvelopeSchema())


def read_envelope(plain: bytes, item_id: object) -> CheckInFacts:
    """What the payload of item `item_id` says. Raises UnreadableError with the reason for the repair list."""
    try:
        payload = json.loads(plain)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("not_json") from error
    if type(payload) is not dict:
        raise UnreadableError("not_an_envelope")
    if payload.get("format") != FORMAT:
        raise UnreadableError("unknown_format")
    return _read_known(payload, item_id)


def _read_known(payload: dict[str, Any], item_id: object) -> CheckInFacts:
    try:
        loaded = read_object(ENVELOPE, payload)
    except (ValidationError, RecursionError) as error:
        raise UnreadableError(f"wrong_shape: {_fields_of(error)}") from error
    if loaded["id"] != item_id:
        raise UnreadableError("id_mismatch")
    try:
        instruments = {name: _instrument(name, said) for name, said in loaded["instruments"].items()}
    except AnswerError as error:
        raise UnreadableError("wrong_answers") from error
    return _facts(loaded, instruments)


def _fields_of(error: Exception) -> str:
    """The names of known fields that were wrong: never a value, which would be content."""
    messages = getattr(error, "messages", None)
    return ", ".join(sorted(str(name) for name in messages)) if isinstance(messages, dict) else "too deep"


def _instrument(name: str, said: dict[str, Any]) -> InstrumentFacts:
    if said["version"] not in VERSIONS[name]:
        raise UnreadableError(f"unknown_version: {name}")
    if len(said["languages"]) != len(said["answers"]):
        raise UnreadableError("wrong_answers")
    return score_instrument(name, said["version"], said["answers"], said["languages"])


def _facts(said: dict[str, Any], instruments: dict[str, InstrumentFacts]) -> CheckInFacts:
    should_know = said["should_know"] or {"answer": None, "topics": [], "text": ""}
    return CheckInFacts(
        kind=IN_PERSON if _asked_in_0_1_0(said) else said["kind"],
        language=said["language"],
        supersedes=said["supersedes"],
        visits=tuple(said["visits"]),
        instruments=instruments,
        difficulty=said["difficulty"]["value"] if said["difficulty"] else None,
        difficulty_asked=said["difficulty"] is not None,
        notes=_notes(said["note"]),
        today=said["today"],
        should_know=should_know["answer"],
        should_know_topics=tuple(should_know["topics"]),
        should_know_text=should_know["text"],
        answered_by=said.get("answered_by"),
        started_at=said["started_at"],
        answered_at=said["answered_at"],
        wall=said["wall"],
        zone=said["zone"],
        offset=said["offset"],
        app_version=said["app"],
        install_id=said["install"],
        sequence=said["sequence"],
        pending=said["pending"],
    )


def _asked_in_0_1_0(said: dict[str, Any]) -> bool:
    """Whether this is that one tap, and nothing the patient typed."""
    should_know = said["should_know"]
    return (
        said["kind"] == "note"
        and should_know is not None
        and should_know["topics"] == ["other"]
        and should_know["text"] in ASKED_IN_0_1_0
    )


def _notes(note: dict[str, Any] | None) -> dict[str, NoteFacts]:
    """Only dimensions in which something was said."""
    said = {name: (note or {}).get(name) for name in DIMENSIONS}
    return {
        name: NoteFacts(one["direction"], one["text"], tuple(one["attribution"]))
        for name, one in said.items()
        if one and (one["direction"] or one["text"].strip() or one["attribution"])
    }
