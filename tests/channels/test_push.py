"""What goes over the wire, judged by a push service that checks it."""

import http.server
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.channels.errors import ChannelError
from app.channels.push import Message, PushChannel, Target
from app.channels.vapid import load_vapid
from app.config import Settings, load_settings
from app.errors import SettingError
from tests.push_sink import PushSink, SinkPhone, verify_token

MESSAGE = Message('{"hello": "wörld"}', "topic-1", 3600)


@pytest.fixture
def settings(tmp_path: Path, sink: PushSink) -> Settings:
    return load_settings(
        {
            "BETWEEN_INSTANCE": str(tmp_path),
            "BETWEEN_VAPID_CONTACT": sink.contact,
            "BETWEEN_PUSH_ORIGINS": sink.origin,
        }
    )


@pytest.fixture
def channel(settings: Settings) -> Iterator[PushChannel]:
    channel = PushChannel(settings, load_vapid(settings.instance))
    yield channel
    channel.close()


def target(phone: SinkPhone) -> Target:
    return Target(phone.endpoint, phone.p256dh, phone.auth)


def test_signed_encrypted_and_read(settings: Settings, channel: PushChannel, sink: PushSink) -> None:
    phone = sink.phone(load_vapid(settings.instance).public_b64url)
    assert channel.send(target(phone), MESSAGE) == 201, sink.refused
    (push,) = sink.received
    assert push.plaintext.decode() == MESSAGE.payload
    assert push.claims["sub"] == sink.contact
    wanted = {"ttl": "3600", "topic": "topic-1", "urgency": "normal", "content-encoding": "aes128gcm"}
    assert {name: push.headers[name] for name in wanted} == wanted


def test_each_service_is_told_its_own_audience(settings: Settings, sink: PushSink) -> None:
    """pywebpush writes the first audience into the claims it is given."""
    other = PushSink()
    settings = replace(settings, push_origins=(sink.origin, other.origin))
    channel = PushChannel(settings, load_vapid(settings.instance))
    for service in (sink, other, sink):
        channel.send(target(service.phone()), MESSAGE)
    assert [push.claims["aud"] for push in sink.received + other.received] == [
        sink.origin,
        sink.origin,
        other.origin,
    ]
    channel.close()
    other.close()


def test_the_sink_turns_wrong_messages_away(settings: Settings, channel: PushChannel, sink: PushSink) -> None:
    """Else what it lets through would prove nothing."""
    stranger = sink.phone("some-other-key")
    wrong_contact = PushChannel(
        replace(settings, vapid_contact="mailto:else@clinic.example.com"), load_vapid(settings.instance)
    )
    stolen = replace(target(sink.phone()), auth=sink.phone().auth)
    for way, to, message in (
        (channel, target(stranger), MESSAGE),
        (wrong_contact, target(sink.phone()), MESSAGE),
        (channel, stolen, MESSAGE),
        (channel, target(sink.phone()), replace(MESSAGE, topic="a" * 33)),
        (channel, target(sink.phone()), replace(MESSAGE, topic="no spaces")),
        (channel, replace(target(sink.phone()), endpoint=f"{sink.origin}/send/nobody"), MESSAGE),
    ):
        with pytest.raises(ChannelError) as refused:
            way.send(to, message)
        assert (refused.value.status, refused.value.permanent) == (403, True)
    assert len(sink.refused) == 6
    assert sink.received == []
    channel.send(target(sink.phone()), MESSAGE)
    token = sink.received[0].headers["authorization"].split("t=")[1].split(",")[0]
    other_key = load_vapid(settings.instance / "other").public_b64url
    with pytest.raises(InvalidSignature):
        verify_token(token, other_key)


@pytest.mark.parametrize(
    ("status", "permanent", "is_gone"),
    [
        (404, True, True),
        (410, True, True),
        (400, True, False),
        (401, True, False),
        (413, True, False),
        (301, True, False),
        (429, False, False),
        (500, False, False),
        (503, False, False),
    ],
)
def test_what_a_refusal_means(
    channel: PushChannel, sink: PushSink, status: int, permanent: bool, is_gone: bool
) -> None:
    sink.answers.append((status, {"Retry-After": "120", "Location": f"{sink.origin}/elsewhere"}))
    with pytest.raises(ChannelError) as refused:
        channel.send(target(sink.phone()), MESSAGE)
    error = refused.value
    assert (error.permanent, error.is_gone, error.status) == (permanent, is_gone, status)
    assert error.retry_after == 120
    # A redirect was not followed: the sink would have written down that nobody subscribed there.
    assert sink.refused == []


def test_a_service_that_is_not_there_is_tried_again_later(channel: PushChannel, sink: PushSink) -> None:
    phone = sink.phone()
    sink.close()
    with pytest.raises(ChannelError) as refused:
        channel.send(target(phone), MESSAGE)
    assert (refused.value.permanent, refused.value.status) == (False, None)
    assert phone.endpoint not in str(refused.value)


def test_a_foreign_endpoint_is_not_called(channel: PushChannel) -> None:
    called = []

    class Inside(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            called.append(self.path)

    server = http.server.HTTPServer(("127.0.0.1", 0), Inside)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    sink = PushSink()
    phone = replace(target(sink.phone()), endpoint=f"http://127.0.0.1:{server.server_port}/x")
    with pytest.raises(ChannelError) as refused:
        channel.send(phone, MESSAGE)
    server.shutdown()
    server.server_close()
    sink.close()
    assert refused.value.permanent
    assert called == []


def test_push_is_off_until_somebody_can_be_asked(settings: Settings, channel: PushChannel) -> None:
    assert channel.is_on
    assert not PushChannel(replace(settings, vapid_contact=None), load_vapid(settings.instance)).is_on


def test_the_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as racers:
        keys = {key.public_b64url for key in racers.map(lambda _: load_vapid(tmp_path), range(8))}
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["vapid.pem"]
    assert (tmp_path / "keys" / "vapid.pem").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("curve", [None, ec.SECP384R1()])
def test_a_file_that_is_no_such_key_stops_the_start(tmp_path: Path, curve: ec.EllipticCurve | None) -> None:
    content = b"nothing"
    if curve is not None:
        content = ec.generate_private_key(curve).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "vapid.pem").write_bytes(content)
    with pytest.raises(SettingError, match=r"vapid\.pem"):
        load_vapid(tmp_path)
