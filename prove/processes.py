"""Two web processes and two workers on one PostgreSQL; one of each is killed while all are busy.

The push service holds its answers until both workers have all hands full, so the worker dies while what it
sent is on its way: the worst moment there is. What was in its hands may come a second time, under the same
Topic, which replaces the first on the phone. Nothing else may.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.channels.vapid import load_vapid
from app.config import Settings, load_settings
from app.db import Database
from app.jobs import work_once
from app.jobs.worker import SENDERS
from app.models import Reminder
from app.services.delivery import topic_of
from app.services.subscriptions import subscribe
from prove.ledger import HELD, find_missing
from prove.phones import Phone, gather, sending
from prove.quick_server import QuickServer
from tests.browser.server import REPOSITORY
from tests.handset import make_handsets
from tests.push_sink import PushSink
from tests.small_clinic import SmallClinic

PHONES = 4
PATIENCE_SECONDS = 60.0


class HeldSink(PushSink):
    """A push service that answers nobody until it is told to."""

    def __post_init__(self) -> None:
        self.may_answer = threading.Event()
        self.holds = threading.Semaphore(0)
        super().__post_init__()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        self.holds.release()
        self.may_answer.wait(PATIENCE_SECONDS)
        return super().answer(path, headers, body)


@dataclass
class Outcome:
    """What was counted. `again`: reminders that were in a killed worker's hands, and came twice."""

    acknowledged: int = 0
    reminders: int = 0
    again: int = 0
    faults: list[str] = field(default_factory=list)

    def absorb(self, other: "Outcome") -> None:
        """Another run's."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def settings_for(sink: PushSink) -> dict[str, str]:
    """What web processes and workers are told beside the database."""
    return {
        "BETWEEN_DEMO": "0",
        "BETWEEN_WORKER": "0",
        "BETWEEN_VAPID_CONTACT": sink.contact,
        "BETWEEN_PUSH_ORIGINS": sink.origin,
    }


def prove_processes(server: QuickServer, sink: HeldSink, *, reminders: int, seed: int) -> Outcome:
    """`server` is told `settings_for(sink)` and has a PostgreSQL database."""
    server.open()
    settings = load_settings(server.environment())
    database = Database(server.database_url)
    phones = [
        Phone(one, server.port, random.Random(f"{seed}/{number}"))
        for number, one in enumerate(make_handsets(database, PHONES))
    ]
    _make_due(database, settings, sink, reminders)
    try:
        server.fork()
        beside = server.fork_beside()
        for phone in phones[::2]:
            phone.port = beside
        with sending(phones), _working(server, 2) as workers:
            _wait(lambda: _claimed(database) == 2 * SENDERS, "both workers have their hands full")
            # What is only claimed has not left its worker yet.
            for _ in range(2 * SENDERS):
                assert sink.holds.acquire(timeout=PATIENCE_SECONDS), "their pushes are on their way"
            workers[0].send_signal(signal.SIGKILL)
            server.kill_last()
            # What a proxy does when one of those behind it is gone.
            for phone in phones:
                phone.port = server.port
            sink.may_answer.set()
            _wait(lambda: _states(database)["due"] == 0, "the other worker sends the rest")
            _wait(lambda: _claimed(database) <= SENDERS, "it has put down what it had")
        server.kill()
        work_once(database, settings, datetime.now(UTC) + timedelta(minutes=4))
        return _count(database, phones, sink)
    finally:
        sink.may_answer.set()
        database.dispose()
        server.shut()


@contextmanager
def _working(server: QuickServer, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    command = [sys.executable, "-m", "flask", "--app", "app", "work", "--forever"]
    with server.log.open("ab") as log:
        workers = [
            subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env=server.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            for _ in range(count)
        ]
    try:
        yield workers
    finally:
        for worker in workers:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def _make_due(database: Database, settings: Settings, sink: PushSink, count: int) -> None:
    """Patients with a visit in two hours, whose reminder was due yesterday, each with a phone."""
    now = datetime.now(UTC)
    clinic = SmallClinic(database, now - timedelta(days=90), "UTC")
    key = load_vapid(settings.instance).public_b64url
    for _ in range(count):
        who, phone = clinic.patient(), sink.phone(key)
        clinic.visit(who, now + timedelta(hours=2))
        with database.writing() as session:
            subscribe(
                session,
                person_id=who.person_id,
                install_id=who.patient_id,
                endpoint=phone.endpoint,
                p256dh=phone.p256dh,
                auth=phone.auth,
                now=now,
                settings=settings,
            )


def _states(database: Database) -> Counter[str]:
    with database.reading() as session:
        return Counter(session.scalars(sa.select(Reminder.state)))


def _claimed(database: Database) -> int:
    return _states(database)["claimed"]


def _wait(reached: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        if time.monotonic() > until:
            raise TimeoutError(f"Not within {PATIENCE_SECONDS:.0f} s: {what}")
        time.sleep(0.02)


def _count(database: Database, phones: list[Phone], sink: PushSink) -> Outcome:
    ledger = gather(phones)
    with database.reading() as session:
        rows = session.execute(HELD).all()
        reminders = session.scalars(sa.select(Reminder)).all()
    pushes = Counter(push.headers["topic"] for push in sink.received)
    outcome = Outcome(len(ledger.told), len(reminders))
    outcome.faults += [*ledger.strange, *sink.refused, *find_missing(rows, ledger, ledger.told)]
    for one in reminders:
        came = pushes[topic_of(one.id)]
        outcome.again += came == 2
        if one.state != "sent" or came == 0:
            outcome.faults.append(f"reminder {one.id}: {one.state}, came {came} times")
        if came > one.attempts:
            outcome.faults.append(f"reminder {one.id}: came {came} times, taken {one.attempts} times")
    if outcome.again > SENDERS:
        outcome.faults.append(
            f"{outcome.again} reminders came twice; the killed worker had {SENDERS} in hand"
        )
    return outcome
