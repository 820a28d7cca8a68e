"""Starts and stops what runs beside the requests, in the process that serves."""

from collections.abc import Callable
from datetime import UTC, datetime

from app.channels.email import EmailChannel
from app.channels.push import PushChannel
from app.channels.vapid import load_vapid
from app.config import Settings
from app.db import Database
from app.jobs.clock import Clock
from app.jobs.escalator import Escalator
from app.jobs.postman import Postman
from app.jobs.worker import Worker


class Jobs:
    """The clocks, the two workers and the channels of one process. `chores` are done at every tick."""

    def __init__(self, database: Database, settings: Settings, chores: Callable[[], None]) -> None:
        self._channel = PushChannel(settings, load_vapid(settings.instance))
        self._worker = Worker(database, settings, self._channel, lambda: datetime.now(UTC))
        mail = EmailChannel(settings)
        self._escalator = Escalator(database, settings, self._channel, mail, lambda: datetime.now(UTC))
        self._postman = Postman(database, settings, mail, lambda: datetime.now(UTC))
        self._clock = Clock(self._wake)
        # A clock of their own: a long round of chores must not hold up a reminder.
        self._chores = Clock(chores)

    def start(self) -> "Jobs":
        """Work off what waited while nothing ran, then at every tick."""
        self._escalator.start()
        self._postman.start()
        self._worker.start()
        self._clock.start()
        self._chores.start()
        return self

    def stop(self) -> None:
        """The clocks first, so that nobody wakes a worker that is going."""
        self._chores.stop()
        self._clock.stop()
        self._escalator.stop()
        self._postman.stop()
        self._worker.stop()
        self._channel.close()

    def _wake(self) -> None:
        self._escalator.wake()
        self._postman.wake()
        self._worker.wake()


def start_jobs(database: Database, settings: Settings, chores: Callable[[], None]) -> Jobs:
    """To be called after the fork: threads do not survive one."""
    return Jobs(database, settings, chores).start()


def work_once(database: Database, settings: Settings, now: datetime) -> int:
    """Make and send what is due at `now`, and return. How many alert steps and reminders were in hand."""
    channel = PushChannel(settings, load_vapid(settings.instance))
    try:
        mail = EmailChannel(settings)
        Postman(database, settings, mail, lambda: now).run_once()
        escalator = Escalator(database, settings, channel, mail, lambda: now)
        return escalator.run_once() + Worker(database, settings, channel, lambda: now).run_once()
    finally:
        channel.close()
