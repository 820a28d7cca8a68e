"""A ZIP archive that is sent while it is made: no file on the disk, no whole of it in memory."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    """One file of the archive, in pieces."""

    name: str
    pieces: Iterable[str]


class _Pipe(io.RawIOBase):
    """What zipfile writes to: it cannot go back, and gives away what it has."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._held += piece
        return len(piece)

    def take(self) -> bytes:
        held = bytes(self._held)
        self._held.clear()
        return held


def stream_archive(entries: Sequence[Entry], now: datetime) -> Iterator[bytes]:
    """The archive's bytes, piece by piece."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in entries:
            about = zipfile.ZipInfo(entry.name, now.timetuple()[:6])
            about.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(about, "w") as file:
                for piece in entry.pieces:
                    file.write(piece.encode())
                    yield pipe.take()
    yield pipe.take()
