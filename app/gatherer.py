"""gunicorn's threads, with a door that no slow client holds: a thread gets a request when all of it is there.

gunicorn gives a thread to a connection at its first byte, so sixteen phones on a bad line would be all it
serves; and it waits up to two seconds in its one main loop for whoever is slow to close. Here the main loop
gathers what trickles in and waits for nobody, and the kernel holds a whole page for whoever reads slowly.
"""

import re
import selectors
import socket
import struct
import time
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import TConn, ThreadWorker

from app.config import LARGEST_BODY
from app.logs import place_of
from app.unread import judge, write_answer

LOG: Any = structlog.get_logger()
ROUTE = "unread"

# A phone on 20 kbit/s needs 25 s for its usual batch.
GATHER_SECONDS = 120.0
LINGER_SECONDS = 2.0
# The longest a thread waits for one piece of a connection that stalls all the same.
STALL_SECONDS = 10
LONGEST_HEAD = 64 * 1024
MOST_GATHERED = 32 * 1024 * 1024
PIECE = 256 * 1024
# A page and more; the kernel takes what its own limit allows.
SEND_BUFFER = 512 * 1024

HEAD_END = b"\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)


class Gathered:
    """What has come of one request so far."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._whole_at: int | None = None
        self._is_chunked = False

    def add(self, piece: bytes) -> None:
        """One more piece, as it came."""
        self.data += piece
        if self._whole_at is None and not self._is_chunked:
            # The end of the head may lie across two pieces.
            self._read_head(max(0, len(self.data) - len(piece) - len(HEAD_END)))

    @property
    def is_whole(self) -> bool:
        """All of it is here, or it is none that may be waited for."""
        if self._is_chunked:
            return self.data.endswith(LAST_CHUNK) or len(self.data) > LARGEST_BODY
        if self._whole_at is None:
            return len(self.data) > LONGEST_HEAD
        return len(self.data) >= self._whole_at

    def _read_head(self, start: int) -> None:
        end = self.data.find(HEAD_END, start)
        if end < 0:
            return
        head = self.data[: end + 2]
        length = LENGTH.search(head)
        self._is_chunked = length is None and CHUNKED.search(head) is not None
        told = int(length[1]) if length else 0
        # What is too large is refused from its head.
        self._whole_at = end + len(HEAD_END) + (told if told <= LARGEST_BODY else 0)


class Connection(TConn):  # type: ignore[misc]
    """One client. `gathered` is None while a thread has its request."""

    def __init__(self, worker: "GatheringWorker", sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(worker.cfg, sock, client, server)
        self.worker = worker
        self.gathered: Gathered | None = None
        stall = struct.pack("ll", STALL_SECONDS, 0)
        for option, value in ((socket.SO_RCVTIMEO, stall), (socket.SO_SNDTIMEO, stall)):
            sock.setsockopt(socket.SOL_SOCKET, option, value)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def close(self, graceful: bool = False) -> None:
        """With `graceful`, what was sent last is read before the socket goes, at the client's own pace."""
        if graceful:
            self.worker.linger(self)
        else:
            super().close()


class PlainWorker(ThreadWorker):  # type: ignore[misc]
    """gthread, but for what it says when it cannot read a request, and whom it believes."""

    def init_process(self) -> None:
        """Also where gunicorn itself was started with this worker: its own defaults believe this machine."""
        self.cfg.set("forwarded_allow_ips", "")
        self.log.error_log.handlers.clear()
        self.log.error_log.propagate = True
        super().init_process()

    def handle_error(self, _request: Any, client: Any, _address: Any, error: Exception) -> None:
        """gunicorn would quote to the client and to the log what it could not read."""
        status, problem = judge(error)
        told = LOG.error if status >= 500 else LOG.info
        told("error", type=type(error).__name__, place=place_of(error.__traceback__), route=ROUTE)
        self.app.callable.extensions["metrics"].count_request("other", ROUTE, str(status.value), 0.0)
        with suppress(OSError):
            write_nonblock(client, write_answer(status, problem))


class GatheringWorker(PlainWorker):
    """How a request comes in, and how a connection ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lingering: dict[Connection, float] = {}

    def accept(self, listener: socket.socket) -> None:
        """Take the connection, and whatever of its request came along."""
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        self._gather(Connection(self, sock, client, listener.getsockname()))

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """The next request on a connection that was kept open."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._gather(conn)

    def on_pending_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """One more piece of a request that is not whole."""
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        self._receive(conn)

    def linger(self, conn: Connection) -> None:
        """Half-close, and read what still comes until the client closes: else it may never see the answer."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._drain, conn))
        except (OSError, ValueError, KeyError):
            conn.close()
            return
        self._lingering[conn] = time.monotonic() + LINGER_SECONDS

    def murder_pending(self) -> None:
        """Close what took too long, to come or to go."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [conn for conn, until in self._lingering.items() if until <= now]:
            self._let_go(conn)

    def _gather(self, conn: Connection) -> None:
        conn.gathered = Gathered()
        conn.timeout = time.monotonic() + GATHER_SECONDS
        self._receive(conn)

    def _receive(self, conn: Connection) -> None:
        """Never more than one piece at a time: the others wait."""
        assert conn.gathered is not None
        try:
            piece = conn.sock.recv(PIECE)
        except BlockingIOError:
            self._wait(conn)
            return
        except OSError:
            piece = b""
        if not piece:
            self._drop(conn)
            return
        conn.gathered.add(piece)
        if conn.gathered.is_whole:
            self._hand_over(conn)
        else:
            self._wait(conn)

    def _wait(self, conn: Connection) -> None:
        held = sum(len(one.gathered.data) for one in self.pending_conns if one.gathered)
        if held > MOST_GATHERED:
            self._drop(conn)
            return
        # The oldest first, as murder_pending expects: a request's time runs from its first piece.
        place = len(self.pending_conns)
        while place and self.pending_conns[place - 1].timeout > conn.timeout:
            place -= 1
        self.pending_conns.insert(place, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _hand_over(self, conn: Connection) -> None:
        assert conn.gathered is not None
        request, conn.gathered = bytes(conn.gathered.data), None
        conn.data_ready = True
        conn.init()
        conn.parser.unreader.unread(request)
        self.enqueue_req(conn)

    def _drop(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()

    def _drain(self, conn: Connection, _sock: socket.socket) -> None:
        try:
            if conn.sock.recv(PIECE):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._let_go(conn)

    def _let_go(self, conn: Connection) -> None:
        del self._lingering[conn]
        self.poller.unregister(conn.sock)
        conn.close()
