"""One life of the real server, with every write, sync and removal it asked of the database's files."""

import random
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from app.config import load_settings
from app.db import Database
from app.ready import prepare
from prove.ledger import Ledger
from prove.phones import Phone, gather, sending
from prove.quick_server import QuickServer
from tests.browser.server import REPOSITORY
from tests.handset import Handset, make_handsets

PHONES = 4
REQUESTS = 40
SHIM = Path(__file__).parent / "disk_log.c"


@dataclass(frozen=True)
class Recording:
    """`files`: the database's, before. `log`: what prove/disk_log.c wrote. `ledger`: what was sent."""

    folder: Path
    files: dict[str, bytes]
    log: Path
    ledger: Ledger


def record(folder: Path, seed: int, *bugs: str) -> Recording:
    """Let phones send to a real server until enough is answered; it is killed and started again half-way."""
    instance = (folder / "instance").resolve()
    phones = _prepare(instance)
    files = {path.name: path.read_bytes() for path in instance.glob("between.db*")}
    log = folder / "disk.log"
    server = QuickServer(
        folder,
        *bugs,
        BETWEEN_DEMO="0",
        BETWEEN_DISK_LOG=str(log),
        BETWEEN_DISK_LOG_OF=str(instance / "between.db"),
        LD_PRELOAD=str(_compile_shim(folder)),
    ).open()
    try:
        return Recording(instance, files, log, _let_send(server, phones, seed))
    finally:
        server.shut()


def _prepare(instance: Path) -> list[Handset]:
    """A migrated database with patients in it, closed again."""
    settings = load_settings({"BETWEEN_INSTANCE": str(instance), "BETWEEN_DEMO": "0"})
    prepare(settings)
    database = Database(settings.database_url)
    try:
        return make_handsets(database, PHONES)
    finally:
        database.dispose()


def _let_send(server: QuickServer, handsets: list[Handset], seed: int) -> Ledger:
    phones = [
        Phone(one, server.port, random.Random(f"{seed}/{number}")) for number, one in enumerate(handsets)
    ]
    server.fork()
    with sending(phones):
        _wait_for(phones, REQUESTS // 2)
        server.kill()
        server.fork()
        _wait_for(phones, REQUESTS)
    server.kill()
    return gather(phones)


def _wait_for(phones: list[Phone], answered: int) -> None:
    until = time.monotonic() + 60
    while sum(phone.answered for phone in phones) < answered:
        if time.monotonic() > until:
            raise TimeoutError(f"{answered} requests were not answered within a minute")
        time.sleep(0.002)


def _compile_shim(folder: Path) -> Path:
    """The library to preload. Raises with the compiler's own words."""
    library = folder / "disk_log.so"
    compiler = _run(str(REPOSITORY / "bin" / "compiler")).strip()
    _run(compiler, "-O2", "-Wall", "-shared", "-fPIC", "-o", str(library), str(SHIM), "-ldl")
    return library


def _run(*command: str) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}:\n{ran.stderr}")
    return ran.stdout
