"""Tells clinicians of unanswered alerts, step by step, until somebody is reached or it is decided."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

from app.channels.email import Letter
from app.channels.errors import ChannelError
from app.config import Settings
from app.db import Database
from app.jobs.loop import Loop
from app.jobs.worker import Channel
from app.services.cover import hand_over_due
from app.services.escalation import HeldStep, claim_step
from app.services.notices import Attempt, Push, Result, Ways, prepare_step, settle_step

SENDERS = 8
log = logging.getLogger(__name__)


class Mail(Protocol):
    """What the escalator needs of a way to reach a mailbox."""

    @property
    def is_on(self) -> bool: ...
    def send(self, letter: Letter) -> int: ...


class Escalator(Loop):
    """A thread of its own: no slow reminder may hold up an alert."""

    def __init__(
        self, database: Database, settings: Settings, push: Channel, mail: Mail, now: Callable[[], datetime]
    ) -> None:
        super().__init__("alerts")
        self._database, self._push, self._mail, self._now = database, push, mail, now
        self._public_url = settings.public_url

    def run_once(self) -> int:
        """Give alerts of whoever is away to the cover, then take every step that is due."""
        with self._database.writing() as session:
            hand_over_due(session, self._now())
        done = 0
        while not self._stopping.is_set() and self._take_next():
            done += 1
        return done

    def _take_next(self) -> bool:
        now = self._now()
        with self._database.writing() as session:
            held = claim_step(session, now, self._name)
        if held is None:
            return False
        try:
            self._tell(held, now)
        except Exception:
            # Its lease keeps it for a while; one step that cannot be taken must not stop all others.
            log.exception("A step of an alert could not be taken just now.")
        return True

    def _tell(self, held: HeldStep, now: datetime) -> None:
        with self._database.writing() as session:
            attempts = prepare_step(session, held, self._ways(), now)
        if attempts:
            with ThreadPoolExecutor(SENDERS, thread_name_prefix="alerts") as senders:
                results = list(senders.map(self._send, attempts))
            with self._database.writing() as session:
                settle_step(session, held, results, self._now())

    def _ways(self) -> Ways:
        return Ways(self._push.is_on, self._mail.is_on, self._public_url)

    def _send(self, attempt: Attempt) -> Result:
        parcel = attempt.parcel
        try:
            if isinstance(parcel, Push):
                status = self._push.send(parcel.target, parcel.message)
            else:
                status = self._mail.send(parcel)
        except ChannelError as error:
            return Result(attempt, None, error)
        return Result(attempt, status, None)
