"""The instruments exactly as published. Their wording is read from the data files and never edited."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
INSTRUMENT_IDS = ("phq9", "gad7")


@dataclass(frozen=True)
class Wording:
    """One sentence of an instrument in each language it was published in."""

    en: str
    es: str

    def text(self, language: str) -> str:
        return self.es if language == "es" else self.en


@dataclass(frozen=True)
class Item:
    number: int
    tag: str
    loinc: str
    link_id: str
    is_safety: bool
    wording: Wording

    def text(self, language: str) -> str:
        return self.wording.text(language)


@dataclass(frozen=True)
class Answer:
    value: int
    loinc: str
    wording: Wording

    def text(self, language: str) -> str:
        return self.wording.text(language)


@dataclass(frozen=True)
class Band:
    """`name` is an English key of the translations: the bands were published in English only."""

    id: str
    lowest: int
    highest: int
    name: str


@dataclass(frozen=True)
class Difficulty:
    """The unscored question about function, asked once per check-in."""

    loinc: str
    link_id: str
    wording: Wording
    answers: tuple[Answer, ...]

    def text(self, language: str) -> str:
        return self.wording.text(language)


@dataclass(frozen=True)
class Codes:
    panel_loinc: str
    panel_display: str
    total_loinc: str
    total_display: str
    total_link_id: str


@dataclass(frozen=True)
class Instrument:
    """`time_frame` and `difficulty` are None where the publication has none of its own (GAD-7)."""

    id: str
    title: str
    version: str
    recall_days: int
    time_frame: Wording | None
    instruction: Wording
    items: tuple[Item, ...]
    answers: tuple[Answer, ...]
    bands: tuple[Band, ...]
    difficulty: Difficulty | None
    highest_total: int
    copyright: Wording
    loinc_notice: str
    codes: Codes

    def band(self, total: int) -> Band:
        return next(band for band in self.bands if band.lowest <= total <= band.highest)

    def answer(self, value: int) -> Answer:
        return self.answers[value]


@cache
def load_instrument(instrument_id: str) -> Instrument:
    if instrument_id not in INSTRUMENT_IDS:
        raise KeyError(instrument_id)
    return _instrument(_read(instrument_id))


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return data


def _instrument(data: Mapping[str, Any]) -> Instrument:
    return Instrument(
        id=data["id"],
        title=data["title"],
        version="1",
        recall_days=data["recall_days"],
        time_frame=_wording(data["time_frame"]) if "time_frame" in data else None,
        instruction=_wording(data["instruction"]),
        items=tuple(_item(item) for item in data["items"]),
        answers=tuple(_answer(answer, answer["value"]) for answer in data["answers"]),
        bands=tuple(Band(band["id"], band["min"], band["max"], band["en"]) for band in data["bands"]),
        difficulty=_difficulty(data["difficulty"]),
        highest_total=data["range"][1],
        copyright=_wording(data["copyright"]),
        loinc_notice=data["copyright"]["loinc"],
        codes=_codes(data["fhir"]),
    )


def _wording(data: Mapping[str, Any]) -> Wording:
    return Wording(en=data["en"], es=data["es"])


def _item(data: Mapping[str, Any]) -> Item:
    return Item(
        number=data["n"],
        tag=data["tag"],
        loinc=data["loinc"],
        link_id=data["linkId"],
        is_safety=data.get("safety_item", False),
        wording=_wording(data),
    )


def _answer(data: Mapping[str, Any], value: int) -> Answer:
    return Answer(value=value, loinc=data["loinc"], wording=_wording(data))


def _difficulty(data: Mapping[str, Any]) -> Difficulty | None:
    if "answers" not in data:
        return None
    answers = tuple(_answer(answer, answer["order"]) for answer in data["answers"])
    return Difficulty(loinc=data["loinc"], link_id=data["linkId"], wording=_wording(data), answers=answers)


def _codes(data: Mapping[str, Any]) -> Codes:
    return Codes(
        panel_loinc=data["panel_loinc"],
        panel_display=data["panel_display"],
        total_loinc=data["total_loinc"],
        total_display=data["total_display"],
        total_link_id=data["total_linkId"],
    )
