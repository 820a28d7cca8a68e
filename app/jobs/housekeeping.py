"""What nobody asks for and somebody must do: once after a start, and at every tick."""

import logging
from collections.abc import Callable
from datetime import date, datetime

from app.db import Database
from app.domain.check_in import CheckInFacts
from app.services.audit_chain import seal_audit
from app.services.erasure import ask_after_retention_years, erase_due
from app.services.passkeys import forget_challenges
from app.services.reread import Kept, Outcome, Reader, reread_all
from app.services.resets import forget_letters
from app.services.throttle import forget_windows

log = logging.getLogger(__name__)


class Housekeeping:
    """A start may be an upgrade: what could not be read before is read again, in the background."""

    def __init__(
        self, database: Database, read: Callable[[Kept], CheckInFacts | str], now: Callable[[], datetime]
    ) -> None:
        self._database, self._read, self._now = database, read, now
        self._has_reread = False
        self._asked_on: date | None = None

    def run(self) -> None:
        """One round. What fails now is tried at the next tick."""
        try:
            self._reread()
            self._ask_after_retention()
            erase_due(self._database, self._now())
            seal_audit(self._database)
            with self._database.writing() as session:
                forget_windows(session, self._now())
                forget_challenges(session, self._now())
                forget_letters(session, self._now())
        except Exception:
            log.exception("Housekeeping has to wait.")

    def _ask_after_retention(self) -> None:
        """Once a day is enough for what takes years."""
        today = self._now().date()
        if self._asked_on == today:
            return
        with self._database.writing() as session:
            ask_after_retention_years(session, self._now())
        self._asked_on = today

    def _reread(self) -> None:
        if self._has_reread:
            return
        came = reread_all(Reader(self._database, self._read, None, self._now()))
        self._has_reread = True
        if came[Outcome.READ]:
            log.warning("%d items of the repair list could be read now.", came[Outcome.READ])
