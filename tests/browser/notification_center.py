"""Where a desktop shows notifications, as far as Chromium talks to it: one D-Bus peer, no daemon needed.

Chromium finds it by DBUS_SESSION_BUS_ADDRESS. `shown` is what was shown; `tap` is a finger on one of them.
"""

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tests.browser import dbus_wire as wire
from tests.browser.dbus_wire import Call, Reader, Writer

BUS, NAME, OBJECT = "org.freedesktop.DBus", "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
OWN_NAME, CLIENT_NAME = ":1.1", ":1.2"
DISMISSED = 2

# What it says when asked, by method: the signature and the value.
ANSWERS = {
    "Hello": ("s", Writer().text(CLIENT_NAME)),
    "StartServiceByName": ("u", Writer().number(2)),
    "RequestName": ("u", Writer().number(1)),
    "ListNames": ("as", Writer().texts(BUS, NAME)),
    "ListActivatableNames": ("as", Writer().texts(BUS, NAME)),
    "AddMatch": ("", Writer()),
    "RemoveMatch": ("", Writer()),
    "GetCapabilities": ("as", Writer().texts("actions", "body")),
    "GetServerInformation": ("ssss", Writer().text("center").text("tests").text("1").text("1.2")),
}


@dataclass(frozen=True)
class Shown:
    """A notification as it was handed over."""

    id: int
    title: str
    body: str
    actions: tuple[str, ...]


class NotificationCenter:
    """Listens on a socket in `folder` until closed."""

    def __init__(self, folder: Path) -> None:
        self.shown: list[Shown] = []
        self.address = f"unix:path={folder / 'bus'}"
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / "bus"))
        self._listening.listen()
        self._peers: list[socket.socket] = []
        self._sending, self._serial = threading.Lock(), 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for end in (self._listening, *self._peers):
            end.close()

    def wait_for(self, count: int, *, seconds: float = 15) -> Shown:
        """The newest notification, once there are so many."""
        until = time.monotonic() + seconds
        while len(self.shown) < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{len(self.shown)} notifications after {seconds} s")
            time.sleep(0.05)
        return self.shown[-1]

    def tap(self, notification: Shown) -> None:
        """What a desktop says when somebody clicks a notification."""
        self._signal("ActionInvoked", "us", Writer().number(notification.id).text("default"))

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._listening.accept()
                self._peers.append(peer)
                threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError), peer.makefile("rb") as stream:
            authenticate(peer, stream)
            while (call := wire.read_call(stream)) is not None:
                self._answer(peer, call)
        # Chromium comes with several processes, of which some leave early.
        self._peers.remove(peer)

    def _answer(self, peer: socket.socket, call: Call) -> None:
        if call.destination not in (BUS, NAME):
            self._refuse(peer, call, "ServiceUnknown")
        elif call.member in ("NameHasOwner", "GetNameOwner"):
            self._say_owner(peer, call)
        elif call.member == "Notify":
            self._reply(peer, call, "u", Writer().number(self._show(Reader(call.body))))
        elif call.member == "CloseNotification":
            self._reply(peer, call, "", Writer())
            closed = Writer().number(Reader(call.body).number()).number(DISMISSED)
            self._signal("NotificationClosed", "uu", closed)
        elif call.member in ANSWERS:
            self._reply(peer, call, *ANSWERS[call.member])
        else:
            self._refuse(peer, call, "UnknownMethod")

    def _say_owner(self, peer: socket.socket, call: Call) -> None:
        here = Reader(call.body).text() == NAME
        if call.member == "NameHasOwner":
            self._reply(peer, call, "b", Writer().number(here))
        elif here:
            self._reply(peer, call, "s", Writer().text(OWN_NAME))
        else:
            self._refuse(peer, call, "NameHasNoOwner")

    def _show(self, arguments: Reader) -> int:
        """Notify(app_name, replaces_id, app_icon, summary, body, actions, hints, expire_timeout)."""
        arguments.text()
        replaced = arguments.number()
        arguments.text()
        number = replaced or len(self.shown) + 1
        self.shown.append(Shown(number, arguments.text(), arguments.text(), arguments.texts()))
        return number

    def _reply(self, peer: socket.socket, call: Call, signature: str, body: Writer) -> None:
        # The bus itself answers under its own name.
        sender = BUS if call.destination == BUS else OWN_NAME
        fields: dict[int, str | int] = {wire.REPLY_TO: call.serial, wire.SENDER: sender}
        self._send(peer, wire.RETURN, fields, signature, body)

    def _refuse(self, peer: socket.socket, call: Call, error: str) -> None:
        fields: dict[int, str | int] = {wire.REPLY_TO: call.serial, wire.SENDER: BUS}
        self._send(peer, wire.ERROR, {wire.ERROR_NAME: f"{BUS}.Error.{error}", **fields}, "", Writer())

    def _signal(self, member: str, signature: str, body: Writer) -> None:
        fields: dict[int, str | int] = {wire.PATH: OBJECT, wire.INTERFACE: NAME, wire.MEMBER: member}
        for peer in tuple(self._peers):
            self._send(peer, wire.SIGNAL, {**fields, wire.SENDER: OWN_NAME}, signature, body)

    def _send(
        self, peer: socket.socket, kind: int, fields: dict[int, str | int], signature: str, body: Writer
    ) -> None:
        if signature:
            fields = {**fields, wire.SIGNATURE: signature}
        with self._sending:
            self._serial += 1
            message = wire.pack_message(kind, self._serial, {**fields, wire.DESTINATION: CLIENT_NAME}, body)
            with contextlib.suppress(BrokenPipeError):
                peer.sendall(message)


def authenticate(peer: socket.socket, stream: BinaryIO) -> None:
    """Whoever opens the socket is believed: its folder belongs to the test."""
    stream.read(1)
    while (line := stream.readline().strip()) != b"BEGIN":
        if not line:
            raise ConnectionError("the peer went away")
        known = line.startswith(b"AUTH EXTERNAL")
        peer.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n" if known else b"ERROR\r\n")
