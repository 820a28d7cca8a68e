"""Envelopes as phones make them, and as nobody should: for every test that wants to be surprised."""

import copy
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from app.domain.check_in import ANSWERED_BY, KINDS
from app.domain.note import ATTRIBUTIONS, DIRECTIONS, TOPICS
from app.schemas.envelope import FORMAT, LANGUAGES

Json = Any

IDS = (
    st.builds(lambda: str(uuid.uuid4())) | st.uuids().map(str) | st.uuids().map(lambda one: str(one).upper())
)
MOMENTS = st.datetimes().map(lambda one: one.isoformat() + "Z") | st.sampled_from(
    ["2026-11-21T15:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2024-02-29T00:00:00Z"]
)
TEXT = st.text(max_size=60)
LANGUAGE = st.sampled_from(LANGUAGES)


def _instrument(items: int) -> st.SearchStrategy[Json]:
    answers = st.lists(st.none() | st.integers(0, 3), min_size=items, max_size=items)
    languages = st.lists(LANGUAGE, min_size=items, max_size=items)
    return st.fixed_dictionaries({"version": st.just("1"), "answers": answers, "languages": languages})


def _some(words: tuple[str, ...]) -> st.SearchStrategy[Json]:
    return st.lists(st.sampled_from(words), max_size=len(words))


DIMENSION = st.fixed_dictionaries(
    {
        "direction": st.none() | st.sampled_from(DIRECTIONS),
        "text": TEXT,
        "attribution": _some(ATTRIBUTIONS),
    }
)
VALID: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "format": st.just(FORMAT),
        "id": IDS,
        "kind": st.sampled_from(KINDS),
        "supersedes": st.none() | IDS,
        "visits": st.lists(IDS, max_size=3),
        "language": LANGUAGE,
        "instruments": st.fixed_dictionaries({}, optional={"phq9": _instrument(9), "gad7": _instrument(7)}),
        "difficulty": st.none()
        | st.fixed_dictionaries({"value": st.none() | st.integers(0, 3), "language": LANGUAGE}),
        "note": st.none() | st.fixed_dictionaries({"executive": DIMENSION, "hedonic": DIMENSION}),
        "today": st.none() | st.integers(0, 10),
        "should_know": st.none()
        | st.fixed_dictionaries(
            {"answer": st.sampled_from(("no", "yes")), "topics": _some(TOPICS), "text": TEXT}
        ),
        "started_at": MOMENTS,
        "answered_at": MOMENTS,
        "wall": st.text(max_size=40),
        "zone": st.text(max_size=80),
        "offset": st.integers(-1440, 1440),
        "app": st.text(max_size=40),
        "install": IDS,
        "sequence": st.integers(0, 2**31 - 1),
        "pending": st.integers(0, 2**31 - 1),
    },
    optional={"answered_by": st.none() | st.sampled_from(ANSWERED_BY)},
)
SCALARS: st.SearchStrategy[Json] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([-1, 4, 11, 40, 51, 1441, -1441, 2**31, 2**63, 10**40])
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda one: one != int(one))
    | TEXT
    | st.sampled_from(["", "x" * 21, "x" * 41, "x" * 81, "en", "fr", "1", "full", "\x00", FORMAT])
    | st.sampled_from(["2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "0000-01-01T00:00:00Z", "yesterday"])
)
ANY: st.SearchStrategy[Json] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)


ODD: tuple[Json, ...] = (
    *(None, True, False, 0, 1, 3, 4, 10, 11, -1, 1440, 1441, 2**31 - 1, 2**31, 10**40, 0.5),
    *("", "1", "en", "fr", "yes", "full", "easier", "x" * 20, "x" * 21, "x" * 40, "x" * 41, "x" * 81, "\x00"),
    *(FORMAT, "x" * 50_001, "2026-02-30T00:00:00Z", "2024-02-29T00:00:00Z", "2026-11-21T24:00:00Z"),
    *([], [1], ["en"], {}, {"value": 1}, [[]], "123e4567-e89b-12d3-a456-42661417400g"),
)


def every_odd_one(payload: Json) -> Iterator[Json]:
    """The payload with, at every place in it in turn, one odd value, one thing less, and one more."""
    for path in list(_places(payload, ())):
        *way, last = path
        for odd in ODD:
            yield _changed(payload, way, lambda holder, last=last, odd=odd: holder.__setitem__(last, odd))
        yield _changed(payload, way, lambda holder, last=last: holder.__delitem__(last))
        yield _changed(payload, way, lambda holder, last=last: _twice(holder, last))


def _places(value: Json, path: tuple[Json, ...]) -> Iterator[tuple[Json, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, one in inner:
        yield (*path, place)
        yield from _places(one, (*path, place))


def _changed(payload: Json, way: list[Json], change: Callable[[Json], object]) -> Json:
    changed = copy.deepcopy(payload)
    holder = changed
    for place in way:
        holder = holder[place]
    change(holder)
    return changed


def _twice(holder: Json, place: Json) -> None:
    if isinstance(holder, list):
        holder.insert(place, holder[place])
    else:
        holder[f"{place} of a later version"] = holder[place]


@st.composite
def mutated(draw: st.DrawFn) -> Json:
    """A valid one with up to three things in it replaced, taken away or added."""
    payload = copy.deepcopy(draw(VALID))
    for _ in range(draw(st.integers(0, 3))):
        _mutate(draw, payload)
    return payload


def _mutate(draw: st.DrawFn, payload: Json) -> None:
    holder = payload
    while True:
        places = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not places:
            return
        place = draw(st.sampled_from(places))
        inner = holder[place]
        if not (isinstance(inner, dict | list) and inner) or draw(st.booleans()):
            break
        holder = inner
    how = draw(st.sampled_from(("replace", "replace", "remove", "add")))
    if how == "replace":
        holder[place] = draw(ANY)
    elif how == "remove":
        del holder[place]
    elif isinstance(holder, dict):
        holder[draw(TEXT)] = draw(ANY)
    else:
        holder.append(draw(ANY))
