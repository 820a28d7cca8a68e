"""A value has one form, whichever database wrote it, and comes back as what it was."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from app.backup.rows import find_tables, unescape
from app.backup.snapshot import copy_out, read_sqlite
from app.backup.target import copy_in, insert_lines
from app.db import Database
from app.models.base import Moment
from tests.postgres import Postgres


class Own(DeclarativeBase):
    """A registry apart from Between's own tables."""


class Kind(Own):
    """A column of every kind there is, each of which may be empty."""

    __tablename__ = "kind"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str | None] = mapped_column(sa.Text())
    raw: Mapped[bytes | None] = mapped_column(sa.LargeBinary())
    at: Mapped[datetime | None] = mapped_column(Moment())
    day: Mapped[date | None] = mapped_column(sa.Date())
    whole: Mapped[int | None] = mapped_column(sa.BigInteger())
    truth: Mapped[bool | None] = mapped_column(sa.Boolean())
    one: Mapped[uuid.UUID | None] = mapped_column(sa.Uuid())
    said: Mapped[list[object] | None] = mapped_column(sa.JSON(none_as_null=True))


COLUMNS = [column.name for column in Kind.__table__.columns]
EMPTY: dict[str, object] = dict.fromkeys(COLUMNS[1:])
VALUES: list[dict[str, object]] = [
    EMPTY,
    EMPTY | {"text": "", "raw": b"", "said": []},
    EMPTY | {"text": "\\N", "raw": b"\\N", "said": ["\\N", "a\tb\n", None, 1.5, "ñ🌙"]},
    {
        "text": "\\ \\\\ \\n \b\t\n\v\f\r '\" é 🌙 \x7f",
        "raw": bytes(range(256)),
        "at": datetime(2026, 11, 21, 3, 4, 5, 6, tzinfo=UTC),
        "day": date(2026, 2, 28),
        "whole": -(2**62),
        "truth": True,
        "one": uuid.UUID(int=7),
        "said": {"a": [True, False]},
    },
    EMPTY | {"at": datetime(1970, 1, 1, tzinfo=UTC), "whole": 0, "truth": False},
]


@pytest.fixture
def both(tmp_path: Path, postgres: Postgres) -> Iterator[tuple[Database, Database]]:
    with postgres.copy(postgres.make_template(lambda _url: None)) as url:
        pair = Database(f"sqlite:///{tmp_path}/kind.db"), Database(url)
        for database in pair:
            Own.metadata.create_all(database.engine)
        yield pair
        for database in pair:
            database.dispose()


def lines_of(database: Database) -> list[bytes]:
    with database.engine.connect() as connection:
        (table,) = find_tables(connection)
        driver = connection.connection.driver_connection
        batches = read_sqlite(driver, table) if database.is_sqlite else copy_out(connection, table)  # type: ignore[arg-type]
        return sorted(line for lines in batches for line in lines)


def values_of(database: Database) -> list[tuple[object, ...]]:
    with Session(database.engine) as session:
        return [tuple(row) for row in session.execute(sa.select(*Kind.__table__.columns).order_by(Kind.id))]


def test_both_write_the_same_and_read_what_the_other_wrote(both: tuple[Database, Database]) -> None:
    for database in both:
        with Session(database.engine) as session:
            session.add_all(Kind(id=number, **values) for number, values in enumerate(VALUES, 1))
            session.commit()
    wrote, values = lines_of(both[0]), values_of(both[0])
    assert lines_of(both[1]) == wrote
    assert len(wrote) == len(VALUES)
    for database in both:
        with database.engine.begin() as connection:
            connection.execute(sa.delete(Kind))
            (table,) = find_tables(connection)
            if database.is_sqlite:
                insert_lines(connection.connection.driver_connection, table, [wrote])  # type: ignore[arg-type]
            else:
                copy_in(connection, table, [wrote])
        assert values_of(database) == values
        assert lines_of(database) == wrote


@given(st.lists(st.sampled_from([b"\\\\", b"\\n", b"\\t", b"\\b", b"n", b"t", b"\\v", b"\\f", b"\\r", b"N"])))
@settings(max_examples=200, deadline=None)
def test_what_was_escaped_is_read_back(pieces: list[bytes]) -> None:
    meant = {
        b"\\\\": b"\\",
        b"\\n": b"\n",
        b"\\t": b"\t",
        b"\\b": b"\b",
        b"\\v": b"\v",
        b"\\f": b"\f",
        b"\\r": b"\r",
    }
    assert unescape(b"".join(pieces)) == b"".join(meant.get(piece, piece) for piece in pieces)
