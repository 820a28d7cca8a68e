"""What stands between a clinic and its first patient: each thing alone is found, nothing that is there."""

from dataclasses import replace

import pytest

from app.domain.opening import Facts, Gap, find_gaps

READY = Facts(
    phone="(555) 010-0142",
    languages=("en", "es"),
    hours={"en": "weekdays", "es": "entre semana"},
    answer_words={"en": "within a day", "es": "en un día"},
    crisis={"call": "988", "text": "", "emergency": "911"},
    closing_days=(),
    clinicians=1,
    is_reachable=True,
    desk_only=False,
)


def test_nothing_is_missing_when_all_is_there() -> None:
    assert find_gaps(READY) == []


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"phone": ""}, Gap("phone")),
        ({"hours": {"en": "weekdays", "es": " "}}, Gap("hours", "es")),
        ({"answer_words": {"es": "en un día"}}, Gap("answers", "en")),
        ({"crisis": {}}, Gap("crisis")),
        ({"crisis": {"call": "988", "emergency": ""}}, Gap("crisis")),
        ({"closing_days": None}, Gap("closing")),
        ({"clinicians": 0}, Gap("clinician")),
        ({"is_reachable": False}, Gap("reach")),
    ],
)
def test_each_thing_that_is_missing_is_named(change: dict[str, object], gap: Gap) -> None:
    assert find_gaps(replace(READY, **change)) == [gap]  # type: ignore[arg-type]


def test_words_are_needed_only_in_the_languages_of_the_clinic() -> None:
    only_english = replace(READY, languages=("en",), hours={"en": "weekdays"}, answer_words={"en": "soon"})
    assert find_gaps(only_english) == []


def test_the_desk_alone_is_enough_when_somebody_said_so() -> None:
    assert find_gaps(replace(READY, is_reachable=False, desk_only=True)) == []
