"""Where we may send: an endpoint comes from a client, so it could name any machine, ours included."""

import ipaddress
from urllib.parse import urlsplit

from app.config import Settings
from app.errors import BetweenError

KNOWN_HOSTS = ("fcm.googleapis.com", "android.googleapis.com", "jmt17.google.com")
KNOWN_DOMAINS = (".push.services.mozilla.com", ".notify.windows.com", ".push.apple.com")
LONGEST = 2048


def check_endpoint(endpoint: str, settings: Settings) -> None:
    """Raises BetweenError not_valid unless a known push service, or one the operator configured, is meant."""
    if not _is_plain(endpoint) or not (
        origin_of(endpoint) in settings.push_origins or _is_known_service(endpoint)
    ):
        raise BetweenError("not_valid")


def origin_of(endpoint: str) -> str:
    """Scheme, host and port as written."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def is_public(address: str) -> bool:
    """Whether this IP address is out on the internet, also when IPv4 is dressed as IPv6."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = found.ipv4_mapped or found.sixtofour if isinstance(found, ipaddress.IPv6Address) else None
    return (inner or found).is_global and not found.is_multicast


def _is_plain(endpoint: str) -> bool:
    # Parsers disagree on the rest: what one calls a path, another connects to.
    return (
        len(endpoint) <= LONGEST
        and endpoint.isascii()
        and endpoint.isprintable()
        and not set(endpoint) & set(" \\@#[]")
    )


def _is_known_service(endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    host = parts.netloc.lower().removesuffix(":443")
    return parts.scheme == "https" and (host in KNOWN_HOSTS or host.endswith(KNOWN_DOMAINS))
