"""A start, a backup of a million check-ins while check-ins arrive, and a restore of a hundred thousand."""

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench.crowd import Crowd, gather_crowd
from bench.result import Result, at_most
from tests.browser.server import REPOSITORY, LiveServer
from tests.handset import Handset
from tests.postgres import Postgres

STORED = int(os.environ.get("BENCH_STORED", "1000000"))
RESTORED = int(os.environ.get("BENCH_RESTORED", "100000"))
ALONE_SECONDS = 60.0
STARTS = 6
# A check-in every fifty milliseconds is seventy thousand an hour.
EVERY_SECONDS = 0.05
PASSPHRASE = "plain words for a bench"


def measure_backup() -> list[Result]:
    """Both databases."""
    with tempfile.TemporaryDirectory(prefix="between-bench-") as name:
        folder = Path(name)
        return [
            _started(folder / "start"),
            *_beside_a_backup("SQLite", folder / "many", {}, STORED),
            *_restored("SQLite", folder / "few", {}, f"sqlite:///{folder}/new/between.db"),
            *_on_postgresql(folder),
        ]


def _started(folder: Path) -> Result:
    """From the command to the first answer, where a start was before."""
    server, times = LiveServer(folder, BETWEEN_DEMO="0"), []
    for _ in range(STARTS):
        began = time.monotonic()
        server.start()
        times.append(time.monotonic() - began)
        server.stop()
    return at_most("start to the first 200", round(statistics.median(times[1:]), 2), 1.5, "s")


def _on_postgresql(folder: Path) -> Iterator[Result]:
    # With fsync on, as an operator runs it.
    postgres = Postgres(folder / "postgres", settings=())
    own, empty = (postgres.url(postgres.make_template(lambda _: None)) for _ in range(2))
    yield from _restored("PostgreSQL", folder / "on-postgresql", {"DATABASE_URL": own}, empty)
    postgres.close()


def _beside_a_backup(name: str, folder: Path, environ: dict[str, str], items: int) -> Iterator[Result]:
    server = LiveServer(folder, BETWEEN_DEMO="0", **environ).start()
    try:
        yield from measure_beside(name, gather_crowd(server, items), items)
    finally:
        server.stop()


def measure_beside(name: str, crowd: Crowd, items: int) -> Iterator[Result]:
    """How long check-ins take to be acknowledged, alone and while a backup is made."""
    alone, beside = [], []
    with Arriving(crowd, alone):
        time.sleep(ALONE_SECONDS)
    with Arriving(crowd, beside):
        began = time.monotonic()
        made = flask(crowd.server, "backup", str(crowd.server.directory))
        took = time.monotonic() - began
    if made.returncode:
        raise RuntimeError(made.stderr)
    size = next(crowd.server.directory.glob("*.between")).stat().st_size / 10**6
    what = f"a commit beside a backup of {items:,} check-ins, {name}"
    floor = f"alone: {told(alone)}"
    yield Result(f"{what}: median, p99, slowest", told(beside), floor, "", None)
    added = round((max(beside) - statistics.median(alone)) * 1000, 1)
    yield at_most(f"{what}: the slowest, beyond the median alone", added, 100, "ms", floor)
    yield Result(
        f"that backup, {len(beside):,} check-ins arriving", f"{took:.0f} s, {size:.0f} MB", "", "", None
    )


def _restored(name: str, folder: Path, environ: dict[str, str], url: str) -> Iterator[Result]:
    server = LiveServer(folder, BETWEEN_DEMO="0", **environ).start()
    try:
        gather_crowd(server, RESTORED)
        # The copies among them have new ids, and open under none: a restore would rightly wonder.
        server.change("UPDATE envelope SET source = 'form'")
        keys = folder / "keys.between"
        made = flask(server, "backup", str(folder), "--keys", str(keys))
    finally:
        server.stop()
    (file,) = (path for path in folder.glob("between-*.between"))
    there = {"DATABASE_URL": url, "BETWEEN_INSTANCE": str(folder.parent / f"new-{name}")}
    if name == "SQLite":
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    began = time.monotonic()
    restored = flask(server, "restore", str(file), "--keys", str(keys), **there)
    took = round(time.monotonic() - began, 1)
    if made.returncode or restored.returncode:
        raise RuntimeError(made.stderr + restored.stderr)
    yield at_most(f"restore of {RESTORED:,} check-ins, {name}", took, 60, "s")


def flask(server: LiveServer, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command as an operator gives it, beside the server."""
    own = server._environment() | {"BETWEEN_BACKUP_PASSPHRASE": PASSPHRASE} | environ
    command = [sys.executable, "-m", "flask", "--app", "app", *words]
    return subprocess.run(command, cwd=REPOSITORY, env=own, capture_output=True, text=True, check=False)


def told(times: list[float]) -> str:
    """Median, p99 and the slowest, in milliseconds."""
    ordered = sorted(times)
    figures = (statistics.median(ordered), ordered[int(len(ordered) * 0.99)], ordered[-1])
    return ", ".join(f"{figure * 1000:.1f}" for figure in figures) + " ms"


class Arriving:
    """Check-ins one after another until the block ends; how long each waited goes to `times`."""

    def __init__(self, crowd: Crowd, times: list[float]) -> None:
        self._crowd, self._times, self._stop = crowd, times, threading.Event()
        self._thread = threading.Thread(target=self._send)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _send(self) -> None:
        phones = self._crowd.phones
        line = http.client.HTTPConnection("127.0.0.1", self._crowd.server.port, timeout=60)
        while not self._stop.is_set():
            phone: Handset = phones[len(self._times) % len(phones)]
            body = phone.body([phone.seal()])
            began, status = time.perf_counter(), 503
            while status == 503:
                line.request("POST", "/api/sync", body, phone.headers())
                response = line.getresponse()
                response.read()
                status = response.status
            self._times.append(time.perf_counter() - began)
            time.sleep(EVERY_SECONDS)
        line.close()
