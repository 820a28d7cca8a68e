"""The measurement of a start sees a slow one."""

from pathlib import Path

from bench.start import LONGEST, start, told
from tests.browser.server import LiveServer

# Listens only after a while, as a server would that reads too much first.
SLOW = """
import http.server, os, time
time.sleep(1.6)
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(os.environ["BETWEEN_PORT"])), Ready).serve_forever()
"""


def test_a_start_that_takes_too_long_is_not_held(tmp_path: Path) -> None:
    taken = start(LiveServer(tmp_path, command=("-c", SLOW)))
    assert taken > LONGEST
    assert told(taken, 0.2).held is False
    assert told(LONGEST - 0.1, 0.2).held is True
