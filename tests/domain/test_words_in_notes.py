"""A plain list of words in both languages: what it finds, what it leaves alone, and that it is quick."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.words_in_notes import LANGUAGES, LIST, clinic_list, fold, fold_entry, plain_list


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


@pytest.mark.parametrize(
    ("typed", "entry"),
    [
        ("Ledge", "ledge"),
        ("  no   way  OUT ", "no way out"),
        ("está harto*", "esta harto*"),
        ("can’t go on", "cant go on"),
        # What would be found in half of all notes, or in none, is no entry.
        ("x*", ""),
        ("no*", ""),
        ("a", ""),
        ("*", ""),
        ("¿¡!", ""),
    ],
)
def test_a_clinics_entry_is_compared_as_notes_are(typed: str, entry: str) -> None:
    assert fold_entry(typed) == entry


def test_a_clinic_adds_to_the_list_and_takes_from_it() -> None:
    changed = clinic_list(("no way out",), ("suicid*",))
    assert changed.find("There is NO WAY OUT of this.") == ("no way out",)
    assert changed.find("the word suicide alone") == ()
    assert changed.find("I want to die") == plain_list().find("I want to die") != ()
