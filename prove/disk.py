"""A disk that may lose power: what prove/disk_log.c wrote down, replayed, and what could be left of it.

Durable is only what was synced: a file's bytes by a sync of the file, its name by a sync of its folder. All
else may have reached the disk or not, in any order, sector by sector.
"""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
HEAD = struct.Struct("=IIIIq")
# How much of what was not synced is there: nothing, hardly anything, half, nearly everything, everything.
CHANCES = (0.0, 0.03, 0.5, 0.97, 1.0)


@dataclass(frozen=True)
class Record:
    """`kind`: o(pen), w(rite), t(runcate), s(ync), u(nlink), or a(nswer), which no disk knows of."""

    kind: str
    process: int
    descriptor: int
    at: int
    body: bytes


def read_log(path: Path) -> Iterator[Record]:
    """Everything the server asked and answered, in order."""
    log, position = path.read_bytes(), 0
    while position < len(log):
        kind, process, descriptor, length, at = HEAD.unpack_from(log, position)
        position += HEAD.size
        yield Record(chr(kind), process, descriptor, at, log[position : position + length])
        position += length


@dataclass
class File:
    """The bytes that are durable, and what was done since: (offset, bytes), or (length, None) to cut it."""

    durable: bytearray = field(default_factory=bytearray)
    since: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        for at, written in self.since:
            _change(self.durable, at, written, bytes)
        self.since.clear()


Names = dict[str, File]


class Disk:
    """One folder. `files`: what was durable in it at first."""

    def __init__(self, folder: Path, files: dict[str, bytes]) -> None:
        self._folder = str(folder)
        self._names: Names = {name: File(bytearray(body)) for name, body in files.items()}
        self._seen = dict(self._names)
        self._renamed: list[tuple[str, File | None]] = []
        self._open: dict[tuple[int, int], File | None] = {}

    def apply(self, record: Record) -> None:
        """Do what the server asked for; nothing is durable before a sync."""
        who = (record.process, record.descriptor)
        if record.kind == "o":
            self._open[who] = self._opened(record)
        elif record.kind == "u":
            self._seen.pop(_name(record))
            self._renamed.append((_name(record), None))
        elif record.kind == "s":
            self._sync(self._open[who])
        elif record.kind in "wt":
            file = self._open[who]
            assert file is not None
            file.since.append((record.at, record.body if record.kind == "w" else None))

    def lose_power(self, dice: random.Random) -> dict[str, bytearray]:
        """What could be found in the folder afterwards. The disk itself goes on as if nothing happened."""
        chance = dice.choice(CHANCES)
        names = dict(self._names)
        for name, file in self._renamed:
            if dice.random() < chance:
                _rename(names, name, file)
        return {name: _remains(file, chance, dice) for name, file in names.items()}

    def _opened(self, record: Record) -> File | None:
        if record.body.decode() == self._folder:
            return None
        name = _name(record)
        if name not in self._seen or record.at:
            self._seen[name] = File()
            self._renamed.append((name, self._seen[name]))
        return self._seen[name]

    def _sync(self, file: File | None) -> None:
        if file is not None:
            file.sync()
            return
        for name, moved in self._renamed:
            _rename(self._names, name, moved)
        self._renamed.clear()


def _name(record: Record) -> str:
    return Path(record.body.decode()).name


def _rename(names: Names, name: str, file: File | None) -> None:
    if file is None:
        names.pop(name, None)
    else:
        names[name] = file


def _remains(file: File, chance: float, dice: random.Random) -> bytearray:
    body = bytearray(file.durable)
    fill = dice.choice((bytes, dice.randbytes))
    for at, written in _reordered(file.since, dice) if chance < 1 else file.since:
        if written is None or chance in (0.0, 1.0):
            if dice.random() < chance:
                _change(body, at, written, fill)
            continue
        for start, piece in _sectors(at, written):
            if dice.random() < chance:
                _change(body, start, piece, fill)
    return body


def _reordered(since: list[tuple[int, bytes | None]], dice: random.Random) -> list[tuple[int, bytes | None]]:
    """In half of all cases writes overtake each other, but never a truncation."""
    if dice.random() < 0.5:
        return since
    shuffled: list[tuple[int, bytes | None]] = []
    run: list[tuple[int, bytes | None]] = []
    for one in [*since, (0, None)]:
        if one[1] is not None:
            run.append(one)
            continue
        dice.shuffle(run)
        shuffled += [*run, one]
        run = []
    return shuffled[:-1]


def _sectors(at: int, written: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    while start < len(written):
        end = start + SECTOR - (at + start) % SECTOR
        yield at + start, written[start:end]
        start = end


def _change(body: bytearray, at: int, written: bytes | None, fill: object) -> None:
    """A hole is filled with zeros, or with whatever lay there on the disk."""
    if at > len(body):
        body += fill(at - len(body))  # type: ignore[operator]
    if written is None:
        del body[at:]
    else:
        body[at : at + len(written)] = written
