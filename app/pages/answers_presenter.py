"""Words for one check-in with every answer."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.instruments import Instrument, load_instrument
from app.languages import gettext as _
from app.languages import request_language
from app.pages.care_end_presenter import came_after
from app.pages.check_in_presenter import Line, NoteWords, note_words, present_lines
from app.pages.dates import Dates
from app.services.care_ends import Ended
from app.services.journal import Entry


@dataclass(frozen=True)
class ItemWords:
    """One item: its published words and the answer, or that there is none."""

    number: int
    text: str
    answer: str
    value: str
    is_skipped: bool
    is_safety: bool


@dataclass(frozen=True)
class InstrumentWords:
    """One instrument of the check-in."""

    id: str
    title: str
    instruction: str
    items: list[ItemWords]
    copyright: str
    shown_in: str


@dataclass(frozen=True)
class CheckInPage:
    """The page in words. `before_id` is the version it replaces, `later_id` the one that replaces it."""

    id: uuid.UUID
    line: Line
    answered: str
    arrived: str
    instruments: list[InstrumentWords]
    difficulty_question: str
    notes: list[NoteWords]
    others: list[Line]
    is_after_care: bool
    before_id: uuid.UUID | None
    later_id: uuid.UUID | None


def present_check_in(
    entry: Entry, versions: list[Entry], history: list[Entry], ends: Sequence[Ended], dates: Dates
) -> CheckInPage:
    """Word one check-in; `history` gives the score before it, `versions` what else came under its id.

    `ends`: when care was over.
    """
    earlier = [one for one in history if one.check_in.answered_at < entry.check_in.answered_at]
    newer = [one for one in history if _is_replaced_by(entry, one)]
    line = present_lines([*newer, entry, *earlier], dates)[len(newer)]
    question = load_instrument("phq9").difficulty
    return CheckInPage(
        id=entry.check_in.id,
        line=line,
        answered=dates.near(entry.check_in.answered_at),
        arrived=dates.near(entry.check_in.arrived_at),
        instruments=[_instrument(name, entry) for name in entry.scores],
        difficulty_question=question.text(request_language()) if question else "",
        notes=[
            note_words(entry, note, dates) for note in entry.notes.values() if note.body or note.direction
        ],
        others=present_lines([one for one in versions if one.check_in.id != entry.check_in.id], dates),
        is_after_care=came_after(entry, ends),
        before_id=next((one.check_in.id for one in history if _is_replaced_by(one, entry)), None),
        later_id=newer[0].check_in.id if newer else None,
    )


def _is_replaced_by(one: Entry, later: Entry) -> bool:
    return later.check_in.supersedes == one.check_in.client_id


def _instrument(name: str, entry: Entry) -> InstrumentWords:
    instrument, language = load_instrument(name), request_language()
    answers = entry.answers.get(name, {})
    return InstrumentWords(
        id=name,
        title=instrument.title,
        instruction=instrument.instruction.text(language),
        items=[_item(instrument, number, answers.get(number), language) for number in _numbers(instrument)],
        copyright=instrument.copyright.text(language),
        shown_in=_("answered in Spanish") if entry.check_in.language == "es" else _("answered in English"),
    )


def _numbers(instrument: Instrument) -> list[int]:
    return [item.number for item in instrument.items]


def _item(instrument: Instrument, number: int, value: int | None, language: str) -> ItemWords:
    item = instrument.items[number - 1]
    return ItemWords(
        number=number,
        text=item.text(language),
        answer=_("not answered") if value is None else instrument.answer(value).text(language),
        value="–" if value is None else str(value),
        is_skipped=value is None,
        is_safety=item.is_safety,
    )
