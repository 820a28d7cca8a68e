"""A phone's clock that cannot be right is told by the day it showed."""

from datetime import UTC, date, datetime

import pytest

from app.domain.clock import clock_told

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "offset", "told"),
    [
        ("2026-11-21T07:00:00", -300, None),
        ("2026-11-21T07:40:00", -300, None),
        ("2019-03-03T07:00:00", -300, date(2019, 3, 3)),
        ("2031-01-01T00:30:00", 60, date(2031, 1, 1)),
        ("2026-11-21T12:00:00", -300, date(2026, 11, 21)),
        ("not a time", 0, None),
        ("", 0, None),
        ("0001-01-01T00:00:00", 1440, None),
    ],
)
def test_what_the_clock_said(wall: str, offset: int, told: date | None) -> None:
    assert clock_told(wall, offset, NOON) == told
