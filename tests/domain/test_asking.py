"""A check-in belongs to a visit that follows within the clinic's window."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.asking import belongs

VISIT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("began", "ended", "precedes"),
    [
        (-48.5, -48, True),
        (-49, -48.1, False),
        # Begun outside and finished inside: it is what was known last.
        (-60, -2, True),
        # Called in while still writing.
        (-0.2, 0.1, True),
        (0, 0.1, False),
        (1, 2, False),
    ],
)
def test_the_window_decides(began: float, ended: float, precedes: bool) -> None:
    started, answered = (VISIT + timedelta(hours=hours) for hours in (began, ended))
    assert belongs(started, answered, VISIT, 48) is precedes
