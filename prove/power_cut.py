"""The power goes at any point of the intake's file writes; all that was acknowledged must still be there."""

import json
import multiprocessing
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.dialects import sqlite

from app import db
from prove.disk import Disk, Record, read_log
from prove.ledger import HELD, Ledger, find_missing
from prove.recording import Recording, record

HELD_SQL = str(HELD.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
# States are opened and thrown away: memory is enough, and spares the disk.
MEMORY = Path("/dev/shm")
STATES_PER_RECORDING = 4_000
# It counts the transactions, so that it tells whether a journal was played back.
HEADER = 100


@dataclass
class Outcome:
    """How many states were opened, and in how many something promised was missing or a check failed."""

    recordings: int = 0
    states: int = 0
    rolled_back: int = 0
    acknowledged: int = 0
    losing: int = 0
    corrupt: int = 0
    faults: list[str] = field(default_factory=list)

    def absorb(self, other: "Outcome") -> None:
        """Another recording's."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def prove_power_cut(*bugs: str, states: int, seed: int, processes: int = 2) -> Outcome:
    """Record the real server again and again, and cut the power `states` times in all."""
    outcome = Outcome()
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for made in pool.imap_unordered(_cut_one, _tasks(bugs, states, seed)):
            outcome.absorb(made)
            print(f"        {outcome.states:,} of {states:,} states", file=sys.stderr, flush=True)
    return outcome


def _tasks(bugs: tuple[str, ...], states: int, seed: int) -> Iterator[tuple[tuple[str, ...], int, int]]:
    for first in range(0, states, STATES_PER_RECORDING):
        yield bugs, min(STATES_PER_RECORDING, states - first), seed + first


def _cut_one(task: tuple[tuple[str, ...], int, int]) -> Outcome:
    bugs, states, seed = task
    with tempfile.TemporaryDirectory(prefix="between-power-") as folder:
        recording = record(Path(folder), seed, *bugs)
        return cut_often(recording, states, random.Random(seed))


def cut_often(recording: Recording, states: int, dice: random.Random) -> Outcome:
    """Replay the recording once and lose the power at `states` points of it."""
    records = list(read_log(recording.log))
    cuts = sorted(dice.randrange(len(records) + 1) for _ in range(states))
    disk = Disk(recording.folder, recording.files)
    told: dict[str, str] = {}
    outcome = Outcome(recordings=1)
    with tempfile.TemporaryDirectory(prefix="between-state-", dir=_memory()) as folder:
        judge = _Judge(Path(folder), recording.ledger, outcome)
        for position in range(len(records) + 1):
            while cuts and cuts[0] == position:
                cuts.pop(0)
                judge.open(disk.lose_power(dice), told)
            if position < len(records):
                disk.apply(records[position])
                told |= _receipts(records[position])
    outcome.acknowledged = len(told)
    outcome.faults += recording.ledger.strange
    return outcome


def _memory() -> Path | None:
    return MEMORY if MEMORY.is_dir() else None


def _receipts(record: Record) -> dict[str, str]:
    """What an answer promises, by sha256."""
    if record.kind != "a":
        return {}
    said = record.body[record.body.index(b'{"receipts"') :].decode()
    receipts = json.JSONDecoder().raw_decode(said)[0]["receipts"]
    return {receipt["sha256"]: receipt["status"] for receipt in receipts}


@dataclass
class _Judge:
    """Opens each state as our server would, hot journal and all, and holds it against the ledger."""

    folder: Path
    ledger: Ledger
    outcome: Outcome

    def open(self, state: Mapping[str, bytearray], told: Mapping[str, str]) -> None:
        self.outcome.states += 1
        for name, body in state.items():
            (self.folder / name).write_bytes(body)
        before = state["between.db"][:HEADER]
        try:
            corrupt, faults = self._look(told)
        except sqlite3.DatabaseError as error:
            corrupt, faults = [f"{type(error).__name__}: {error}"], []
        with (self.folder / "between.db").open("rb") as file:
            self.outcome.rolled_back += file.read(HEADER) != before
        self.outcome.corrupt += bool(corrupt)
        self.outcome.losing += bool(faults)
        self.outcome.faults += [f"state {self.outcome.states}: {fault}" for fault in (corrupt + faults)[:3]]
        self._clear()

    def _look(self, told: Mapping[str, str]) -> tuple[list[str], list[str]]:
        connection = sqlite3.connect(self.folder / "between.db", isolation_level=None)
        try:
            db._prepare_sqlite(connection, None)
            corrupt = [str(row) for row in _wrong(connection)]
            return corrupt, find_missing(connection.execute(HELD_SQL), self.ledger, told)
        finally:
            connection.close()

    def _clear(self) -> None:
        for path in self.folder.iterdir():
            path.unlink()


def _wrong(connection: sqlite3.Connection) -> Iterable[object]:
    yield from (row for row in connection.execute("PRAGMA integrity_check") if row != ("ok",))
    yield from connection.execute("PRAGMA foreign_key_check")
