"""One line in the log and one count for each request: its route as a template, never its path."""

import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import structlog

from app.metrics import METHODS, Metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOG: Any = structlog.get_logger()
# The template of the route, told by the gate; what no view was asked for has none.
ROUTE = "between.route"
FILES, UNKNOWN = "/static/<file>", "unknown"
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class Watch:
    """The outermost layer. Behind a proxy a request keeps the proxy's id, so that both logs can be joined."""

    def __init__(self, within: "WSGIApplication", metrics: Metrics, *, behind_proxy: bool) -> None:
        self._within, self._metrics, self._behind_proxy = within, metrics, behind_proxy

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """As it comes from within, named, timed, counted and told."""
        began, name = time.perf_counter(), self._name(environ)
        told = ["500"]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=name)

        def begin(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            told[0] = status[:3]
            return start_response(status, [*headers, ("X-Request-Id", name)], *error)

        try:
            return self._within(environ, begin)
        finally:
            self._tell(environ, told[0], time.perf_counter() - began)

    def _tell(self, environ: "WSGIEnvironment", status: str, seconds: float) -> None:
        method = environ["REQUEST_METHOD"]
        route = environ.get(ROUTE) or (FILES if environ["PATH_INFO"].startswith("/static/") else UNKNOWN)
        self._metrics.count_request(method, route, status, seconds)
        LOG.info(
            "request",
            method=method if method in METHODS else "other",
            route=route,
            status=int(status),
            ms=round(seconds * 1000, 1),
        )

    def _name(self, environ: "WSGIEnvironment") -> str:
        said = environ.get("HTTP_X_REQUEST_ID", "") if self._behind_proxy else ""
        return said if REQUEST_ID.fullmatch(said) else secrets.token_hex(8)
