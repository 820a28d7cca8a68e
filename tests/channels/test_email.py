"""E-mail through a real mail server: what is taken, what is refused for ever, what is tried again."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.channels import email
from app.channels.email import EmailChannel, Letter
from app.channels.errors import ChannelError
from app.config import MailSettings, Settings, load_settings
from app.errors import SettingError
from tests.mail_sink import MailSink

LETTER = Letter("lead@clinic.example", "Something waits", "Please sign in.", "abc123")


@pytest.fixture
def sink() -> Iterator[MailSink]:
    sink = MailSink()
    yield sink
    sink.close()


@pytest.fixture
def bare(tmp_path: Path) -> Settings:
    return load_settings({"BETWEEN_INSTANCE": str(tmp_path)})


def channel(bare: Settings, port: int, **mail: str) -> EmailChannel:
    plain = MailSettings("127.0.0.1", port, "none", "between@clinic.example", "", "")
    return EmailChannel(replace(bare, mail=replace(plain, **mail)))


def test_a_letter_arrives(bare: Settings, sink: MailSink) -> None:
    assert channel(bare, sink.port).send(LETTER) == 250
    (message,) = sink.received
    assert sink.recipients == [["lead@clinic.example"]]
    assert (message["From"], message["Subject"]) == ("Between <between@clinic.example>", "Something waits")
    assert (message["Message-ID"], message["Auto-Submitted"]) == ("<abc123@clinic.example>", "auto-generated")
    assert message.get_content().strip() == "Please sign in."


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        ("RCPT 550 no such mailbox", True),
        ("RCPT 450 later", False),
        ("554 refused", True),
        ("451 later", False),
    ],
)
def test_what_the_server_answers(bare: Settings, sink: MailSink, answer: str, permanent: bool) -> None:
    sink.answers.append(answer)
    with pytest.raises(ChannelError) as caught:
        channel(bare, sink.port).send(LETTER)
    assert caught.value.permanent is permanent
    assert caught.value.status == int(answer.removeprefix("RCPT ")[:3])


def test_a_server_that_is_not_there_or_says_nothing(bare: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(ChannelError) as caught:
            channel(bare, port).send(LETTER)
        assert not caught.value.permanent
    with pytest.raises(ChannelError) as caught:
        channel(bare, port).send(LETTER)
    assert not caught.value.permanent


def test_an_address_that_no_header_carries(bare: Settings, sink: MailSink) -> None:
    with pytest.raises(ChannelError) as caught:
        channel(bare, sink.port).send(replace(LETTER, to="a@b.example\r\nBcc: all@b.example"))
    assert caught.value.permanent
    assert sink.received == []


def test_off_without_settings(bare: Settings) -> None:
    assert not EmailChannel(bare).is_on
    with pytest.raises(ChannelError):
        EmailChannel(bare).send(LETTER)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_and_signed_in(
    bare: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    certificate = make_certificate(tmp_path)
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(certificate)
    options = {"ssl_context": served} if security == "tls" else {"tls_context": served}
    trusting = ssl.create_default_context(cafile=str(certificate))
    sink = MailSink(options=options | ({"auth_require_tls": False} if security == "tls" else {}))
    try:
        secure = channel(bare, sink.port, security=security, user="between", password="right")
        with pytest.raises(ChannelError) as caught:
            secure.send(LETTER)
        assert not caught.value.permanent, "a certificate nobody vouches for is for the operator to mend"
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
        assert secure.send(LETTER) == 250
        wrong = channel(bare, sink.port, security=security, user="between", password="wrong")
        with pytest.raises(ChannelError) as caught:
            wrong.send(LETTER)
        assert (caught.value.permanent, caught.value.status) == (False, 535)
    finally:
        sink.close()
    assert (sink.signed_in, len(sink.received)) == (["between"], 1)


@pytest.mark.parametrize(
    "environ",
    [
        {"BETWEEN_SMTP_FROM": "between@clinic.example"},
        {"BETWEEN_SMTP_HOST": "mail", "BETWEEN_SMTP_FROM": "nobody"},
        {"BETWEEN_SMTP_HOST": "mail", "BETWEEN_SMTP_FROM": "a@b.example", "BETWEEN_SMTP_SECURITY": "ssl"},
        {"BETWEEN_SMTP_HOST": "mail", "BETWEEN_SMTP_FROM": "a@b.example", "BETWEEN_SMTP_USER": "a"},
        {
            "BETWEEN_SMTP_HOST": "mail",
            "BETWEEN_SMTP_FROM": "a@b.example",
            "BETWEEN_SMTP_SECURITY": "none",
            "BETWEEN_SMTP_USER": "a",
            "BETWEEN_SMTP_PASSWORD": "b",
        },
    ],
)
def test_half_a_mail_server_stops_the_start(environ: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="BETWEEN_SMTP"):
        load_settings(environ)


def test_a_whole_one_is_read() -> None:
    mail = load_settings({"BETWEEN_SMTP_HOST": "mail", "BETWEEN_SMTP_FROM": "a@b.example"}).mail
    assert mail == MailSettings("mail", 587, "starttls", "a@b.example", "", "")


def make_certificate(folder: Path) -> Path:
    """For 127.0.0.1, signed by itself."""
    import ipaddress

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "mail.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
