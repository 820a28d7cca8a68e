"""A push service for tests: checks what RFC 8030, 8188, 8291 and 8292 ask of a sender, and reads it."""

import base64
import json
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
LONGEST_BODY = 4096


@dataclass
class SinkPhone:
    """A subscription as a browser would hold it, private half included."""

    endpoint: str
    private: ec.EllipticCurvePrivateKey
    secret: bytes
    application_server_key: str | None

    @property
    def p256dh(self) -> str:
        return encode(self.private.public_key().public_bytes(*POINT))

    @property
    def auth(self) -> str:
        return encode(self.secret)


@dataclass
class Push:
    """One message that passed every check."""

    phone: SinkPhone
    claims: dict[str, Any]
    headers: dict[str, str]
    plaintext: bytes

    @property
    def payload(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.plaintext)
        return read


@dataclass
class PushSink:
    """`answers` are given in turn instead of 201: (status, headers). `refused` says why one was."""

    received: list[Push] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    contact: str = "mailto:operator@clinic.example.com"

    def __post_init__(self) -> None:
        self._phones: dict[str, SinkPhone] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def phone(self, application_server_key: str | None = None) -> SinkPhone:
        """Subscribe. With a key, only messages signed by it are taken, as browsers ask for."""
        path = f"/send/{secrets.token_urlsafe(24)}"
        phone = SinkPhone(
            self.origin + path,
            ec.generate_private_key(ec.SECP256R1()),
            secrets.token_bytes(16),
            application_server_key,
        )
        self._phones[path] = phone
        return phone

    def take(self, path: str, headers: dict[str, str], body: bytes) -> Push:
        """Raises ValueError with what is wrong."""
        if path not in self._phones:
            raise ValueError("nobody subscribed here")
        phone = self._phones[path]
        claims = self._check_token(headers.get("authorization", ""), phone)
        self._check_headers(headers, body)
        plaintext = http_ece.decrypt(
            body, private_key=phone.private, auth_secret=phone.secret, version="aes128gcm"
        )
        return Push(phone, claims, headers, plaintext)

    def _check_token(self, authorization: str, phone: SinkPhone) -> dict[str, Any]:
        match = re.fullmatch(r"vapid t=([\w.-]+), ?k=([\w-]+)", authorization)
        if match is None:
            raise ValueError(f"no VAPID token in {authorization[:20]!r}")
        token, key = match.groups()
        if phone.application_server_key not in (None, key):
            raise ValueError("signed by a key that this phone did not subscribe with")
        claims = verify_token(token, key)
        if claims["aud"] != self.origin:
            raise ValueError(f"meant for {claims['aud']}")
        if not time.time() < claims["exp"] <= time.time() + 86400:
            raise ValueError(f"expires at {claims['exp']}")
        if claims["sub"] != self.contact:
            raise ValueError(f"signed for {claims['sub']}")
        return claims

    def _check_headers(self, headers: dict[str, str], body: bytes) -> None:
        if headers.get("content-encoding") != "aes128gcm":
            raise ValueError("not aes128gcm")
        if not re.fullmatch(r"[0-9]+", headers.get("ttl", "")):
            raise ValueError("no TTL")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", headers.get("topic", "")):
            raise ValueError(f"topic {headers.get('topic')!r}")
        if headers.get("urgency") not in ("very-low", "low", "normal", "high"):
            raise ValueError(f"urgency {headers.get('urgency')!r}")
        if len(body) > LONGEST_BODY:
            raise ValueError(f"{len(body)} bytes")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, extra = sink.answer(urlsplit(self.path).path, headers, body)
                self.send_response(status)
                for name, value in {"Content-Length": "0", **extra}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Silent: a failing test shows `refused`."""

        return Handler

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        try:
            push = self.take(path, headers, body)
        except (ValueError, KeyError, InvalidSignature, http_ece.ECEException) as error:
            self.refused.append(f"{type(error).__name__}: {error}")
            return 403, {}
        if self.answers:
            return self.answers.pop(0)
        self.received.append(push)
        return 201, {"Location": f"{self.origin}/message/{len(self.received)}"}


def verify_token(token: str, key: str) -> dict[str, Any]:
    """The claims of an ES256 token. Raises InvalidSignature or ValueError."""
    signed, _, signature = token.rpartition(".")
    header, _, claims = signed.partition(".")
    if json.loads(decode(header)).get("alg") != "ES256":
        raise ValueError("not ES256")
    raw = decode(signature)
    if len(raw) != 64:
        raise ValueError("a signature of a wrong length")
    encoded = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(key))
    public.verify(encoded, signed.encode(), ec.ECDSA(hashes.SHA256()))
    read: dict[str, Any] = json.loads(decode(claims))
    return read


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
