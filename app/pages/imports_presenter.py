"""Words for an import: each line and what becomes of it."""

import uuid
from dataclasses import dataclass

from app.domain.instruments import load_instrument
from app.formats.delimited import Table, TableError
from app.languages import gettext as _
from app.languages import mark, ngettext
from app.pages.dates import Dates
from app.services.import_rows import HeaderError
from app.services.imports import Planned

WRONG = {
    "name": mark("no name, or one that is too long"),
    "email": mark("this is no e-mail address"),
    "language": mark("the language is neither English nor Spanish"),
    "phq9": mark("PHQ-9 is no whole number from 0 to 27"),
    "gad7": mark("GAD-7 is no whole number from 0 to 21"),
    "day": mark("this day cannot be read, or lies after today"),
    "source": mark("the source is too long"),
    "unknown": mark("no patient of yours has this name or e-mail"),
    "nameless": mark("a new patient needs a name"),
    "ambiguous": mark("more than one patient has this name: give the e-mail"),
    "other_team": mark("this patient is on another team"),
    "other_phq9": mark("that day has another PHQ-9 already"),
    "other_gad7": mark("that day has another GAD-7 already"),
}
SEPARATORS = {",": mark("comma"), ";": mark("semicolon"), "\t": mark("tab")}


@dataclass(frozen=True)
class LineWords:
    """One line of the file. `wrong` says why nothing can be stored."""

    line: int
    who: str
    becomes: str
    wrong: str


@dataclass(frozen=True)
class PlanWords:
    """The report; `can_store` when every line is right and something is new."""

    about: str
    counts: str
    lines: list[LineWords]
    can_store: bool
    is_done: bool
    made: list[tuple[uuid.UUID, str]]


def present_plan(table: Table, planned: list[Planned], dates: Dates, is_done: bool) -> PlanWords:
    """Word it, the wrong lines first."""
    wrong = sum(1 for one in planned if one.wrong)
    made = {one.patient: one.row.name for one in planned if one.is_new and one.patient}
    totals = sum(len(one.enters) for one in planned)
    lines = [_line(one, dates) for one in planned]
    separator = _(SEPARATORS[table.separator])
    return PlanWords(
        about=_(
            "Read as {encoding}, separated by {separator}.", encoding=table.encoding, separator=separator
        ),
        counts=_counts(len(planned), wrong, len(made), totals),
        lines=sorted(lines, key=lambda one: not one.wrong),
        can_store=not wrong and bool(made or totals) and not is_done,
        is_done=is_done,
        made=list(made.items()) if is_done else [],
    )


def table_trouble(error: TableError | HeaderError) -> str:
    """Why a file is no table."""
    if isinstance(error, HeaderError):
        if error.missing:
            return _("The first line must name the columns, with “name” or “e-mail” among them.")
        return _("A column is there twice: {columns}.", columns=", ".join(error.twice))
    sentences = {
        "empty": _("There is nothing in this file."),
        "encoding": _("This file is in no encoding we know: save it as CSV UTF-8."),
        "too_long": _("At most 1000 lines at once."),
        "quotes": _("The quotes in line {line} do not match.", line=error.line),
    }
    return sentences[error.why]


def _counts(lines: int, wrong: int, made: int, totals: int) -> str:
    words = [ngettext("{n} line", "{n} lines", lines)]
    if wrong:
        words.append(ngettext("{n} of them is wrong", "{n} of them are wrong", wrong))
    words.append(ngettext("{n} new patient", "{n} new patients", made))
    words.append(ngettext("{n} total to enter", "{n} totals to enter", totals))
    return ", ".join(words)


def _line(one: Planned, dates: Dates) -> LineWords:
    words = [_("new patient")] if one.is_new else []
    words += [
        f"{load_instrument(total.instrument).title} {total.total}, {dates.calendar_day(total.day)}"
        for total in one.enters
    ]
    words += [
        _("{instrument} is here already", instrument=load_instrument(name).title) for name in one.has_already
    ]
    who = one.row.name or one.row.email
    becomes = "; ".join(words) or _("nothing new")
    wrong = "; ".join(_(WRONG[code]) for code in one.wrong)
    return LineWords(one.row.line, who, becomes if not wrong else "", wrong)
