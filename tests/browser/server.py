"""Between as an operator starts it: a real process on a free port, killed without a goodbye."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from app.db import Database
from app.models import CheckIn, Note
from app.services.wrapping import load_keys
from tests.opened import read_opened

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 60.0


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process(Protocol):
    """What is asked of a server's process: the part of `subprocess.Popen` that is used here."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float = ...) -> int: ...


Begin = Callable[[Sequence[str], dict[str, str], Path], Process]


def begin(command: Sequence[str], environ: dict[str, str], log: Path) -> Process:
    """Python itself, started anew, as the leader of a session of its own."""
    with log.open("ab") as said:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=REPOSITORY,
            env=environ,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


class LiveServer:
    """`python app.py` with an instance directory of its own."""

    def __init__(
        self, directory: Path, *, command: Sequence[str] = ("app.py",), begin: Begin = begin, **environ: str
    ) -> None:
        self.directory = directory
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = directory / "server.log"
        self._command = command
        self._environ = environ
        self._begin = begin
        self._process: Process | None = None

    def start(self) -> "LiveServer":
        """Start and wait until it answers. Raises with the server's own words when it does not."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._process = self._begin(self._command, self._environment(), self.log)
        self._wait(self._answers)
        return self

    def stop(self) -> None:
        """SIGKILL for the whole process group: nothing is flushed, nobody is told."""
        if self._process is None:
            return
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        self._wait(lambda: not self._listens())

    def close(self) -> None:
        """SIGTERM, as an operator would."""
        if self._process is None:
            return
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.stop()
        self._process = None

    def sql(self, statement: str, **values: Any) -> Sequence[sa.Row[Any]]:
        """What its database holds, read by another process."""
        engine = sa.create_engine(self.database_url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            return connection.execute(sa.text(statement), values).all()

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """Its database with its keys, by another process: what is sealed in it can be read and written."""
        database = Database(self.database_url)
        load_keys(database, self.directory / "instance", datetime.now(UTC))
        yield database
        database.dispose()

    def newest_notes(self) -> dict[str, str]:
        """What the newest check-in's note says, by dimension."""
        with self.opened() as database, database.reading() as session:
            newest = sa.select(CheckIn.id).order_by(CheckIn.arrived_at.desc()).limit(1)
            check_in = session.scalar(newest)
            notes = read_opened(session, Note)
        return {note.dimension: note.body for note in notes if note.check_in_id == check_in}

    def change(self, statement: str, **values: Any) -> None:
        """What no screen offers yet a test needs: another state of its database."""
        engine = sa.create_engine(self.database_url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(sa.text(statement), values)

    @property
    def database_url(self) -> str:
        """Where its tables are."""
        default = f"sqlite:///{self.directory / 'instance' / 'between.db'}"
        return self._environ.get("DATABASE_URL", default)

    @property
    def pid(self) -> int:
        """The master's process id, while it runs."""
        assert self._process is not None
        return self._process.pid

    def said(self) -> str:
        """Everything it printed."""
        return self.log.read_text(errors="replace")

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BETWEEN_")}
        ours = {"BETWEEN_INSTANCE": str(self.directory / "instance"), "BETWEEN_PORT": str(self.port)}
        return kept | ours | self._environ

    def _wait(self, reached: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if reached():
                return
            if self._process is not None and self._process.poll() is not None:
                raise RuntimeError(f"The server ended at once. It said:\n{self.said()}")
            time.sleep(0.05)
        raise TimeoutError(
            f"Port {self.port} after {PATIENCE_SECONDS:.0f} s. The server said:\n{self.said()}"
        )

    def _answers(self) -> bool:
        """The port is open before the application is there, so ask for its health."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Seed:
    """An instance with the demo clinic in it, made once and copied for whoever needs a fresh one."""

    def __init__(self, directory: Path, begin: Begin = begin) -> None:
        self._made = directory / "seed"
        self._begin = begin
        self._directory = directory
        self._copies = 0
        server = LiveServer(self._made).start()
        server.close()
        self.said = server.said()

    def server(self, **environ: str) -> LiveServer:
        """A server, not yet started, on its own copy."""
        self._copies += 1
        directory = self._directory / f"copy-{self._copies}"
        shutil.copytree(self._made, directory)
        (directory / "server.log").write_text("")
        return LiveServer(directory, begin=self._begin, **environ)
