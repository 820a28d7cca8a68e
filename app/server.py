"""gunicorn in this process: one worker with threads, the clock and the reminder worker inside it."""

from __future__ import annotations

import ctypes
import gc
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from app import create_app
from app.config import HOST, Settings
from app.gatherer import GatheringWorker
from app.logs import configure_logs

if TYPE_CHECKING:
    from flask import Flask

    from app.jobs import Jobs

# <malloc.h>: M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD.
MALLOPT = {-8: 2, -3: 256 * 1024, -1: 256 * 1024}
# How long a thread that makes a page keeps the interpreter while a commit waits for it. A commit asks for it
# a dozen times: at Python's own 5 ms a page of 100 ms held it up for 115 to 156 ms, at this for 10 to 20.
TURN_SECONDS = 0.0003


class Plain(Logger):  # type: ignore[misc]
    """gunicorn's own words in our form: app/logs.py lets out no path and nothing that was sent."""

    def setup(self, cfg: Any) -> None:
        """No handlers of its own, no access log: app/watch.py writes that."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Server(BaseApplication):  # type: ignore[misc]
    """One master, one worker. The application is made in the worker, after the fork.

    The worker imports it, too: what the master has read it holds a second time.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.jobs: Jobs | None = None
        super().__init__()

    def load_config(self) -> None:
        """Listens on this machine only; a reverse proxy stands in front of anything else."""
        for name, value in self.options().items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, in the worker."""
        # Nothing that is read at start is thrown away: looking through it again and again costs a tenth.
        gc.disable()
        return create_app(self.settings)

    def options(self) -> dict[str, Any]:
        """gunicorn's settings."""
        return {
            "bind": f"{HOST}:{self.settings.port}",
            "workers": 1,
            "worker_class": GatheringWorker,
            "threads": self.settings.threads,
            "keepalive": 30,
            "timeout": 60,
            "graceful_timeout": 10,
            "loglevel": "warning",
            "logger_class": Plain,
            # X-Forwarded-* are read in one place only, and only as BETWEEN_PROXIES says.
            "forwarded_allow_ips": "",
            # gunicorn 27's control file is shared by every server of a user.
            "control_socket_disable": True,
            "post_worker_init": self._settle,
            "worker_exit": self._stop_jobs,
        }

    def _settle(self, worker: Any) -> None:
        sys.setswitchinterval(TURN_SECONDS)
        # What was imported stays: a collection need not look at it again.
        gc.freeze()
        gc.enable()
        if self.settings.worker:
            self._start_jobs(worker)

    def _start_jobs(self, worker: Any) -> None:
        from app.jobs import Housekeeping, start_jobs
        from app.reading import reading_with

        parts = worker.app.callable.extensions["between"]
        read = reading_with(parts.keyring)
        chores = Housekeeping(parts.database, read, lambda: datetime.now(UTC))
        self.jobs = start_jobs(parts.database, parts.settings, chores.run)

    def _stop_jobs(self, _server: Any, _worker: Any) -> None:
        if self.jobs is not None:
            self.jobs.stop()


def run_server(settings: Settings) -> None:
    """Serve until stopped."""
    run(Server(settings))


def run(server: Server) -> None:
    """Serve until stopped."""
    configure_logs(server.settings.log_level, server.settings.log_form)
    _give_memory_back()
    server.run()


def _give_memory_back() -> None:
    """glibc keeps a heap for each thread and gives back ever less of it; ours would hold 90 MB more."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        for option, value in MALLOPT.items():
            libc.mallopt(option, value)
