"""Notes against a plain list of words. It finds what is on the list, promises no detection, and says so."""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

LIST = Path(__file__).parent / "data" / "words_in_notes.json"
LANGUAGES = ("en", "es")
# Typed on phones, pasted from elsewhere: all of them are one sign to a reader, and none to the list.
_APOSTROPHES = re.compile(r"['’‘ʼ`´＇]")
_BETWEEN_WORDS = re.compile(r"[\W_]+")


class WordList:
    """Entries as they are written in the list, compiled once for every note."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        for entry in dict.fromkeys(entries):
            first = entry.split(" ", 1)[0].rstrip("*")[:3]
            self._by_first.setdefault(first, []).append((entry, _compile(entry)))
        starts = "|".join(sorted(map(re.escape, self._by_first), key=len, reverse=True))
        # One pass finds where an entry could begin; most notes have no such place at all.
        self._start = re.compile(rf"(?<= )(?:{starts})")

    def find(self, *texts: str) -> tuple[str, ...]:
        """The entries found in any of the texts, in the order in which they stand there."""
        found: dict[str, None] = {}
        for text in texts:
            folded = fold(text)
            for start in self._start.finditer(folded):
                for entry, pattern in self._by_first[start[0]]:
                    if entry not in found and pattern.match(folded, start.start()):
                        found[entry] = None
        return tuple(found)


def fold(text: str) -> str:
    """Lower case without accents and apostrophes; one space around every word, also at both ends."""
    plain = _APOSTROPHES.sub("", text)
    letters = plain.lower() if plain.isascii() else _without_accents(plain)
    return f" {_BETWEEN_WORDS.sub(' ', letters).strip()} "


def _without_accents(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


@cache
def plain_list() -> WordList:
    """The list that ships, in all languages: people write in the one the day has."""
    read = json.loads(LIST.read_text(encoding="utf-8"))
    return WordList(entry for language in LANGUAGES for entry in read[language])


def _compile(entry: str) -> re.Pattern[str]:
    words = [re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") for word in entry.split()]
    return re.compile(" ".join(words) + " ")
