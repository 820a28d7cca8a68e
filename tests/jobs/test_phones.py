"""Whose phone it is, what its receipts say, and that one reminder never stops the others."""

import threading
from datetime import date

import pytest

from app.channels.errors import ChannelError
from app.channels.push import Message, PushChannel, Target
from app.channels.vapid import load_vapid
from app.config import Settings
from app.db import Database
from app.jobs import start_jobs, work_once
from app.jobs.worker import Worker
from app.services.delivery import record_receipt
from app.services.reminders import claim
from app.services.subscriptions import end_subscription, live_installs
from tests.jobs.working import MINUTE, NOW, Recording, Subscribes
from tests.push_sink import PushSink
from tests.small_clinic import SmallClinic, Who


def test_the_phone_belongs_to_who_holds_it(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    due: Who,
    agree: Subscribes,
) -> None:
    """B signs in on A's phone: A's reminders do not come to B."""
    phone, other = sink.phone(), clinic.patient()
    agree(due, phone)
    agree(other, phone)
    work_once(database, push_settings, NOW)
    assert clinic.reminder().state == "call_list"
    with database.writing() as session:
        assert live_installs(session, due.person_id) == []
        assert live_installs(session, other.person_id) == [other.patient_id]
        # Nobody ends another person's.
        end_subscription(session, due.person_id, clinic.phones()[0].id, NOW)
        assert live_installs(session, other.person_id) == [other.patient_id]
        end_subscription(session, other.person_id, clinic.phones()[0].id, NOW)
        assert live_installs(session, other.person_id) == []
    assert sink.received == []


def test_a_renewed_endpoint_replaces_the_old_one(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    due: Who,
    agree: Subscribes,
) -> None:
    old, new = sink.phone(), sink.phone()
    agree(due, old)
    agree(due, new)
    work_once(database, push_settings, NOW)
    assert [push.phone.endpoint for push in sink.received] == [new.endpoint]
    # The same phone again after it was ended.
    agree(due, old)
    with database.reading() as session:
        assert len(live_installs(session, due.person_id)) == 1


def test_receipts_keep_the_first_time(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    due: Who,
    agree: Subscribes,
) -> None:
    agree(due, sink.phone())
    work_once(database, push_settings, NOW)
    token = sink.received[0].payload["notification"]["data"]["receipt"]
    for event, minutes in (("opened", 3), ("shown", 4), ("opened", 5), ("acted", 6)):
        with database.writing() as session:
            assert record_receipt(session, token, event, NOW + minutes * MINUTE)
    (row,) = clinic.deliveries()
    # It was opened, so it was shown, whatever became of the word of that.
    assert (row.shown_at, row.opened_at, row.acted_at) == (
        NOW + 3 * MINUTE,
        NOW + 3 * MINUTE,
        NOW + 6 * MINUTE,
    )
    assert token.encode() not in row.receipt_hash


def test_a_broken_reminder_does_not_stop_the_others(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    due: Who,
    agree: Subscribes,
) -> None:
    """Keys that no browser would give, as an older release might have let in."""
    other = clinic.patient()
    clinic.visit(other, NOW + 3 * 60 * MINUTE)
    agree(due, sink.phone())
    agree(other, sink.phone())
    clinic.change(type(clinic.phones()[0]), clinic.phones()[0].id, p256dh="AAAA", auth="!")
    work_once(database, push_settings, NOW)
    assert sorted(row.state for row in clinic.reminders()) == ["call_list", "sent"]


def test_jobs_send_by_themselves_and_stop(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    due: Who,
    agree: Subscribes,
) -> None:
    agree(due, sink.phone())
    before = threading.active_count()
    jobs = start_jobs(database, push_settings, lambda: None)
    waiting = threading.Event()
    for _ in range(100):
        if sink.received:
            break
        waiting.wait(0.1)
    jobs.stop()
    assert len(sink.received) == 1
    assert clinic.reminder().state == "sent"
    assert [t.name for t in threading.enumerate() if t.name.startswith(("reminders", "APScheduler"))] == []
    assert threading.active_count() <= before + 1


def test_an_error_from_a_push_service_never_names_the_endpoint(push_settings: Settings) -> None:
    channel = PushChannel(push_settings, load_vapid(push_settings.instance))
    with pytest.raises(ChannelError) as failed:
        channel.send(
            Target("https://fcm.googleapis.com.evil.example/secret", "AAAA", "AAAA"), Message("{}", "t", 1)
        )
    assert "secret" not in str(failed.value)
    channel.close()


def test_claims_are_taken_in_the_order_they_fell_due(
    database: Database, clinic: SmallClinic, push_settings: Settings
) -> None:
    clinic.visit(clinic.patient("Pacific/Honolulu"), NOW + 2 * 60 * MINUTE)
    clinic.visit(clinic.patient("Asia/Tokyo"), NOW + 2 * 60 * MINUTE)
    Worker(database, push_settings, Recording(), lambda: NOW).look()
    taken = []
    with database.writing() as session:
        while (held := claim(session, NOW, "w")) is not None:
            taken.append(held.id)
    assert taken == [row.id for row in clinic.reminders()]
    assert isinstance(clinic.reminders()[0].local_date, date)
