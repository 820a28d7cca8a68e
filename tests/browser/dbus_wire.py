"""D-Bus messages, as far as a notification needs them: numbers, texts and lists of texts, little-endian."""

import struct
from dataclasses import dataclass
from typing import BinaryIO

CALL, RETURN, ERROR, SIGNAL = 1, 2, 3, 4
PATH, INTERFACE, MEMBER, ERROR_NAME, REPLY_TO, DESTINATION, SENDER, SIGNATURE = range(1, 9)
_TYPES = {PATH: "o", REPLY_TO: "u", SIGNATURE: "g"}


class Writer:
    """Appends values, each on the boundary that its type asks for."""

    def __init__(self) -> None:
        self.bytes = bytearray()

    def align(self, boundary: int) -> "Writer":
        self.bytes += bytes(-len(self.bytes) % boundary)
        return self

    def number(self, value: int) -> "Writer":
        self.align(4).bytes += struct.pack("<I", value)
        return self

    def text(self, value: str) -> "Writer":
        raw = value.encode()
        self.number(len(raw)).bytes += raw + b"\0"
        return self

    def signature(self, value: str) -> "Writer":
        self.bytes += bytes((len(value),)) + value.encode() + b"\0"
        return self

    def texts(self, *values: str) -> "Writer":
        inner = Writer()
        for value in values:
            inner.text(value)
        self.number(len(inner.bytes)).bytes += inner.bytes
        return self


class Reader:
    """Takes values off in order."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._at = raw, 0

    def align(self, boundary: int) -> None:
        self._at += -self._at % boundary

    def byte(self) -> int:
        self._at += 1
        return self._raw[self._at - 1]

    def number(self) -> int:
        self.align(4)
        (value,) = struct.unpack_from("<I", self._raw, self._at)
        self._at += 4
        return int(value)

    def text(self, *, short: bool = False) -> str:
        size = self.byte() if short else self.number()
        value = self._raw[self._at : self._at + size].decode()
        self._at += size + 1
        return value

    def texts(self) -> tuple[str, ...]:
        end = self.number() + self._at
        values = []
        while self._at < end:
            values.append(self.text())
        return tuple(values)

    def at_end(self) -> bool:
        return self._at >= len(self._raw)


@dataclass(frozen=True)
class Call:
    """Who is asked for what, with the bytes of the arguments."""

    serial: int
    destination: str
    member: str
    body: bytes


def pack_message(kind: int, serial: int, fields: dict[int, str | int], body: Writer | None = None) -> bytes:
    """One message to a peer."""
    listed = Writer()
    for code, value in fields.items():
        listed.align(8).bytes.append(code)
        kind_of = _TYPES.get(code, "s")
        listed.signature(kind_of)
        if isinstance(value, int):
            listed.number(value)
        elif kind_of == "g":
            listed.signature(value)
        else:
            listed.text(value)
    raw = bytes(body.bytes) if body else b""
    message = Writer()
    message.bytes += struct.pack("<cBBB", b"l", kind, 1, 1)
    message.number(len(raw)).number(serial).number(len(listed.bytes))
    message.bytes += listed.bytes
    return bytes(message.align(8).bytes) + raw


def read_call(stream: BinaryIO) -> Call | None:
    """The next message; None when the peer has gone."""
    head = stream.read(16)
    if len(head) < 16:
        return None
    if head[:1] != b"l":
        raise ValueError("only little-endian peers are understood")
    _, body_size, serial, listed_size = struct.unpack("<IIII", head)
    fields = _read_fields(Reader(stream.read(listed_size)))
    stream.read(-listed_size % 8)
    return Call(serial, str(fields.get(DESTINATION)), str(fields.get(MEMBER)), stream.read(body_size))


def _read_fields(reader: Reader) -> dict[int, str | int]:
    fields: dict[int, str | int] = {}
    while not reader.at_end():
        reader.align(8)
        code, kind = reader.byte(), reader.text(short=True)
        fields[code] = reader.number() if kind == "u" else reader.text(short=kind == "g")
    return fields
