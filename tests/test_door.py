"""What stands before every view: names, HTTPS, the proxies' word, and headers on whatever is answered."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from gunicorn.http import errors
from werkzeug.test import create_environ

from app import create_app
from app.config import Settings, load_settings
from app.door import is_this_machine
from app.response_headers import BARE, STATIC_POLICY
from app.unread import judge, write_answer
from tests.access_table import TABLE
from tests.access_world import World, address_of, body_of, build_world
from tests.factories import signed_in, visitor

PUBLIC = "https://between.clinic.example"
HOST = {"Host": "between.clinic.example"}
NAMES = {
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Referrer-Policy",
    "Permissions-Policy",
    "X-Content-Type-Options",
    "Strict-Transport-Security",
    "Cache-Control",
    "X-Request-Id",
}
# What says no-store of itself nowhere: the same for everybody, and wanted offline.
IMPERSONAL = {
    "pwa.check_in",
    "pwa.help_page",
    "pwa.licences",
    "pwa.shell",
    "pwa.worker",
    "pwa.manifest",
    "pwa.envelope_schema",
    "openapi.show_openapi",
}


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path, built_assets: Path) -> Iterator[Callable[..., Flask]]:
    """The application as an operator sets it up, behind its public name."""
    made: list[Flask] = []
    (tmp_path / "instance").mkdir(mode=0o700)
    (tmp_path / "instance" / "static").symlink_to(built_assets, target_is_directory=True)

    def serve(**environ: str) -> Flask:
        base = {"BETWEEN_INSTANCE": str(tmp_path / "instance"), "DATABASE_URL": sqlite_url}
        base |= {"BETWEEN_DEMO": "0", "BETWEEN_PUBLIC_URL": PUBLIC}
        settings: Settings = load_settings(base | environ)
        made.append(create_app(settings))
        return made[-1]

    yield serve
    for app in made:
        app.extensions["between"].database.dispose()


def test_another_name_is_refused_in_words(served: Callable[..., Flask]) -> None:
    client = served().test_client()
    for host in ("evil.example", "between.clinic.example.evil.example", "a b", "", "[::2]"):
        for path in ("/sign-in", "/api/keys", "/static/x/pwa/main.js", "/nowhere"):
            answer = client.get(path, headers={"Host": host, "X-Forwarded-Host": HOST["Host"]})
            assert answer.status_code == 400
            assert "does not answer under that name" in answer.text
            assert answer.headers["Cache-Control"] == "no-store"


def test_own_names_are_let_in_with_any_port_and_case(served: Callable[..., Flask]) -> None:
    client = served(BETWEEN_HOSTS="between.internal 10.0.0.7").test_client()
    for host in ("Between.Clinic.Example", "between.clinic.example:8443", "between.internal", "10.0.0.7:80"):
        assert client.get("/sign-in", headers={"Host": host}).status_code == 200


def test_loopback_names_are_for_this_machine_only(served: Callable[..., Flask]) -> None:
    app = served(BETWEEN_PROXIES="1")
    assert app.test_client().get("/healthz", headers={"Host": "127.0.0.1:8000"}).status_code == 200
    forwarded = {"Host": "localhost", "X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "https"}
    assert app.test_client().get("/healthz", headers=forwarded).status_code == 400


def test_whoever_came_by_http_is_sent_on_or_refused(served: Callable[..., Flask]) -> None:
    client = visitor(served(BETWEEN_PROXIES="1"))
    plain = HOST | {"X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "http"}
    sent_on = client.get("/join/A%2FB?next=/you&x=%0d%0aSet-Cookie:1", headers=plain)
    assert sent_on.status_code == 308
    assert sent_on.headers["Location"] == f"{PUBLIC}/join/A/B?next=/you&x=%0d%0aSet-Cookie:1"
    assert set(sent_on.headers.keys()) >= NAMES
    for method, path in (("POST", "/sign-in"), ("POST", "/api/sync"), ("GET", "/api/overview")):
        answer = client.open(path, method=method, headers=plain)
        assert answer.status_code == 400
        assert "begins with https" in answer.text
    assert client.get("/healthz", headers=plain).status_code == 200
    assert client.get("/sign-in", headers=HOST | {"X-Forwarded-For": "203.0.113.5"}).status_code == 200
    secured = plain | {"X-Forwarded-Proto": "https"}
    assert client.get("/sign-in", headers=secured).status_code == 200


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        ("0", "198.51.100.7", "127.0.0.1"),
        ("1", "198.51.100.7", "198.51.100.7"),
        ("1", "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        ("2", "6.6.6.6, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        # One hop less than told came: nobody there may be believed.
        ("2", "198.51.100.7", "127.0.0.1"),
    ],
)
def test_only_as_many_proxies_are_believed_as_there_are(
    served: Callable[..., Flask], proxies: str, forwarded: str, seen: str
) -> None:
    app = served(BETWEEN_PROXIES=proxies)
    headers = HOST | {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": ", ".join(["https"] * 3)}
    environ = create_environ("/sign-in", headers=headers, environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
    app.wsgi_app(environ, lambda *_: lambda _data: None)
    assert environ["REMOTE_ADDR"] == seen
    assert environ["wsgi.url_scheme"] == ("http" if seen == "127.0.0.1" and proxies == "0" else "https")
    assert not is_this_machine(environ)


def test_every_answer_of_every_route_carries_every_header(served: Callable[..., Flask]) -> None:
    """All routes by somebody who may and by nobody, right and wrong: every status there is."""
    app = served()
    world, bare, seen = build_world(app), [], set()
    for endpoint, row in TABLE.items():
        method = row.method
        path, body = address_of(world, endpoint), body_of(world, endpoint)
        for browser in (world.browser("june"), world.browser("lead"), visitor(app)):
            asked = [browser.open(path, method=method, **body), browser.open(path, method="PATCH")]
            asked.append(app.test_client().open(path, method=method, **body))
            for answer in asked:
                seen.add(answer.status_code)
                missing = NAMES - set(answer.headers.keys())
                assert "Access-Control-Allow-Origin" not in answer.headers
                if answer.status_code == 200 and endpoint not in IMPERSONAL:
                    missing |= set() if answer.headers["Cache-Control"] == "no-store" else {"no-store"}
                if (
                    missing
                    or "require-trusted-types-for 'script'" not in answer.headers["Content-Security-Policy"]
                ):
                    bare.append((endpoint, answer.status_code, sorted(missing)))
    assert bare == []
    assert {200, 201, 302, 401, 403, 404, 405, 409, 410, 422} <= seen


def test_files_304_and_too_large_carry_them_too(served: Callable[..., Flask]) -> None:
    app = served()
    assets = app.extensions["assets"]
    client = visitor(app)
    file = client.get(assets.url("main.js"), headers=HOST)
    unchanged = client.get(
        assets.url("main.js"), headers=HOST | {"If-Modified-Since": file.headers["Last-Modified"]}
    )
    assert (file.status_code, unchanged.status_code) == (200, 304)
    for answer in (file, unchanged):
        assert set(answer.headers.keys()) >= NAMES
        assert answer.headers["Content-Security-Policy"] == STATIC_POLICY
        assert "immutable" in answer.headers["Cache-Control"]
    schema = client.get("/schemas/envelope-1.json", headers=HOST)
    kept = client.get("/schemas/envelope-1.json", headers=HOST | {"If-None-Match": schema.headers["ETag"]})
    assert kept.status_code == 304
    client.set_cookie("append-1", "x", domain=HOST["Host"])
    body = b"{" + b" " * (4 * 1024 * 1024)
    large = client.post("/api/sync", data=body, headers=HOST | {"Content-Type": "application/json"})
    assert large.status_code == 413
    assert large.json is not None
    assert large.json["code"] == "too_large"
    for answer in (kept, large, client.get("/no/such/page", headers=HOST)):
        assert set(answer.headers.keys()) >= NAMES


def test_on_plain_http_nothing_promises_https(app: Flask) -> None:
    assert "Strict-Transport-Security" not in visitor(app).get("/sign-in").headers


def test_cookies_are_bound_to_the_host_over_https(served: Callable[..., Flask]) -> None:
    world: World = build_world(served())
    answer = signed_in(world.app, world.june).post("/sign-out", headers=HOST)
    cookies = answer.headers.getlist("Set-Cookie")
    assert any(cookie.startswith("__Host-between=") for cookie in cookies)
    assert all("Secure" in cookie for cookie in cookies)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.LimitRequestLine(9000, 4094), 414, "too_large"),
        (errors.LimitRequestHeaders("canary"), 431, "too_large"),
        (errors.InvalidHeaderName("canary"), 400, "bad_request"),
        (errors.UnsupportedTransferCoding("canary"), 501, "bad_request"),
        (errors.ConfigurationProblem("canary"), 500, "our_fault"),
        (ValueError("canary"), 500, "our_fault"),
    ],
)
def test_what_never_became_a_request_is_answered_in_our_words(
    error: Exception, status: int, code: str
) -> None:
    told = write_answer(*judge(error))
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert json.loads(body)["code"] == code
    assert f"Content-Length: {len(body)}".encode() in head
    assert all(f"\r\n{name}: ".encode() in head for name in BARE)
    assert b"canary" not in told
