"""More slow clients than there are threads, and nobody else waits for them."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from app.db import Database
from tests.browser.server import LiveServer
from tests.handset import Handset, make_handsets

THREADS = 2
SLOW = 3 * THREADS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The same for all: whoever was slow with it must have left nothing behind."""
    server = LiveServer(
        tmp_path_factory.mktemp("slow"), BETWEEN_DEMO="0", BETWEEN_THREADS=str(THREADS)
    ).start()
    yield server
    server.stop()


@pytest.fixture
def phone(server: LiveServer) -> Handset:
    database = Database(server.database_url)
    (made,) = make_handsets(database, 1)
    database.dispose()
    return made


def connect(server: LiveServer) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def request(server: LiveServer, phone: Handset, *more: str) -> bytes:
    body = phone.body([phone.seal()])
    headers = {"Host": f"localhost:{server.port}", **phone.headers(), "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "".join(more)
    return f"POST /api/sync HTTP/1.1\r\n{head}\r\n".encode() + body


def read_all(connection: socket.socket) -> bytes:
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def read_answer(connection: socket.socket) -> bytes:
    """The whole of one answer, on a connection that stays open."""
    data = b""
    while not data.endswith(b"}"):
        data += connection.recv(65536)
    return data


def send(server: LiveServer, phone: Handset) -> str:
    """One item the quick way; its receipt's status."""
    with connect(server) as connection:
        connection.sendall(request(server, phone, "Connection: close\r\n"))
        body = read_all(connection).partition(b"\r\n\r\n")[2]
    status: str = json.loads(body)["receipts"][0]["status"]
    return status


@pytest.mark.parametrize("begun", [0, 1, 60, -200])
def test_writers_that_trickle_hold_no_thread(server: LiveServer, phone: Handset, begun: int) -> None:
    """Nothing yet, one byte, half a head, nearly all of a body: in the end it counts like any other."""
    with ExitStack() as open_ones:
        slow = []
        for _ in range(SLOW):
            connection = open_ones.enter_context(connect(server))
            whole = request(server, phone, "Connection: close\r\n")
            connection.sendall(whole[:begun])
            slow.append((connection, whole[begun:] if begun else whole))
        for _ in range(3):
            assert send(server, phone) == "stored"
        for connection, rest in slow:
            for place in range(min(40, len(rest))):
                connection.sendall(rest[place : place + 1])
            connection.sendall(rest[40:])
        for connection, _rest in slow:
            assert b'"stored"' in read_all(connection)


def test_readers_that_read_nothing_hold_no_thread(server: LiveServer, phone: Handset) -> None:
    """Whole pages wait for them in the kernel, and no connection that closes is waited for."""
    with ExitStack() as open_ones:
        readers = []
        for _ in range(SLOW):
            connection = open_ones.enter_context(connect(server))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            head = f"GET /check-in/en HTTP/1.1\r\nHost: localhost:{server.port}\r\nConnection: close\r\n\r\n"
            connection.sendall(head.encode())
            readers.append(connection)
        for _ in range(3):
            assert send(server, phone) == "stored"
        for connection in readers:
            # From here on they read like anybody: at two kilobytes a time the rest would take half a minute.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_048_576)
            page = read_all(connection)
            assert page.rstrip().endswith(b"</html>")


def test_a_body_in_chunks_and_one_too_large_are_answered(server: LiveServer, phone: Handset) -> None:
    with connect(server) as connection:
        head, _, body = request(server, phone, "Connection: close\r\n").partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
        connection.sendall(b"\r\n".join([*lines, b"Transfer-Encoding: chunked"]) + b"\r\n\r\n")
        for start in range(0, len(body), 1000):
            piece = body[start : start + 1000]
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")
        assert b'"stored"' in read_all(connection)
    with connect(server) as connection:
        large = head.replace(b"Content-Length: %d" % len(body), b"Content-Length: 9999999")
        connection.sendall(large + b"\r\n\r\n" + b"x" * 1000)
        assert connection.recv(65536).startswith(b"HTTP/1.1 413")


def test_two_requests_on_one_connection(server: LiveServer, phone: Handset) -> None:
    with connect(server) as connection:
        for _ in range(2):
            connection.sendall(request(server, phone))
            assert b'"stored"' in read_answer(connection)
        both = request(server, phone) + request(server, phone, "Connection: close\r\n")
        connection.sendall(both)
        assert read_all(connection).count(b'"stored"') == 2
