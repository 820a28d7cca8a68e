"""Between for a phone of the same network: HTTPS, with a certificate that vouches for one address only."""

import ssl
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509

from app.certificate import LASTS, certificate_for
from tests.browser.server import LiveServer, free_port

HOST = "127.0.0.1"


class PhoneServer(LiveServer):
    """`flask --app app phone`, killed like any other."""

    def _answers(self) -> bool:
        authority = self.directory / "instance" / "phone" / "certificate" / "authority.pem"
        if not authority.exists():
            return False
        try:
            with self.open("/readyz", authority) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def open(self, path: str, authority: Path) -> "urllib.request._UrlopenRet":
        context = ssl.create_default_context(cafile=str(authority))
        return urllib.request.urlopen(f"https://{HOST}:{self.port}{path}", context=context, timeout=5)


@pytest.fixture
def phone_server(tmp_path: Path) -> Iterator[PhoneServer]:
    port = free_port()
    command = ("-m", "flask", "--app", "app", "phone", "--address", HOST, "--port", str(port))
    server = PhoneServer(tmp_path, command=command, BETWEEN_DEMO="0")
    server.port = port
    yield server.start()
    server.stop()


def test_a_phone_gets_the_certificate_and_then_a_safe_page(phone_server: PhoneServer) -> None:
    with urllib.request.urlopen(f"http://{HOST}:{phone_server.port + 1}/between.crt", timeout=5) as answer:
        assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
        handed = x509.load_pem_x509_certificate(answer.read())
    folder = phone_server.directory / "instance" / "phone" / "certificate"
    with phone_server.open("/sign-in", folder / "authority.pem") as page:
        assert "require-trusted-types-for" in page.headers["Content-Security-Policy"]
    said = phone_server.said()
    assert f"https://{HOST}:{phone_server.port}" in said
    assert handed.fingerprint(handed.signature_hash_algorithm).hex(":").upper() in said
    assert "june@harbor.example" in said
    # The clinic's own database was made by the command's start, and nobody of it is served.
    own = phone_server.sql("SELECT count(*) FROM person")
    assert own[0][0] == 0


def test_the_authority_vouches_for_one_address_and_nobody_can_use_it_again(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    made = certificate_for(tmp_path, "192.0.2.7", now)
    authority = x509.load_pem_x509_certificate(made.authority.read_bytes())
    only = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert only.critical
    assert only.value.permitted_subtrees == [x509.IPAddress(ip_network("192.0.2.7"))]
    server = x509.load_pem_x509_certificate(made.server.read_bytes())
    server.verify_directly_issued_by(authority)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name) for name in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.7"]
    # One key lies there, and it is the server's: the authority's was never written.
    assert [path.name for path in tmp_path.glob("*.key")] == ["server.key"]
    assert made.key.stat().st_mode & 0o077 == 0
    assert certificate_for(tmp_path, "192.0.2.7", now).fingerprint == made.fingerprint
    assert certificate_for(tmp_path, "192.0.2.8", now).fingerprint != made.fingerprint
    late = certificate_for(tmp_path, "192.0.2.8", now + LASTS)
    assert x509.load_pem_x509_certificate(late.server.read_bytes()).not_valid_after_utc > now + LASTS
