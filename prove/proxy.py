"""A network between a real phone and a real server that does to each POST /api/sync what a script says."""

import json
import re
import socket
import socketserver
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

READ_AT_ONCE = 65_536
PATIENCE_SECONDS = 30
# Linger on, for no time: closing sends RST.
ABRUPTLY = struct.pack("ii", 1, 0)
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
BODILESS = re.compile(rb"HTTP/1\.\d (?:1\d\d|204|304) ")
SCRIPT = re.compile(rb"GET /static/\S+/outbox-core\.js ")
ENCODINGS = re.compile(rb"\r\naccept-encoding:[^\r]*", re.IGNORECASE)
SYNC = b"POST /api/sync "


class Exchange:
    """One request of the phone, and every way to treat it."""

    def __init__(self, proxy: "Proxy", phone: socket.socket, request: bytes) -> None:
        self.request = request
        self._proxy = proxy
        self._phone = phone

    def ask(self) -> bytes:
        """Pass the request on; the server's whole answer."""
        with self._proxy.connect() as server:
            server.sendall(self.request)
            answer = read_message(server)
        self._proxy.size = (len(self.request), len(answer))
        return answer

    def ask_with(self, length: int) -> None:
        """Pass on only so many bytes of the request."""
        with self._proxy.connect() as server:
            server.sendall(self.request[:length])

    def ask_later(self) -> None:
        """The request arrives when this run is over."""
        self._proxy.late.append(self)

    def tell(self, answer: bytes) -> bool:
        """Answer the phone. True: the connection goes on."""
        self.note(answer)
        self._phone.sendall(answer)
        return True

    def note(self, answer: bytes) -> None:
        """What the phone is about to be told in full: it may act on that at once."""
        self._proxy.told |= receipts_in(answer)

    def tell_part(self, part: bytes) -> None:
        """The beginning of an answer."""
        self._phone.sendall(part)

    def reset(self) -> bool:
        """RST. False: the connection has ended."""
        self._phone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPTLY)
        return False


@dataclass(frozen=True)
class Fault:
    """What happens to one request. `act` answers whether the connection goes on."""

    name: str
    act: Callable[[Exchange], bool]


def pass_on(exchange: Exchange) -> bool:
    """No fault."""
    return exchange.tell(exchange.ask())


class Proxy:
    """Listens on a port of its own. `told`: (id, sha256) of every receipt a phone was told in full.

    `planted` is (words, other words) of a script: the phone is given that script with a bug in it.
    """

    def __init__(self, server_port: int, planted: tuple[bytes, bytes] | None = None) -> None:
        self._server_port = server_port
        self._planted = planted
        self.planted = 0
        self._script: deque[Fault] = deque()
        self._lock = threading.Lock()
        self.told: set[tuple[str, str]] = set()
        self.late: list[Exchange] = []
        self.asked = 0
        # How long the last request and its answer were.
        self.size = (0, 0)
        self._listener = _Listener(("127.0.0.1", 0), _handler(self))
        self.url = f"http://localhost:{self._listener.server_address[1]}"
        threading.Thread(target=self._listener.serve_forever, daemon=True).start()

    def play(self, faults: Iterable[Fault]) -> None:
        """What the next requests meet, one fault each; after them everything passes."""
        with self._lock:
            self._script = deque(faults)

    @property
    def left(self) -> int:
        """How many faults of the script have met no request yet."""
        return len(self._script)

    def deliver_late(self) -> None:
        """What was on its way all this time arrives now, and nobody hears the answer."""
        late, self.late = self.late, []
        for exchange in late:
            exchange.ask()

    def connect(self) -> socket.socket:
        """A connection to the server."""
        return socket.create_connection(("127.0.0.1", self._server_port), timeout=PATIENCE_SECONDS)

    def close(self) -> None:
        """Stop listening."""
        self._listener.shutdown()
        self._listener.server_close()

    def serve(self, phone: socket.socket) -> None:
        """All requests of one connection, in order."""
        while request := read_message(phone):
            exchange = Exchange(self, phone, request)
            if not self._choose(request)(exchange):
                return

    def _choose(self, request: bytes) -> Callable[[Exchange], bool]:
        if self._planted and SCRIPT.match(request):
            return self._plant
        return self._next() if request.startswith(SYNC) else pass_on

    def _plant(self, exchange: Exchange) -> bool:
        assert self._planted is not None
        exchange.request = ENCODINGS.sub(b"", exchange.request)
        head, _, body = exchange.ask().partition(b"\r\n\r\n")
        other = body.replace(*self._planted)
        self.planted += other != body
        length = f"\r\nContent-Length: {len(other)}".encode()
        return exchange.tell(LENGTH.sub(length, head) + b"\r\n\r\n" + other)

    def _next(self) -> Callable[[Exchange], bool]:
        with self._lock:
            self.asked += 1
            return self._script.popleft().act if self._script else pass_on


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


def _handler(proxy: Proxy) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            # Either side may leave at any moment: that is what this is for.
            try:
                proxy.serve(self.request)
            except OSError:
                return

        def finish(self) -> None:
            self.request.close()

    return Handler


def read_message(source: socket.socket) -> bytes:
    """One whole HTTP/1.1 message; empty when the other side closed before it began."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = source.recv(READ_AT_ONCE)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    while not _is_whole(head, body):
        more = source.recv(READ_AT_ONCE)
        if not more:
            break
        body += more
    return head + b"\r\n\r\n" + body


def _is_whole(head: bytes, body: bytes) -> bool:
    if BODILESS.match(head):
        return True
    if CHUNKED.search(head):
        return body.endswith(b"0\r\n\r\n")
    length = LENGTH.search(head)
    if length is None:
        # A request without a length has no body; an answer without one ends with its connection.
        return not head.startswith(b"HTTP/")
    return len(body) >= int(length[1])


def receipts_in(answer: bytes) -> set[tuple[str, str]]:
    """(id, sha256) of each receipt in an answer of 200."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        return set()
    try:
        said = json.loads(body)
    except ValueError:
        return set()
    receipts = said.get("receipts") if isinstance(said, dict) else None
    return {(one["id"], one["sha256"]) for one in receipts or () if isinstance(one, dict) and "sha256" in one}
