"""What does not grow: a request's time with 1,000 and 100,000 items stored, memory, the slowest answers.

And who is not waited for: slow clients, and clinicians who read long pages. Each figure has its like in the
same run.
"""

import os
import socket
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from bench.crowd import BATCH, Crowd, gather_crowd
from bench.load import Load
from bench.result import Result, at_most
from tests.browser.server import LiveServer
from tests.postgres import Postgres

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "9"))
FEW, MANY = 1_000, int(os.environ.get("BENCH_ITEMS", "100000"))
SENT = int(os.environ.get("BENCH_SENT", "100000"))
AT_ONCE = 20
CLIENTS = 8
SLOW = (1, 8, 17)
TRICKLE_SECONDS = 1.0
MEGABYTE = 1024 * 1024


def measure_growth() -> list[Result]:
    """Both databases."""
    load = Load()
    try:
        with tempfile.TemporaryDirectory(prefix="between-bench-") as folder:
            return [
                *_measure("SQLite", Path(folder) / "sqlite", load, dict),
                *_on_postgresql(Path(folder), load),
            ]
    finally:
        load.close()


def _on_postgresql(folder: Path, load: Load) -> Iterator[Result]:
    # With fsync on, as an operator runs it.
    postgres = Postgres(folder / "postgres", settings=())
    make = postgres.make_template
    yield from _measure(
        "PostgreSQL",
        folder / "on-postgresql",
        load,
        lambda: {"DATABASE_URL": postgres.url(make(lambda _: None))},
    )
    postgres.close()


def _measure(name: str, folder: Path, load: Load, environ: Callable[[], dict[str, str]]) -> Iterator[Result]:
    with ExitStack() as servers:
        few = servers.enter_context(_crowd(folder / "few", FEW, environ()))
        many = servers.enter_context(_crowd(folder / "many", MANY, environ()))
        yield from _compare(name, few, many, load)
        yield _slowest(name, many, load)
        yield _memory_of_items(name, many, load)
        yield from _beside_slow_clients(name, many, load)
        yield _beside_long_reads(name, many, load)
        what = f"server memory, {name}: then, after {max(SLOW)} pages at once to slow readers"
        yield Result(what, f"{_memory(many):.1f} MB", "", "", None)


@contextmanager
def _crowd(folder: Path, items: int, environ: dict[str, str]) -> Iterator[Crowd]:
    server = LiveServer(folder, BETWEEN_DEMO="0", BETWEEN_LIMITS="0", **environ).start()
    try:
        yield gather_crowd(server, items)
    finally:
        server.stop()


def _requests(crowd: Crowd) -> dict[str, Callable[[], bytes]]:
    patient = crowd.phones[0].patient
    return {
        "POST /api/sync": lambda: crowd.post(crowd.phones[0]),
        "GET /api/overview": lambda: crowd.get("/api/overview", crowd.patient),
        "GET /clinic": lambda: crowd.get("/clinic", crowd.desk),
        "GET a patient": lambda: crowd.get(f"/clinic/patients/{patient}", crowd.desk),
        "GET /clinic/repairs": lambda: crowd.get("/clinic/repairs", crowd.desk),
    }


def _compare(name: str, few: Crowd, many: Crowd, load: Load) -> Iterator[Result]:
    for what in _requests(few):
        pairs = [
            tuple(statistics.median(_times(crowd, what, load)) for crowd in (few, many))
            for _ in range(ROUNDS)
        ]
        ratio = statistics.median(after / before for before, after in pairs)
        floor = f"{statistics.median(before for before, _ in pairs) * 1000:.1f} ms with {FEW:,}"
        yield at_most(f"{what}, {name}: {MANY:,} items against {FEW:,}", round(ratio, 3), 1.1, "×", floor)


def _times(crowd: Crowd, what: str, load: Load) -> list[float]:
    make = _requests(crowd)[what]
    return _latencies(crowd, [[make() for _ in range(AT_ONCE)]], load)


def _latencies(crowd: Crowd, requests: list[list[bytes]], load: Load) -> list[float]:
    measured = load(crowd.server.port, requests)
    wanted = sum(len(own) for own in requests)
    if measured.answers["200"] != wanted:
        raise RuntimeError(f"{wanted} requests were answered {dict(measured.answers)}")
    return measured.latencies


def _slowest(name: str, crowd: Crowd, load: Load) -> Result:
    requests = [[crowd.post(phone) for _ in range(ROUNDS * 20)] for phone in crowd.phones[:CLIENTS]]
    times = sorted(_latencies(crowd, requests, load))
    middle = statistics.median(times)
    ratio = round(_p99(times) / middle, 2)
    what = f"/api/sync, {CLIENTS} clients, {name}: p99 against the median"
    return at_most(what, ratio, 10, "×", f"median {middle * 1000:.1f} ms")


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99) - 1]


def _beside_slow_clients(name: str, crowd: Crowd, load: Load) -> Iterator[Result]:
    for count in SLOW:
        for kind, first in (("writers", crowd.post(crowd.phones[1])[:-200]), ("readers", _big_page(crowd))):
            what = f"a commit beside {count} {kind} of 1 byte/s, {name}: added to its p99"
            with _undisturbed(crowd, load) as alone, _trickling(crowd, count, kind, first):
                beside = _commits(crowd, load)
            yield _added(what, alone, beside)


def _beside_long_reads(name: str, crowd: Crowd, load: Load) -> Result:
    what = f"a commit beside clinicians reading their longest page, {name}: added to its p99"
    stop = threading.Event()
    with _undisturbed(crowd, load) as alone:
        reader = threading.Thread(target=_read_on, args=(crowd, stop))
        reader.start()
        beside = _commits(crowd, load)
        stop.set()
        reader.join()
    return _added(what, alone, beside)


def _added(what: str, alone: list[float], beside: list[float]) -> Result:
    added = round((_p99(beside) - _p99(alone)) * 1000, 1)
    return at_most(what, added, 50, "ms", f"{_p99(alone) * 1000:.1f} ms alone")


@contextmanager
def _undisturbed(crowd: Crowd, load: Load) -> Iterator[list[float]]:
    """How long a commit takes with nobody beside it, just before."""
    yield _commits(crowd, load)


def _commits(crowd: Crowd, load: Load) -> list[float]:
    return _latencies(crowd, [[crowd.post(crowd.phones[0]) for _ in range(ROUNDS * 12)]], load)


def _big_page(crowd: Crowd) -> bytes:
    request = crowd.get(f"/clinic/patients/{crowd.busy}", crowd.other_desk)
    return request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


def _read_on(crowd: Crowd, stop: threading.Event) -> None:
    while not stop.is_set():
        with socket.create_connection(("127.0.0.1", crowd.server.port), timeout=60) as reader:
            reader.sendall(_big_page(crowd))
            while reader.recv(65536):
                pass


@contextmanager
def _trickling(crowd: Crowd, count: int, kind: str, first: bytes) -> Iterator[None]:
    """`count` clients that send, or read, one byte a second."""
    stop = threading.Event()
    with ExitStack() as connections:
        slow = [
            connections.enter_context(socket.create_connection(("127.0.0.1", crowd.server.port), timeout=60))
            for _ in range(count)
        ]
        for one in slow:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            one.sendall(first)
        if kind == "readers":
            # Making so many pages at once is another matter: from here on they are only read.
            for one in slow:
                one.recv(1)
        trickle = threading.Thread(target=_trickle, args=(slow, kind, stop))
        trickle.start()
        yield
        stop.set()
        trickle.join()


def _trickle(slow: list[socket.socket], kind: str, stop: threading.Event) -> None:
    while not stop.wait(TRICKLE_SECONDS):
        for one in slow:
            if kind == "writers":
                one.sendall(b"A")
            else:
                one.recv(1)


def _memory_of_items(name: str, crowd: Crowd, load: Load) -> Result:
    """After so many items have gone through the very process, not only into its tables."""
    sent, turn = 0, BATCH * CLIENTS * 10
    while sent < SENT:
        requests = [[crowd.post(phone, BATCH) for _ in range(10)] for phone in crowd.phones]
        _latencies(crowd, requests, load)
        sent += turn
    what = f"server memory, {name}: {MANY:,} items stored, {sent:,} more taken"
    return at_most(what, round(_memory(crowd), 1), 150, "MB")


def _memory(crowd: Crowd) -> float:
    """Of the master and its worker, in megabytes; what they share counts once."""
    master = psutil.Process(crowd.server.pid)
    return sum(one.memory_full_info().pss for one in (master, *master.children(recursive=True))) / MEGABYTE
