"""Words for check-ins: one line each in a list, and one page with every answer."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.domain.check_in import IN_PERSON
from app.domain.clock import clock_told
from app.domain.instruments import load_instrument
from app.domain.modality import treatment_of
from app.domain.note import ATTRIBUTION_NAMES, DIMENSION_NAMES, DIRECTION_NAMES, TOPIC_NAMES
from app.languages import format_full_day, mark, request_language
from app.languages import gettext as _
from app.models import CheckIn, InstrumentScore, Note
from app.pages.dates import Dates
from app.pages.words import band_name, change_words, signed, treatment_name
from app.services.journal import Entry

KINDS = {
    "full": mark("check-in"),
    "today": mark("today rating"),
    "note": mark("note"),
    "partial": mark("part of a check-in"),
    "in_person": mark("asks to talk in person"),
}


@dataclass(frozen=True)
class ScoreWords:
    """One score: the figure, its band, what is missing, and how it compares with the complete one before."""

    title: str
    total: str
    band: str
    flag: str
    change: str
    judged: str


@dataclass(frozen=True)
class NoteWords:
    """One dimension of a note."""

    dimension: str
    name: str
    direction: str
    text: str
    attribution: str
    day: str
    check_in_id: uuid.UUID
    is_unread: bool


@dataclass(frozen=True)
class Line:
    """One check-in in the list."""

    id: uuid.UUID
    kind: str
    when: str
    arrived: str
    clock: str
    before: str
    how: str
    scores: dict[str, ScoreWords]
    difficulty: str
    item9: str
    item9_needs: bool
    today: str
    should_know: list[str]
    should_know_text: str
    notes: int
    signed: str
    read_by: str
    is_unread: bool
    is_replaced: bool
    is_corrected: bool
    is_conflict: bool
    asks_to_talk: bool

    @property
    def is_waiting(self) -> bool:
        """It has a Sign off of its own: unread, and no later version stands for it."""
        return self.is_unread and not self.is_replaced

    @property
    def is_quiet(self) -> bool:
        """A today rating that was read says no more than its figure."""
        return bool(self.today and self.read_by) and not (self.scores or self.notes or self.should_know)


def present_lines(entries: list[Entry], dates: Dates) -> list[Line]:
    """Newest first."""
    later = {entry.check_in.supersedes: entry for entry in reversed(entries) if entry.check_in.supersedes}
    return [
        _line(
            entry,
            [one for one in entries[index + 1 :] if one.check_in.client_id not in later],
            dates,
            later.get(entry.check_in.client_id),
        )
        for index, entry in enumerate(entries)
    ]


def _says_otherwise(earlier: Entry, later: Entry) -> bool:
    """Whether something that was said first was changed; what was only added is no correction."""
    first, then = earlier.check_in, later.check_in
    answers = [
        later.answers.get(instrument, {}).get(item) != value
        for instrument, given in earlier.answers.items()
        for item, value in given.items()
    ]
    notes = [
        name not in later.notes
        or (note.direction, note.body) != (later.notes[name].direction, later.notes[name].body)
        for name, note in earlier.notes.items()
    ]
    facts = [
        getattr(first, name) not in (None, getattr(then, name))
        for name in ("today", "difficulty", "should_know")
    ]
    return any([*answers, *notes, *facts])


def _line(entry: Entry, earlier: list[Entry], dates: Dates, later: Entry | None) -> Line:
    check_in, asks = entry.check_in, entry.check_in.kind == IN_PERSON
    item9, needs = item9_words(entry)
    return Line(
        id=check_in.id,
        kind=_(KINDS[check_in.kind]),
        when=dates.near(check_in.answered_at),
        arrived=late_words(check_in.answered_at, check_in.arrived_at, dates),
        clock=clock_words(check_in, dates),
        before=before_words(entry, dates),
        how=how_words(entry),
        scores={name: score_words(name, score, earlier) for name, score in entry.scores.items()},
        difficulty=difficulty_words(entry),
        item9=item9,
        item9_needs=needs,
        today="" if check_in.today is None else str(check_in.today),
        should_know=[] if asks else _should_know(entry),
        should_know_text=check_in.should_know_text,
        notes=sum(1 for note in entry.notes.values() if note.body),
        signed=signed_words(entry, dates),
        read_by=f"{entry.reader_name}, {dates.day(entry.sign_off.signed_at)}" if entry.sign_off else "",
        is_unread=entry.sign_off is None,
        is_replaced=later is not None,
        is_corrected=later is not None and _says_otherwise(entry, later),
        is_conflict=check_in.is_conflict,
        asks_to_talk=asks,
    )


def _should_know(entry: Entry) -> list[str]:
    topics = [_(TOPIC_NAMES[one]) for one in entry.check_in.should_know_topics if one in TOPIC_NAMES]
    return topics or ([_("Yes, without a topic")] if entry.check_in.should_know == "yes" else [])


def score_words(instrument: str, score: InstrumentScore, earlier: list[Entry]) -> ScoreWords:
    """A prorated or missing total is said plainly and compared with nothing."""
    title = load_instrument(instrument).title
    if score.total is None:
        asked = len(load_instrument(instrument).items)
        return ScoreWords(
            title, "–", "", _("no score, {n} of {all} answered", n=score.answered, all=asked), "", ""
        )
    band = band_name(instrument, score.band)
    if score.status != "complete":
        return ScoreWords(
            title, str(score.total), band, _("prorated, {n} answered", n=score.answered), "", ""
        )
    before = _last_complete(instrument, earlier)
    if before is None:
        return ScoreWords(title, str(score.total), band, "", "", "")
    judged = change_words(instrument, before, score.total)
    return ScoreWords(title, str(score.total), band, "", signed(score.total - before), judged)


def _last_complete(instrument: str, earlier: list[Entry]) -> int | None:
    for entry in earlier:
        score = entry.scores.get(instrument)
        if score is not None and score.status == "complete":
            return score.total
    return None


def item9_words(entry: Entry) -> tuple[str, bool]:
    """The answer as a figure, never as a reassurance."""
    score = entry.scores.get("phq9")
    if score is None or score.item9 is None:
        return "", False
    value = entry.answers.get("phq9", {}).get(9)
    if value is None:
        return _("not answered"), True
    return str(value), value > 0


def difficulty_words(entry: Entry) -> str:
    """In the published words, or that it was skipped."""
    question = load_instrument("phq9").difficulty
    if not entry.check_in.difficulty_asked or question is None:
        return ""
    if entry.check_in.difficulty is None:
        return _("skipped")
    return question.answers[entry.check_in.difficulty].text(request_language())


def late_words(answered: datetime, arrived: datetime, dates: Dates) -> str:
    """Only when it came more than a quarter of an hour later: it waited on the phone."""
    if (arrived - answered).total_seconds() < 15 * 60:
        return ""
    same_day = dates.days_since(answered) == dates.days_since(arrived)
    return _("arrived {when}", when=dates.time(arrived) if same_day else dates.near(arrived))


def clock_words(check_in: CheckIn, dates: Dates) -> str:
    """The phone's clock told a time that cannot be: what stands as answered is when it came."""
    told = clock_told(check_in.wall, check_in.offset_minutes, check_in.answered_at)
    if told is None:
        return ""
    return _("the phone’s clock was wrong: it said {day}", day=format_full_day(told, dates.language))


def before_words(entry: Entry, dates: Dates) -> str:
    """Which visit it precedes."""
    if not entry.visits:
        return ""
    visit = entry.visits[0]
    return _(
        "before {treatment} {when}",
        treatment=treatment_name(treatment_of(visit.modality)),
        when=dates.near(visit.starts_at),
    )


def how_words(entry: Entry) -> str:
    """When it did not come from the person's own phone, or somebody helped."""
    words = []
    if entry.source == "paper" and entry.check_in.supersedes:
        words.append(_("on paper, corrected by {name}", name=entry.entered_by))
    elif entry.source == "paper":
        words.append(_("on paper, entered by {name}", name=entry.entered_by))
    if entry.source == "phone" and entry.entered_by:
        words.append(_("from a file of the phone, taken in by {name}", name=entry.entered_by))
    if entry.source == "tablet":
        words.append(_("on the clinic’s tablet"))
    if entry.check_in.answered_by == "with_help":
        words.append(_("answered with help"))
    return " · ".join(words)


def signed_words(entry: Entry, dates: Dates) -> str:
    """Who read it, and when."""
    if entry.sign_off is None:
        return ""
    when = dates.near(entry.sign_off.signed_at)
    return _("signed off by {name}, {when}", name=entry.reader_name, when=when)


def present_notes(entries: list[Entry], dimension: str, dates: Dates) -> list[NoteWords]:
    """The notes of one dimension, newest first; neither an empty one nor one that a later version repeats."""
    later = {entry.check_in.supersedes: entry for entry in entries if entry.check_in.supersedes}
    found = [
        (entry, entry.notes[dimension])
        for entry in entries
        if dimension in entry.notes
        and not _is_repeated(entry, later.get(entry.check_in.client_id), dimension)
    ]
    return [note_words(entry, note, dates) for entry, note in found if note.body or note.direction]


def _is_repeated(entry: Entry, later: Entry | None, dimension: str) -> bool:
    if later is None or dimension not in later.notes:
        return False
    first, then = entry.notes[dimension], later.notes[dimension]
    return (first.direction, first.body) == (then.direction, then.body)


def note_words(entry: Entry, note: Note, dates: Dates) -> NoteWords:
    """One note with what the patient puts it down to."""
    named = [_(ATTRIBUTION_NAMES[one]) for one in note.attribution if one in ATTRIBUTION_NAMES]
    return NoteWords(
        dimension=note.dimension,
        name=_(DIMENSION_NAMES[note.dimension]),
        direction=_(DIRECTION_NAMES[note.direction]) if note.direction else "",
        text=note.body,
        attribution=_("puts it down to: {what}", what=", ".join(named)) if named else "",
        day=dates.day(entry.check_in.answered_at),
        check_in_id=entry.check_in.id,
        is_unread=entry.sign_off is None,
    )
