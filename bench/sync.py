"""POST /api/sync against the bare handler: same server, same database, alternating rounds, medians."""

import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.db import Database
from bench.load import Load
from bench.result import Result, at_least
from tests.browser.server import LiveServer
from tests.handset import Handset, make_handsets
from tests.postgres import Postgres

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "9"))
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "800"))
CLIENTS = (8, 32)
BATCH = 20
BUDGET, BATCH_BUDGET = 0.6, 2.0
SERVER = ("-m", "bench.server")


@dataclass(frozen=True)
class Bench:
    """What one database's measurements share."""

    database: str
    port: int
    phones: list[Handset]
    load: Load

    def rate(self, path: str, clients: int, requests: int, items: int) -> float:
        """Items stored in a second, by `clients` that each send one request after the other."""
        prepared = [self._prepare(path, self.phones[n], requests // clients, items) for n in range(clients)]
        wanted = sum(len(own) for own in prepared)
        measured = self.load(self.port, prepared, [b'"stored"'])
        stored = measured.answers['"stored"']
        if measured.answers["200"] != wanted or stored != wanted * items:
            raise RuntimeError(f"{path} on {self.database} answered {dict(measured.answers)}")
        return stored / measured.seconds

    def _prepare(self, path: str, phone: Handset, requests: int, items: int) -> list[bytes]:
        return [self._request(path, phone, items) for _ in range(requests)]

    def _request(self, path: str, phone: Handset, items: int) -> bytes:
        body = phone.body([phone.seal() for _ in range(items)])
        headers = {"Host": f"localhost:{self.port}", **phone.headers(), "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def measure_sync() -> list[Result]:
    """Both databases, both numbers of clients, and the batch."""
    load = Load()
    try:
        with tempfile.TemporaryDirectory(prefix="between-bench-") as folder:
            return [
                result
                for name, url in _databases(Path(folder))
                for result in _measure(name, url, Path(folder) / name, load)
            ]
    finally:
        load.close()


def _databases(folder: Path) -> Iterator[tuple[str, str | None]]:
    yield "SQLite", None
    # With fsync on, as an operator runs it.
    server = Postgres(folder / "postgres", settings=())
    yield "PostgreSQL", server.url(server.make_template(lambda _url: None))
    server.close()


def _measure(name: str, url: str | None, folder: Path, load: Load) -> Iterator[Result]:
    with _served(folder, url) as server:
        database = Database(server.database_url)
        phones = make_handsets(database, max(CLIENTS))
        database.dispose()
        bench = Bench(name, server.port, phones, load)
        bench.rate("/bare", 8, 80, 1)
        bench.rate("/api/sync", 8, 80, 1)
        for clients in CLIENTS:
            yield _compare(bench, clients)
        yield _compare_batch(bench)


@contextmanager
def _served(folder: Path, url: str | None) -> Iterator[LiveServer]:
    environ = {"BETWEEN_DEMO": "0", "BETWEEN_LIMITS": "0"} | ({"DATABASE_URL": url} if url else {})
    server = LiveServer(folder, command=SERVER, **environ).start()
    try:
        yield server
    finally:
        server.stop()


def _compare(bench: Bench, clients: int) -> Result:
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(bench.rate("/bare", clients, REQUESTS, 1))
        ours.append(bench.rate("/api/sync", clients, REQUESTS, 1))
    return _result(f"/api/sync, 1 item, {clients} clients, {bench.database}", ours, bare, BUDGET)


def _compare_batch(bench: Bench) -> Result:
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(bench.rate("/bare", 8, REQUESTS, 1))
        ours.append(bench.rate("/api/sync", 8, REQUESTS // 10, BATCH))
    return _result(f"/api/sync, {BATCH} items, 8 clients, {bench.database}", ours, bare, BATCH_BUDGET)


def _result(what: str, ours: list[float], bare: list[float], budget: float) -> Result:
    """The ratio of each round with the bare round just before it: what else the machine did hits both."""
    ratio = statistics.median(own / least for own, least in zip(ours, bare, strict=True))
    floor = f"bare {statistics.median(bare):,.0f}/s"
    return at_least(what, ratio, budget, floor, f"{statistics.median(ours):,.0f} items/s")
