"""A phone's clock against the server's. Pure."""

from datetime import UTC, date, datetime, timedelta

# A clock that is a little fast or slow is nobody's concern.
NOTABLE = timedelta(hours=1)


def clock_told(wall: str, offset_minutes: int, answered_at: datetime) -> date | None:
    """The day that the phone's clock showed, when it cannot be true; else none.

    `answered_at` is what the server made of it: where that is not what the phone said, it did not believe it.
    """
    try:
        shown = datetime.fromisoformat(wall)
        told = shown.replace(tzinfo=UTC) - timedelta(minutes=offset_minutes)
    except (ValueError, OverflowError):
        return None
    return shown.date() if abs(told - answered_at) > NOTABLE else None
