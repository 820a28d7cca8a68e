"""Who may knock: only under our own names, and over HTTPS where a proxy says how somebody came."""

import ipaddress
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from app.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# What refused a request, as the catalogue's code: the gate raises it, so that it is worded like any other.
REFUSED = "between.refused"
HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?")
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED")
UNSECURED = ("/healthz", "/readyz", "/metrics")


class Door:
    """In front of static files and views alike. `views` answers what is refused, `within` all else."""

    def __init__(self, within: "WSGIApplication", views: "WSGIApplication", settings: Settings) -> None:
        self._within, self._views, self._settings = within, views, settings

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Let it in, send it to https, or have the views refuse it."""
        if not self._is_ours(environ):
            return self._refuse("unknown_host", environ, start_response)
        if not self._comes_unsecured(environ):
            return self._within(environ, start_response)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or environ["PATH_INFO"].startswith("/api/"):
            return self._refuse("https_needed", environ, start_response)
        start_response(
            "308 Permanent Redirect", [("Location", self._elsewhere(environ)), ("Content-Length", "0")]
        )
        return []

    def _refuse(
        self, code: str, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        environ[REFUSED] = code
        return self._views(environ, start_response)

    def _is_ours(self, environ: "WSGIEnvironment") -> bool:
        found = HOST.fullmatch(environ.get("HTTP_HOST", "").lower())
        if found is None:
            return False
        # This machine asks after our health under its own name.
        return found["name"] in self._settings.hosts or (
            found["name"] in LOOPBACK_NAMES and is_this_machine(environ)
        )

    def _comes_unsecured(self, environ: "WSGIEnvironment") -> bool:
        """A proxy that does not say how somebody came has not said http: to send them on would circle."""
        return (
            self._settings.proxies > 0
            and self._settings.secure_cookies
            and environ["wsgi.url_scheme"] == "http"
            and "HTTP_X_FORWARDED_PROTO" in environ
            and environ["PATH_INFO"] not in UNSECURED
        )

    def _elsewhere(self, environ: "WSGIEnvironment") -> str:
        path = quote(environ["PATH_INFO"].encode("latin-1"), safe="/:@!$&'()*+,;=~-._")
        query = environ.get("QUERY_STRING", "")
        return f"{self._settings.public_url}{path}{'?' if query else ''}{query}"


def is_this_machine(environ: "WSGIEnvironment") -> bool:
    """Whether it was asked here and for nobody else. A proxy on this machine asks for others and says so."""
    if any(name in environ for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(environ.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
