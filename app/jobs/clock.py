"""Says when to look, and nothing else: what is due is in the database, never in a scheduler's memory."""

from collections.abc import Callable
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler

SECONDS = 30


class Clock:
    """Calls `wake` every half minute."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._scheduler = BackgroundScheduler(timezone=UTC)
        # A tick that comes late is still a tick; two that come late together are one.
        self._scheduler.add_job(wake, "interval", seconds=SECONDS, misfire_grace_time=None, coalesce=True)

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more."""
        self._scheduler.shutdown(wait=False)
