"""A thread that sleeps until it is woken, looks, does what there is to do, and sleeps again."""

import logging
import secrets
import socket
import threading

log = logging.getLogger(__name__)


class Loop:
    """Any number of them, in any number of processes, share the work: what is due is in the database."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._name = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=what, daemon=True)

    def start(self) -> None:
        """Look once now, and then whenever woken."""
        self._woken.set()
        self._thread.start()

    def wake(self) -> None:
        """Look again, now or as soon as the present look is over."""
        self._woken.set()

    def stop(self, seconds: float = 8) -> None:
        """Finish what is being sent, take nothing new. A claim left behind is free when its lease ends."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def run_once(self) -> int:
        """Do all that can be done now. Returns how much was in hand."""
        raise NotImplementedError

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait()
            self._woken.clear()
            try:
                self.run_once()
            except Exception:
                # Whatever it was, the next tick tries again; a dead thread would be noticed by nobody.
                log.exception("The %s could not be sent just now.", self._what)
