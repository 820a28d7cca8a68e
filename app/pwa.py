"""The phone's documents: check-in, shell, help, worker, manifest. Public, impersonal, kept by the worker."""

import gzip
import hashlib
import json
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import brotli
from flask import Blueprint, Response, abort, current_app, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.assets import SOURCE, Assets
from app.domain import note
from app.domain.agreement import HOURS_UNFINISHED, VERSION
from app.domain.instruments import load_instrument
from app.languages import LANGUAGES, translate
from app.schemas import published

pwa = Blueprint("pwa", __name__)

CRISIS = {"call": "988", "text": "988", "emergency": "911"}
SHELL = "/today"
CHECK_IN = "check-in/main.js"
KEPT = (
    SHELL,
    *(f"/check-in/{language}" for language in LANGUAGES),
    *(f"/help/{language}" for language in LANGUAGES),
)


@pwa.get("/check-in/<language>")
def check_in(language: str) -> Response:
    page = render_template(
        "check_in/page.html",
        **_context(language),
        instruments=[load_instrument("phq9"), load_instrument("gad7")],
        note=note,
        hours_unfinished=HOURS_UNFINISHED,
        form_id=str(uuid.uuid4()),
        modules={"first": _assets().modules(CHECK_IN), "later": _assets().later(CHECK_IN)},
    )
    return _document(page)


@pwa.get("/help/<language>")
def help_page(language: str) -> Response:
    return _document(render_template("check_in/help_page.html", **_context(language)))


@pwa.get("/licences")
def licences() -> Response:
    notices = [load_instrument("phq9"), load_instrument("gad7")]
    vendored = (SOURCE / "vendor" / "VENDORED.md").read_text(encoding="utf-8")
    return _document(
        render_template("check_in/licences.html", **_context("en"), instruments=notices, vendored=vendored)
    )


@pwa.get("/today")
@pwa.get("/changes")
@pwa.get("/visits")
@pwa.get("/you")
def shell() -> Response:
    """One document for everybody: who it is for is known on the phone, not here."""
    return _document(render_template("shell.html", **_context("en")))


@pwa.get("/sw.js")
def worker() -> Response:
    build = {"version": _worker_version(), "pages": KEPT, "files": _assets().urls(), "base": _assets().base}
    script = f"const BUILD = {json.dumps(build)};\n" + (SOURCE / "sw.js").read_text(encoding="utf-8")
    return _document(script, "text/javascript")


@pwa.get("/manifest.webmanifest")
def manifest() -> Response:
    icons = [
        {"src": _assets().url(path), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for path, sizes, purpose in (
            ("icons/icon-192.png", "192x192", "any"),
            ("icons/icon-512.png", "512x512", "any"),
            ("icons/maskable-512.png", "512x512", "maskable"),
        )
    ]
    facts = {
        "id": "/today",
        "name": "Between",
        "short_name": "Between",
        "description": "The place between treatment sessions.",
        "start_url": "/today",
        "scope": "/",
        "display": "standalone",
        "background_color": "#FBF8F3",
        "theme_color": "#FBF8F3",
        "lang": "en",
        "icons": icons,
    }
    return _document(json.dumps(facts), "application/manifest+json")


@pwa.get("/schemas/envelope-1.json")
def envelope_schema() -> AnyResponse:
    response = _document(json.dumps(published.envelope_schema(), indent=1), "application/schema+json")
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.add_etag()
    return response.make_conditional(request)


def _context(language: str) -> dict[str, Any]:
    if language not in LANGUAGES:
        abort(404)
    crisis = current_app.config.get("CRISIS", CRISIS)
    return {
        "language": language,
        "languages": LANGUAGES,
        "say": speaker,
        "_": speaker(language),
        "assets": _assets(),
        "crisis": crisis,
        "build": {
            "version": _assets().version,
            "static": _assets().base,
            "languages": LANGUAGES,
            "crisis": dict(crisis),
            "agreement": VERSION,
            "instruments": {name: load_instrument(name).version for name in ("phq9", "gad7")},
        },
    }


def speaker(language: str) -> Callable[..., str]:
    """The address chooses the language of these pages, not the session: they are the same for everybody."""
    return partial(translate, language)


def _assets() -> Assets:
    assets: Assets = current_app.extensions["assets"]
    return assets


def _worker_version() -> str:
    """Other crisis numbers are other pages: the worker must fetch them again."""
    numbers = json.dumps(dict(current_app.config.get("CRISIS", CRISIS)), sort_keys=True)
    return f"{_assets().version}-{hashlib.sha256(numbers.encode()).hexdigest()[:6]}"


def _document(body: str, kind: str = "text/html") -> Response:
    """Compressed here, because a first visit on a slow line waits for every kilobyte. Nothing is secret."""
    accepted = request.accept_encodings.best_match(["br", "gzip"])
    response = Response(body, mimetype=kind)
    if accepted == "br":
        response.set_data(brotli.compress(body.encode(), quality=6))
        response.content_encoding = "br"
    elif accepted == "gzip":
        response.set_data(gzip.compress(body.encode(), 6))
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = "no-cache"
    return response
