"""From a due row to a phone and back: with a push service that decrypts, on both databases."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.config import Settings
from app.db import Database
from app.domain.modality import MODALITY_NAMES, TREATMENT_NAMES
from app.jobs import work_once
from app.jobs.worker import Worker
from app.models import AuditRow, Delivery, Visit
from app.services.delivery import MOST_ATTEMPTS, record_receipt
from tests.jobs.working import DAY, MINUTE, NOW, Recording, Subscribes
from tests.push_sink import PushSink, SinkPhone
from tests.small_clinic import SmallClinic, Who


def test_the_whole_way(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    phone: SinkPhone,
    agree: Subscribes,
) -> None:
    """Cadence, due row, worker, encrypted push, a service that verifies and decrypts, receipt."""
    who = clinic.patient("UTC", "es")
    clinic.visit(who, NOW - 22 * DAY)
    clinic.cadence(who, 21)
    agree(who, phone)
    assert work_once(database, push_settings, NOW) == 1
    assert sink.refused == []
    (push,) = sink.received
    row = clinic.reminder()
    assert (row.rule, row.state, row.local_date) == (
        "maintenance_due",
        "sent",
        (NOW - DAY).date(),
    )
    payload = push.payload
    token = payload["notification"]["data"].pop("receipt")
    assert payload == {
        "web_push": 8030,
        "notification": {
            "title": "Between",
            "body": "Between tiene algo para usted, cuando tenga un momento.",
            "lang": "es",
            "dir": "ltr",
            "tag": push.headers["topic"],
            "navigate": f"{push_settings.public_url}/today",
            "silent": False,
            "data": {"path": "/today"},
        },
    }
    assert int(push.headers["ttl"]) == int((row.useful_until - NOW).total_seconds())
    (delivery,) = clinic.deliveries()
    assert (delivery.outcome, delivery.status, delivery.shown_at) == ("accepted", 201, None)
    with database.writing() as session:
        assert record_receipt(session, token, "shown", NOW + MINUTE)
        assert not record_receipt(session, token + "x", "shown", NOW)
    assert clinic.deliveries()[0].shown_at == NOW + MINUTE
    assert work_once(database, push_settings, NOW + MINUTE) == 0
    with database.reading() as session:
        assert list(session.scalars(sa.select(AuditRow.action))) == ["reminder.sent"]


def test_a_lock_screen_learns_nothing(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    agree: Subscribes,
) -> None:
    for language in ("en", "es"):
        for modality in ("ketamine_iv", "esketamine", "deep_tms"):
            who = clinic.patient("UTC", language)
            clinic.visit(who, NOW + 2 * 60 * MINUTE, modality)
            agree(who, sink.phone())
        who = clinic.patient("UTC", language)
        clinic.visit(who, NOW - 22 * DAY)
        clinic.cadence(who, 21)
        agree(who, sink.phone())
    assert work_once(database, push_settings, NOW) == 8
    assert len(sink.received) == 8
    said = {
        (push.payload["notification"]["title"], push.payload["notification"]["body"])
        for push in sink.received
    }
    # One sentence for every rule and every treatment: which it is cannot be told from it.
    assert said == {
        ("Between", "Between has something for you, whenever you have a minute."),
        ("Between", "Between tiene algo para usted, cuando tenga un momento."),
    }
    words = {"ketamin", "tms", "spravato", "visit", "treatment", "maintenance", "dose", "session", "clinic"}
    words |= {"phq", "gad", "depress", "cita", "tratamiento", "clínica", "sesión", "ada", "moss"}
    words |= {name.lower() for name in (*MODALITY_NAMES.values(), *TREATMENT_NAMES.values())}
    for push in sink.received:
        notification = push.payload["notification"]
        # Random characters may spell anything.
        shown = str({**notification, "tag": "", "data": notification["data"]["path"]}).lower()
        assert [word for word in words if word in shown] == []
        assert set(notification["data"]) == {"receipt", "path"}
    assert len({push.headers["topic"] for push in sink.received}) == 8
    assert len({len(push.headers["topic"]) for push in sink.received}) == 1


def test_the_row_is_there_before_the_attempt(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    due: Who,
    phone: SinkPhone,
    agree: Subscribes,
) -> None:
    agree(due, phone)
    seen: list[str] = []
    other = Database(database.url)

    def look() -> None:
        with other.reading() as session:
            seen.extend(session.scalars(sa.select(Delivery.outcome)))

    Worker(database, push_settings, Recording(look), lambda: NOW).run_once()
    other.dispose()
    assert seen == ["trying"]


def test_racing_workers_send_each_reminder_once(
    database: Database, clinic: SmallClinic, push_settings: Settings, sink: PushSink, agree: Subscribes
) -> None:
    """Each worker has its own engine, as another process would."""
    count = 10
    for _ in range(count):
        who = clinic.patient()
        clinic.visit(who, NOW + 2 * 60 * MINUTE)
        agree(who, sink.phone())
    start, channel = threading.Barrier(3), Recording()

    def work() -> None:
        mine = Database(database.url)
        start.wait()
        Worker(mine, push_settings, channel, lambda: NOW).run_once()
        mine.dispose()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    Worker(database, push_settings, channel, lambda: NOW).run_once()
    assert len(channel.topics) == len(set(channel.topics)) == count
    assert {row.state for row in clinic.reminders()} == {"sent"}
    assert len(clinic.deliveries()) == count


def test_a_worker_that_dies_in_between_loses_nothing(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    due: Who,
    agree: Subscribes,
) -> None:
    """Sent, and dead before it could be written down: sent again, under the same topic."""
    agree(due, sink.phone())

    def die() -> None:
        raise KeyboardInterrupt

    dying = Recording(die)
    with pytest.raises(KeyboardInterrupt):
        Worker(database, push_settings, dying, lambda: NOW).run_once()
    assert clinic.reminder().state == "claimed"
    assert work_once(database, push_settings, NOW + MINUTE) == 0
    assert work_once(database, push_settings, NOW + 4 * MINUTE) == 1
    assert [push.headers["topic"] for push in sink.received] == dying.topics
    assert sorted(row.outcome for row in clinic.deliveries()) == ["accepted", "trying"]


def test_gone_ends_the_subscription_and_the_clinic_calls(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    due: Who,
    agree: Subscribes,
) -> None:
    agree(due, sink.phone())
    sink.answers.append((410, {}))
    work_once(database, push_settings, NOW)
    assert [phone.ended_at for phone in clinic.phones()] == [NOW]
    assert [row.outcome for row in clinic.deliveries()] == ["gone"]
    assert clinic.reminder().state == "call_list"


def test_a_service_in_trouble_is_asked_again(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    due: Who,
    agree: Subscribes,
) -> None:
    agree(due, sink.phone())
    sink.answers += [(503, {}), (429, {"Retry-After": "600"})]
    assert work_once(database, push_settings, NOW) == 1
    assert clinic.reminder().state == "due"
    assert work_once(database, push_settings, NOW + MINUTE - timedelta(seconds=1)) == 0
    assert work_once(database, push_settings, NOW + MINUTE) == 1
    assert work_once(database, push_settings, NOW + 10 * MINUTE) == 0
    assert work_once(database, push_settings, NOW + 11 * MINUTE) == 1
    assert [row.outcome for row in clinic.deliveries()] == ["failed", "failed", "accepted"]
    assert clinic.reminder().state == "sent"
    assert len(sink.received) == 1


def test_a_service_that_stays_in_trouble_means_a_call(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    due: Who,
    agree: Subscribes,
) -> None:
    agree(due, sink.phone())
    sink.answers += [(500, {})] * 20
    now = NOW
    for _ in range(20):
        work_once(database, push_settings, now)
        now += 5 * MINUTE
    assert clinic.reminder().state == "call_list"
    assert 2 <= len(clinic.deliveries()) <= MOST_ATTEMPTS


def test_one_phone_of_two_is_enough(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    due: Who,
    agree: Subscribes,
) -> None:
    agree(due, sink.phone())
    agree(replace(due, patient_id=clinic.id), sink.phone())
    sink.answers.append((500, {}))
    work_once(database, push_settings, NOW)
    assert sorted(row.outcome for row in clinic.deliveries()) == ["accepted", "failed"]
    assert clinic.reminder().state == "sent"


def test_without_a_phone_or_with_push_off_the_clinic_calls(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    due: Who,
    agree: Subscribes,
) -> None:
    work_once(database, push_settings, NOW)
    other = clinic.patient()
    clinic.visit(other, NOW + 2 * 60 * MINUTE)
    agree(other, sink.phone())
    work_once(database, replace(push_settings, vapid_contact=None), NOW)
    assert [row.state for row in clinic.reminders()] == ["call_list", "call_list"]
    assert (sink.received, clinic.deliveries()) == ([], [])


def test_a_visit_cancelled_between_claim_and_sending_is_not_promised(
    database: Database, clinic: SmallClinic, push_settings: Settings, sink: PushSink, agree: Subscribes
) -> None:
    who = clinic.patient()
    visit_id = clinic.visit(who, NOW + 2 * 60 * MINUTE)
    agree(who, sink.phone())
    sink.answers.append((503, {}))
    work_once(database, push_settings, NOW)
    clinic.change(Visit, visit_id, state="cancelled")
    work_once(database, push_settings, NOW + MINUTE)
    assert clinic.reminder().state == "missed"
    assert sink.received == []


def test_too_late_is_not_sent(
    database: Database,
    clinic: SmallClinic,
    push_settings: Settings,
    sink: PushSink,
    due: Who,
    agree: Subscribes,
) -> None:
    agree(due, sink.phone())
    work_once(database, push_settings, NOW + 2 * 60 * MINUTE)
    assert clinic.reminder().state == "missed"
    assert sink.received == []
