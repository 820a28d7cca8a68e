"""The product shows the instruments exactly as published."""

import json
from pathlib import Path

import pytest

from app.domain.instruments import load_instrument

DATA = Path(__file__).parent.parent.parent / "app" / "domain" / "data"


@pytest.mark.parametrize(("instrument_id", "items", "highest"), [("phq9", 9, 27), ("gad7", 7, 21)])
def test_shape(instrument_id: str, items: int, highest: int) -> None:
    instrument = load_instrument(instrument_id)
    assert [item.number for item in instrument.items] == list(range(1, items + 1))
    assert [answer.value for answer in instrument.answers] == [0, 1, 2, 3]
    assert instrument.highest_total == highest == 3 * items
    assert [instrument.band(total).lowest <= total for total in range(highest + 1)] == [True] * (highest + 1)


@pytest.mark.parametrize("instrument_id", ["phq9", "gad7"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_word_is_the_published_one(instrument_id: str, language: str) -> None:
    data = json.loads((DATA / f"{instrument_id}.json").read_text(encoding="utf-8"))
    instrument = load_instrument(instrument_id)
    assert instrument.instruction.text(language) == data["instruction"][language]
    assert [item.text(language) for item in instrument.items] == [item[language] for item in data["items"]]
    assert [a.text(language) for a in instrument.answers] == [a[language] for a in data["answers"]]
    assert instrument.copyright.text(language) == data["copyright"][language]
    assert instrument.loinc_notice == data["copyright"]["loinc"]


def test_zero_is_not_at_all() -> None:
    assert load_instrument("gad7").answer(0).text("en") == "Not at all"


def test_only_item_9_is_the_safety_item() -> None:
    assert [item.number for item in load_instrument("phq9").items if item.is_safety] == [9]
    assert not any(item.is_safety for item in load_instrument("gad7").items)


def test_difficulty_has_very_before_extremely() -> None:
    difficulty = load_instrument("phq9").difficulty
    assert difficulty is not None
    assert [answer.loinc for answer in difficulty.answers] == ["LA6572-7", "LA6573-5", "LA6575-0", "LA6574-3"]
    assert [answer.text("en").split()[0] for answer in difficulty.answers[2:]] == ["Very", "Extremely"]
    assert load_instrument("gad7").difficulty is None


def test_an_unknown_instrument_is_no_file_name() -> None:
    with pytest.raises(KeyError):
        load_instrument("../../secrets")


def test_it_is_read_once() -> None:
    assert load_instrument("phq9") is load_instrument("phq9")
