"""From a due step to a phone and a mailbox: with a push service that decrypts and a real mail server."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.channels.email import EmailChannel, Letter
from app.channels.errors import ChannelError
from app.channels.push import PushChannel
from app.channels.vapid import load_vapid
from app.config import MailSettings, Settings
from app.db import Database
from app.jobs import start_jobs, work_once
from app.jobs.escalator import Escalator
from app.models import AlertNotice, AlertStep, Person
from app.services import notices
from app.services.delivery import record_receipt
from app.services.subscriptions import live_subscriptions, subscribe
from tests.mail_sink import MailSink
from tests.push_sink import PushSink, SinkPhone
from tests.ward import MINUTE, Ward


@pytest.fixture
def mail() -> Iterator[MailSink]:
    mail = MailSink()
    yield mail
    mail.close()


@pytest.fixture
def both(push_settings: Settings, mail: MailSink) -> Settings:
    """An operator who set up push and e-mail."""
    return replace(
        push_settings, mail=MailSettings("127.0.0.1", mail.port, "none", "between@clinic.example", "", "")
    )


@pytest.fixture
def ward(database: Database, both: Settings) -> Iterator[Ward]:
    ward = Ward(database, both)
    channel = PushChannel(both, load_vapid(both.instance))
    ward.push, ward.mail = channel, EmailChannel(both)  # type: ignore[assignment]
    ward.hire("mensah")
    yield ward
    channel.close()


def subscribe_staff(ward: Ward, name: str, phone: SinkPhone) -> None:
    member = ward.staff[name]
    with ward.database.writing() as session:
        subscribe(
            session,
            person_id=member.person_id,
            install_id=member.membership_id,
            endpoint=phone.endpoint,
            p256dh=phone.p256dh,
            auth=phone.auth,
            now=ward.now,
            settings=ward.settings,
        )


def rows(ward: Ward, channel: str) -> list[AlertNotice]:
    with ward.database.reading() as session:
        return list(
            session.scalars(
                sa.select(AlertNotice)
                .where(AlertNotice.channel == channel)
                .order_by(AlertNotice.attempted_at, AlertNotice.id)
            )
        )


def test_the_whole_way(ward: Ward, sink: PushSink, mail: MailSink, phone: SinkPhone) -> None:
    subscribe_staff(ward, "lindqvist", phone)
    ward.answer(2, note="I want to die")
    assert ward.work() == 1
    assert sink.refused == []
    (push,), (message,) = sink.received, mail.received
    alert, url = ward.alert(), ward.settings.public_url
    payload = push.payload
    token = payload["notification"]["data"].pop("receipt")
    assert payload["notification"] == {
        "title": "Between",
        "body": "Between has something for you that should not wait.",
        "lang": "en",
        "dir": "ltr",
        "tag": push.headers["topic"],
        "navigate": f"{url}/clinic/alerts/{alert.id}",
        "silent": False,
        "data": {"path": f"/clinic/alerts/{alert.id}"},
    }
    assert push.headers["urgency"] == "high"
    assert mail.recipients == [[ward.staff["lindqvist"].email]]
    assert message["Subject"] == "Between has something for you that should not wait."
    assert f"{url}/clinic/alerts/{alert.id}" in message.get_content()
    assert ward.steps()[0] == ("owner", "told")
    assert [(one.outcome, one.status) for one in (*rows(ward, "push"), *rows(ward, "email"))] == [
        ("accepted", 201),
        ("accepted", 250),
    ]
    with ward.database.writing() as session:
        assert record_receipt(session, token, "opened", ward.now)
    assert rows(ward, "push")[0].opened_at == ward.now


def test_nothing_sent_says_what_it_is_about(ward: Ward, sink: PushSink, mail: MailSink) -> None:
    subscribe_staff(ward, "lindqvist", sink.phone(load_vapid(ward.settings.instance).public_b64url))
    subscribe_staff(ward, "mensah", sink.phone(load_vapid(ward.settings.instance).public_b64url))
    with ward.database.writing() as session:
        session.get_one(Person, ward.staff["mensah"].person_id).language = "es"
    ward.answer(3, note="I want to die")
    ward.after(hours=2)
    ward.work()
    said = [str({**push.payload["notification"], "tag": "", "data": ""}) for push in sink.received]
    said += [message.as_string().partition("To:")[0] + message.get_content() for message in mail.received]
    said += [str(message["Subject"]) for message in mail.received]
    assert len(said) == 5 + 2 * 5
    words = {
        "june",
        "kowalski",
        "alert ",
        "answer ",
        "item",
        "phq",
        "suicid",
        "die",
        "risk",
        "patient",
        "paciente",
    }
    words |= {"harbor", "clínica", "clinician", "urgent", "emergency", "crisis", "morir", "respuesta"}
    assert {word for word in words for text in said if word in text.lower()} <= {"answer "}
    assert any("no debería esperar" in text for text in said)


def test_what_fails_for_the_moment_is_tried_again_alone(
    ward: Ward, sink: PushSink, mail: MailSink, phone: SinkPhone
) -> None:
    subscribe_staff(ward, "lindqvist", phone)
    mail.answers += ["451 later", "451 later"]
    ward.answer(1)
    ward.work()
    assert ward.steps()[0] == ("owner", "due")
    assert ward.work() == 0, "not before its time"
    ward.after(minutes=1)
    ward.work()
    ward.after(minutes=2)
    ward.work()
    assert [one.outcome for one in rows(ward, "email")] == ["failed", "failed", "accepted"]
    assert (len(sink.received), len(mail.received)) == (1, 1)
    assert len({one.get("Message-ID") for one in mail.received}) == 1
    assert ward.steps()[0] == ("owner", "told")
    assert len(rows(ward, "desk")) == 1


def test_what_fails_for_ever_is_said_and_holds_nothing_up(
    ward: Ward, sink: PushSink, mail: MailSink, phone: SinkPhone
) -> None:
    subscribe_staff(ward, "lindqvist", phone)
    sink.answers.append((410, {}))
    mail.answers.append("RCPT 550 no such mailbox")
    ward.answer(1)
    ward.work()
    assert ward.steps()[0] == ("owner", "desk_only")
    with ward.database.reading() as session:
        assert live_subscriptions(session, ward.staff["lindqvist"].person_id) == []
    ward.after(minutes=60)
    ward.work()
    assert ward.steps()[2] == ("next", "told")


def test_a_mail_server_that_stays_away_ends_at_last(ward: Ward, mail: MailSink) -> None:
    mail.answers += ["451 later"] * notices.MOST_ATTEMPTS
    ward.answer(1)
    for _ in range(40):
        ward.work()
        ward.after(seconds=40)
    assert ward.steps()[0] == ("owner", "desk_only")
    assert len(rows(ward, "email")) == notices.MOST_ATTEMPTS


def test_the_row_is_there_before_the_attempt(ward: Ward) -> None:
    seen: list[list[str]] = []

    class Looking:
        is_on = True

        def send(self, letter: Letter) -> int:
            seen.append([one.outcome for one in rows(ward, "email")])
            return 250

    ward.mail = Looking()  # type: ignore[assignment]
    ward.answer(1)
    ward.work()
    assert seen == [["trying"]]


def test_a_worker_that_dies_is_taken_over_when_its_lease_ends(ward: Ward) -> None:
    class Dying:
        is_on = True

        def send(self, letter: Letter) -> int:
            raise KeyboardInterrupt

    mail, ward.mail = ward.mail, Dying()  # type: ignore[assignment]
    ward.answer(1)
    with pytest.raises(KeyboardInterrupt):
        ward.work()
    ward.mail = mail
    assert ward.work() == 0
    ward.after(minutes=5)
    assert ward.work() == 1
    assert ward.steps()[0] == ("owner", "told")


def test_reached_while_it_was_being_sent(ward: Ward) -> None:
    class Slow:
        is_on = True

        def send(self, letter: Letter) -> int:
            ward.attempt()
            raise ChannelError(permanent=False)

    ward.mail = Slow()  # type: ignore[assignment]
    ward.answer(1)
    ward.work()
    ward.after(hours=3)
    assert ward.work() == 0
    assert {state for _who, state in ward.steps()} == {"off"}


def test_many_workers_never_send_a_step_twice(ward: Ward) -> None:
    sent: list[str] = []
    together = threading.Barrier(6)

    class Counting:
        is_on = True

        def send(self, letter: Letter) -> int:
            sent.append(letter.name)
            return 250

    class Nothing:
        is_on = False

        def send(self, *_: object) -> int:
            raise AssertionError

    ward.answer(1)
    ward.after(hours=2)

    def work() -> None:
        together.wait()
        Escalator(ward.database, ward.settings, Nothing(), Counting(), lambda: ward.now).run_once()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Owner, owner, a colleague, everybody: two.
    assert len(sent) == len(set(sent)) == 5
    with ward.database.reading() as session:
        assert set(session.execute(sa.select(AlertStep.state, AlertStep.attempts))) == {("told", 1)}


def test_one_step_that_cannot_be_taken_stops_no_other(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.jobs import escalator

    real = escalator.prepare_step

    def broken(session: object, held: object, *rest: object) -> object:
        if held.step == 0:  # type: ignore[attr-defined]
            raise ValueError("broken")
        return real(session, held, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(escalator, "prepare_step", broken)
    ward.answer(1)
    ward.after(minutes=30)
    assert ward.work() == 2
    assert ward.steps()[1] == ("owner", "told")


def test_the_command_and_the_server_do_it(ward: Ward, mail: MailSink) -> None:
    ward.answer(1)
    assert work_once(ward.database, ward.settings, ward.now) == 1
    assert len(mail.received) == 1
    with ward.database.writing() as session:
        session.execute(sa.update(AlertStep).values(due_at=datetime.now(UTC) - MINUTE))
    jobs = start_jobs(ward.database, ward.settings, lambda: None)
    patience = time.monotonic() + 30
    while len(mail.received) < 5 and time.monotonic() < patience:
        time.sleep(0.05)
    jobs.stop()
    # The owner once more, a colleague, and both of them.
    assert len(mail.received) == 5
