"""A push service and what sends to it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.channels.vapid import load_vapid
from app.config import Settings
from app.db import Database
from app.services.subscriptions import subscribe
from tests.jobs.working import DAY, MINUTE, NOW, Subscribes
from tests.push_sink import PushSink, SinkPhone
from tests.small_clinic import SmallClinic, Who


@pytest.fixture
def sink() -> Iterator[PushSink]:
    """A push service on this machine."""
    sink = PushSink()
    yield sink
    sink.close()


@pytest.fixture
def push_settings(settings: Settings, sink: PushSink) -> Settings:
    """An operator who allowed that push service."""
    return replace(settings, push_origins=(sink.origin,))


@pytest.fixture
def clinic(database: Database) -> SmallClinic:
    return SmallClinic(database, NOW - 90 * DAY, "UTC")


@pytest.fixture
def phone(sink: PushSink, push_settings: Settings) -> SinkPhone:
    return sink.phone(load_vapid(push_settings.instance).public_b64url)


@pytest.fixture
def agree(database: Database, push_settings: Settings) -> Subscribes:
    """The patient lets this phone be reminded."""

    def agree(who: Who, phone: SinkPhone) -> None:
        with database.writing() as session:
            subscribe(
                session,
                person_id=who.person_id,
                install_id=who.patient_id,
                endpoint=phone.endpoint,
                p256dh=phone.p256dh,
                auth=phone.auth,
                now=NOW,
                settings=push_settings,
            )

    return agree


@pytest.fixture
def due(clinic: SmallClinic) -> Who:
    """A patient with a visit in two hours, whose reminder was due yesterday afternoon."""
    who = clinic.patient()
    clinic.visit(who, NOW + 2 * 60 * MINUTE)
    return who
