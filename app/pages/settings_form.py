"""The sections of the settings: what was typed, what is wrong with it, what it means."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from app.config import DIALABLE
from app.domain.cadence import is_zone
from app.domain.escalation import MOST_STAGES, WHO, read_escalation, write_escalation
from app.domain.words_in_notes import fold_entry, plain_entries
from app.languages import LANGUAGES
from app.languages import gettext as _
from app.pages.visit_form import is_plain, whole_number

MOST_NAME, MOST_WORDS, MOST_ENTRIES, MOST_DAYS = 120, 200, 200, 60
LADDERS = ("full", "slower")
RANGES = {"window_hours": (1, 336), "spacing_days": (1, 28)}
MOST_YEARS = 99
# As clinics print it, with an area code in brackets too.
PHONE = re.compile(r"\+?[0-9(][0-9 ().\-]{2,24}")

Form = MultiDict[str, str]
Read = tuple[dict[str, Any], dict[str, str]]


def read_section(section: str, form: Form, languages: Sequence[str]) -> Read:
    """The clinic's new values, and a sentence for each field that needs another look."""
    return SECTIONS[section](form, languages)


def _read_clinic(form: Form, _languages: Sequence[str]) -> Read:
    name, phone = (form.get(one, "").strip() for one in ("name", "phone"))
    zone, spoken = (
        form.get("zone", "").strip(),
        [one for one in LANGUAGES if one in form.getlist("languages")],
    )
    wrong = {}
    if not name or not is_plain(name, MOST_NAME):
        wrong["name"] = _("A name of at most {n} characters.", n=MOST_NAME)
    if not PHONE.fullmatch(phone):
        wrong["phone"] = _("A number that can be dialled, like (555) 010-0142.")
    if not is_zone(zone):
        wrong["zone"] = _("A time zone by its name, like America/New_York.")
    if not spoken:
        wrong["languages"] = _("At least one language.")
    return {"name": name, "phone": phone, "zone": zone, "languages": spoken}, wrong


def _read_hours(form: Form, languages: Sequence[str]) -> Read:
    hours, wrong = _words(form, "hours", languages)
    days = form.get("closing_days", "").split()
    if len(days) > MOST_DAYS or not all(map(_is_day, days)):
        wrong["closing_days"] = _("One day on each line, like 2026-12-25, at most {n}.", n=MOST_DAYS)
    return {"hours": hours, "closing_days": sorted(set(days))}, wrong


def _read_answers(form: Form, languages: Sequence[str]) -> Read:
    words, wrong = _words(form, "answer", languages)
    return {"answer_words": words}, wrong


def _read_crisis(form: Form, _languages: Sequence[str]) -> Read:
    numbers = {kind: form.get(kind, "").strip() for kind in ("call", "text", "emergency")}
    wrong = {
        kind: _("A number that can be dialled.")
        for kind, number in numbers.items()
        if not DIALABLE.match(number) and (number or kind != "text")
    }
    if form.get("sure") != "yes":
        wrong["sure"] = _("Please dial them once before you save them.")
    return {"crisis": numbers}, wrong


def _read_escalation(form: Form, _languages: Sequence[str]) -> Read:
    stored = {ladder: _read_ladder(form, ladder) for ladder in LADDERS}
    try:
        read = write_escalation(read_escalation(stored))
    except ValueError:
        return {}, {
            "full": _(
                "Each order begins with whoever has the alert and ends with everybody, every step later than"
                " the one before it, within a week; the slower one does not end first."
            )
        }
    return {"escalation": read, "desk_only": form.get("desk_only") == "yes"}, {}


def _read_ladder(form: Form, ladder: str) -> list[list[str | int]]:
    """Rows that are empty are no steps. What is no number is -1, which no ladder takes."""
    steps: list[list[str | int]] = []
    for row in range(1, MOST_STAGES + 1):
        who, typed = form.get(f"{ladder}_who_{row}", ""), form.get(f"{ladder}_after_{row}", "").strip()
        if not who and not typed:
            continue
        after = whole_number(typed)
        steps.append([who if who in WHO else "", -1 if after is None else after])
    return steps


def _read_words(form: Form, _languages: Sequence[str]) -> Read:
    typed = _lines(form.get("added", ""))
    added = [fold_entry(one) for one in typed]
    removed, wrong = _lines(form.get("removed", "")), {}
    if "" in added or len(added) > MOST_ENTRIES or any(len(one) > MOST_WORDS for one in typed):
        bad = next((one for one, folded in zip(typed, added, strict=True) if not folded), "")
        wrong["added"] = _(
            "At least three letters each, at most {n} entries. Look at: {entry}", n=MOST_ENTRIES, entry=bad
        )
    unknown = [one for one in removed if one not in plain_entries()]
    if unknown:
        wrong["removed"] = _("Not on the list: {entry}", entry=unknown[0])
    return {"words_added": list(dict.fromkeys(added)), "words_removed": list(dict.fromkeys(removed))}, wrong


def _read_rules(form: Form, _languages: Sequence[str]) -> Read:
    values: dict[str, int | None] = {}
    wrong = {}
    for name, (low, high) in RANGES.items():
        values[name] = whole_number(form.get(name, ""))
        if not low <= (values[name] or 0) <= high:
            wrong[name] = _("A whole number from {low} to {high}.", low=low, high=high)
    typed = form.get("retention_years", "").strip()
    values["retention_years"] = whole_number(typed)
    if typed and not 1 <= (values["retention_years"] or 0) <= MOST_YEARS:
        wrong["retention_years"] = _("A whole number from {low} to {high}.", low=1, high=MOST_YEARS)
    return values, wrong


SECTIONS: Mapping[str, Callable[[Form, Sequence[str]], Read]] = {
    "clinic": _read_clinic,
    "hours": _read_hours,
    "answers": _read_answers,
    "crisis": _read_crisis,
    "escalation": _read_escalation,
    "words": _read_words,
    "rules": _read_rules,
}


def _words(form: Form, name: str, languages: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The same words in each language of the clinic; a patient reads the own one."""
    words = {one: form.get(f"{name}_{one}", "").strip() for one in languages}
    wrong = {
        f"{name}_{one}": _("A few words, at most {n} characters.", n=MOST_WORDS)
        for one, said in words.items()
        if not said or not is_plain(said, MOST_WORDS)
    }
    return words, wrong


def _lines(text: str) -> list[str]:
    return [line for one in text.splitlines() if (line := " ".join(one.split()))]


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
