"""What an opened envelope says, as plain lines: for eyes only, when no version of the reader knows it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MOST_LINES = 400
MOST_CHARACTERS = 20_000
DEEPEST = 12
# What a clinician looks for; how it was sent comes after it.
FIRST = ("note", "should_know", "instruments", "difficulty", "today", "kind", "answered_at")
# Characters that move, hide or end other text.
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")
STEP = " › "


@dataclass(frozen=True)
class Payload:
    """Lines of (where, what). `is_cut`: there is more than is shown."""

    lines: list[tuple[str, str]]
    is_cut: bool


def present_payload(plain: bytes) -> Payload:
    """Everything in it that can be shown. What is not JSON is shown as the text it may be."""
    try:
        said: Any = json.loads(plain)
    except (ValueError, RecursionError):
        said = plain.decode("utf-8", "replace")
    lines: list[tuple[str, str]] = []
    for where, what in _lines(said, ()):
        if len(lines) == MOST_LINES:
            return Payload(lines, is_cut=True)
        lines.append((where, what[:MOST_CHARACTERS]))
        if len(what) > MOST_CHARACTERS:
            return Payload(lines, is_cut=True)
    return Payload(lines, is_cut=False)


def _lines(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if len(path) == DEEPEST:
        yield _plain(STEP.join(path)), "…"
    elif isinstance(value, dict):
        for name in value if path else sorted(value, key=_rank):
            yield from _lines(value[name], (*path, name))
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for number, one in enumerate(value, start=1):
            yield from _lines(one, (*path, str(number)))
    else:
        yield _plain(STEP.join(path)), _plain(_words(value))


def _rank(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    if isinstance(value, str):
        return value
    return "–" if value is None else json.dumps(value)


def _plain(text: str) -> str:
    return HIDDEN.sub("\ufffd", text)
