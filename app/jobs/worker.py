"""Looks for what is due, sends it, looks again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from app.channels.errors import ChannelError
from app.channels.push import Message, Target
from app.config import Settings
from app.db import Database
from app.jobs.loop import Loop
from app.services.delivery import Attempt, Result, prepare, settle
from app.services.occurrences import RULES, find_wanted
from app.services.reminders import Claim, claim, make_due, without_known
from app.services.upkeep import WORKER, note_upkeep

# Sending waits for somebody else's server; four at a time is what pays on two cores.
SENDERS = 4


class Channel(Protocol):
    """What the worker needs of a way to reach a phone."""

    @property
    def is_on(self) -> bool: ...
    def send(self, target: Target, message: Message) -> int: ...


class Worker(Loop):
    """Makes reminders of what has come due, and sends them."""

    def __init__(
        self, database: Database, settings: Settings, channel: Channel, now: Callable[[], datetime]
    ) -> None:
        super().__init__("reminders")
        self._database, self._settings, self._channel, self._now = database, settings, channel, now

    def run_once(self) -> int:
        """Make what is due and send all that can be sent now. Returns how many reminders were in hand."""
        self.look()
        with ThreadPoolExecutor(SENDERS, thread_name_prefix="reminders") as senders:
            done = sum(senders.map(lambda _: self._work_off(), range(SENDERS)))
        # Written when all of it went well, so that nobody is told of a worker that only fails.
        with self._database.writing() as session:
            note_upkeep(session, WORKER, self._now(), self._name)
        return done

    def look(self) -> int:
        """Write a row for every reminder that has become due. No read outlives one page."""
        return sum(self._look_for(rule) for rule in RULES)

    def _look_for(self, rule: str) -> int:
        made, cursor, now = 0, None, self._now()
        while not self._stopping.is_set():
            with self._database.reading() as session:
                page = find_wanted(session, rule, now, cursor)
                new = without_known(session, page.wanted, now)
            if new:
                with self._database.writing() as session:
                    made += make_due(session, new, now)
            cursor = page.next
            if cursor is None:
                break
        return made

    def _work_off(self) -> int:
        done = 0
        while not self._stopping.is_set() and self._do_next():
            done += 1
        return done

    def _do_next(self) -> bool:
        now = self._now()
        with self._database.writing() as session:
            held = claim(session, now, self._name)
            attempts = [] if held is None else self._prepare(session, held, now)
        if held is None:
            return False
        if attempts:
            results = [self._send(attempt) for attempt in attempts]
            with self._database.writing() as session:
                settle(session, held, results, self._now())
        return True

    def _prepare(self, session: Session, held: Claim, now: datetime) -> list[Attempt]:
        return prepare(
            session,
            held,
            push_is_on=self._channel.is_on,
            public_url=self._settings.public_url,
            now=now,
        )

    def _send(self, attempt: Attempt) -> Result:
        try:
            return Result(attempt, self._channel.send(attempt.target, attempt.message), None)
        except ChannelError as error:
            return Result(attempt, None, error)
