"""A parent that has imported everything and forks Between's own server: a start costs a fork, not an import.

What it starts is `app.server`: a gunicorn master, which forks a worker, which makes the application with
create_app. Spoken to in lines: a port answers the pid of the master that will listen there; `reap` answers
`gone` when all masters and everything they left behind have ended.
"""

import ctypes
import dataclasses
import os
import sys
import tempfile

from app import create_app
from app.config import Settings, load_settings
from app.ready import prepare
from app.server import run_server
from prove.planted import plant

PR_SET_CHILD_SUBREAPER = 36


def main(bugs: list[str]) -> None:
    """Serve the lines on standard input until it closes."""
    settings = load_settings()
    for bug in bugs:
        plant(bug)
    _adopt_orphans()
    prepare(settings)
    _warm_up(settings)
    say, sys.stdout = sys.stdout, sys.stderr
    print("ready", file=say, flush=True)
    for line in sys.stdin:
        answer = _reap() if line == "reap\n" else _start(dataclasses.replace(settings, port=int(line)))
        print(answer, file=say, flush=True)


def _adopt_orphans() -> None:
    """A worker whose master was killed becomes our child, so that its end can be waited for."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _warm_up(settings: Settings) -> None:
    """Make one application of another database and let it go: what it imported and read stays in memory."""
    with tempfile.TemporaryDirectory(prefix="between-zygote-") as folder:
        other = dataclasses.replace(settings, database_url=f"sqlite:///{folder}/between.db")
        create_app(other).extensions["between"].database.dispose()


def _start(settings: Settings) -> int:
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        try:
            run_server(settings)
        finally:
            os._exit(1)
    try:
        os.setpgid(pid, pid)
    except ProcessLookupError:
        return pid
    return pid


def _reap() -> str:
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        return "gone"


if __name__ == "__main__":
    main(sys.argv[1:])
