"""Serves bench/floor: one question as a bare static page, the best any page could do here."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "floor"


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: Any) -> None:
        """Nothing: the table is the output."""


class FloorServer:
    """Has what the page bench needs of a LiveServer."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(FOLDER)))
        self.url = f"http://localhost:{self._server.server_port}"

    def start(self) -> "FloorServer":
        """Serve from a thread of this process."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        """Gone; the port refuses."""
        self._server.shutdown()
        self._server.server_close()
