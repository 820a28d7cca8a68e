"""A person made of words that exist nowhere else: afterwards they stand where they belong, and only there."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from app.db import Database
from app.models import Membership, Person
from app.services.invitations import invite
from tests.browser.check_in import close_help, walk_to
from tests.browser.phone import FLAGS, PATIENCE_SECONDS, until, wait_for_worker
from tests.browser.screens import sign_in
from tests.browser.server import REPOSITORY, LiveServer, Seed
from tests.browser.test_agreement import agree, read_on
from tests.browser.test_reminder import SUBSCRIBED_BY_SINK
from tests.mail_sink import MailSink
from tests.push_sink import PushSink, SinkPhone

CANARIES = {
    "name": "Quillonia Vexarbeth",
    "email": "zorblattquix@grimmelfank.example",
    "passphrase": "florimunda pestlewick grangorous",
    "note": "wumpelgranit brillifaxen",
    "should know": "snarfelbunder",
    "plan": "krystaldroppel vonnegaxus",
    "words": "trundlefesker amberquistle",
}
# What the browser asks its maker, whatever page is open; what pages ask is told page by page besides.
CHROMIUMS_OWN = re.compile(r"https?://([\w-]+\.)*(google|googleapis|gstatic|gvt1)\.com[:/]")
# The browser's own: whom it asked about keeping a pass-phrase, and tabs to restore. A page can only ask it to
# leave fields out.
NOT_OURS = {"phone": re.compile("Default/Login Data"), "desk": re.compile("Default/(Login Data|Sessions/)")}
PIECES = sorted({piece for words in CANARIES.values() for piece in re.findall(r"[A-Za-z]{8,}", words)})


def found_in(data: str | bytes) -> list[str]:
    """The canaries in it, in either encoding that a browser or a library writes."""
    raw = data if isinstance(data, bytes) else unquote(data).encode()
    low = raw.lower()
    spelled = {piece: (piece.lower().encode(), piece.lower().encode("utf-16-le")) for piece in PIECES}
    return [piece for piece, ways in spelled.items() if any(way in low for way in ways)]


def on_disk(profile: Path) -> dict[str, list[str]]:
    """The files of a browser that hold a canary."""
    held = {path: found_in(path.read_bytes()) for path in profile.rglob("*") if path.is_file()}
    return {path.relative_to(profile).as_posix(): pieces for path, pieces in held.items() if pieces}


@dataclass
class Clinic:
    """What everything goes through, and what it left behind."""

    server: LiveServer
    mail: MailSink
    push: PushSink
    asked: list[str] = field(default_factory=list)

    def work(self) -> None:
        """Tell and remind what is due, once."""
        command = [sys.executable, "-m", "flask", "--app", "app", "work"]
        environ = self.server._environment() | {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}
        with self.server.log.open("ab") as said:
            subprocess.run(command, cwd=REPOSITORY, env=environ, check=True, stdout=said, stderr=said)

    def watch(self, context: BrowserContext) -> None:
        """Write down every address that is asked for, the worker's too."""
        context.on("request", lambda request: self.asked.append(request.url))


@pytest.fixture
def clinic(seed: Seed) -> Iterator[Clinic]:
    with ExitStack() as stack:
        mail, push = MailSink(), PushSink()
        stack.callback(mail.close)
        stack.callback(push.close)
        server = seed.server(
            BETWEEN_VAPID_CONTACT=push.contact,
            BETWEEN_PUSH_ORIGINS=push.origin,
            BETWEEN_SMTP_HOST="127.0.0.1",
            BETWEEN_SMTP_PORT=str(mail.port),
            BETWEEN_SMTP_SECURITY="none",
            BETWEEN_SMTP_FROM="between@clinic.example.com",
            BETWEEN_LOG_LEVEL="debug",
        ).start()
        stack.callback(server.stop)
        yield Clinic(server, mail, push)


class Browsers:
    """Real browsers whose profile and list of requests outlive them."""

    def __init__(self, playwright: Playwright, browser_path: str, folder: Path) -> None:
        self._playwright, self._path, self._folder = playwright, browser_path, folder

    def open(self, name: str) -> BrowserContext:
        flags = [*FLAGS, f"--log-net-log={self._folder / name}.net"]
        context = self._playwright.chromium.launch_persistent_context(
            str(self._folder / name), executable_path=self._path, headless=True, args=flags
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        return context

    def asked(self, name: str) -> set[str]:
        """Every address the whole browser sent a request to: pages, workers and itself."""
        told = (self._folder / f"{name}.net").read_text(errors="replace")
        return set(re.findall(r'"url":"((?:https?|wss?)://[^"]+)"', told))

    def profile(self, name: str) -> Path:
        return self._folder / name


@pytest.fixture
def browsers(playwright: Playwright, browser_path: str, tmp_path: Path) -> Browsers:
    return Browsers(playwright, browser_path, tmp_path / "browsers")


def make_code(server: LiveServer) -> str:
    """An invitation from Dr. Lindqvist, under the canary's name."""
    database = Database(server.database_url)
    with database.writing() as session:
        inviter = session.scalars(
            sa.select(Membership)
            .join(Person, Person.id == Membership.person_id)
            .where(Person.email == "amara@harbor.example")
        ).one()
        _invitation, code = invite(
            session,
            inviter=inviter,
            role="patient",
            name=CANARIES["name"],
            language="en",
            now=datetime.now(UTC),
        )
    database.dispose()
    return code


def sign_up(page: Page, clinic: Clinic, phone: SinkPhone) -> None:
    given = {"endpoint": phone.endpoint, "keys": {"p256dh": phone.p256dh, "auth": phone.auth}}
    page.context.grant_permissions(["notifications"], origin=clinic.server.url)
    page.add_init_script(SUBSCRIBED_BY_SINK % json.dumps(given))
    page.goto(f"{clinic.server.url}/join/{make_code(clinic.server)}")
    page.locator("[name=email]").fill(CANARIES["email"])
    page.locator("[name=passphrase]").fill(CANARIES["passphrase"])
    page.locator("[name=adult]").check()
    page.locator("form button.btn").last.click()
    page.wait_for_url("**/today")
    wait_for_worker(page)
    page.goto(f"{clinic.server.url}/you")
    expect(page.get_by_role("heading", level=1)).to_have_text(CANARIES["name"])
    page.get_by_role("button", name="Turn on reminders").click()
    expect(page.get_by_text("On. A reminder says that Between has something for you")).to_be_visible()
    phone.application_server_key = page.evaluate("window.subscribedWith")


def check_in(page: Page, clinic: Clinic) -> None:
    page.goto(f"{clinic.server.url}/check-in/en")
    expect(page.locator("#before-1")).to_be_visible()
    read_on(page)
    agree(page)
    walk_to(page, "phq9-9")
    page.locator("#phq9-9 label:has(input[value='2'])").click()
    close_help(page)
    page.locator("#phq9-9 .next").click()
    expect(page.locator("#phq9-9")).to_be_hidden()
    walk_to(page, "note")
    page.locator("#executive label:has(input[value=harder])").click()
    page.locator("#executive textarea").fill(f"{CANARIES['note']}, and I want to die")
    walk_to(page, "look", {"should-know": "no"})
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#sent")).to_contain_text("The clinic has it.")


def care_for(desk: Page, clinic: Clinic) -> None:
    """The clinician reads it, and writes a plan and what was tried."""
    sign_in(desk, clinic.server, "clinician")
    desk.goto(f"{clinic.server.url}/clinic")
    desk.get_by_role("link", name=re.compile(CANARIES["name"])).first.click()
    expect(desk.locator("main")).to_contain_text(CANARIES["note"])
    plan = {"plan": CANARIES["plan"], "text": CANARIES["plan"]}
    address = desk.url.partition("?")[0]
    desk.context.request.post(f"{address}/plan", form=plan, headers={"Origin": clinic.server.url})
    desk.reload()
    expect(desk.locator("main")).to_contain_text(CANARIES["plan"])
    tried = desk.locator("#alert form[action*=attempts]")
    tried.locator("label:has([value=trying])").click()
    tried.locator("textarea").fill(CANARIES["words"])
    tried.get_by_role("button").click()
    expect(desk.locator("main")).to_contain_text(CANARIES["words"])


def provoke(page: Page, desk: Page, clinic: Clinic) -> list[str]:
    """Errors of every kind, each with a canary in what was sent. Returns what was answered."""
    word, said = CANARIES["note"].split()[0], CANARIES["words"]
    request, url = page.context.request, clinic.server.url
    headers = {"Origin": url, "Content-Type": "application/json"}
    answers = [
        request.post(f"{url}/api/sync", data=f'{{"person": "{said}"', headers=headers),
        request.post(f"{url}/api/preferences", data=json.dumps({"zone": said}), headers=headers),
        request.post(f"{url}/api/receipts/{word}", data='{"event": "shown"}', headers=headers),
        request.get(f"{url}/{word}"),
        request.get(f"{url}/join/{word}"),
        request.get(f"{url}/help/{word}"),
        request.get(f"{url}/{word * 400}"),
    ]
    # An error of Python's own that quotes what it was given.
    clinic.server.change("UPDATE clinic SET zone = :zone", zone=said)
    answers += [asking.get(f"{url}/clinic") for asking in (request, desk.context.request)]
    clinic.server.change("UPDATE clinic SET zone = 'America/New_York'")
    assert {answer.status for answer in answers} >= {400, 403, 404, 410, 414, 500}
    return [answer.text() for answer in answers] + [json.dumps(answer.headers) for answer in answers]


def test_a_persons_words_stand_nowhere_but_where_they_belong(clinic: Clinic, browsers: Browsers) -> None:
    phone_context, desk_context = browsers.open("phone"), browsers.open("desk")
    page, desk, phone = phone_context.pages[0], desk_context.pages[0], clinic.push.phone()
    clinic.watch(phone_context)
    clinic.watch(desk_context)
    sign_up(page, clinic, phone)
    check_in(page, clinic)
    care_for(desk, clinic)
    clinic.work()
    until(page, lambda: clinic.mail.received)
    answered = provoke(page, desk, clinic)
    metrics = page.context.request.get(f"{clinic.server.url}/metrics").text()
    assert 'between_intake_items_total{outcome="stored"}' in metrics

    page.goto(f"{clinic.server.url}/you")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign out").click()
    page.wait_for_url("**/sign-in")
    desk.get_by_role("button", name="Sign out").click()
    desk.wait_for_url("**/sign-in")
    phone_context.close()
    desk_context.close()

    assert found_in(clinic.server.said()) == [], "the log"
    assert '"event": "request"' in clinic.server.said()
    assert '"type": ' in clinic.server.said(), "the error was told, by its type"
    for letter in clinic.mail.received:
        assert found_in(letter.as_bytes().replace(b"=\r\n", b"")) == [], "a mail"
    assert found_in(json.dumps([push.payload for push in clinic.push.received])) == [], "a push"
    assert found_in(metrics) == [], "the metrics"
    assert found_in("\n".join(answered)) == [], "an error's page"
    assert found_in("\n".join(clinic.asked)) == [], "an address"
    ours = f"{clinic.server.url}/"
    assert [url for url in clinic.asked if not url.startswith((ours, "data:", "blob:"))] == [], (
        "third parties"
    )
    for name in ("phone", "desk"):
        asked = browsers.asked(name)
        assert any(url.startswith(ours) for url in asked), "the browser wrote down what it asked for"
        assert [url for url in asked if not (url.startswith(ours) or CHROMIUMS_OWN.match(url))] == []
    for name, not_ours in NOT_OURS.items():
        held = on_disk(browsers.profile(name))
        assert [path for path in held if not not_ours.match(path)] == [], f"the disk of the {name}"
