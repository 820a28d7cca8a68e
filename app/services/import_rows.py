"""What the rows of an imported table say: a patient each, totals of one day, or what is wrong."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from app.domain.instruments import INSTRUMENT_IDS
from app.services.accounts import fold_email, is_email, plain_name
from app.services.past_totals import MOST_SOURCE, is_total

# What people write above a column, without capitals and accents.
COLUMNS = {
    "name": ("name", "patient", "nombre", "paciente"),
    "email": ("email", "e-mail", "mail", "correo", "correo electronico"),
    "language": ("language", "idioma", "lengua"),
    "day": ("date", "day", "fecha", "dia"),
    "phq9": ("phq9", "phq-9", "phq 9"),
    "gad7": ("gad7", "gad-7", "gad 7"),
    "source": ("source", "fuente", "origen"),
}
LANGUAGES = {
    "": "",
    "en": "en",
    "english": "en",
    "ingles": "en",
    "es": "es",
    "spanish": "es",
    "espanol": "es",
}
ORDERS = {"ymd": (0, 1, 2), "mdy": (2, 0, 1), "dmy": (2, 1, 0)}
FIRST_YEAR = 1990
LONGEST_NAME = 120
_DAY = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})", re.ASCII)


@dataclass(frozen=True)
class ImportRow:
    """One line. `wrong` holds what is wrong with it, as codes of the presenter; then nothing else counts."""

    line: int
    name: str
    email: str
    language: str
    day: date | None
    totals: dict[str, int]
    source: str
    wrong: list[str] = field(default_factory=list)


class HeaderError(Exception):
    """`missing` columns are not in the first row; `twice` are there more than once."""

    def __init__(self, missing: list[str], twice: list[str]) -> None:
        super().__init__("header")
        self.missing, self.twice = missing, twice


def read_rows(rows: Sequence[tuple[int, list[str]]], order: str, today: date) -> list[ImportRow]:
    """Every row below the header. `order` of a written day: ymd, mdy or dmy. Raises HeaderError."""
    places = _places(rows[0][1])
    return [
        _read({name: _cell(cells, at) for name, at in places.items()}, line, order, today)
        for line, cells in rows[1:]
    ]


def fold(text: str) -> str:
    """For comparing: without case, accents and doubled spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def _places(header: list[str]) -> dict[str, int]:
    found: dict[str, list[int]] = {
        name: [at for at, cell in enumerate(header) if fold(cell) in words] for name, words in COLUMNS.items()
    }
    missing = [] if found["name"] or found["email"] else ["name"]
    twice = [name for name, at in found.items() if len(at) > 1]
    if missing or twice:
        raise HeaderError(missing, twice)
    return {name: at[0] for name, at in found.items() if at}


def _cell(cells: list[str], at: int) -> str:
    return cells[at] if at < len(cells) else ""


def _read(said: dict[str, str], line: int, order: str, today: date) -> ImportRow:
    wrong: list[str] = []
    name, email = plain_name(said.get("name", "")), fold_email(said.get("email", ""))
    if (not name and not email) or len(name) > LONGEST_NAME:
        wrong.append("name")
    if email and not is_email(email):
        wrong.append("email")
    language = LANGUAGES.get(fold(said.get("language", "")))
    if language is None:
        wrong.append("language")
    totals = {one: _total(said.get(one, ""), one) for one in INSTRUMENT_IDS if said.get(one, "")}
    wrong += [one for one, total in totals.items() if total is None]
    day = read_day(said.get("day", ""), order, today)
    if (totals or said.get("day")) and day is None:
        wrong.append("day")
    source = plain_name(said.get("source", ""))
    if len(source) > MOST_SOURCE:
        wrong.append("source")
    known = {one: total for one, total in totals.items() if total is not None}
    return ImportRow(line, name, email, language or "", day, known, source, wrong)


def _total(typed: str, instrument: str) -> int | None:
    """Plain digits of ASCII, in the instrument's range."""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 2):
        return None
    return int(typed) if is_total(instrument, int(typed)) else None


def read_day(typed: str, order: str, today: date) -> date | None:
    """A day with a year of four digits, in the order that was said, or as ISO 8601. Never after today."""
    found = _DAY.fullmatch(typed)
    if found is None:
        return None
    year_at, month_at, day_at = ORDERS["ymd"] if len(found[1]) == 4 else ORDERS[order]
    if len(found[year_at + 1]) != 4:
        return None
    try:
        day = date(int(found[year_at + 1]), int(found[month_at + 1]), int(found[day_at + 1]))
    except ValueError:
        return None
    return day if day.year >= FIRST_YEAR and day <= today else None
