"""Bugs to plant in the server. A rig that does not catch them proves nothing."""

import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from app import db
from app.services import envelopes, intake
from app.services.envelopes import Arrived, Kept
from app.services.intake import Handed, Intake, Receipt

GAP_SECONDS = 0.002


def plant(bug: str) -> None:
    """Change the code of this process, before it serves. Raises KeyError for a bug nobody wrote."""
    BUGS[bug]()


def _answer_before_commit() -> None:
    """The receipt goes out at once, the commit follows."""
    commit = Intake._commit

    def later(self: Intake, handed: Sequence[Handed]) -> None:
        time.sleep(GAP_SECONDS)
        commit(self, handed)

    def promise(self: Intake, handed: Sequence[Handed]) -> list[list[Receipt]]:
        threading.Thread(target=later, args=(self, handed)).start()
        return [
            [
                Receipt(one.client_id, one.sha256, "stored", bool(one.repair), each.now)
                for one in each.arrivals
            ]
            for each in handed
        ]

    Intake._commit = promise  # type: ignore[method-assign]


def _audit_later() -> None:
    """The audit rows have a commit of their own."""
    insert, commit = intake.insert_rows, Intake._commit
    held_back: list[Any] = []

    def hold_back(connection: sa.Connection, table: sa.Table, rows: Sequence[Any]) -> None:
        if table is intake._AUDIT:
            held_back.extend(rows)
        else:
            insert(connection, table, rows)

    def commit_twice(self: Intake, handed: Sequence[Handed]) -> list[list[Receipt]]:
        held_back.clear()
        receipts = commit(self, handed)
        time.sleep(GAP_SECONDS)
        with self._database.writing_core() as connection:
            insert(connection, intake._AUDIT, list(held_back))
        return receipts

    intake.insert_rows = hold_back
    Intake._commit = commit_twice  # type: ignore[method-assign]


def _twin_is_conflict() -> None:
    """Nobody compares the bytes: whoever comes second is refused."""
    keep = envelopes.keep_envelopes

    def refuse(connection: sa.Connection, arrived: Sequence[Arrived]) -> list[Kept]:
        return [
            Kept(kept.id, kept.status if kept.fresh else "conflict", kept.fresh, kept.arrived_at, kept.repair)
            for kept in keep(connection, arrived)
        ]

    intake.keep_envelopes = refuse


def _twin_is_stored() -> None:
    """The key that keeps an item unique is missing."""
    row = envelopes._row

    def row_of_its_own(one: Arrived, variant: str) -> dict[str, object]:
        return row(one, variant) | {"variant": uuid.uuid4().hex}

    envelopes._row = row_of_its_own


def _say(pragma: str) -> None:
    prepare = db._prepare_sqlite

    def changed(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.execute(f"PRAGMA {pragma}").close()

    db._prepare_sqlite = changed


BUGS: dict[str, Callable[[], None]] = {
    "answer_before_commit": _answer_before_commit,
    "audit_later": _audit_later,
    "twin_is_conflict": _twin_is_conflict,
    "twin_is_stored": _twin_is_stored,
    "synchronous_off": lambda: _say("synchronous=OFF"),
    "journal_deleted": lambda: _say("journal_mode=DELETE"),
    # No bug: what a newer SQLite than this machine's may be given.
    "journal_wal": lambda: _say("journal_mode=WAL"),
}
