"""How long nobody is answered when a server that is up to date starts again, beside a bare Flask."""

import statistics
import tempfile
import time
from pathlib import Path

from bench.result import Result, at_most
from tests.browser.server import LiveServer

ROUNDS = 7
LONGEST = 1.5
BARE = ("-m", "bench.bare_server")


def measure_start() -> list[Result]:
    """The database is made before: what is measured is `python app.py` on an ordinary day."""
    with tempfile.TemporaryDirectory(prefix="between-bench-") as folder:
        between = LiveServer(Path(folder) / "between", BETWEEN_DEMO="0")
        bare = LiveServer(Path(folder) / "bare", command=BARE)
        for server in (between, bare):
            start(server)
        taken = [(start(between), start(bare)) for _ in range(ROUNDS)]
    ours, floor = (round(statistics.median(column), 3) for column in zip(*taken, strict=True))
    return [told(ours, floor)]


def told(seconds: float, floor: float) -> Result:
    """Both against the budget."""
    return at_most("start to first 200", seconds, LONGEST, "s", f"{floor:.2f} s, bare Flask")


def start(server: LiveServer) -> float:
    """Seconds from the command to the first 200; it is stopped again."""
    begun = time.monotonic()
    server.start()
    taken = time.monotonic() - begun
    server.close()
    return taken
