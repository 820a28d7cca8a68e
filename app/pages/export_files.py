"""The files of an export: JSON for programs, CSV for tables, HTML for people. Each is made piece by piece."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from flask import render_template

from app.db import Database
from app.domain.instruments import INSTRUMENT_IDS, load_instrument
from app.formats.delimited import write_rows
from app.languages import gettext as _
from app.languages import mark
from app.pages.check_in_presenter import KINDS, item9_words, note_words
from app.pages.dates import Dates
from app.services.journal import Entry
from app.services.record_export import Record, read_all_check_ins

FORMAT = "between/record/1"
STATUS = {
    "complete": mark("complete"),
    "prorated": mark("prorated"),
    "incomplete": mark("no score"),
}
COLUMNS = (
    *("answered_at", "arrived_at", "kind", "source", "answered_by", "phq9", "phq9_status", "gad7"),
    *("gad7_status", "item9", "difficulty", "today", "executive", "hedonic", "replaced_later"),
)


def make_json(database: Database, record: Record, now: datetime) -> Iterator[str]:
    """One object; its check-ins come as they are read."""
    facts = {
        "format": FORMAT,
        "made_at": now,
        "notices": [load_instrument(one).loinc_notice for one in INSTRUMENT_IDS[:1]],
        "copyright": {one: load_instrument(one).copyright.en for one in INSTRUMENT_IDS},
        **{name: getattr(record, name) for name in ("clinic", "zone", "name", "language", "safety_plan")},
        **{name: getattr(record, name) for name in ("visits", "cadences", "past_totals", "baselines")},
    }
    yield json.dumps(facts, default=_told, ensure_ascii=False, indent=1)[:-2] + ',\n "check_ins": ['
    comma = ""
    for page in read_all_check_ins(database, record):
        for entry in page:
            yield f"{comma}\n  {json.dumps(_check_in(entry), default=_told, ensure_ascii=False)}"
            comma = ","
    yield "\n ]\n}\n"


def make_csv(database: Database, record: Record) -> Iterator[str]:
    """One line for each check-in and each past total, the oldest check-in first."""
    # A spreadsheet takes a file without a mark for its own country's encoding.
    yield "\ufeff" + write_rows([COLUMNS])
    for total in record.past_totals:
        if total["removed_at"] is None:
            row = {"answered_at": total["day"].isoformat(), "kind": "past total"}
            row |= {"source": total["source_text"], total["instrument"]: total["total"]}
            yield write_rows([[row.get(name) for name in COLUMNS]])
    for page in read_all_check_ins(database, record):
        replaced = {entry.check_in.supersedes for entry in page}
        yield write_rows([_line(entry, entry.check_in.client_id in replaced) for entry in page])


def make_html(database: Database, record: Record, dates: Dates, language: str) -> Iterator[str]:
    """A document of its own: no script, no address, nothing that is asked for elsewhere."""
    titles = {one: load_instrument(one).title for one in INSTRUMENT_IDS}
    notices = [load_instrument(one).copyright.text(language) for one in INSTRUMENT_IDS]
    past = [one for one in record.past_totals if one["removed_at"] is None]
    yield render_template(
        "export/head.html", record=record, dates=dates, language=language, past=past, titles=titles
    )
    for page in read_all_check_ins(database, record):
        yield render_template("export/check_ins.html", entries=[_words(one, dates) for one in page])
    loinc = load_instrument("phq9").loinc_notice
    yield render_template("export/foot.html", notices=[*notices, loinc])


def make_notices() -> Iterator[str]:
    """What has to stand beside the instruments wherever they go, in every language."""
    for one in INSTRUMENT_IDS:
        instrument = load_instrument(one)
        yield f"{instrument.title}. {instrument.copyright.en}\n{instrument.copyright.es}\n"
    yield f"{load_instrument('phq9').loinc_notice}\n"


def _check_in(entry: Entry) -> dict[str, Any]:
    one = entry.check_in
    names = ("client_id", "supersedes", "kind", "language", "answered_at", "arrived_at", "wall", "zone")
    more = ("answered_by", "difficulty", "today", "should_know", "should_know_topics", "should_know_text")
    return {
        **{name: getattr(one, name) for name in (*names, *more)},
        "source": entry.source,
        "is_second_version": one.is_conflict,
        "scores": {name: _score(score) for name, score in entry.scores.items()},
        "notes": {
            name: {"direction": note.direction, "text": note.body, "attribution": note.attribution}
            for name, note in entry.notes.items()
        },
        "read_by": entry.reader_name,
        "read_at": entry.sign_off.signed_at if entry.sign_off else None,
    }


def _score(score: Any) -> dict[str, Any]:
    names = ("version", "total", "band", "status", "answered")
    items = {str(item): value for item, value in score.answers.items()}
    return {**{name: getattr(score, name) for name in names}, "items": items}


def _line(entry: Entry, is_replaced: bool) -> list[object]:
    one, row = entry.check_in, dict[str, object]()
    row |= {"answered_at": one.answered_at.isoformat(), "arrived_at": one.arrived_at.isoformat()}
    row |= {"kind": one.kind, "source": entry.source, "answered_by": one.answered_by, "today": one.today}
    row |= {name: score.total for name, score in entry.scores.items()}
    row |= {f"{name}_status": score.status for name, score in entry.scores.items()}
    row |= {"item9": entry.answers.get("phq9", {}).get(9), "difficulty": one.difficulty}
    row |= {name: note.body for name, note in entry.notes.items()}
    row |= {"replaced_later": "yes" if is_replaced else ""}
    return [row.get(name) for name in COLUMNS]


def _words(entry: Entry, dates: Dates) -> dict[str, Any]:
    scores = [
        f"{load_instrument(name).title} {_dash(score.total)} ({_(STATUS[score.status])})"
        for name, score in entry.scores.items()
    ]
    return {
        "when": dates.near(entry.check_in.answered_at),
        "kind": _(KINDS[entry.check_in.kind]),
        "scores": scores,
        "item9": item9_words(entry)[0],
        "today": entry.check_in.today,
        "notes": [note_words(entry, note, dates) for note in entry.notes.values()],
        "should_know": entry.check_in.should_know_text,
    }


def _dash(total: int | None) -> str:
    return "–" if total is None else str(total)


def _told(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
