"""The phone's seal against RFC 9180 A.3 and against the library the server opens it with."""

import base64
import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, Page

from tests.browser.modules import module_page

SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)

# RFC 9180 A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode.
INFO = "4f6465206f6e2061204772656369616e2055726e"
EPHEMERAL_PRIVATE = "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb"
EPHEMERAL_PUBLIC = (
    "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be"
    "863c403ce65c9bfcb9382657222d18c4"
)
RECEIVER_PUBLIC = (
    "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30a"
    "d6aa8f80e30f1d128aafd68a2ce72ea0"
)
RECEIVER_PRIVATE = "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2"
PLAIN = "4265617574792069732074727574682c20747275746820626561757479"
# The RFC's sequence 0 has aad "Count-0"; our seal has none, so only the tag differs.
CIPHERTEXT = "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434"

SEAL = """async ([receiver, info, plain, pair]) => {
  const { seal } = await import("/store/seal.js");
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const load = async ({ jwk, raw }) => ({
    privateKey: await crypto.subtle.importKey(
      "jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]),
    publicKey: await crypto.subtle.importKey(
      "raw", bytes(raw), { name: "ECDH", namedCurve: "P-256" }, true, []),
  });
  const sealed = await seal(bytes(receiver), bytes(info), bytes(plain), pair && (await load(pair)));
  return btoa(Array.from(sealed, (byte) => String.fromCharCode(byte)).join(""));
}"""


@pytest.fixture(scope="module")
def sealing_page(browser: Browser) -> Iterator[Page]:
    """An empty page that can import the phone's own modules."""
    with module_page(browser) as page:
        yield page


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sealed(page: Page, receiver: bytes, info: bytes, plain: bytes, pair: Any = None) -> bytes:
    return base64.b64decode(page.evaluate(SEAL, [text(receiver), text(info), text(plain), pair]))


def ephemeral_pair() -> dict[str, Any]:
    public = bytes.fromhex(EPHEMERAL_PUBLIC)
    parts = {"x": public[1:33], "y": public[33:65], "d": bytes.fromhex(EPHEMERAL_PRIVATE)}
    url = {name: base64.urlsafe_b64encode(part).decode().rstrip("=") for name, part in parts.items()}
    return {"jwk": {"kty": "EC", "crv": "P-256", **url}, "raw": text(public)}


def test_the_vectors_of_rfc_9180(sealing_page: Page) -> None:
    plain = bytes.fromhex(PLAIN)
    receiver, info = bytes.fromhex(RECEIVER_PUBLIC), bytes.fromhex(INFO)
    result = sealed(sealing_page, receiver, info, plain, ephemeral_pair())
    assert result[:65].hex() == EPHEMERAL_PUBLIC
    assert result[65 : 65 + len(plain)].hex() == CIPHERTEXT[: 2 * len(plain)]
    key = ec.derive_private_key(int(RECEIVER_PRIVATE, 16), ec.SECP256R1())
    assert SUITE.decrypt(result, key, info) == plain


def test_the_server_opens_what_the_phone_seals(sealing_page: Page) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    draw = random.Random(9180)
    for size in (0, 1, 15, 16, 17, 4096, 200_000):
        plain, info = draw.randbytes(size), os.urandom(draw.randrange(0, 120))
        result = sealed(sealing_page, public, info, plain)
        assert len(result) == 65 + size + 16
        assert SUITE.decrypt(result, key, info) == plain


def test_another_info_does_not_open_it(sealing_page: Page) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    result = sealed(sealing_page, public, b"between/outbox/1|k|june|1", json.dumps({"a": 1}).encode())
    with pytest.raises(InvalidTag):
        SUITE.decrypt(result, key, b"between/outbox/1|k|june|2")
