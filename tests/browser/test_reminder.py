"""A reminder the whole way: cadence, worker, encrypted push, real browser, tap, Today, receipts."""

import json
import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect

from app.db import Database
from app.models import Delivery, Membership, Patient, Person, PushSubscription, Reminder, Visit
from app.services.delivery import topic_of
from tests.browser.notification_center import NotificationCenter
from tests.browser.phone import Phones, poll, until, wait_for_worker
from tests.browser.screens import EMAILS, sign_in
from tests.browser.server import LiveServer, Seed
from tests.push_sink import PushSink, SinkPhone

LOCK_SCREEN = "Between has something for you, whenever you have a minute."
# The real subscribe() never settles without a push service: the sink's phone stands in for it.
SUBSCRIBED_BY_SINK = """
(() => {
  const given = %s;
  let held = null;
  const text = (key) => btoa(String.fromCharCode(...new Uint8Array(key)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  PushManager.prototype.subscribe = async function (options) {
    held = {
      endpoint: given.endpoint,
      options: { applicationServerKey: Uint8Array.from(options.applicationServerKey).buffer },
      toJSON: () => given,
      unsubscribe: async () => { held = null; return true; },
    };
    window.subscribedWith = text(held.options.applicationServerKey);
    return held;
  };
  PushManager.prototype.getSubscription = async () => held;
})();
"""


@pytest.fixture
def center(tmp_path: Path) -> Iterator[NotificationCenter]:
    """Where this phone's notifications are shown and tapped."""
    center = NotificationCenter(tmp_path)
    yield center
    center.close()


@pytest.fixture
def context(phone_context: Phones, tmp_path: Path, center: NotificationCenter) -> BrowserContext:
    """A phone that has such a place."""
    return phone_context(tmp_path / "phone", env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": center.address})


@pytest.fixture
def sink() -> Iterator[PushSink]:
    """A push service that verifies and decrypts."""
    sink = PushSink()
    yield sink
    sink.close()


@pytest.fixture
def server(seed: Seed, sink: PushSink) -> Iterator[LiveServer]:
    """A server whose operator named a contact and allowed that push service."""
    server = seed.server(BETWEEN_VAPID_CONTACT=sink.contact, BETWEEN_PUSH_ORIGINS=sink.origin).start()
    yield server
    server.stop()


def june(server: LiveServer) -> tuple[uuid.UUID, Database]:
    """June's patient id and the database, for what happened at the clinic meanwhile."""
    database = Database(server.database_url)
    with database.reading() as session:
        found = session.scalar(
            sa.select(Patient.id)
            .join(Membership, Membership.id == Patient.membership_id)
            .join(Person, Person.id == Membership.person_id)
            .where(Person.email == EMAILS["patient"])
        )
    assert found is not None
    return found, database


def let_maintenance_be_due(server: LiveServer) -> None:
    """June's next visits are called off, the last was 20 days ago: with a cadence of 19, due yesterday."""
    patient_id, database = june(server)
    now = datetime.now(UTC)
    of_june = (Visit.patient_id == patient_id, Visit.modality == "ketamine_iv")
    with database.writing() as session:
        session.execute(sa.update(Visit).where(*of_june, Visit.starts_at > now).values(state="cancelled"))
        last = session.scalars(
            sa.select(Visit).where(*of_june, Visit.state != "cancelled").order_by(Visit.starts_at.desc())
        ).first()
        assert last is not None
        last.starts_at = now - timedelta(days=20)
    database.dispose()


def rows(server: LiveServer, what: Any) -> list[Any]:
    """All rows of a table, as they are now."""
    database = Database(server.database_url)
    with database.reading() as session:
        found = list(session.scalars(sa.select(what)))
    database.dispose()
    return found


def deliver(page: Page, server: LiveServer, data: str) -> None:
    """What the browser does when its push service hands over a message, decrypted."""
    devtools = page.context.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"])
    )
    devtools.send("ServiceWorker.enable")
    until(page, lambda: registrations)
    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": server.url, "registrationId": registrations[0]["registrationId"], "data": data},
    )
    devtools.detach()


def turn_reminders_on(page: Page, server: LiveServer, phone: SinkPhone) -> None:
    """As June does it: on the screen You, with one tap."""
    given = {"endpoint": phone.endpoint, "keys": {"p256dh": phone.p256dh, "auth": phone.auth}}
    page.context.grant_permissions(["notifications"], origin=server.url)
    page.add_init_script(SUBSCRIBED_BY_SINK % json.dumps(given))
    sign_in(page, server, "patient")
    wait_for_worker(page)
    page.goto(f"{server.url}/you")
    page.get_by_role("button", name="Turn on reminders").click()
    expect(page.get_by_text("On. A reminder says that Between has something for you")).to_be_visible()
    # From here on the push service takes only what this server signs.
    phone.application_server_key = page.evaluate("window.subscribedWith")


def open_windows(context: BrowserContext) -> int:
    """How many the worker knows: a page that was left goes a moment later."""
    count: int = context.service_workers[0].evaluate(
        "clients.matchAll({ type: 'window', includeUncontrolled: true }).then((all) => all.length)"
    )
    return count


def notifications(page: Page) -> list[dict[str, str]]:
    shown: list[dict[str, str]] = page.evaluate(
        """async () => {
            const all = await (await navigator.serviceWorker.ready).getNotifications();
            return all.map(({ title, body, tag, lang }) => ({ title, body, tag, lang }));
        }"""
    )
    return shown


def test_from_the_cadence_to_the_tap(
    context: BrowserContext, server: LiveServer, sink: PushSink, center: NotificationCenter
) -> None:
    page, phone = context.pages[0], sink.phone()
    turn_reminders_on(page, server, phone)
    assert [row.endpoint for row in rows(server, PushSubscription)] == [phone.endpoint]

    # The server is down when it falls due, and sends when it is back.
    server.stop()
    let_maintenance_be_due(server)
    server.start()
    (reminder,) = until(
        page, lambda: [row for row in rows(server, Reminder) if row.rule == "maintenance_due"]
    )
    sent = topic_of(reminder.id)
    until(page, lambda: sink.refused or [push for push in sink.received if push.headers["topic"] == sent])
    assert sink.refused == []
    push = next(push for push in sink.received if push.headers["topic"] == sent)
    until(page, lambda: {row.id: row.state for row in rows(server, Reminder)}[reminder.id] == "sent")

    # At least once: the same message twice is one notification.
    for _ in range(2):
        deliver(page, server, push.plaintext.decode())
    until(page, lambda: len(center.shown) >= 2)
    assert notifications(page) == [
        {"title": "Between", "body": LOCK_SCREEN, "tag": push.headers["topic"], "lang": "en"}
    ]
    until(page, lambda: [row.shown_at for row in rows(server, Delivery) if row.shown_at])

    # Nothing of Between is open when it is tapped.
    page.goto("about:blank")
    until(page, lambda: open_windows(context) == 0)
    with context.expect_page() as opened:
        center.tap(center.shown[-1])
    today = opened.value
    today.wait_for_url(f"{server.url}/today")
    expect(today.get_by_role("heading", level=1)).to_be_visible()
    (delivery,) = until(page, lambda: [row for row in rows(server, Delivery) if row.opened_at])
    assert delivery.outcome == "accepted"
    assert delivery.attempted_at <= delivery.shown_at <= delivery.opened_at


def test_a_tap_uses_the_window_that_is_open(
    context: BrowserContext, reading_server: LiveServer, center: NotificationCenter
) -> None:
    page = context.pages[0]
    context.grant_permissions(["notifications"], origin=reading_server.url)
    sign_in(page, reading_server, "patient")
    wait_for_worker(page)
    page.goto(f"{reading_server.url}/visits")
    payload = {"web_push": 8030, "notification": {"title": "Between", "body": LOCK_SCREEN, "tag": "t"}}
    payload["notification"]["data"] = {"receipt": "unknown", "path": "/today"}  # type: ignore[index]
    deliver(page, reading_server, json.dumps(payload))
    center.tap(center.wait_for(1))
    page.wait_for_url(f"{reading_server.url}/today")
    assert len(context.pages) == 1
    assert poll(
        page, "navigator.serviceWorker.ready.then((all) => all.getNotifications()).then((n) => !n.length)"
    )


def test_a_push_that_cannot_be_read_still_shows_the_neutral_words(
    context: BrowserContext, reading_server: LiveServer, center: NotificationCenter
) -> None:
    page = context.pages[0]
    context.grant_permissions(["notifications"], origin=reading_server.url)
    page.goto(f"{reading_server.url}/today")
    wait_for_worker(page)
    deliver(page, reading_server, "\u0000 not what we send")
    shown = center.wait_for(1)
    assert shown.title == "Between"
    assert shown.body.endswith(LOCK_SCREEN)
