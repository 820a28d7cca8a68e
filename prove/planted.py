"""Bugs to plant in the server. A rig that does not catch them proves nothing."""

import dataclasses
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from app import db
from app.services import intake
from app.services.bulk import Rows, RowValues, insert_rows
from app.services.envelopes import Arrived, Kept, Known
from app.services.intake import Claim, Handed, Intake, Receipt, Taken
from app.services.wrapping import Cipher

GAP_SECONDS = 0.1


def plant(bug: str) -> None:
    """Change the code of this process, before it serves. Raises KeyError for a bug nobody wrote."""
    BUGS[bug]()


def _answer_before_commit() -> None:
    """The receipt goes out at once, the commit follows."""
    commit = Intake._commit

    def later(self: Intake, handed: Sequence[Handed]) -> None:
        time.sleep(GAP_SECONDS)
        commit(self, handed)

    def promise(self: Intake, asked: Sequence[Handed | Claim]) -> list[Taken]:
        with self._database.reading_core() as connection:
            admitted = intake._admit(connection, asked)
        handed = [one for one in admitted if isinstance(one, Handed)]
        threading.Thread(target=later, args=(self, handed)).start()
        return [_promised(one) if isinstance(one, Handed) else one for one in admitted]

    Intake._commit = promise  # type: ignore[method-assign]


def _promised(handed: Handed) -> list[Receipt]:
    return [
        Receipt(one.client_id, one.sha256, "stored", bool(one.repair), handed.now) for one in handed.arrivals
    ]


def _audit_later() -> None:
    """The audit rows have a commit of their own."""
    insert, commit = intake.insert_with_owners, Intake._commit
    late: list[RowValues] = []

    def hold_back(connection: sa.Connection, owners: Rows, owned: Sequence[Rows]) -> set[uuid.UUID]:
        fresh = insert(connection, owners, [rows for rows in owned if rows.shape is not intake._AUDIT])
        audit = (row for rows in owned if rows.shape is intake._AUDIT for row in rows.values)
        late.extend(row for row in audit if row["subject_id"] in fresh)
        return fresh

    def commit_twice(self: Intake, asked: Sequence[Handed | Claim]) -> list[Taken]:
        late.clear()
        taken = commit(self, asked)
        time.sleep(GAP_SECONDS)
        with self._database.writing_core() as connection:
            insert_rows(connection, [Rows(intake._AUDIT, list(late))])
        return taken

    intake.insert_with_owners = hold_back
    Intake._commit = commit_twice  # type: ignore[method-assign]


def _twin_is_conflict() -> None:
    """Nobody compares the bytes: whoever comes second is refused."""
    compare = intake.kept_as_known

    def refuse(known: Known, one: Arrived) -> Kept:
        kept = compare(known, one)
        return kept if kept.fresh else dataclasses.replace(kept, status="conflict")

    intake.kept_as_known = refuse


def _twin_is_stored() -> None:
    """The key that keeps an item unique is missing."""
    row = intake.envelope_row

    def row_of_its_own(one: Arrived, variant: str, cipher: Cipher) -> RowValues:
        return {**row(one, variant, cipher), "variant": uuid.uuid4().hex}

    intake.envelope_row = row_of_its_own


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
