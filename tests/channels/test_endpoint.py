"""An endpoint comes from a client: nothing but push services may be reached through it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter

from app.channels.connection import PushSession
from app.channels.endpoint import check_endpoint, is_public
from app.config import Settings, load_settings
from app.errors import BetweenError


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        {
            "BETWEEN_INSTANCE": str(tmp_path),
            "BETWEEN_PUSH_ORIGINS": "https://push.clinic.example http://127.0.0.1:9999",
        }
    )


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://fcm.googleapis.com:443/wp/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
        "https://wns2-par02p.notify.windows.com/w/?token=BQ",
        "https://web.push.apple.com/QNp",
        "https://push.clinic.example/up?id=1",
        "http://127.0.0.1:9999/send/x",
    ],
)
def test_push_services_are_let_through(settings: Settings, endpoint: str) -> None:
    check_endpoint(endpoint, settings)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "fcm.googleapis.com/x",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://xpush.services.mozilla.com/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@169.254.169.254/x",
        "https://169.254.169.254#@fcm.googleapis.com/",
        "https://169.254.169.254\\@fcm.googleapis.com/",
        "https://fcm.googleapis.com/\r\nHost: evil",
        "https://fcm.googleapis.com /x",
        "https://ｆcm.googleapis.com/x",
        "https://push.clinic.example.evil.example/x",
        "https://push.clinic.example:8443/x",
        "http://push.clinic.example/x",
        "http://127.0.0.1:99990/x",
        "http://127.0.0.1/x",
        "http://localhost:9999/x",
        "https://[::1]/x",
        "https://[fcm.googleapis.com/x",
        "file:///etc/passwd",
        "https://fcm.googleapis.com/" + "a" * 2048,
    ],
)
def test_everything_else_is_refused(settings: Settings, endpoint: str) -> None:
    with pytest.raises(BetweenError) as refused:
        check_endpoint(endpoint, settings)
    assert refused.value.problem.code == "not_valid"


def test_public_addresses() -> None:
    assert all(map(is_public, ("142.250.74.42", "2a00:1450:4001:81b::200a")))
    inside = [
        "127.0.0.1",
        "10.1.2.3",
        "172.20.0.1",
        "192.168.0.9",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
    ]
    inside += [
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "224.0.0.1",
    ]
    assert [address for address in inside if is_public(address)] == []


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        yield server


def test_a_known_name_that_leads_inside_is_left_before_a_word_is_said(
    monkeypatch: pytest.MonkeyPatch, listening: socket.socket
) -> None:
    """The name is fine, its address is ours: what DNS says is looked at after connecting."""
    port = listening.getsockname()[1]
    local = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: local)
    with pytest.raises(requests.ConnectionError, match="not a public address"):
        PushSession(()).post("https://fcm.googleapis.com/fcm/send/x", data=b"secret", timeout=2)
    caller, _ = listening.accept()
    assert caller.recv(100) == b""
    caller.close()


def test_the_session_has_no_other_way_out(settings: Settings) -> None:
    session = PushSession(settings.push_origins)
    assert not session.trust_env
    with pytest.raises(requests.exceptions.InvalidSchema):
        session.post("http://fcm.googleapis.com/x")
    # A longer port or name is not the operator's origin.
    with pytest.raises(requests.exceptions.InvalidSchema):
        session.get_adapter("http://127.0.0.1:99991/x")
    guarded = session.get_adapter("https://push.clinic.example.evil.example/x")
    assert type(guarded) is not HTTPAdapter
    assert type(session.get_adapter("https://push.clinic.example/x")) is HTTPAdapter
