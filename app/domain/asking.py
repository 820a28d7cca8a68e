"""Which visit a check-in belongs to. When one is asked for, the phone says: `static/pwa/domain/asking.js`."""

from datetime import datetime, timedelta


def belongs(started_at: datetime, answered_at: datetime, visit_at: datetime, window_hours: int) -> bool:
    """Whether a check-in precedes the visit by no more than the clinic's window.

    Begun before the visit counts: who answers in the waiting room and is called in sends it a little late.
    """
    return started_at < visit_at <= answered_at + timedelta(hours=window_hours)
