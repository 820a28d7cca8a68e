"""A code by e-mail: the same answer for everybody, one letter, and nothing in it for who looks on."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.channels.email import EmailChannel
from app.config import Settings, load_settings
from app.db import Database
from app.jobs.postman import Postman
from app.models import Person, ResetLetter
from tests.factories import PASSPHRASE, Factory, Member, visitor
from tests.mail_sink import MailSink

NEW = "quite other words for june"


@pytest.fixture
def sink() -> Iterator[MailSink]:
    sink = MailSink()
    yield sink
    sink.close()


@pytest.fixture
def mailing(settings: Settings, sink: MailSink, tmp_path: Path) -> Settings:
    """The settings of a clinic with a mail server."""
    mail = load_settings(
        {
            "BETWEEN_INSTANCE": str(tmp_path),
            "BETWEEN_SMTP_HOST": "127.0.0.1",
            "BETWEEN_SMTP_PORT": str(sink.port),
            "BETWEEN_SMTP_FROM": "between@clinic.example.com",
            "BETWEEN_SMTP_SECURITY": "none",
        }
    ).mail
    return replace(settings, mail=mail)


@pytest.fixture
def mailed(mailing: Settings) -> Iterator[Flask]:
    app = create_app(mailing)
    app.testing = True
    yield app
    app.extensions["between"].database.dispose()


def ask(app: Flask, email: str) -> str:
    page = visitor(app).post("/sign-in/forgotten", data={"email": email})
    assert page.status_code == 200
    return re.sub(r'<p class="words".*?</p>', "", page.text).replace(email, "")


def deliver(database: Database, settings: Settings, now: datetime | None = None) -> int:
    moment = now or datetime.now(UTC)
    return Postman(database, settings, EmailChannel(settings), lambda: moment).run_once()


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(sa.select(ResetLetter.state)))


def test_one_letter_opens_the_way_once(
    mailed: Flask, mailing: Settings, database: Database, make: Factory, sink: MailSink
) -> None:
    june: Member = make.patient(make.clinician(make.clinic()))
    assert ask(mailed, june.email.upper()).lower() == ask(mailed, "nobody@example.com").lower().replace(
        "nobody@example.com", ""
    )
    assert deliver(database, mailing) == 1
    assert (states(database), len(sink.received)) == (["off", "sent"], 1)
    letter = sink.received[0]
    text = letter.get_content()
    code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", text)[0]
    assert code not in str(letter["Subject"])
    assert code.replace("-", "") not in " ".join(re.findall(r"https?://\S+", text))
    assert not re.search(r"clinic(?!\.example)|patient|treat|june|score", f"{letter['Subject']} {text}", re.I)
    form = {"code": code, "passphrase": NEW}
    assert visitor(mailed).post("/sign-in/code", data=form).status_code == 303
    assert visitor(mailed).post("/sign-in/code", data=form).status_code == 422
    old = {"email": june.email, "passphrase": PASSPHRASE}
    assert visitor(mailed).post("/sign-in", data=old).status_code == 422


def test_a_mailbox_alone_opens_nothing_of_the_staff(
    mailed: Flask, mailing: Settings, database: Database, make: Factory, sink: MailSink
) -> None:
    lead = make.clinician(make.clinic())
    ask(mailed, lead.email)
    deliver(database, mailing)
    assert (states(database), sink.received) == (["off"], [])
    with database.writing() as session:
        session.get_one(Person, lead.person_id).second_factor_at = make.now - timedelta(days=1)
    ask(mailed, lead.email)
    deliver(database, mailing)
    code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", sink.received[0].get_content())[0]
    came = visitor(mailed)
    assert came.post("/sign-in/code", data={"code": code, "passphrase": NEW}).status_code == 303
    assert came.get("/clinic").headers["Location"].startswith("/account/second-step")


def test_a_server_that_is_busy_is_asked_again_and_a_mailbox_only_so_often(
    mailed: Flask, mailing: Settings, database: Database, make: Factory, sink: MailSink
) -> None:
    june = make.patient(make.clinician(make.clinic()))
    sink.answers.append("451 later")
    ask(mailed, june.email)
    assert deliver(database, mailing) == 1
    assert (states(database), sink.received) == (["due"], [])
    assert deliver(database, mailing, datetime.now(UTC) + timedelta(minutes=3)) == 1
    assert (states(database), len(sink.received)) == (["sent"], 1)
    for _ in range(2):
        ask(mailed, june.email)
    assert visitor(mailed).post("/sign-in/forgotten", data={"email": june.email}).status_code == 429
