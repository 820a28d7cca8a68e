"""A certificate of one's own for one address, for trying Between out on a phone of the same network.

The authority signs this one certificate, may sign for no other address, and its key is never written down:
whoever trusts it on a phone trusts nothing else with it.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.keys import make_folder

LASTS = timedelta(days=90)
# A phone's clock may be behind.
SKEW = timedelta(hours=1)
RENEW_BEFORE = timedelta(days=14)


@dataclass(frozen=True)
class Certificate:
    """Where the authority's certificate, the server's and its key lie, as PEM.

    `fingerprint` is the authority's SHA-256, as phones show it.
    """

    authority: Path
    server: Path
    key: Path
    fingerprint: str


def certificate_for(folder: Path, address: str, now: datetime) -> Certificate:
    """The one in `folder`, or a new one where it is missing, for another address or about to end."""
    paths = folder / "authority.pem", folder / "server.pem", folder / "server.key"
    if not _still_good(paths[1], address, now):
        make_folder(folder)
        _write(paths, address, now)
    print_of = x509.load_pem_x509_certificate(paths[0].read_bytes()).fingerprint(hashes.SHA256())
    return Certificate(*paths, print_of.hex(":").upper())


def _still_good(path: Path, address: str, now: datetime) -> bool:
    if not path.exists():
        return False
    held = x509.load_pem_x509_certificate(path.read_bytes())
    return held.not_valid_after_utc - now > RENEW_BEFORE and _subject(address) == held.subject


def _write(paths: tuple[Path, Path, Path], address: str, now: datetime) -> None:
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _authority(authority_key, address, now)
    server = _server(authority, authority_key, key.public_key(), address, now)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = [one.public_bytes(serialization.Encoding.PEM) for one in (authority, server)]
    for path, body in zip(paths, (*pem, private), strict=True):
        path.unlink(missing_ok=True)
        path.touch(0o600)
        path.write_bytes(body)


def _authority(key: ec.EllipticCurvePrivateKey, address: str, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Between, trying out on {address}")])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _begin(name, name, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints([_only(address)], None), critical=True)
        .sign(key, hashes.SHA256())
    )


def _server(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    key: ec.EllipticCurvePublicKey,
    address: str,
    now: datetime,
) -> x509.Certificate:
    return (
        _begin(_subject(address), authority.subject, key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general(address)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )


def _begin(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _subject(address: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])


def _general(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def _only(address: str) -> x509.GeneralName:
    """The constraint that lets nothing but this address through."""
    try:
        return x509.IPAddress(ipaddress.ip_network(address))
    except ValueError:
        return x509.DNSName(address)
