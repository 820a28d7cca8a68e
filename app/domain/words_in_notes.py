"""Notes against a plain list of words. It finds what is on the list, promises no detection, and says so."""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

LIST = Path(__file__).parent / "data" / "words_in_notes.json"
LANGUAGES = ("en", "es")
SHORTEST = 3
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
def plain_entries() -> tuple[str, ...]:
    """The list that ships, in all languages: people write in the one the day has."""
    read = json.loads(LIST.read_text(encoding="utf-8"))
    return tuple(dict.fromkeys(entry for language in LANGUAGES for entry in read[language]))


@cache
def plain_list() -> WordList:
    """The list that ships, compiled."""
    return WordList(plain_entries())


@lru_cache(maxsize=256)
def clinic_list(added: tuple[str, ...], removed: tuple[str, ...]) -> WordList:
    """The list that ships without what a clinic took out, and with what it put in."""
    return WordList([*(one for one in plain_entries() if one not in removed), *added])


def fold_entry(typed: str) -> str:
    """An entry as it is compared: folded, `*` kept at a word's end. '' for one that would find anything."""
    words = [fold(word).strip() + ("*" if word.endswith("*") else "") for word in typed.split()]
    known = [word for word in words if word.strip("*")]
    is_loose = any(len(word) <= SHORTEST for word in known if word.endswith("*"))
    return "" if is_loose or len("".join(known)) < SHORTEST else " ".join(known)


def _compile(entry: str) -> re.Pattern[str]:
    words = [re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") for word in entry.split()]
    return re.compile(" ".join(words) + " ")
