"""What a backup of rows holds: where the rows of each table lie, and which of them count."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.backup.container import Place, Reader
from app.backup.rows import Tally
from app.backup.snapshot import Batch
from app.errors import UpkeepError


def pack(batch: Batch) -> bytes:
    """A batch as a frame: one line that says what follows, and the lines."""
    said = {"table": batch.table, "round": batch.round, "numbers": batch.numbers, "changed": batch.changed}
    return b"\n".join([json.dumps(said).encode(), *batch.lines])


def unpack(plain: bytes) -> Batch:
    """The batch in a frame."""
    first, *lines = plain.split(b"\n")
    said = json.loads(first)
    return Batch(said["table"], said["round"], lines, said["numbers"], said["changed"])


@dataclass
class Contents:
    """Fills itself while a file is written or read. `start` and `end` are the manifest's two halves."""

    start: dict[str, Any] = field(default_factory=dict)
    end: dict[str, Any] = field(default_factory=dict)
    plain_bytes: int = 0
    _places: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    _latest: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    def note(self, place: Place, batch: Batch, size: int) -> None:
        """One batch lies there."""
        self.plain_bytes += size
        if batch.lines:
            self._places[batch.table].append(place)
        for number in batch.changed:
            self._latest[batch.table][number] = batch.round

    def lines(self, reader: Reader, table: str) -> Iterator[list[bytes]]:
        """The rows of a table as they were at the moment of the backup."""
        latest = self._latest.get(table, {})
        for plain in reader.read(self._places.get(table, [])):
            batch = unpack(plain)
            if not latest:
                yield batch.lines
                continue
            numbered = zip(batch.numbers, batch.lines, strict=True)
            # What a later round did not change.
            yield [line for number, line in numbered if latest.get(number, 0) == batch.round]

    def tally(self, reader: Reader, table: str) -> Tally:
        """Of the rows that `lines` gives."""
        tally = Tally()
        for lines in self.lines(reader, table):
            tally.add(lines)
        return tally


def read_contents(reader: Reader) -> Contents:
    """Everything, every frame opened. Raises UpkeepError when anything is missing or damaged."""
    contents = Contents()
    try:
        for place, last, plain in reader.frames():
            if place.number == 0:
                contents.start = json.loads(plain)
            elif last:
                contents.end = json.loads(plain)
            else:
                contents.note(place, unpack(plain), len(plain))
    except (ValueError, KeyError, TypeError) as error:
        raise UpkeepError(
            f"{reader.path.name} is damaged: a part of it is not what a backup holds."
        ) from error
    if contents.end.get("sha256") != reader.sha256:
        raise UpkeepError(f"{reader.path.name} is damaged: its sha256 is not what was written down.")
    return contents
