"""The examples in deploy/ in front of the real server: what must reach it, and what must not."""

import gzip
import http.client
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import brotli

from app.certificate import certificate_for
from app.config import LARGEST_BODY
from app.models import Delivery
from prove.front import NAME, Front, find
from prove.front_client import Browser
from tests.browser.screens import EMAILS, PASSPHRASE
from tests.browser.server import REPOSITORY, LiveServer
from tests.browser.test_reminder import let_maintenance_be_due, rows
from tests.envelope import SealTo
from tests.handset import Handset
from tests.push_sink import PushSink

ONCE = (
    "content-security-policy",
    "strict-transport-security",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "referrer-policy",
    "permissions-policy",
    "x-content-type-options",
    "x-request-id",
    "cache-control",
)
SLOW_CLIENTS = 40


@dataclass
class Outcome:
    """What held, in words, and what did not."""

    held: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def check(self, holds: bool, what: str) -> None:
        (self.held if holds else self.faults).append(what)


def prove_proxies(folder: Path) -> dict[str, Outcome]:
    """Each proxy in front of a server of its own. One that is not on this machine is a fault, and said."""
    outcomes = {}
    for kind in ("caddy", "nginx"):
        outcomes[kind] = outcome = Outcome()
        if find(kind) is None:
            outcome.faults.append(
                f"{kind} is not on this machine: install it (Debian: apt-get install {kind})"
            )
            continue
        with _standing(kind, folder / kind) as (front, server, sink):
            _check_all(outcome, front, server, sink)
    return outcomes


@contextmanager
def _standing(kind: str, folder: Path) -> Iterator[tuple[Front, LiveServer, PushSink]]:
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        sink = PushSink()
        stack.callback(sink.close)
        server = LiveServer(
            folder / "server",
            BETWEEN_PUBLIC_URL=f"https://{NAME}",
            BETWEEN_PROXIES="1",
            BETWEEN_THREADS="4",
            BETWEEN_VAPID_CONTACT=sink.contact,
            BETWEEN_PUSH_ORIGINS=sink.origin,
        ).start()
        stack.callback(server.stop)
        certificate = certificate_for(folder / "certificate", NAME, datetime.now(UTC))
        front = Front(kind, server.port, folder / "front", certificate).start()
        stack.callback(front.stop)
        yield front, server, sink


def _check_all(outcome: Outcome, front: Front, server: LiveServer, sink: PushSink) -> None:
    june = Browser(front)
    _check_headers(outcome, front)
    _check_ways_in(outcome, front)
    _check_compression(outcome, front)
    _check_cookies(outcome, june)
    handset = _handset(june)
    _check_uploads(outcome, june, handset)
    _check_slow_clients(outcome, front, june, handset)
    _check_push(outcome, june, server, sink)
    _check_ids(outcome, front, server)
    _check_addresses(outcome, front)
    _check_absence(outcome, front, server)


def _check_headers(outcome: Outcome, front: Front) -> None:
    browser = Browser(front)
    page = browser.ask("GET", "/check-in/en")
    file = re.search(r'"(/static/[^"]+\.js)"', page.body.decode())
    assert file is not None
    script = browser.ask("GET", file[1])
    asked = {
        "a page": page,
        "a file": script,
        "a file's 304": browser.ask("GET", file[1], If_Modified_Since=script.one("last-modified")),
        "a redirect": browser.ask("GET", "/"),
        "401": browser.ask("GET", "/api/overview"),
        "404": browser.ask("GET", "/no/such/page"),
        "405": browser.ask("PATCH", "/today"),
        "a line too long": browser.ask("GET", "/" + "x" * 5000),
    }
    for what, reply in asked.items():
        wanted = ONCE if what != "a line too long" else tuple(set(ONCE) - {"x-request-id", ONCE[1]})
        wrong = [name for name in wanted if len(reply.all(name)) != 1]
        outcome.check(
            not wrong, f"every header once on {what} ({reply.status}){': ' if wrong else ''}{wrong or ''}"
        )
    outcome.check(
        [reply.status for reply in asked.values()] == [200, 200, 304, 302, 401, 404, 405, 414], "statuses"
    )
    told = " ".join(f"{name}: {value}" for name, value in page.headers).lower()
    outcome.check("gunicorn" not in told and "nginx/" not in told, "no server tells its version")
    worker = browser.ask("GET", "/sw.js")
    outcome.check(
        (worker.status, worker.one("content-type").partition(";")[0], worker.one("cache-control"))
        == (200, "text/javascript", "no-cache"),
        "the worker comes from the root, as script, and is asked for anew",
    )


def _check_ways_in(outcome: Outcome, front: Front) -> None:
    browser = Browser(front)
    sent_on = browser.ask("GET", "/join/ABCD?language=es", secured=False)
    outcome.check(
        (sent_on.status, sent_on.one("location")) == (308, f"https://{NAME}/join/ABCD?language=es"),
        "http is sent on to https",
    )
    refused = browser.ask("POST", "/api/sync", b"{}", secured=False, Content_Type="application/json")
    outcome.check(
        refused.status == 400 and b"https_needed" in refused.body,
        "what would be changed over http is refused",
    )
    lied = browser.ask("GET", "/sign-in", secured=False, X_Forwarded_Proto="https")
    outcome.check(lied.status == 308, "a client's own X-Forwarded-Proto is not believed")
    try:
        other = browser.ask("GET", "/sign-in", Host="evil.example")
        outcome.check(b"pass-phrase" not in other.body, "another host name does not reach the application")
    except (OSError, http.client.HTTPException):
        outcome.check(True, "another host name does not reach the application")


def _check_compression(outcome: Outcome, front: Front) -> None:
    browser = Browser(front)
    plain = browser.ask("GET", "/help/en", Accept_Encoding="identity").body
    packed = {name: browser.ask("GET", "/help/en", Accept_Encoding=name) for name in ("br", "gzip")}
    opened = brotli.decompress(packed["br"].body), gzip.decompress(packed["gzip"].body)
    outcome.check(
        [reply.all("content-encoding") for reply in packed.values()] == [["br"], ["gzip"]]
        and opened == (plain, plain),
        "compressed once, and the same inside",
    )
    personal = browser.ask("GET", "/sign-in", Accept_Encoding="gzip, br")
    outcome.check(personal.all("content-encoding") == [], "a personal page is not compressed")


def _check_cookies(outcome: Outcome, june: Browser) -> None:
    form = f"email={EMAILS['patient']}&passphrase={PASSPHRASE.replace(' ', '+')}&next=/today".encode()
    reply = june.ask("POST", "/sign-in", form, Content_Type="application/x-www-form-urlencoded")
    held = {cookie.partition("=")[0]: cookie for cookie in reply.all("set-cookie")}
    append = next((cookie for name, cookie in held.items() if name.startswith("__Host-append-")), "")
    outcome.check(
        all(part in append for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
        and "Domain" not in append,
        "the append cookie is bound to this host",
    )
    outcome.check("__Host-between" in held, "so is the session's")
    outcome.check(june.ask("GET", "/api/overview").status == 200, "and both are believed when they come back")


def _handset(june: Browser) -> Handset:
    told = june.ask("GET", "/api/overview").json
    key = told["keys"][0]
    person, patient = uuid.UUID(told["person"]["id"]), uuid.UUID(told["patients"][0]["id"])
    return Handset(person, patient, "", SealTo(key["id"], key["public"]))


def _check_uploads(outcome: Outcome, june: Browser, handset: Handset) -> None:
    body = handset.body([handset.seal()])
    kind = {"Content_Type": "application/json"}
    full = june.ask("POST", "/api/sync", body + b" " * (LARGEST_BODY - len(body)), **kind)
    outcome.check(full.status == 200 and b'"stored"' in full.body, f"{LARGEST_BODY:,} bytes are stored")
    for size in (LARGEST_BODY + 1, 6 * 1024 * 1024):
        over = june.ask("POST", "/api/sync", body + b" " * (size - len(body)), **kind)
        outcome.check(
            (over.status, over.json.get("code")) == (413, "too_large"), f"{size:,} bytes are 413 in our JSON"
        )


def _check_slow_clients(outcome: Outcome, front: Front, june: Browser, handset: Handset) -> None:
    """Ten times as many that trickle as there are threads; then each counts like any other."""
    cookie = "; ".join(f"{name}={value}" for name, value in june.cookies.items())
    with ExitStack() as stack:
        slow = []
        for _ in range(SLOW_CLIENTS):
            body = handset.body([handset.seal()])
            lines = [
                "POST /api/sync HTTP/1.1",
                f"Host: {NAME}",
                f"Cookie: {cookie}",
                "Sec-Fetch-Site: same-origin",
                "Content-Type: application/json",
                f"Content-Length: {len(body)}",
                "Connection: close",
            ]
            head = "".join(f"{line}\r\n" for line in lines) + "\r\n"
            connection = stack.enter_context(front.connect())
            connection.sendall(head.encode() + body[:-9])
            slow.append((connection, body[-9:]))
        began = time.monotonic()
        served = june.ask("GET", "/api/overview").status
        seconds = time.monotonic() - began
        outcome.check(served == 200 and seconds < 3, f"beside {SLOW_CLIENTS} slow clients others are served")
        stored = 0
        for connection, rest in slow:
            connection.sendall(rest)
            stored += b'"stored"' in _read_all(connection.recv)
        outcome.check(stored == SLOW_CLIENTS, "and each of the slow ones is stored in the end")


def _read_all(receive: Callable[[int], bytes]) -> bytes:
    return b"".join(iter(lambda: receive(65536), b""))


def _check_push(outcome: Outcome, june: Browser, server: LiveServer, sink: PushSink) -> None:
    phone = sink.phone()
    keys = {"p256dh": phone.p256dh, "auth": phone.auth}
    told = {"endpoint": phone.endpoint, "install": str(uuid.uuid4()), "keys": keys}
    outcome.check(june.post_json("/api/subscriptions", told).status == 201, "a phone subscribes")
    let_maintenance_be_due(server)
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "work"],
        cwd=REPOSITORY,
        env=server._environment() | {"PYTHONPATH": os.environ.get("PYTHONPATH", str(REPOSITORY))},
        check=True,
        capture_output=True,
    )
    outcome.check(len(sink.received) == 1, f"one push is sent and decrypted{sink.refused or ''}")
    if not sink.received:
        return
    receipt = sink.received[0].payload["notification"]["data"]["receipt"]
    answer = Browser(june.front).post_json(f"/api/receipts/{receipt}", {"event": "shown"})
    shown = [row.shown_at for row in rows(server, Delivery) if row.shown_at is not None]
    outcome.check(answer.status == 200 and len(shown) >= 1, "its receipt comes back without a cookie")


def _check_ids(outcome: Outcome, front: Front, server: LiveServer) -> None:
    browser = Browser(front)
    own = browser.ask("GET", "/healthz").one("x-request-id")
    forged = browser.ask("GET", "/healthz", X_Request_Id="made-up-by-a-client").one("x-request-id")
    outcome.check(f'"request_id": "{own}"' in server.said(), "the id of the answer is the id in the log")
    outcome.check(forged != "made-up-by-a-client", "a client cannot choose it")


def _check_addresses(outcome: Outcome, front: Front) -> None:
    """The throttle of invitation codes counts by address: 100 in a quarter of an hour."""
    guesser = Browser(front, "127.0.0.2")
    told = [guesser.ask("GET", "/join/NOSUCHCODE22").status for _ in range(101)]
    outcome.check(told[0] == 410 and told[-1] == 429, "whoever guesses codes is stopped")
    forged = guesser.ask(
        "GET", "/join/NOSUCHCODE22", X_Forwarded_For="203.0.113.9", Forwarded="for=203.0.113.9"
    )
    outcome.check(forged.status == 429, "under whatever address they claim to have")
    other = Browser(front, "127.0.0.3").ask("GET", "/join/NOSUCHCODE22")
    outcome.check(other.status == 410, "and nobody else is")
    outcome.check(guesser.ask("GET", "/metrics").status == 404, "metrics are not for those behind the proxy")


def _check_absence(outcome: Outcome, front: Front, server: LiveServer) -> None:
    server.stop()
    away = Browser(front).ask("GET", "/today")
    outcome.check(
        (away.status, away.one("retry-after"), away.one("cache-control")) == (503, "5", "no-store"),
        "while Between is down, a sentence says so",
    )
    server.start()
    began = time.monotonic()
    while Browser(front).ask("GET", "/today").status != 200 and time.monotonic() - began < 30:
        time.sleep(0.2)
    outcome.check(Browser(front).ask("GET", "/today").status == 200, "and goes on by itself afterwards")
