"""A clinician's browser is told of an alert: subscribed on the desk, opened from the push, turned off."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from app.db import Database
from app.models import Alert, AlertNotice, AlertStep, PushSubscription
from tests.browser.phone import Phones, until
from tests.browser.screens import sign_in
from tests.browser.server import LiveServer, Seed
from tests.browser.test_reminder import SUBSCRIBED_BY_SINK, rows
from tests.push_sink import PushSink, SinkPhone


@pytest.fixture
def sink() -> Iterator[PushSink]:
    sink = PushSink()
    yield sink
    sink.close()


@pytest.fixture
def server(seed: Seed, sink: PushSink) -> Iterator[LiveServer]:
    server = seed.server(BETWEEN_VAPID_CONTACT=sink.contact, BETWEEN_PUSH_ORIGINS=sink.origin).start()
    yield server
    server.stop()


def subscribe(page: Page, server: LiveServer, phone: SinkPhone) -> None:
    given = {"endpoint": phone.endpoint, "keys": {"p256dh": phone.p256dh, "auth": phone.auth}}
    page.context.grant_permissions(["notifications"], origin=server.url)
    page.add_init_script(SUBSCRIBED_BY_SINK % json.dumps(given))
    sign_in(page, server, "clinician")
    page.goto(f"{server.url}/clinic/alerts")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("On. It is told of your alerts")).to_be_visible()
    phone.application_server_key = page.evaluate("window.subscribedWith")


def let_everybody_be_due(server: LiveServer) -> None:
    """Tomás's answer has waited for two hours, and nobody was told yet."""
    database, ago = Database(server.database_url), datetime.now(UTC) - timedelta(hours=2)
    of_tomas = sa.select(Alert.id).where(Alert.reason == "new_after_negative", Alert.closed_at.is_(None))
    with database.writing() as session:
        session.execute(
            sa.update(AlertStep)
            .where(AlertStep.alert_id.in_(of_tomas), AlertStep.who == "everybody")
            .values(state="due", due_at=ago, lease_until=None, attempts=0)
        )
    database.dispose()


def test_subscribed_told_opened_and_turned_off(
    phone_context: Phones, tmp_path: Path, server: LiveServer, sink: PushSink
) -> None:
    page, phone = phone_context(tmp_path / "desk").pages[0], sink.phone()
    subscribe(page, server, phone)
    server.stop()
    let_everybody_be_due(server)
    server.start()
    until(page, lambda: sink.received or sink.refused)
    assert sink.refused == []
    notification = sink.received[0].payload["notification"]
    assert notification["body"] == "Between has something for you that should not wait."
    until(
        page,
        lambda: [
            one for one in rows(server, AlertNotice) if (one.channel, one.outcome) == ("push", "accepted")
        ],
    )
    page.get_by_role("button", name="Turn off").click()
    expect(page.get_by_text("Off.", exact=True)).to_be_visible()
    assert [one.ended_at is not None for one in rows(server, PushSubscription)] == [True]
    page.goto(server.url + notification["data"]["path"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Tomás Arriaga")
    expect(page.get_by_text("Told")).to_be_visible()
