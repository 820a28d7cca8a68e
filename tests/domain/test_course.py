"""Which course began here: a score under maintenance is no baseline."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.course import Courses, Session, find_courses

DAY = datetime(2026, 9, 1, 15, 0, tzinfo=UTC)


def visits(modality: str, *days: int, written: int | None = None) -> list[Session]:
    """On these days; written down the week before, or on day `written`."""
    return [
        Session(
            modality, DAY + timedelta(days=day), DAY + timedelta(days=day - 7 if written is None else written)
        )
        for day in days
    ]


@pytest.mark.parametrize(
    ("had", "set_on", "first", "is_maintained"),
    [
        ([], {}, None, False),
        (visits("ketamine_iv", 0, 4, 8), {}, ("ketamine", 0), False),
        # Maintenance after an induction here.
        (visits("ketamine_iv", 0, 4, 8, 30), {"ketamine": 20}, ("ketamine", 0), False),
        # Set at enrolment, or after the first visit here.
        (visits("ketamine_iv", 3, 24), {"ketamine": 0}, None, True),
        (visits("ketamine_im", 0, 21), {"ketamine": 1}, None, True),
        # What was had elsewhere is written down when somebody comes.
        (visits("ketamine_iv", -60, -40, -20, written=0), {"ketamine": 0}, None, True),
        # A course that begins beside the maintenance of another treatment.
        (visits("ketamine_iv", 3, 24) + visits("tms", 40, 41), {"ketamine": 0}, ("tms", 40), True),
        # Two that began here: the earlier one.
        (visits("tms", 30, 31) + visits("esketamine", 2, 5), {}, ("esketamine", 2), False),
    ],
)
def test_the_first_course_that_began_here(
    had: list[Session], set_on: dict[str, int], first: tuple[str, int] | None, is_maintained: bool
) -> None:
    since = {treatment: DAY + timedelta(days=day) for treatment, day in set_on.items()}
    told = (first[0], DAY + timedelta(days=first[1])) if first else None
    assert find_courses(had, since) == Courses(told, is_maintained)
