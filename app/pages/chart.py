"""The geometry of our charts. Numbers only: the template writes the SVG, the presenter the words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.instruments import load_instrument

HIGHEST = 27
SPARK_WIDTH, SPARK_HEIGHT = 100, 30
# Where the lane of today ratings lies below the axis, and how high it is.
LANE_TOP, LANE_HEIGHT = 78, 26
# Half of the narrowest column that a pointer or finger should find.
REACH = 11.0


@dataclass(frozen=True)
class Spark:
    """A line without axis: `points` for a polyline, where it ends, and which dots are `hollow`: prorated."""

    points: str
    x: float
    y: float
    hollow: list[tuple[float, float]]
    ends_hollow: bool


@dataclass(frozen=True)
class Sheet:
    """The measures of one drawing; the wide one is for a laptop, the narrow one for a phone."""

    width: int
    left: int
    right: int
    top: int
    bottom: int
    axis: int
    height: int
    short_names: bool


WIDE = Sheet(width=860, left=12, right=726, top=30, bottom=300, axis=318, height=432, short_names=False)
NARROW = Sheet(width=350, left=8, right=268, top=30, bottom=258, axis=276, height=388, short_names=True)


@dataclass(frozen=True)
class Sighting:
    """One check-in, or a total entered from elsewhere. `lanes`: the note's directions in each dimension."""

    at: datetime
    phq9: int | None
    gad7: int | None
    prorated: bool
    key: str
    lanes: tuple[str | None, str | None]
    today: int | None
    is_entered: bool = False

    @property
    def is_column(self) -> bool:
        """A today rating alone is a dot in its lane and nothing to be opened."""
        return self.phq9 is not None or self.gad7 is not None or any(self.lanes)


@dataclass(frozen=True)
class Occasion:
    """One visit to be marked under the axis."""

    at: datetime
    treatment: str
    key: str


@dataclass(frozen=True)
class Stripe:
    """A band of PHQ-9 totals."""

    id: str
    y: float
    height: float
    middle: float
    is_tinted: bool


@dataclass(frozen=True)
class Column:
    """One check-in on the sheet, with the ground on which pointer and keyboard find it."""

    x: float
    left: float
    width: float
    phq9: float | None
    gad7: float | None
    prorated: bool
    key: str
    lanes: tuple[str | None, str | None]
    is_entered: bool


@dataclass(frozen=True)
class Mark:
    """One visit on the axis; `is_ahead` is still to come."""

    x: float
    treatment: str
    is_ahead: bool
    key: str


@dataclass(frozen=True)
class Drawing:
    """One chart, ready for the template."""

    sheet: Sheet
    stripes: list[Stripe]
    columns: list[Column]
    phq9_line: str
    gad7_line: str
    marks: list[Mark]
    months: list[tuple[float, date]]
    today: float
    between: tuple[float, float] | None
    usual: tuple[float, float, float, float] | None
    ratings: list[tuple[float, float]]


def draw_spark(totals: Sequence[tuple[int, bool]]) -> Spark:
    """The last totals of PHQ-9, and whether each is prorated, on the scale of all bands for every patient."""
    step = (SPARK_WIDTH - 8) / (len(totals) - 1)
    points = [
        (round(3 + index * step, 1), round(3 + (HIGHEST - total) / HIGHEST * (SPARK_HEIGHT - 6), 1))
        for index, (total, _prorated) in enumerate(totals)
    ]
    hollow = [point for point, (_total, prorated) in zip(points, totals, strict=True) if prorated]
    return Spark(_path(points), *points[-1], hollow, totals[-1][1])


def draw_timeline(
    sheet: Sheet,
    sightings: Iterable[Sighting],
    occasions: Iterable[Occasion],
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    months: Iterable[tuple[datetime, date]],
    usual: tuple[int, int] | None,
) -> Drawing:
    """Place everything that lies between start and end. Oldest first."""
    scale = _Scale(sheet, start, end)
    seen = sorted((one for one in sightings if start <= one.at <= end), key=lambda one: one.at)
    held = sorted((one for one in occasions if start <= one.at <= end), key=lambda one: one.at)
    return Drawing(
        sheet=sheet,
        stripes=[_stripe(scale, index) for index in range(len(load_instrument("phq9").bands))],
        columns=_columns(scale, [one for one in seen if one.is_column]),
        phq9_line=_path([(scale.x(one.at), scale.y(one.phq9)) for one in seen if one.phq9 is not None]),
        gad7_line=_path([(scale.x(one.at), scale.y(one.gad7)) for one in seen if one.gad7 is not None]),
        marks=[Mark(scale.x(one.at), one.treatment, one.at > now, one.key) for one in held],
        months=[(scale.x(at), day) for at, day in months if start <= at <= end - timedelta(days=4)],
        today=scale.x(now),
        between=_between(scale, held, now),
        usual=_usual(scale, seen, usual),
        ratings=[(scale.x(one.at), scale.lane_y(one.today)) for one in seen if one.today is not None],
    )


class _Scale:
    """Time to x, score to y."""

    def __init__(self, sheet: Sheet, start: datetime, end: datetime) -> None:
        self.sheet, self.start = sheet, start
        self.per_second = (sheet.right - sheet.left) / max((end - start).total_seconds(), 1)

    def x(self, at: datetime) -> float:
        return round(self.sheet.left + (at - self.start).total_seconds() * self.per_second, 1)

    def y(self, total: float) -> float:
        plot = self.sheet.bottom - self.sheet.top
        return round(self.sheet.top + (HIGHEST - total) / HIGHEST * plot, 1)

    def lane_y(self, rating: int) -> float:
        return round(self.sheet.axis + LANE_TOP + (10 - rating) / 10 * LANE_HEIGHT, 1)


def _stripe(scale: _Scale, index: int) -> Stripe:
    bands = load_instrument("phq9").bands
    band = bands[index]
    # A band reaches half a point beyond its totals, so that no total lies on an edge.
    top = scale.y(min(band.highest + 0.5, HIGHEST))
    bottom = scale.y(max(band.lowest - 0.5, 0))
    height = round(bottom - top, 1)
    return Stripe(band.id, top, height, round((top + bottom) / 2 + 4, 1), index % 2 == 1)


def _columns(scale: _Scale, seen: list[Sighting]) -> list[Column]:
    xs = [scale.x(one.at) for one in seen]
    columns = []
    for index, one in enumerate(seen):
        before = (xs[index] - xs[index - 1]) / 2 if index else REACH
        after = (xs[index + 1] - xs[index]) / 2 if index + 1 < len(xs) else REACH
        left, width = xs[index] - min(before, REACH), min(before, REACH) + min(after, REACH)
        columns.append(
            Column(
                x=xs[index],
                left=round(left, 1),
                width=round(width, 1),
                phq9=None if one.phq9 is None else scale.y(one.phq9),
                gad7=None if one.gad7 is None else scale.y(one.gad7),
                prorated=one.prorated,
                key=one.key,
                lanes=one.lanes,
                is_entered=one.is_entered,
            )
        )
    return columns


def _between(scale: _Scale, held: list[Occasion], now: datetime) -> tuple[float, float] | None:
    """From the last visit to the next: what lies between is softly filled, as in the mark."""
    past, ahead = [one for one in held if one.at <= now], [one for one in held if one.at > now]
    if not past or not ahead:
        return None
    left, right = scale.x(past[-1].at), scale.x(ahead[0].at)
    return left, round(right - left, 1)


def _usual(
    scale: _Scale, seen: list[Sighting], usual: tuple[int, int] | None
) -> tuple[float, float, float, float] | None:
    """x, y, width, height of the person's own usual range, from the first score to the last."""
    scored = [one.at for one in seen if one.phq9 is not None]
    if usual is None or len(scored) < 2:
        return None
    left, right = scale.x(scored[0]), scale.x(scored[-1])
    top, bottom = scale.y(usual[1] + 0.5), scale.y(usual[0] - 0.5)
    return left - 6, top, round(right - left + 12, 1), round(bottom - top, 1)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
