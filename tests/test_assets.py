"""What the phone's files and documents are served with, and how one build follows another."""

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import assets as building
from app.assets import Assets, build_assets, csp_hash, serve_assets
from app.headers import apply_headers
from app.pwa import pwa


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    """One build."""
    return build_assets(tmp_path_factory.mktemp("instance"))


@pytest.fixture(scope="module")
def client(assets: Assets) -> FlaskClient:
    """The phone's documents alone: no database is behind them."""
    app = Flask("app", static_folder=None)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.extensions["assets"] = assets
    app.add_url_rule("/own", "own", lambda: "personal")
    app.register_blueprint(pwa)
    serve_assets(app, assets)
    apply_headers(app, assets, over_https=True)
    return app.test_client()


def test_a_static_file_is_kept_for_ever_and_carries_the_security_headers(
    client: FlaskClient, assets: Assets
) -> None:
    reply = client.get(assets.url("sync/outbox-core.js"), headers={"Accept-Encoding": "br"})
    assert reply.status_code == 200
    assert "immutable" in reply.headers["Cache-Control"]
    assert reply.headers["Content-Encoding"] == "br"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/check-in/en", "/check-in/es", "/help/en", "/help/es", "/licences"])
def test_the_only_inline_style_is_the_one_the_policy_names(client: FlaskClient, path: str) -> None:
    reply = client.get(path)
    styles = re.findall(r"<style>(.*?)</style>", reply.text, re.S)
    assert [csp_hash(style) in reply.headers["Content-Security-Policy"] for style in styles] == [True]
    assert not re.search(r"\sstyle=|\son[a-z]+=", reply.text)
    assert re.findall(r"<script(?![^>]*(?:\bsrc=|application/json))[^>]*>", reply.text) == []


@pytest.mark.parametrize("path", ["/check-in/en", "/help/es", "/sw.js", "/manifest.webmanifest", "/licences"])
def test_public_documents_may_be_kept_and_everything_else_may_not(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-cache"
    assert client.get("/own").headers["Cache-Control"] == "no-store"


def test_a_language_we_do_not_speak_is_not_found(client: FlaskClient) -> None:
    assert client.get("/check-in/fr").status_code == 404
    assert client.get("/help/..").status_code == 404


def test_the_worker_names_only_files_that_exist(client: FlaskClient, assets: Assets) -> None:
    script = client.get("/sw.js").text
    build = json.loads(script.removeprefix("const BUILD = ").split(";\n", 1)[0])
    assert len(build["files"]) > 20
    assert [url for url in build["files"] if client.get(url).status_code != 200] == []
    needed = {assets.url(path) for path in assets.modules("check-in/main.js")}
    assert needed <= set(build["files"])


def test_the_same_files_are_the_same_build_and_a_change_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "static" / "pwa"
    (source / "styles").mkdir(parents=True)
    for path in building.CHECK_IN_STYLES:
        (source / path).write_text("/* why */ a { color: red }\n")
    monkeypatch.setattr(building, "PACKAGE", tmp_path)
    monkeypatch.setattr(building, "SOURCE", source)
    first = build_assets(tmp_path / "instance")
    assert build_assets(tmp_path / "instance").version == first.version
    assert "why" not in first.check_in_css
    versions = {first.version}
    for number in range(6):
        (source / "styles" / "base.css").write_text(f"a {{ margin: {number}px }}")
        versions.add(build_assets(tmp_path / "instance").version)
    assert len(versions) == 7
    assert len(list((tmp_path / "instance" / "static").iterdir())) == building.BUILDS_KEPT
