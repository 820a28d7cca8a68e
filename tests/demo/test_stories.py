"""The stories hold together on any day somebody might run the demo."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.demo.build import demo_sign_ins
from app.demo.days import visit_days, working_day
from app.demo.plan import Story
from app.demo.stories import STAFF, STORIES
from app.domain.modality import treatments_of
from app.domain.note import ATTRIBUTIONS, DIRECTIONS, TOPICS

any_day = st.dates(date(2025, 1, 1), date(2029, 12, 31))
stories = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.key)


@settings(deadline=None)
@given(any_day)
def test_the_clinic_is_closed_on_weekends(today: date) -> None:
    assert working_day(today).weekday() < 5
    assert timedelta() <= working_day(today) - today <= timedelta(days=2)
    for story in STORIES:
        assert all(day.weekday() < 5 for day, _ in visit_days(story, today))


@settings(deadline=None)
@given(any_day)
def test_nobody_is_in_two_places(today: date) -> None:
    for story in STORIES:
        kept = [(day, plan.at) for day, plan in visit_days(story, today) if not plan.cancelled]
        assert len(kept) == len(set(kept)), story.key


@stories
def test_only_treatments_had_by_then_are_named(story: Story) -> None:
    # From a Monday, a Thursday and a Saturday: a visit may move by two days, and no note may come before it.
    for today in (date(2026, 11, 16), date(2026, 11, 19), date(2026, 11, 21)):
        visits = [(day, plan) for day, plan in visit_days(story, today) if not plan.cancelled]
        for plan in story.check_ins:
            answered = today + timedelta(days=plan.day)
            had = treatments_of(visit.modality for day, visit in visits if day <= answered)
            for words in (plan.executive, plan.hedonic):
                named = set(words.attribution if words else ()) & {"ketamine", "esketamine", "tms", "both"}
                allowed = {*had, "both"} if len(had) > 1 else set(had)
                assert named <= allowed, (story.key, plan.day, named)


@stories
def test_only_known_ids(story: Story) -> None:
    for plan in story.check_ins:
        for words in (plan.executive, plan.hedonic):
            assert words is None or words.direction in (None, *DIRECTIONS)
            assert words is None or set(words.attribution) <= set(ATTRIBUTIONS)
        assert plan.should_know is None or set(plan.should_know.topics) <= set(TOPICS)
    assert set(story.team) <= {plan.key for plan in STAFF}


@stories
def test_nobody_writes_before_joining_or_after_today(story: Story) -> None:
    days = [plan.day for plan in story.check_ins]
    assert all(story.joined <= day <= 0 for day in days)
    assert len({(plan.day, plan.at) for plan in story.check_ins}) == len(days)


def test_every_address_is_invented() -> None:
    addresses = [sign_in.email for sign_in in demo_sign_ins()]
    assert len(addresses) == len(set(addresses)) == 17
    assert all(address.endswith("@harbor.example") for address in addresses)
