"""The words of one patient's page."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from app.domain.agreement import HOURS_UNFINISHED, VERSION
from app.domain.modality import MODALITIES, MODALITY_NAMES, treatment_of, treatments_of
from app.domain.note import ATTRIBUTION_NAMES, treatment_choices
from app.languages import format_short_day, ngettext
from app.languages import gettext as _
from app.models import Agreement
from app.pages.alert_presenter import ThreadWords, present_thread
from app.pages.baseline_presenter import BaselineWords, PastWords, present_baselines, present_past
from app.pages.break_glass_presenter import OpeningWords, present_openings
from app.pages.care_end_presenter import CareWords, present_care
from app.pages.caseload_presenter import Detail
from app.pages.check_in_presenter import Line, NoteWords, present_lines, present_notes
from app.pages.dates import Dates
from app.pages.gap_presenter import GapWords, present_gap
from app.pages.standing_presenter import StandingWords, present_standing
from app.pages.timeline_presenter import Timeline, present_timeline
from app.pages.versions_presenter import Versions, present_versions
from app.pages.visit_form import CADENCE_MODALITIES, Typed, took_place_words, zone_choices
from app.pages.visit_presenter import Plan, present_plan
from app.pages.words import role_name, treatments_words
from app.services.caseload_facts import Treatment
from app.services.journal import Entry, is_item9_skipped
from app.services.team import Member
from app.services.timeline import PatientRecord

# With fewer notes than this the notes themselves say more than a table.
TABLE_FROM = 5


@dataclass(frozen=True)
class Reader:
    """Whose eyes the page is for: the membership, and whether it signs."""

    membership_id: uuid.UUID
    may_sign: bool


@dataclass(frozen=True)
class Attribution:
    """What the patient puts it down to: counts of easier and harder in each dimension."""

    about: str
    rows: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class TeamWords:
    """One colleague who sees this patient."""

    id: uuid.UUID
    name: str
    what: str
    may_leave: bool


@dataclass(frozen=True)
class Kept:
    """What was typed for an alert that moved on meanwhile, and why it is not stored."""

    why: str
    words: str


@dataclass(frozen=True)
class PatientPage:
    """The page in words."""

    id: uuid.UUID
    name: str
    facts: list[Detail]
    last: str
    alert: ThreadWords | None
    gap: GapWords | None
    kept: Kept | None
    standing: StandingWords
    together: list[Line]
    earlier_alerts: list[ThreadWords]
    timeline: Timeline
    lines: list[Line]
    ratings: list[Line]
    versions: list[Versions]
    unread: int
    asking: list[Line]
    should_know: list[Line]
    executive: list[NoteWords]
    hedonic: list[NoteWords]
    attribution: Attribution | None
    baselines: list[BaselineWords]
    past: list[PastWords]
    care: CareWords
    plan: Plan
    safety_plan: str
    has_account: bool
    language: str
    shared: list[tuple[str, str]]
    agreed: list[str]
    modalities: list[tuple[str, str]]
    cadence_modalities: list[tuple[str, str]]
    zones: list[tuple[str, str]]
    zone: str
    took_place: str
    may_sign: bool
    may_act: bool
    openings: list[OpeningWords]
    opened: OpeningWords | None
    team: list[TeamWords]
    could_join: list[tuple[uuid.UUID, str]]
    typed: Typed = field(default_factory=lambda: Typed("", {}, {}))


def present_patient(
    record: PatientRecord,
    dates: Dates,
    reader: Reader,
    *,
    undo: str = "",
    typed: Typed | None = None,
) -> PatientPage:
    """Word one patient for a reader; `typed` is a form that needs another look."""
    threads = [
        present_thread(thread, record.entries, dates, reader.membership_id, record.colleagues)
        for thread in record.threads
    ]
    has_open = record.open_thread is not None
    lines = present_lines(record.entries, dates)
    openings = present_openings(record.openings, dates, reader.membership_id)
    return PatientPage(
        id=record.patient.id,
        name=record.name,
        facts=_facts(record, lines, dates),
        last=_last(lines),
        alert=threads[0] if has_open else None,
        gap=present_gap(record.gap, record.name, dates),
        kept=_kept(typed),
        standing=present_standing(record.standing, record.threads, dates),
        together=[line for line in lines if line.is_waiting and line.id not in _own_look(record)],
        earlier_alerts=threads[1:] if has_open else threads,
        timeline=present_timeline(record, dates),
        lines=[line for line in lines if not line.is_quiet],
        ratings=[line for line in lines if line.is_quiet],
        versions=present_versions(record.entries, lines, dates),
        unread=sum(1 for line in lines if line.is_waiting),
        asking=[line for line in lines if line.asks_to_talk and line.is_waiting],
        should_know=[line for line in lines if line.should_know and line.is_waiting],
        executive=present_notes(record.entries, "executive", dates),
        hedonic=present_notes(record.entries, "hedonic", dates),
        attribution=_attribution(record),
        baselines=present_baselines(record.baselines, record.entries, dates),
        past=present_past(record.past_totals, dates),
        care=present_care(record, dates, reader.membership_id),
        plan=present_plan(record.visits, record.cadences, dates, undo),
        safety_plan=record.patient.safety_plan,
        has_account=record.has_account,
        language=record.language,
        shared=[(one.caregiver, _shared_words(one.until, one.last_seen_at, dates)) for one in record.shared],
        agreed=_agreed_words(record.agreement, dates),
        modalities=[(one, _(MODALITY_NAMES[one])) for one in MODALITIES],
        cadence_modalities=[(one, _(MODALITY_NAMES[one])) for one in CADENCE_MODALITIES],
        zones=zone_choices(dates.zone),
        zone=dates.zone,
        took_place=took_place_words(typed, dates) if typed else "",
        may_sign=reader.may_sign and record.is_on_desk,
        may_act=record.is_on_desk,
        openings=openings if record.is_on_desk else [],
        opened=None
        if record.is_on_desk
        else next((one for one in openings if one.is_own and one.runs), None),
        team=[_member(one) for one in record.members if one.is_on],
        could_join=[(one.id, one.name) for one in record.members if not one.is_on],
        typed=typed or Typed("", {}, {}),
    )


def _own_look(record: PatientRecord) -> set[uuid.UUID]:
    """Check-ins that nobody signs off in passing: in the open alert, or with item 9 left out."""
    open_thread = record.open_thread
    answers = {one.check_in_id for one in open_thread.answers} if open_thread else set()
    words = {one.check_in_id for one in open_thread.words} if open_thread else set()
    return answers | words | {entry.check_in.id for entry in record.entries if is_item9_skipped(entry)}


def _member(member: Member) -> TeamWords:
    what = _("leads") if member.is_lead else role_name(member.role)
    return TeamWords(member.id, member.name, what, not member.is_lead)


def _kept(typed: Typed | None) -> Kept | None:
    if typed is None or "moved" not in typed.errors:
        return None
    return Kept(typed.errors["moved"], typed.values.get("words", ""))


def _facts(record: PatientRecord, lines: list[Line], dates: Dates) -> list[Detail]:
    facts = [Detail(words) for words in treatments_words(_treatments(record, dates), dates)]
    if record.language == "es":
        facts.append(Detail(_("answers in Spanish")))
    facts.append(Detail(_("lead: {name}", name=record.lead)))
    if not record.has_account:
        facts.append(Detail(_("no phone yet")))
    if not lines:
        facts.append(Detail(_("nothing sent yet")))
    return facts


def _agreed_words(agreement: Agreement | None, dates: Dates) -> list[str]:
    """Whether it was accepted, when, which version, and what happens to a check-in left unfinished."""
    if agreement is None:
        return [_("Not decided yet. The phone asks before the first check-in.")]
    shown = {"en": _("in English"), "es": _("in Spanish")}[agreement.language]
    when, version = dates.near(agreement.decided_at), agreement.version
    if not agreement.accepted:
        return [
            _(
                "Declined {when}, version {version}, {shown}.",
                when=when,
                version=version,
                shown=shown,
            )
        ]
    words = [_("Accepted {when}, version {version}, {shown}.", when=when, version=version, shown=shown)]
    if version != VERSION:
        words.append(_("There is a newer version; the phone asks again before the next check-in."))
    unfinished = (
        _("A positive answer in a check-in left for {n} hours is sent by itself.", n=HOURS_UNFINISHED)
        if agreement.sends_unfinished
        else _("A check-in left unfinished stays on the phone until the patient sends it.")
    )
    return [*words, unfinished]


def _last(lines: list[Line]) -> str:
    """The last PHQ-9 there is, and when."""
    for line in lines:
        score = line.scores.get("phq9")
        if score is not None and not score.flag:
            return _("last PHQ-9 {total}, {when}", total=score.total, when=line.when)
    return ""


def _treatments(record: PatientRecord, dates: Dates) -> dict[str, Treatment]:
    found: dict[str, Treatment] = {}
    for visit in record.visits:
        if visit.state == "cancelled":
            continue
        treatment = found.setdefault(treatment_of(visit.modality), Treatment())
        if visit.starts_at <= dates.now:
            treatment.had += 1
            treatment.last_at = visit.starts_at
        else:
            treatment.next_at = treatment.next_at or visit.starts_at
    for cadence in record.cadences:
        found.setdefault(treatment_of(cadence.modality), Treatment()).interval_days = cadence.interval_days
    return found


def _attribution(record: PatientRecord) -> Attribution | None:
    said = [(entry, note) for entry in record.entries for note in entry.notes.values() if note.attribution]
    if len(said) < TABLE_FROM:
        return None
    had = treatments_of(visit.modality for visit in record.visits if visit.state != "cancelled")
    choices = treatment_choices(had, turn=record.patient.id.int % 7)
    cells = [
        [_count(record.entries, one, dimension, direction) for dimension, direction in _COLUMNS]
        for one in choices
    ]
    about = ngettext("From {n} note.", "From {n} notes.", len(said))
    return Attribution(
        about, [(_(ATTRIBUTION_NAMES[one]), row) for one, row in zip(choices, cells, strict=True)]
    )


_COLUMNS = (("executive", "easier"), ("executive", "harder"), ("hedonic", "easier"), ("hedonic", "harder"))


def _count(entries: Sequence[Entry], choice: str, dimension: str, direction: str) -> str:
    notes = [entry.notes[dimension] for entry in entries if dimension in entry.notes]
    return str(sum(1 for note in notes if note.direction == direction and choice in note.attribution) or "·")


def _shared_words(until: date | None, last_seen_at: datetime | None, dates: Dates) -> str:
    reach = (
        _("visits, until {day}", day=format_short_day(until, dates.language))
        if until
        else _("visits, until the patient ends it")
    )
    seen = _("looked {when}", when=dates.near(last_seen_at)) if last_seen_at else _("has not looked yet")
    return f"{reach} · {seen}"
