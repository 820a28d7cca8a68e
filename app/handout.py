"""Hands out one certificate over plain HTTP: a phone must have it before it can ask safely.

`python -m app.handout <address> <port> <file>`, until its standard input ends.
"""

import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


def hand_out(address: str, port: int, certificate: Path) -> None:
    """Answer everything with the certificate, until this process ends."""
    body = certificate.read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/x-x509-ca-cert")
            self.send_header("Content-Disposition", 'attachment; filename="between.crt"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Who asks is nobody's business."""

    ThreadingHTTPServer((address, port), Handler).serve_forever()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    hand_out(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
