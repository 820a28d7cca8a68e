"""docs/asvs.md answers every requirement once, and every test it names is there."""

from collections import Counter

from tests.asvs import DOCUMENT, NAMED, WAITING, apart, exists, rows, settled, wanted

TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_every_requirement_is_answered_once() -> None:
    answered = Counter([*(row.number for row in rows(TEXT)), *apart(TEXT)])
    assert [number for number in wanted() if answered[number] != 1] == []
    assert answered.keys() == wanted().keys()
    assert [row.number for row in rows(TEXT) if row.level != wanted()[row.number]] == []


def test_every_named_test_exists() -> None:
    named = {named for row in rows(WAITING.sub("", TEXT)) for named in NAMED.findall(row.answer)}
    assert len(named) > 40
    assert [f"{path}::{name}" for path, name in sorted(named) if not exists(path, name)] == []


def test_the_counts_are_those_of_the_rows() -> None:
    assert settled(TEXT) == TEXT, "run: python -m tests.asvs"
