"""Words and numbers for the timeline: two drawings of the same facts, and a table beside them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.instruments import load_instrument
from app.domain.modality import treatment_of
from app.languages import format_short_day, local
from app.languages import gettext as _
from app.models import Visit
from app.pages.chart import NARROW, WIDE, Drawing, Occasion, Sheet, Sighting, draw_timeline
from app.pages.check_in_presenter import KINDS
from app.pages.dates import Dates
from app.pages.words import SHORT_BANDS, band_name, treatment_name
from app.services.journal import Entry
from app.services.past_totals import Entered
from app.services.timeline import SHOWN, PatientRecord, usual_range

LEAST = timedelta(days=35)
AHEAD_LEAST, AHEAD_MOST = timedelta(days=7), timedelta(days=24)


@dataclass(frozen=True)
class Picture:
    """One drawing with the names of its bands and months."""

    drawing: Drawing
    band_names: dict[str, str]
    months: list[tuple[float, str]]
    kind: str


@dataclass(frozen=True)
class Happening:
    """One row of the table beside the drawing."""

    day: str
    what: str
    phq9: str
    gad7: str
    today: str


@dataclass(frozen=True)
class Timeline:
    """Both drawings; `readings` are shown on hover and focus, and name the points for everybody else."""

    title: str
    pictures: list[Picture]
    readings: dict[str, str]
    visits: dict[str, str]
    treatments: list[str]
    has_range: bool
    has_ratings: bool
    has_entered: bool
    rows: list[Happening]
    is_empty: bool


def present_timeline(record: PatientRecord, dates: Dates) -> Timeline:
    """Word the last twelve weeks and what is booked next."""
    entries = [
        one for one in _standing(record.entries) if one.scores or one.notes or one.check_in.today is not None
    ]
    held = [visit for visit in record.visits if visit.state != "cancelled"]
    ahead = [visit.starts_at for visit in held if visit.starts_at > dates.now]
    reach = (ahead[0] - dates.now + timedelta(days=3)) if ahead else AHEAD_LEAST
    start, end = _start(record, entries, held, dates), dates.now + min(max(reach, AHEAD_LEAST), AHEAD_MOST)
    shown = [visit for visit in held if start <= visit.starts_at <= end]
    usual = usual_range(record.entries)
    past = [one for one in record.past_totals if _noon(one, dates) >= start]
    sightings = [_sighting(entry) for entry in reversed(entries)]
    sightings += [_entered_sighting(one, dates) for one in past]
    occasions = [Occasion(one.starts_at, treatment_of(one.modality), str(one.id)) for one in shown]
    months = _months(start, end, dates.zone)

    def draw(sheet: Sheet, kind: str) -> Picture:
        drawing = draw_timeline(
            sheet, sightings, occasions, start=start, end=end, now=dates.now, months=months, usual=usual
        )
        return Picture(drawing, _band_names(sheet), _month_names(drawing, dates), kind)

    return Timeline(
        title=_title(max(start, record.patient.created_at), dates),
        pictures=[draw(WIDE, "wide"), draw(NARROW, "narrow")],
        readings={str(entry.check_in.id): _reading(entry, dates) for entry in entries}
        | {str(one.row.id): _entered_reading(one, dates) for one in past},
        visits={
            str(one.id): f"{treatment_name(treatment_of(one.modality))}, {dates.near(one.starts_at)}"
            for one in shown
        },
        treatments=[
            name for name in ("tms", "ketamine", "esketamine") if name in {o.treatment for o in occasions}
        ],
        has_range=usual is not None,
        has_ratings=any(one.today is not None for one in sightings),
        has_entered=bool(past),
        rows=_rows(entries, shown, past, dates),
        is_empty=not any(one.phq9 is not None or one.gad7 is not None for one in sightings),
    )


def _standing(entries: list[Entry]) -> list[Entry]:
    """Without what a later version stands for: an answer told early is no occasion of its own."""
    replaced = {entry.check_in.supersedes for entry in entries}
    return [entry for entry in entries if entry.check_in.client_id not in replaced]


def _title(since: datetime, dates: Dates) -> str:
    if since <= dates.now - SHOWN:
        return _("The last twelve weeks")
    return _("Since {day}", day=dates.day(since))


def _start(record: PatientRecord, entries: list[Entry], held: list[Visit], dates: Dates) -> datetime:
    """Twelve weeks ago, or shortly before the first thing there is: no half-empty chart for somebody new."""
    first = [one.check_in.answered_at for one in entries[-1:]] + [one.starts_at for one in held[:1]]
    first += [_noon(one, dates) for one in record.past_totals[-1:]]
    since = min(first, default=dates.now) - timedelta(days=4)
    return max(dates.now - SHOWN, min(since, dates.now - LEAST))


def _rows(entries: list[Entry], shown: list[Visit], past: list[Entered], dates: Dates) -> list[Happening]:
    """Everything on the drawing, newest first."""
    rows = [(entry.check_in.answered_at, _happening(entry, dates)) for entry in entries]
    rows += [
        (
            one.starts_at,
            Happening(dates.day(one.starts_at), treatment_name(treatment_of(one.modality)), "", "", ""),
        )
        for one in shown
    ]
    rows += [(_noon(one, dates), _entered_happening(one, dates)) for one in past]
    return [row for _at, row in sorted(rows, key=lambda pair: pair[0], reverse=True)]


def _happening(entry: Entry, dates: Dates) -> Happening:
    totals = {name: "–" if one.total is None else str(one.total) for name, one in entry.scores.items()}
    today = entry.check_in.today
    return Happening(
        day=dates.day(entry.check_in.answered_at),
        what=_(KINDS[entry.check_in.kind]),
        phq9=totals.get("phq9", ""),
        gad7=totals.get("gad7", ""),
        today="" if today is None else str(today),
    )


def _sighting(entry: Entry) -> Sighting:
    phq9, gad7 = entry.scores.get("phq9"), entry.scores.get("gad7")
    executive, hedonic = entry.notes.get("executive"), entry.notes.get("hedonic")
    return Sighting(
        at=entry.check_in.answered_at,
        phq9=phq9.total if phq9 else None,
        gad7=gad7.total if gad7 else None,
        prorated=bool(phq9 and phq9.status == "prorated"),
        key=str(entry.check_in.id),
        lanes=(executive.direction if executive else None, hedonic.direction if hedonic else None),
        today=entry.check_in.today,
    )


def _noon(one: Entered, dates: Dates) -> datetime:
    """A day of a paper chart has no hour."""
    return datetime.combine(one.row.day, time(12), ZoneInfo(dates.zone)).astimezone(UTC)


def _entered_sighting(one: Entered, dates: Dates) -> Sighting:
    totals = {one.row.instrument: one.row.total}
    return Sighting(
        at=_noon(one, dates),
        phq9=totals.get("phq9"),
        gad7=totals.get("gad7"),
        prorated=False,
        key=str(one.row.id),
        lanes=(None, None),
        today=None,
        is_entered=True,
    )


def _entered_reading(one: Entered, dates: Dates) -> str:
    instrument = load_instrument(one.row.instrument)
    band = band_name(one.row.instrument, instrument.band(one.row.total).id)
    words = [dates.calendar_day(one.row.day), f"{instrument.title} {one.row.total}, {band}", _("entered")]
    return " · ".join([*words, one.row.source_text])


def _entered_happening(one: Entered, dates: Dates) -> Happening:
    totals = {one.row.instrument: str(one.row.total)}
    return Happening(
        day=dates.calendar_day(one.row.day),
        what=_("entered: {source}", source=one.row.source_text),
        phq9=totals.get("phq9", ""),
        gad7=totals.get("gad7", ""),
        today="",
    )


def _reading(entry: Entry, dates: Dates) -> str:
    words = [dates.day(entry.check_in.answered_at)]
    for instrument in ("phq9", "gad7"):
        score = entry.scores.get(instrument)
        if score is not None and score.total is not None:
            title = load_instrument(instrument).title
            words.append(f"{title} {score.total}, {band_name(instrument, score.band)}")
            if score.status == "prorated":
                words.append(_("prorated"))
    return " · ".join(words)


def _band_names(sheet: Sheet) -> dict[str, str]:
    names = {band.id: _(band.name).lower() for band in load_instrument("phq9").bands}
    short = {band: _(name) for band, name in SHORT_BANDS.items()} if sheet.short_names else {}
    return names | short


def _months(start: datetime, end: datetime, zone: str) -> list[tuple[datetime, date]]:
    day = local(start, zone).date().replace(day=1)
    found: list[tuple[datetime, date]] = []
    while True:
        day = (day + timedelta(days=32)).replace(day=1)
        at = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
        if at >= end:
            return found
        found.append((at, day))


def _month_names(drawing: Drawing, dates: Dates) -> list[tuple[float, str]]:
    return [(x, format_short_day(day, dates.language)) for x, day in drawing.months]
