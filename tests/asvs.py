"""docs/asvs.md as data. `python -m tests.asvs` counts its rows anew and puts in the tests that came since."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
DOCUMENT = TESTS.parent / "docs" / "asvs.md"
WANTED = TESTS / "data" / "asvs.json"
ROW = re.compile(r"^\| (V[\d.]+) \| (\d) \| ([^|]+) \| ([^|]+) \|$", re.M)
APART = re.compile(r"^\| (V[\d.*]+(?:, V[\d.*]+)*) \| ([^|]+) \|$", re.M)
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
WAITING = re.compile(r"[Oo]pen until (`[\w/]+\.py::test_\w+`)")
COUNTS = re.compile(r"<!-- counts -->\n(?:[^\n]+\n)*")


@dataclass(frozen=True)
class Row:
    """One requirement and its answer."""

    number: str
    level: int
    answer: str

    @property
    def kind(self) -> str:
        """open, by test, or by reason."""
        if re.search(r"\b[Oo]pen(:| until)", self.answer):
            return "open"
        return "by test" if NAMED.search(self.answer) else "by reason"


def wanted() -> dict[str, int]:
    """Every requirement of levels 1 and 2 in OWASP's list, with its level."""
    levels = json.loads(WANTED.read_text(encoding="utf-8"))
    return {number: int(level) for level, numbers in levels.items() for number in numbers}


def rows(text: str) -> list[Row]:
    """The requirements that apply."""
    return [Row(number, int(level), answer) for number, level, _words, answer in ROW.findall(text)]


def apart(text: str) -> list[str]:
    """Those that do not, one by one."""
    patterns = [one for listed, _why in APART.findall(text) for one in listed.split(", ")]
    return [
        number
        for pattern in patterns
        for number in wanted()
        if number == pattern or (pattern.endswith("*") and number.startswith(pattern[:-1]))
    ]


def exists(path: str, name: str) -> bool:
    """Whether there is such a test."""
    file = TESTS / path
    return file.exists() and f"def {name}(" in file.read_text(encoding="utf-8")


def settled(text: str) -> str:
    """The document with every test that has come put in, and counted."""

    def settle(found: re.Match[str]) -> str:
        (named,) = NAMED.findall(found[1])
        return found[1] if exists(*named) else found[0]

    text = WAITING.sub(settle, text)
    return COUNTS.sub(f"<!-- counts -->\n{counted(text)}\n", text)


def counted(text: str) -> str:
    """One line."""
    kinds = Counter(row.kind for row in rows(text))
    open_ones = ", ".join(row.number for row in rows(text) if row.kind == "open")
    return (
        f"{len(wanted())} requirements: {kinds['by test']} by test, {kinds['by reason']} by reason, "
        f"{kinds['open']} open, {len(apart(text))} do not apply. Open: {open_ones}."
    )


if __name__ == "__main__":
    DOCUMENT.write_text(settled(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
