"""Sends prepared requests as fast as the server answers, over connections that stay open.

It runs in a process of its own and does next to nothing for each answer: the server is what is measured.
"""

import asyncio
import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Measured:
    """How long all requests took, and each; how often each answer came: status and its first marks."""

    seconds: float
    answers: Counter[str]
    latencies: list[float] = field(default_factory=list)


class _Caller(asyncio.Protocol):
    """One client: the next request leaves when the answer to the last one is complete."""

    def __init__(self, requests: Sequence[bytes], marks: Sequence[bytes], measured: Measured) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = iter(requests)
        self._marks = marks
        self._answers, self._latencies = measured.answers, measured.latencies
        self._sent_at = 0.0
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            self.done.set_result(None)
        else:
            self._sent_at = time.perf_counter()
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator or len(body) < _length(head):
            return
        self._latencies.append(time.perf_counter() - self._sent_at)
        self._answers[head[9:12].decode()] += 1
        for mark in self._marks:
            self._answers[mark.decode()] += body.count(mark)
        self._buffer = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed a connection that was in use"))


def _length(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.index(b"content-length:") + 15
    return int(lowered[start:].split(b"\r\n", 1)[0])


async def _call(port: int, requests: Sequence[Sequence[bytes]], marks: Sequence[bytes]) -> Measured:
    measured = Measured(0, Counter())
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    callers = [
        (await loop.create_connection(lambda own=own: _Caller(own, marks, measured), "127.0.0.1", port))[1]
        for own in requests
    ]
    await asyncio.gather(*(caller.done for caller in callers))
    return replace(measured, seconds=time.perf_counter() - began)


def _run(port: int, requests: Sequence[Sequence[bytes]], marks: Sequence[bytes]) -> Measured:
    return asyncio.run(_call(port, requests, marks))


class Load:
    """The process that calls. `requests` has one list for each client."""

    def __init__(self) -> None:
        self._pool = multiprocessing.get_context("spawn").Pool(1)

    def __call__(
        self, port: int, requests: Sequence[Sequence[bytes]], marks: Sequence[bytes] = ()
    ) -> Measured:
        return self._pool.apply(_run, (port, requests, marks))

    def close(self) -> None:
        self._pool.terminate()
