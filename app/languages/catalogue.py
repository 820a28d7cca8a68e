"""The sentences of each language, read once, and how a placeholder is filled."""

from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from markupsafe import escape

TRANSLATIONS = Path(__file__).parent.parent / "translations"
LANGUAGES = ("en", "es")
# This release serves clinics in the United States: 12-hour times, and Spanish as it is written there.
LOCALES = {"en": "en_US", "es": "es_US"}

# A sentence, or the singular and the plural of one.
Entry = str | tuple[str, str]


def mark(message: str) -> str:
    """Names a sentence as a key of the translations where it is kept; it is translated where it is shown."""
    return message


def translate(language: str, message: str, **values: object) -> str:
    entry = read_catalogue(language).get(message, message)
    return fill(entry if isinstance(entry, str) else entry[0], values)


def ntranslate(language: str, one: str, many: str, n: int, **values: object) -> str:
    return fill(plural_forms(language, one, many)[0 if n == 1 else 1], {"n": n, **values})


def plural_forms(language: str, one: str, many: str) -> tuple[str, str]:
    entry = read_catalogue(language).get(one)
    return entry if isinstance(entry, tuple) else (one, many)


def fill(message: str, values: dict[str, object]) -> str:
    if not values:
        return message
    if any(hasattr(value, "__html__") for value in values.values()):
        # Markup goes in as markup, and everything around it is escaped.
        return escape(message).format(**values)
    return message.format(**values)


@cache
def read_catalogue(language: str) -> dict[str, Entry]:
    """Only finished entries: an empty translation falls back to English like a missing one."""
    path = TRANSLATIONS / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    found = (_entry(message) for message in messages)
    return dict(pair for pair in found if pair is not None)


def _entry(message: Any) -> tuple[str, Entry] | None:
    if isinstance(message.id, str):
        return (message.id, message.string) if message.id and message.string else None
    one, many = message.string[0], message.string[-1]
    return (message.id[0], (one, many)) if one and many else None
