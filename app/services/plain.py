"""What an upgrade left plain is sealed at the start after it, page by page, before anything is served.

The migration put a zero byte before each plain value. What is sealed begins with another, so a start that is
killed goes on where it was, and two at once do no harm: a value is sealed only while it is plain.
"""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.db import UNAVAILABLE, Database
from app.models import (
    Alert,
    AlertAttempt,
    AlertWords,
    Base,
    BreakGlass,
    CareEnd,
    CheckIn,
    Dismissal,
    Envelope,
    GapReview,
    LeftPlain,
    LegalHold,
    Note,
    PastTotal,
    Patient,
    StandingPlan,
    table_of,
)
from app.services.at_rest import ciphers_to_seal, place_of
from app.services.sealing import Keyring, load_keyring
from app.services.wrapping import Owner, load_keys

LOG = logging.getLogger("between")
PAGE = 200
PLAIN = b"\x00"
FREE_PAGES = "free pages"


@dataclass(frozen=True)
class Place:
    """One column, and the table through which its rows belong to a patient."""

    table: sa.Table
    column: str
    through: sa.Table
    link: str

    @property
    def name(self) -> str:
        """As the migration wrote it down."""
        return f"{self.table.name}.{self.column}"

    def is_linked(self) -> sa.ColumnElement[bool]:
        """Which row of `through` says whose this one is."""
        owner, linked = self.through, self.table.c[self.link] == self.through.c.id
        return sa.and_(self.table.c.clinic_id == owner.c.clinic_id, linked)


def _place(model: type[Base], column: str, through: type[Base] | None = None, link: str = "id") -> Place:
    return Place(table_of(model), column, table_of(through or model), link)


PLACES = (
    _place(Envelope, "sealed"),
    _place(CheckIn, "should_know_text"),
    _place(Note, "body", CheckIn, "check_in_id"),
    _place(Alert, "outcome"),
    _place(AlertAttempt, "words", Alert, "alert_id"),
    _place(AlertWords, "found", Alert, "alert_id"),
    _place(GapReview, "words"),
    _place(StandingPlan, "words"),
    _place(Dismissal, "words", Envelope, "envelope_id"),
    _place(Patient, "safety_plan"),
    _place(PastTotal, "source_text"),
    _place(CareEnd, "words_text"),
    _place(BreakGlass, "why_text"),
    _place(LegalHold, "reason"),
)
BY_NAME = {place.name: place for place in PLACES}


def patient_of(place: Place) -> sa.ColumnElement[Any]:
    """The patient's id beside each row."""
    owner = place.through.c
    return owner.id if place.through.name == "patient" else owner.patient_id


def take_up_keys(database: Database, instance: Path, now: datetime) -> Keyring:
    """The keys of this instance, for envelopes and for patients' own; what was plain is sealed with them.

    Raises SettingError when a key is missing that something was sealed with.
    """
    with database.writing() as session:
        keyring = load_keyring(session, instance, now)
    load_keys(database, instance, now)
    seal_plain(database)
    return keyring


def seal_plain(database: Database) -> int:
    """Seal whatever an upgrade left plain, and say how many values. Nothing is done where nothing is left."""
    with database.reading() as session:
        left = session.scalars(sa.select(LeftPlain.place)).all()
    sealed = sum(_seal_place(database, BY_NAME[name]) for name in left if name != FREE_PAGES)
    if FREE_PAGES in left:
        _try_to_clear(database)
    return sealed


def _seal_place(database: Database, place: Place) -> int:
    count, after = 0, None
    while True:
        with database.writing_core() as connection:
            page = _plain_page(connection, place, after)
            _seal_page(connection, place, page)
        count += len(page)
        if len(page) < PAGE:
            _tick_off(database, place.name)
            return count
        after = [page[-1][column.name] for column in place.table.primary_key]


def _plain_page(
    connection: sa.Connection, place: Place, after: Sequence[Any] | None
) -> Sequence[sa.RowMapping]:
    """Locked, so that of two who start together one seals a row and the other finds it sealed."""
    keys, value = list(place.table.primary_key), place.table.c[place.column]
    query = (
        sa.select(*keys, value.label("plain"), patient_of(place).label("patient"))
        .where(sa.func.substr(value, 1, 1) == PLAIN)
        .order_by(*keys)
        .limit(PAGE)
        .with_for_update(of=place.table)
    )
    if place.through is not place.table:
        query = query.join(place.through, place.is_linked())
    if after is not None:
        # Each with its own type: a tuple of literals would be sent as it is in Python.
        last = [sa.bindparam(None, one, type_=key.type) for key, one in zip(keys, after, strict=True)]
        query = query.where(sa.tuple_(*keys) > sa.tuple_(*last))
    return connection.execute(query).mappings().all()


def _seal_page(connection: sa.Connection, place: Place, page: Sequence[sa.RowMapping]) -> None:
    owners = {Owner(row["clinic_id"], row["patient"]) for row in page}
    ciphers = ciphers_to_seal(connection, list(owners), {})
    sealed = [
        {f"row_{key.name}": row[key.name] for key in place.table.primary_key}
        | {
            "sealed_value": ciphers[Owner(row["clinic_id"], row["patient"])].seal(
                bytes(row["plain"])[1:], place_of(place.table, place.column, row)
            )
        }
        for row in page
    ]
    if sealed:
        connection.execute(_put(place), sealed)


def _put(place: Place) -> sa.Update:
    own = (key == sa.bindparam(f"row_{key.name}") for key in place.table.primary_key)
    return sa.update(place.table).where(*own).values({place.column: sa.bindparam("sealed_value")})


def _tick_off(database: Database, place: str) -> None:
    with database.writing() as session:
        session.execute(sa.delete(LeftPlain).where(LeftPlain.place == place))


def _try_to_clear(database: Database) -> None:
    """Needs disk, and the database for itself: what cannot be done now is tried at the next start."""
    try:
        _clear_free_pages(database)
    except (*UNAVAILABLE, sqlite3.OperationalError) as error:
        LOG.warning(
            "Free pages still hold what was readable: %s. The next start tries again.", type(error).__name__
        )
    else:
        _tick_off(database, FREE_PAGES)


def _clear_free_pages(database: Database) -> None:
    """What was plain is still in pages that are free now, until the file or the tables are written anew."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.is_sqlite:
            driver = connection.connection.driver_connection
            assert driver is not None
            # In memory it would be the whole database.
            for statement in ("PRAGMA temp_store=FILE", "VACUUM", "PRAGMA temp_store=MEMORY"):
                driver.execute(statement).close()
            return
        for name in sorted({place.table.name for place in PLACES}):
            connection.execute(sa.text(f'VACUUM (FULL) "{name}"'))
