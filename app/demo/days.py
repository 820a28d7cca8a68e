"""Turns "twelve days ago" into a day on which the clinic is open."""

from collections.abc import Iterator
from datetime import date, timedelta

from app.demo.plan import CoursePlan, Story, VisitPlan

# Monday is 0. Three a week leave a day between, as a taper does.
_WEEKDAYS = {1: (2,), 2: (1, 3), 3: (0, 2, 4), 4: (0, 1, 2, 3), 5: (0, 1, 2, 3, 4)}
SATURDAY = 5


def working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def visit_days(story: Story, today: date) -> list[tuple[date, VisitPlan]]:
    """Every visit of a story with its day, earliest first."""
    single = [(working_day(today + timedelta(days=plan.day)), plan) for plan in story.visits]
    daily = list(_course_days(story.course, today)) if story.course else []
    return sorted([*single, *daily], key=lambda pair: (pair[0], pair[1].at))


def _course_days(course: CoursePlan, today: date) -> Iterator[tuple[date, VisitPlan]]:
    first = working_day(today + timedelta(days=course.start))
    monday = first - timedelta(days=first.weekday())
    for week, count in enumerate(course.weeks):
        for weekday in _WEEKDAYS[count]:
            day = monday + timedelta(weeks=week, days=weekday)
            plan = VisitPlan((day - today).days, course.at, course.modality, course.minutes, course.place)
            yield day, plan
