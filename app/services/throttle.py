"""Counts tries in the database, so that every process and a restart see the same count."""

import hashlib
import threading
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import insert_into
from app.errors import BetweenError
from app.models import Throttle

WINDOW_SECONDS = 900
# Some ten megabytes; who makes up more keys than this is found by the address.
MOST_KEYS = 100_000


class Tally:
    """Counts here, in this process, so that what everybody does all day costs no transaction."""

    def __init__(self) -> None:
        self._lock, self._window = threading.Lock(), 0
        self._tries: dict[str, int] = {}

    def count(self, key: str, now: datetime) -> int:
        """How often `key` was counted here in this quarter of an hour, with this time."""
        window = int(now.timestamp()) // WINDOW_SECONDS
        with self._lock:
            if window != self._window or len(self._tries) >= MOST_KEYS:
                self._window, self._tries = window, {}
            self._tries[key] = tries = self._tries.get(key, 0) + 1
        return tries


def count_try(session: Session, key: str, now: datetime) -> int:
    """Count one try of `key` and return how many there were in this quarter of an hour.

    Commit the count before the work it guards, or a failing request would not be counted.
    """
    window = int(now.timestamp()) // WINDOW_SECONDS
    statement = (
        insert_into(session, Throttle)
        .values(key_hash=hashlib.sha256(key.encode()).digest(), window=window, tries=1)
        .on_conflict_do_update(index_elements=["key_hash", "window"], set_={"tries": Throttle.tries + 1})
        .returning(Throttle.tries)
    )
    tries: int = session.execute(statement).scalar_one()
    return tries


def forget_windows(session: Session, now: datetime) -> int:
    """Delete the counts of windows that are over: nothing asks for them any more. Returns how many."""
    over: Any = session.execute(
        sa.delete(Throttle).where(Throttle.window < int(now.timestamp()) // WINDOW_SECONDS)
    )
    deleted: int = over.rowcount
    return deleted


def refuse_beyond(limit: int, tries: int, now: datetime) -> None:
    """Raises BetweenError too_many_tries with the seconds until the window ends."""
    if tries > limit:
        raise BetweenError(
            "too_many_tries", retry_after=WINDOW_SECONDS - int(now.timestamp()) % WINDOW_SECONDS
        )
