"""A server that starts in tens of milliseconds and is killed without a goodbye, by prove/zygote.py."""

import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil

from tests.browser.server import REPOSITORY, LiveServer

# Below the ports that Linux gives to clients: one of ours, knocking while the server is down, would take it.
PORTS = range(20_000, 32_000)


def quiet_port() -> int:
    """A port nobody listens on and no client is given."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


class QuickServer(LiveServer):
    """Between's own gunicorn on an instance directory of its own. `bugs`: names from prove/planted.py."""

    def __init__(self, directory: Path, *bugs: str, **environ: str) -> None:
        # A few phones here send in minutes what a whole clinic does in a month.
        super().__init__(directory, **{"BETWEEN_LIMITS": "0", **environ})
        self.port = quiet_port()
        self.url = f"http://localhost:{self.port}"
        self._bugs = bugs
        self._zygote: subprocess.Popen[str] | None = None
        self._masters: list[int] = []

    def open(self) -> "QuickServer":
        """Import everything and bring the database to this version; nothing listens yet."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._zygote = subprocess.Popen(
                [sys.executable, "-m", "prove.zygote", *self._bugs],
                cwd=REPOSITORY,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        if self._hear() != "ready":
            raise RuntimeError(f"The server cannot be started. It said:\n{self.said()}")
        return self

    def fork(self) -> None:
        """Start it, without waiting until it answers."""
        self._masters.append(int(self._ask(str(self.port))))

    def fork_beside(self) -> int:
        """Start another of the same database and keys. Returns its port, which may not answer yet."""
        port = quiet_port()
        self._masters.append(int(self._ask(str(port))))
        return port

    def kill(self) -> None:
        """SIGKILL for masters and workers at once; returns when all are gone and the port is free."""
        for master in self._masters:
            os.killpg(master, signal.SIGKILL)
        self._masters.clear()
        if self._ask("reap") != "gone" or self._listens():
            raise RuntimeError(f"Port {self.port} is still taken. The server said:\n{self.said()}")

    def kill_last(self) -> None:
        """SIGKILL for the one that was started last, master and worker; the others serve on."""
        os.killpg(self._masters.pop(), signal.SIGKILL)

    def environment(self) -> dict[str, str]:
        """What another process needs to work on the same database with the same keys."""
        return self._environment()

    def kill_worker(self) -> None:
        """SIGKILL for the worker only: the master starts another. Nothing happens before there is one."""
        for worker in psutil.Process(self._masters[0]).children():
            worker.kill()

    def shut(self) -> None:
        """End what still runs, and the parent."""
        if self._zygote is None:
            return
        if self._masters:
            self.kill()
        self._zygote.communicate()
        self._zygote = None

    def _ask(self, line: str) -> str:
        assert self._zygote is not None
        assert self._zygote.stdin is not None
        print(line, file=self._zygote.stdin, flush=True)
        return self._hear()

    def _hear(self) -> str:
        assert self._zygote is not None
        assert self._zygote.stdout is not None
        return self._zygote.stdout.readline().strip()
