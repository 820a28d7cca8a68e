"""The sentences the phone can show, found in its own modules."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from app.languages.catalogue import plural_forms, read_catalogue

PHONE = Path(__file__).parent.parent / "static" / "pwa"

_QUOTED = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
# A template literal counts where it holds no expression.
_LITERAL = rf"(?:{_QUOTED}|`(?:[^`\\$]|\\.|\$(?!\{{))*`)"
_SENTENCE = rf"{_LITERAL}(?:\s*\+\s*{_LITERAL})*"
_CALL = re.compile(rf"(?<![\w.$])(?:t|mark)\(\s*({_SENTENCE})")
_PLURAL_CALL = re.compile(rf"(?<![\w.$])tn\(\s*({_SENTENCE})\s*,\s*({_SENTENCE})")
_ESCAPE = re.compile(r"\\(u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|.)", re.DOTALL)


def phone_strings(language: str, also: Iterable[str] = ()) -> dict[str, Any]:
    """Every sentence the phone can show in this language; `also` adds names that reach it as data."""
    catalogue = read_catalogue(language)
    strings: dict[str, Any] = {}
    for source in phone_sources():
        # A key kept in a table (`{tms: "TMS"}`) is known by being a key.
        strings |= {key: catalogue[key] for key in literals(source) if isinstance(catalogue.get(key), str)}
        strings |= {key: catalogue.get(key, key) for key in sentences(source)}
        strings |= dict(_plural_strings(language, source))
    return strings | {key: catalogue.get(key, key) for key in also}


def phone_sources() -> list[str]:
    paths = sorted(path for path in PHONE.rglob("*.js") if "vendor" not in path.parts)
    return [path.read_text(encoding="utf-8") for path in paths]


def sentences(source: str) -> list[str]:
    """The keys in `t("…")` and `mark("…")`; long ones may be joined with `+`."""
    return [_joined(call) for call in _CALL.findall(source)]


def plurals(source: str) -> list[tuple[str, str]]:
    """The (singular, plural) keys in `tn("…", "…", n)`."""
    return [(_joined(one), _joined(many)) for one, many in _PLURAL_CALL.findall(source)]


def literals(source: str) -> list[str]:
    return [_read_literal(literal) for literal in re.findall(_QUOTED, source)]


def _plural_strings(language: str, source: str) -> Iterator[tuple[str, dict[str, str]]]:
    for one, many in plurals(source):
        singular, plural = plural_forms(language, one, many)
        yield one, {"one": singular, "other": plural}


def _joined(expression: str) -> str:
    return "".join(_read_literal(literal) for literal in re.findall(_LITERAL, expression))


def _read_literal(literal: str) -> str:
    return _ESCAPE.sub(_unescaped, literal[1:-1])


def _unescaped(match: re.Match[str]) -> str:
    code: str | None = match[2] or match[3]
    if code:
        return chr(int(code, 16))
    # A backslash at the end of a line joins it to the next.
    return {"n": "\n", "t": "\t", "\n": ""}.get(match[1], match[1])
