"""The key by which push services know this server. Losing it ends every subscription: back it up."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from app.errors import SettingError
from app.keys import read_or_make


@dataclass(frozen=True)
class VapidKey:
    """`private` signs (py_vapid's key object); `public_b64url` is what a phone subscribes with."""

    private: Any
    public_b64url: str


def load_vapid(instance: Path) -> VapidKey:
    """The key in `keys/vapid.pem`, made on first start. Raises SettingError when the file is no such key."""
    path = instance / "keys" / "vapid.pem"
    try:
        private = serialization.load_pem_private_key(read_or_make(path, _make), password=None)
    except (ValueError, TypeError) as error:
        raise SettingError(f"{path} is not a private key in PEM form.") from error
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise SettingError(f"{path} must hold a P-256 key.")
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return VapidKey(Vapid02(private), base64.urlsafe_b64encode(point).rstrip(b"=").decode())


def _make() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
