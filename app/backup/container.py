"""The file: a line that says what it is, a line that says how its key is made, and encrypted frames.

A frame is its length and AES-256-GCM of its bytes, compressed. Its nonce is its position and whether it is
the last one, and the two lines are its associated data: no frame can be left out, moved, repeated or taken
from another file, and a file that was cut is seen. Each file has a key of its own, so no nonce comes twice.
"""

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.backup.secret import KINDS, Secret
from app.errors import UpkeepError

NAME = "BETWEEN-BACKUP"
FORMAT = 1
LENGTH = struct.Struct(">I")
MOST_FRAME = 256 * 1024 * 1024
LONGEST_HEAD = 1024
# Sealed envelopes do not shrink and their hex does, by half: a higher level only costs time.
LEVEL = 1
SYNC_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Place:
    """Where a frame lies: its number, and the byte it begins at."""

    number: int
    offset: int


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _check(key: bytes) -> str:
    """Says whether a key is the right one, and nothing else about it."""
    mac = hmac.HMAC(key, hashes.SHA256())
    mac.update(b"between backup: is this the key")
    return mac.finalize()[:8].hex()


class Writer:
    """Writes beside `path` and takes its name only when all is there and on the disk."""

    def __init__(self, path: Path, secret: Secret, kind: str) -> None:
        self.path, self._secret, self._kind = path, secret, kind
        self.part = path.with_name(f".{path.name}.part")
        self.places: list[Place] = []
        self._sha256 = hashlib.sha256()
        self._offset = self._synced = 0
        self._file: BinaryIO

    def __enter__(self) -> "Writer":
        # Perhaps the only copy of older keys.
        if self.path.exists():
            raise UpkeepError(f"There is a file {self.path} already. Name another one.")
        head = self._secret.new_head() | {"kind": self._kind}
        self.key = self._secret.key_for(head)
        said = json.dumps(head | {"check": _check(self.key)})
        self.lines = f"{NAME}-{FORMAT}\n{said}\n".encode()
        self._aead = AESGCM(self.key)
        self._file = os.fdopen(os.open(self.part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        self._put(self.lines)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Whole under its name, or not there at all."""
        try:
            if kind is None:
                self._finish()
        finally:
            if not self._file.closed:
                self._abandon()
            self.part.unlink(missing_ok=True)

    def add(self, plain: bytes) -> Place:
        """One frame."""
        return self._add(plain, last=False)

    def close_with(self, plain: bytes) -> None:
        """The last frame."""
        self._add(plain, last=True)

    def sha256(self) -> str:
        """Of everything so far, in hex."""
        return self._sha256.hexdigest()

    def written(self) -> "Reader":
        """What is there so far, read back from the file."""
        self._file.flush()
        return Reader(self.part, self.lines, self.key)

    def _add(self, plain: bytes, *, last: bool) -> Place:
        place = Place(len(self.places), self._offset)
        sealed = self._aead.encrypt(_nonce(place.number, last), zlib.compress(plain, LEVEL), self.lines)
        self._put(LENGTH.pack(len(sealed)) + sealed)
        self.places.append(place)
        return place

    def _put(self, raw: bytes) -> None:
        self._file.write(raw)
        self._sha256.update(raw)
        self._offset += len(raw)
        # A heap of unwritten pages would be written when the next check-in waits for its own fsync.
        if self._offset - self._synced > SYNC_BYTES:
            self._file.flush()
            os.fdatasync(self._file.fileno())
            self._synced = self._offset

    def _finish(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self.part.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _abandon(self) -> None:
        try:
            self._file.close()
        except OSError:
            # A full disk fails once more for what is still in the buffer; the file goes either way.
            return


class Reader:
    """Reads frames in order, or one by its place. What does not open raises UpkeepError."""

    def __init__(self, path: Path, lines: bytes, key: bytes) -> None:
        self.path, self._lines, self._aead = path, lines, AESGCM(key)
        self.sha256 = ""

    def frames(self) -> Iterator[tuple[Place, bool, bytes]]:
        """Every frame with its place and whether it is the last one."""
        with self.path.open("rb") as file:
            file.seek(len(self._lines))
            number, last, sha256 = 0, False, hashlib.sha256(self._lines)
            while raw := file.read(LENGTH.size):
                if last:
                    raise UpkeepError(f"Something was added to the end of {self.path.name}.")
                place = Place(number, file.tell() - len(raw))
                sealed = self._rest(file, raw, number)
                plain, last = self._open_either(sealed, number)
                # Of everything before the last frame, which is where it is written down.
                self.sha256 = sha256.hexdigest() if last else ""
                sha256.update(raw + sealed)
                yield place, last, plain
                number += 1
        if not last:
            raise UpkeepError(f"{self.path.name} ends after part {number}: it is half a file.")

    def read(self, places: list[Place]) -> Iterator[bytes]:
        """These frames, none of them the last one."""
        with self.path.open("rb") as file:
            for place in places:
                file.seek(place.offset)
                sealed = self._rest(file, file.read(LENGTH.size), place.number)
                yield self._open(sealed, place.number, last=False)

    def _rest(self, file: BinaryIO, raw: bytes, number: int) -> bytes:
        size = LENGTH.unpack(raw)[0] if len(raw) == LENGTH.size else MOST_FRAME + 1
        sealed = file.read(size) if size <= MOST_FRAME else b""
        if len(sealed) != size:
            raise UpkeepError(f"{self.path.name} ends in the middle (part {number + 1}): it is half a file.")
        return sealed

    def _open_either(self, sealed: bytes, number: int) -> tuple[bytes, bool]:
        try:
            return self._open(sealed, number, last=False), False
        except UpkeepError:
            return self._open(sealed, number, last=True), True

    def _open(self, sealed: bytes, number: int, *, last: bool) -> bytes:
        try:
            return zlib.decompress(self._aead.decrypt(_nonce(number, last), sealed, self._lines))
        except (InvalidTag, zlib.error) as error:
            raise UpkeepError(
                f"{self.path.name} is damaged: part {number + 1} is not what was written."
            ) from error


def open_container(path: Path, secret: Secret, kind: str) -> Reader:
    """The file, its key proved. `kind`: rows or keys. Raises UpkeepError with one sentence."""
    lines, head = _read_head(path)
    if head["kind"] != kind:
        held = "keys" if head["kind"] == "keys" else "a database"
        raise UpkeepError(f"{path.name} is a backup of {held}, which is not what was asked for.")
    try:
        key = secret.key_for(head)
    except (ValueError, KeyError, TypeError) as error:
        raise UpkeepError(f"{path.name} is damaged: its first lines cannot be read.") from error
    if _check(key) != head["check"]:
        wrong = "pass-phrase" if head["kdf"] == "argon2id" else "key file"
        raise UpkeepError(f"This is not the {wrong} of {path.name}. Nothing was changed.")
    return Reader(path, lines, key)


def _read_head(path: Path) -> tuple[bytes, dict[str, Any]]:
    try:
        with path.open("rb") as file:
            first, second = file.readline(LONGEST_HEAD), file.readline(LONGEST_HEAD)
    except OSError as error:
        raise UpkeepError(f"{path} cannot be read ({error.strerror}).") from error
    name, _, number = first.decode("ascii", "replace").strip().rpartition("-")
    if name != NAME or not number.isdigit():
        raise UpkeepError(f"{path.name} is not a backup of Between.")
    if int(number) > FORMAT:
        raise UpkeepError(f"{path.name} was made by a newer version of Between. Restore it with that one.")
    try:
        head = json.loads(second)
        if head["kdf"] not in KINDS or not isinstance(head["kind"], str) or not head["check"]:
            raise ValueError("not a head")
    except (ValueError, KeyError, TypeError) as error:
        raise UpkeepError(f"{path.name} is damaged: its first lines cannot be read.") from error
    return first + second, head
