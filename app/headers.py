"""What every response says about itself: what may run in it, who may frame it, who may keep it."""

from flask import Flask, Response, request

from app.assets import SECURITY_HEADERS, Assets

HSTS = "max-age=31536000; includeSubDomains"


def apply_headers(app: Flask, assets: Assets) -> None:
    # Personal unless the view said otherwise: what is not marked public is kept nowhere.
    always = SECURITY_HEADERS | {
        "Content-Security-Policy": content_policy(assets),
        "Cache-Control": "no-store",
    }

    @app.after_request
    def add_headers(response: Response) -> Response:
        said = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 (it iterates over pairs)
        response.headers.extend((name, value) for name, value in always.items() if name.lower() not in said)
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        return response


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
