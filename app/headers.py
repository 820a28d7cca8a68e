"""What every response says about itself: what may run in it, who may frame it, who may keep it."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask

from app.assets import Assets
from app.response_headers import HSTS, SECURITY_HEADERS, STATIC_POLICY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Headers:
    """Adds what is missing to every answer, whoever made it: views, static files, redirects, refusals."""

    def __init__(self, within: "WSGIApplication", assets: Assets, more: Mapping[str, str]) -> None:
        self._within = within
        # Personal unless the view said otherwise: what is not marked public is kept nowhere.
        always = {**SECURITY_HEADERS, **more, "Cache-Control": "no-store"}
        self._pages = _named(always | {"Content-Security-Policy": content_policy(assets)})
        self._files = _named(always | {"Content-Security-Policy": STATIC_POLICY})

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """As it comes from within, with our headers."""
        # A file's 304 renews the headers of the kept file: they must not become a page's.
        always = self._files if environ["PATH_INFO"].startswith("/static/") else self._pages

        def begin(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            said = {name.lower() for name, _value in headers}
            return start_response(status, headers + [pair for low, pair in always if low not in said], *error)

        return self._within(environ, begin)


def apply_headers(app: Flask, assets: Assets, *, over_https: bool) -> None:
    """To be called after `serve_assets`: what a static file is answered with, Flask never sees."""
    more = {"Strict-Transport-Security": HSTS} if over_https else {}
    app.wsgi_app = Headers(app.wsgi_app, assets, more)  # type: ignore[method-assign]


def content_policy(assets: Assets) -> str:
    """Hashes, not nonces: the worker keeps these pages, and a kept nonce is a fixed one."""
    directives = {
        "default-src": "'none'",
        "script-src": f"'self' {assets.import_map_hash}",
        "style-src": f"'self' {assets.check_in_css_hash}",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "between",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _named(headers: Mapping[str, str]) -> list[tuple[str, tuple[str, str]]]:
    return [(name.lower(), (name, value)) for name, value in headers.items()]
