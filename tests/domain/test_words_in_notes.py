"""A plain list of words in both languages: what it finds, what it leaves alone, and that it is quick."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.words_in_notes import LANGUAGES, LIST, fold, plain_list


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to wake up",
        "I don’t want to be alive, really",
        "I dont  want\nto live",
        "SUICIDAL",
        "thoughts of suicide.",
        "killing myself",
        "He said I'd be better off dead",
        "ending it all",
        "self-harm",
        "No quiero vivir",
        "quería MORIRME",
        "Ojalá me muera",
        "pensé en suicidarme",
        "hacerme daño",
        "hacerme dan\u0303o",
        "me corte\u0301 los brazos",
        "(better off without me)",
    ],
)
def test_found(text: str) -> None:
    assert plain_list().find("A quiet day.", text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The weekend went well.",
        "bending it all",
        "I skilled myself up",
        "dying to see the new film",
        "Me corté el pelo",
        "Ran 5 kms",
        "jumped off the couch",
        "the end of my lifetime subscription",
    ],
)
def test_left_alone(text: str) -> None:
    assert plain_list().find(text) == ()


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    assert fold(text).startswith(" ")
    assert "suicid*" in plain_list().find(f"{text} suicidio {text}")


def test_each_entry_finds_itself_and_stands_as_it_is_compared() -> None:
    stored = json.loads(LIST.read_text(encoding="utf-8"))
    for language in LANGUAGES:
        for entry in stored[language]:
            plain = entry.replace("*", "")
            assert fold(plain).strip() == plain, entry
            assert entry in plain_list().find(plain), entry
        assert len(set(stored[language])) == len(stored[language])
