"""Words for a check-in that arrived in two versions: both stand side by side, and what differs is named."""

from dataclasses import dataclass

from app.domain.instruments import load_instrument
from app.languages import gettext as _
from app.pages.check_in_presenter import Line, NoteWords, note_words
from app.pages.dates import Dates
from app.services.journal import Entry


@dataclass(frozen=True)
class Version:
    """One of them, the earlier arrival first."""

    arrived: str
    line: Line
    notes: list[NoteWords]


@dataclass(frozen=True)
class Versions:
    """All that came under one id. `differ` names what they do not agree in, and is empty when they do."""

    versions: list[Version]
    differ: str


def present_versions(entries: list[Entry], lines: list[Line], dates: Dates) -> list[Versions]:
    """Every check-in of these that is there more than once; `lines` are theirs, in the same order."""
    by_id: dict[object, list[tuple[Entry, Line]]] = {}
    for entry, line in zip(entries, lines, strict=True):
        by_id.setdefault(entry.check_in.client_id, []).append((entry, line))
    return [_versions(together, dates) for together in by_id.values() if len(together) > 1]


def _versions(together: list[tuple[Entry, Line]], dates: Dates) -> Versions:
    ordered = sorted(together, key=lambda pair: (pair[0].check_in.is_conflict, pair[0].check_in.arrived_at))
    return Versions([_version(entry, line, dates) for entry, line in ordered], _differ(ordered))


def _version(entry: Entry, line: Line, dates: Dates) -> Version:
    notes = [note_words(entry, note, dates) for note in entry.notes.values() if note.body or note.direction]
    return Version(dates.near(entry.check_in.arrived_at), line, notes)


def _differ(together: list[tuple[Entry, Line]]) -> str:
    said = [_said(entry) for entry, _line in together]
    return ", ".join(name for name in said[0] if any(one[name] != said[0][name] for one in said))


def _said(entry: Entry) -> dict[str, object]:
    """What was said, by the name that a clinician has for it."""
    check_in = entry.check_in
    titles = {name: load_instrument(name).title for name in ("phq9", "gad7")}
    return {
        **{title: entry.answers.get(name) for name, title in titles.items()},
        _("Difficulty"): (check_in.difficulty_asked, check_in.difficulty),
        _("Today, 0 to 10"): check_in.today,
        _("Should know"): (
            check_in.should_know,
            check_in.should_know_topics,
            check_in.should_know_text,
        ),
        _("notes"): {
            name: (note.direction, note.body, note.attribution) for name, note in entry.notes.items()
        },
    }
