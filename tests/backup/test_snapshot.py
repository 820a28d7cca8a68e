"""Rows read a few at a time while others write are the rows of one moment."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.backup import snapshot
from app.backup.container import Place, Reader
from app.backup.contents import Contents, pack
from app.backup.rows import CHANGES
from app.backup.snapshot import Batch, SqliteSnapshot, forget_changes, tables_of
from app.db import Database
from app.errors import UpkeepError

TABLES = """
CREATE TABLE above (id INTEGER PRIMARY KEY, words TEXT);
CREATE TABLE below (
    key CHAR(32) PRIMARY KEY, above_id INTEGER REFERENCES above (id) ON DELETE CASCADE, n INTEGER
);
CREATE TABLE total (id INTEGER PRIMARY KEY, sum INTEGER);
INSERT INTO total VALUES (1, 0);
"""


class Held(Reader):
    """Frames in memory."""

    def __init__(self) -> None:
        self.plain: list[bytes] = []

    def read(self, places: list[Place]) -> Iterator[bytes]:
        return (self.plain[place.number] for place in places)


def take(batches: Iterator[Batch]) -> dict[str, list[bytes]]:
    """What a restore would make of them."""
    contents, held = Contents(), Held()
    for batch in batches:
        held.plain.append(pack(batch))
        contents.note(Place(len(held.plain) - 1, 0), batch, 0)
    return {
        name: sorted(line for lines in contents.lines(held, name) for line in lines)
        for name in ("above", "below", "total")
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "some.db"
    with closing(sqlite3.connect(made)) as connection:
        connection.executescript(TABLES)
        connection.executemany("INSERT INTO above VALUES (?, ?)", [(n, f"w{n}") for n in range(1, 301)])
        connection.executemany(
            "INSERT INTO below VALUES (?, ?, ?)", [(f"{n:032x}", n, 1) for n in range(1, 301)]
        )
        connection.execute("UPDATE total SET sum = 300")
        connection.commit()
    return made


def snapshot_of(path: Path) -> SqliteSnapshot:
    database = Database(f"sqlite:///{path}")
    tables = tables_of(database)
    database.dispose()
    return SqliteSnapshot(path, tables)


def writer_of(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=5)
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=OFF")
    return connection


def test_every_change_between_two_reads_counts(path: Path) -> None:
    """Insert, update, delete, delete that cascades, an id that moves, and one that comes back."""
    acts = iter(
        (
            "UPDATE above SET words = 'changed' WHERE id = 1",
            "DELETE FROM below WHERE above_id = 2",
            "DELETE FROM above WHERE id = 3",
            "UPDATE above SET id = 1000 WHERE id = 2",
            "INSERT INTO above VALUES (3, 'again')",
            "INSERT OR IGNORE INTO above VALUES (3, 'not again')",
            "INSERT INTO above VALUES (4, 'up') ON CONFLICT (id) DO UPDATE SET words = excluded.words",
            "UPDATE total SET sum = (SELECT count(*) FROM below)",
        )
    )
    with snapshot_of(path).open() as taking, closing(writer_of(path)) as writer:

        def beside(batches: Iterator[Batch]) -> Iterator[Batch]:
            for batch in batches:
                for act in [act for act in (next(acts, None),) if act]:
                    writer.execute(act)
                yield batch

        found = take(beside(taking.batches()))
    assert next(acts, None) is None
    with closing(writer_of(path)) as reader:
        for name in found:
            rows = reader.execute(f"SELECT * FROM {name}").fetchall()
            assert found[name] == sorted("\t".join(map(str, row)).encode() for row in rows)
        assert not reader.execute(f"SELECT 1 FROM sqlite_master WHERE name LIKE '{CHANGES}%'").fetchall()


def test_it_is_one_moment_while_others_write(path: Path) -> None:
    """A writer keeps a sum of what it writes in the same commit: only at one moment is it right."""
    stop, wrote = threading.Event(), [0]

    def write_on() -> None:
        with closing(writer_of(path)) as writer:
            number = 1000
            while not stop.is_set():
                number += 1
                writer.execute("BEGIN IMMEDIATE")
                writer.execute("INSERT INTO above VALUES (?, 'x')", (number,))
                writer.execute("INSERT INTO below VALUES (?, ?, ?)", (f"{number:032x}", number, number % 7))
                writer.execute("UPDATE below SET n = n + 1 WHERE above_id = ?", (number % 300 + 1,))
                writer.execute("DELETE FROM above WHERE id = ?", (number - 5,))
                writer.execute("UPDATE total SET sum = (SELECT sum(n) FROM below)")
                writer.execute("COMMIT")
                wrote[0] += 1
                time.sleep(0.002)

    def between_writes(batches: Iterator[Batch], wrote: list[int]) -> Iterator[Batch]:
        for batch in batches:
            before = wrote[0]
            while wrote[0] == before:
                time.sleep(0.001)
            yield batch

    thread = threading.Thread(target=write_on)
    with snapshot_of(path).open() as taking:
        thread.start()
        found = take(between_writes(taking.batches(), wrote))
        stop.set()
        thread.join()
    assert sum(int(line.split(b"\t")[2]) for line in found["below"]) == int(found["total"][0].split(b"\t")[1])
    above = {line.split(b"\t")[0] for line in found["above"]}
    assert {line.split(b"\t")[1] for line in found["below"]} <= above


def test_one_at_a_time_and_what_a_killed_one_left_is_cleared(path: Path) -> None:
    with snapshot_of(path).open(), pytest.raises(UpkeepError, match="under way"), snapshot_of(path).open():
        pass
    killed = snapshot_of(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "forget_changes", lambda _connection: None)
        with killed.open():
            pass
    with closing(writer_of(path)) as writer:
        writer.execute("INSERT INTO above VALUES (2000, 'written after the kill')")
        assert writer.execute(f"SELECT count(*) FROM {CHANGES}").fetchone() == (2,)
    again = snapshot_of(path)
    assert CHANGES not in [table.name for table in again._tables]
    with again.open() as taking:
        assert b"2000\twritten after the kill" in take(taking.batches())["above"]


def test_a_backup_that_was_disturbed_says_so(path: Path) -> None:
    def beside(batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            with closing(writer_of(path)) as other:
                forget_changes(other)
            yield batch

    with snapshot_of(path).open() as taking, pytest.raises(UpkeepError, match="changed while they were read"):
        take(beside(taking.batches()))
