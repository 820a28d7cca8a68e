"""Sends the codes that people asked for by e-mail."""

from collections.abc import Callable
from datetime import datetime

from app.channels.errors import ChannelError
from app.config import Settings
from app.db import Database
from app.jobs.escalator import Mail
from app.jobs.loop import Loop
from app.services.resets import HeldLetter, claim_letter, settle_letter, write_letter


class Postman(Loop):
    """A thread of its own: a mail server that does not answer holds up neither alerts nor reminders."""

    def __init__(
        self, database: Database, settings: Settings, mail: Mail, now: Callable[[], datetime]
    ) -> None:
        super().__init__("codes")
        self._database, self._mail, self._now = database, mail, now
        self._public_url = settings.public_url

    def run_once(self) -> int:
        """Send every letter that is due."""
        done = 0
        while self._mail.is_on and not self._stopping.is_set() and self._take_next():
            done += 1
        return done

    def _take_next(self) -> bool:
        with self._database.writing() as session:
            held = claim_letter(session, self._now(), self._name)
        if held is None:
            return False
        self._send(held)
        return True

    def _send(self, held: HeldLetter) -> None:
        # The code is made as it is sent: until then there is none, and afterwards only its hash is kept.
        with self._database.writing() as session:
            letter = write_letter(session, held, self._public_url, self._now())
        if letter is None:
            return
        is_sent, may_pass = True, False
        try:
            self._mail.send(letter)
        except ChannelError as error:
            is_sent, may_pass = False, not error.permanent
        with self._database.writing() as session:
            settle_letter(session, held, is_sent, may_pass, self._now())
