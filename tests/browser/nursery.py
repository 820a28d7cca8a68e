"""A parent that has imported everything and forks `app.py` from itself: a start costs a fork, not an import.

Spoken to in lines: `{"environ": {...}, "log": path}` answers the pid of a server of that environment, which
leads a session of its own and writes to that file. `python app.py` as an operator starts it is what makes the
demo clinic, and what tests/live starts.
"""

import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from app import create_app
from app.cli import READY
from app.config import load_settings
from app.ready import prepare
from tests.templates import compile_once

REPOSITORY = Path(__file__).parents[2]


class Forked:
    """One server, asked as a `subprocess.Popen` is. The kernel reaps it: an ended one has no pid."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """None while it runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self, timeout: float = 60) -> int:
        """Until it has ended."""
        until = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("app.py", timeout)
            time.sleep(0.01)
        return 0


class Nursery:
    """Started with the first server that is asked for."""

    def __init__(self) -> None:
        self._parent: subprocess.Popen[str] | None = None

    def begin(self, command: Sequence[str], environ: dict[str, str], log: Path) -> Forked:
        """Fork a server. `command` is what it would be started with."""
        assert list(command) == ["app.py"]
        if self._parent is None:
            self._parent = self._start()
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        print(json.dumps({"environ": environ, "log": str(log)}), file=self._parent.stdin, flush=True)
        return Forked(int(self._parent.stdout.readline()))

    def close(self) -> None:
        """Let go of the parent; servers that still run are their tests' to end."""
        if self._parent is not None:
            self._parent.communicate()

    def _start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "tests.browser.nursery"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


def main() -> None:
    """Serve the lines on standard input until it closes."""
    _warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(asked["environ"], asked["log"])
        print(pid, flush=True)


def _warm_up() -> None:
    """Make one application and let it go: what it imported, read and compiled stays in memory."""
    compile_once()
    with tempfile.TemporaryDirectory(prefix="between-nursery-") as folder:
        settings = load_settings({"BETWEEN_INSTANCE": folder, "BETWEEN_DEMO": "0"})
        app = create_app(settings)
        for name in app.jinja_env.list_templates():
            app.jinja_env.get_template(name)
        app.extensions["between"].database.dispose()


def _become(environ: dict[str, str], log: str) -> None:
    """From here on this process is `python app.py` in that environment, when it has made ready."""
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _speak_to(log)
        os.environ.clear()
        os.environ.update(environ)
        # Made ready here: app.py would start itself once more, and import everything again.
        prepare(load_settings())
        sys.argv = ["app.py", READY]
        runpy.run_path("app.py", run_name="__main__")
    except SystemExit as ended:
        print(ended.code, file=sys.stderr, flush=True)
    except BaseException:  # noqa: BLE001 - nothing may get back into the parent's loop
        traceback.print_exc()
    finally:
        os._exit(1)


def _speak_to(log: str) -> None:
    said = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    silence = os.open(os.devnull, os.O_RDONLY)
    for ours, standard in ((silence, 0), (said, 1), (said, 2)):
        os.dup2(ours, standard)


if __name__ == "__main__":
    main()
