"""The repair list: what could not be read is looked at, read again, or dismissed in words, and never lost."""

import re
import threading
import uuid
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.jobs import Housekeeping
from app.models import (
    Alert,
    AlertAnswer,
    AuditRow,
    CheckIn,
    Dismissal,
    Envelope,
    InstrumentScore,
    Note,
    Throttle,
)
from app.pages.payload_presenter import MOST_CHARACTERS, MOST_LINES, present_payload
from app.reading import reading_with
from app.schemas import envelope as schema
from app.services.throttle import count_try
from tests.envelope import SealTo, seal
from tests.factories import seal_for, signed_in
from tests.opened import read_opened
from tests.pages.conftest import Desk, words

LATER = "between/envelope/2"
COUNTED = (CheckIn, InstrumentScore, Note, Alert, AlertAnswer)


def post_later(desk: Desk, **said: object) -> uuid.UUID:
    """One item of a version that nobody here knows; returns its envelope's id."""
    desk.post_item(desk.june, seal_for(desk.app, desk.june, format=LATER, **said))
    return newest(desk)


def newest(desk: Desk) -> uuid.UUID:
    with desk.database.reading() as session:
        found = session.scalars(sa.select(Envelope.id).order_by(Envelope.arrived_at.desc())).first()
    assert found is not None
    return found


def path(envelope: uuid.UUID, rest: str = "") -> str:
    return f"/clinic/repairs/{envelope}{rest}"


def counts(desk: Desk) -> list[int]:
    with desk.database.reading() as session:
        return [session.scalar(sa.select(sa.func.count()).select_from(one)) or 0 for one in COUNTED]


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Calling `upgrade.setattr(schema, "FORMAT", LATER)` is the version that knows it."""
    return monkeypatch


def test_a_look_shows_what_it_says_as_text_and_is_written_down(desk: Desk) -> None:
    note = {"executive": {"text": "<script>alert(1)</script> I slept"}, "hedonic": {"text": "a\u202eb"}}
    envelope = post_later(desk, note=note)
    page = desk.browser().get(path(envelope))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; I slept" in page.text
    assert "<script>alert" not in page.text
    assert "a\ufffdb" in page.text
    assert "note › executive › text" in words(page)
    with desk.database.reading() as session:
        rows = session.execute(
            sa.select(AuditRow.actor_id, AuditRow.subject_id).where(AuditRow.action == "repair.read")
        ).all()
    assert rows == [(desk.lead.person_id, envelope)]


def test_what_does_not_open_says_so(desk: Desk) -> None:
    sealed = seal_for(desk.app, desk.june)
    desk.post_item(desk.june, {**sealed, "sealed": sealed["sealed"][:-6] + "AAAAAA"})
    page = words(desk.browser().get(path(newest(desk))))
    assert "It cannot be opened here" in page
    assert "Please ask June Kowalski." in page


def test_read_again_after_an_upgrade_is_as_if_read_at_once(desk: Desk, upgrade: pytest.MonkeyPatch) -> None:
    envelope = post_later(desk, item9=2)
    browser = desk.browser()
    still = browser.post(path(envelope, "/reread"), follow_redirects=True)
    assert "still cannot be understood" in words(still)
    assert counts(desk) == [0] * 5
    upgrade.setattr(schema, "FORMAT", LATER)
    page = browser.post(path(envelope, "/reread"), follow_redirects=True)
    assert "counts from the moment it arrived" in words(page)
    assert counts(desk) == [1, 2, 2, 1, 1]
    with desk.database.reading() as session:
        kept = session.scalars(sa.select(Envelope)).one()
        check_in = session.scalars(sa.select(CheckIn)).one()
        alert = session.scalars(sa.select(Alert)).one()
        actions = list(session.scalars(sa.select(AuditRow.action).where(AuditRow.subject_id == envelope)))
    assert (kept.repair, check_in.id, check_in.arrived_at) == ("", envelope, kept.arrived_at)
    assert (alert.opened_at, alert.reason) == (kept.arrived_at, "first")
    assert [one for one in actions if one.startswith("check_in.")][:2] == [
        "check_in.stored",
        "check_in.reread",
    ]
    assert "Everything that arrived could be read." in words(browser.get("/clinic/repairs"))
    assert browser.get(path(envelope)).status_code == 303


def test_racing_rereads_make_one(desk: Desk, upgrade: pytest.MonkeyPatch) -> None:
    envelope = post_later(desk, item9=3)
    upgrade.setattr(schema, "FORMAT", LATER)
    browsers, told = [desk.browser() for _ in range(8)], []
    start = threading.Barrier(len(browsers))

    def read(browser: FlaskClient) -> None:
        start.wait()
        told.append(browser.post(path(envelope, "/reread")).headers["Location"].rpartition("=")[2])

    threads = [threading.Thread(target=read, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["read-before"] * 7 + ["read-now"]
    assert counts(desk) == [1, 2, 2, 1, 1]


def test_what_the_database_refuses_stays_on_the_list(desk: Desk, upgrade: pytest.MonkeyPatch) -> None:
    desk.post_item(desk.june, seal_for(desk.app, desk.june, kind="of a later version"))
    kind = dict(schema.ENVELOPE)["kind"]
    upgrade.setattr(kind, "known", ("full", "of a later version"))
    page = desk.browser().post(path(newest(desk), "/reread"), follow_redirects=True)
    assert "still cannot be understood" in words(page)
    assert counts(desk) == [0] * 5


def test_a_second_version_read_late_stands_beside_the_first(desk: Desk, upgrade: pytest.MonkeyPatch) -> None:
    item = desk.send(phq9=[0] * 9)
    desk.post_item(desk.june, seal_for(desk.app, desk.june, item, format=LATER))
    upgrade.setattr(schema, "FORMAT", LATER)
    desk.browser().post(path(newest(desk), "/reread"))
    with desk.database.reading() as session:
        assert sorted(session.scalars(sa.select(CheckIn.is_conflict))) == [False, True]


def test_a_form_that_could_not_be_read_is_read_again(desk: Desk, upgrade: pytest.MonkeyPatch) -> None:
    browser = signed_in(desk.app, desk.june)
    upgrade.setattr(schema, "VERSIONS", {"phq9": ("9",), "gad7": ("9",)})
    browser.post("/check-in/en", data={"id": str(uuid.uuid4()), "phq9-1": "2", "phq9-9": "1"})
    envelope = newest(desk)
    assert "phq9" in words(desk.browser().get(path(envelope)))
    upgrade.undo()
    desk.browser().post(path(envelope, "/reread"))
    with desk.database.reading() as session:
        check_in = session.scalars(sa.select(CheckIn)).one()
        assert session.scalars(sa.select(Alert)).one().opened_at == check_in.arrived_at
    assert (check_in.app_version, check_in.answered_at) == ("form", check_in.arrived_at)


def test_dismissed_in_words_kept_and_put_back(desk: Desk) -> None:
    envelope, browser = post_later(desk), desk.browser()
    refused = browser.post(path(envelope, "/dismiss"), data={"words": "  "})
    assert refused.status_code == 422
    assert "A few words are needed" in words(refused)
    done = browser.post(path(envelope, "/dismiss"), data={"words": "Spoke by phone."}, follow_redirects=True)
    assert "Dismissed by Dr. Lindqvist, today" in words(done)
    assert browser.post(path(envelope, "/dismiss"), data={"words": "again"}).status_code == 409
    shown = words(browser.get("/clinic/repairs"))
    assert "1 dismissed" in shown
    assert "Spoke by phone." in shown
    back = browser.post(path(envelope, "/restore"), follow_redirects=True)
    assert "It is back on the list." in words(back)
    assert browser.post(path(envelope, "/restore")).status_code == 409
    assert "dismissed" not in words(browser.get("/clinic/repairs"))
    with desk.database.reading() as session:
        (row,) = read_opened(session, Dismissal)
        actions = set(session.scalars(sa.select(AuditRow.action)))
    assert (row.words, row.dismissed_by, row.undone_by) == (
        "Spoke by phone.",
        desk.lead.membership_id,
        desk.lead.membership_id,
    )
    assert {"repair.dismissed", "repair.restored"} <= actions


def test_what_was_read_cannot_be_dismissed(desk: Desk) -> None:
    desk.send(phq9=[0] * 9)
    response = desk.browser().post(path(newest(desk), "/dismiss"), data={"words": "no"})
    assert response.status_code == 409


def test_the_command_and_the_first_tick_read_all_again(desk: Desk, upgrade: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        post_later(desk)
    run = desk.app.test_cli_runner()
    assert "0 read now, 3 still" in run.invoke(args=["repairs", "reread"]).output
    upgrade.setattr(schema, "FORMAT", LATER)
    assert "3 read now, 0 still" in run.invoke(args=["repairs", "reread"]).output
    assert "0 read now, 0 still" in run.invoke(args=["repairs", "reread"]).output
    upgrade.undo()
    post_later(desk)
    upgrade.setattr(schema, "FORMAT", LATER)
    now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    with desk.database.writing() as session:
        session.execute(sa.delete(Throttle))
        count_try(session, "an old window", datetime(2026, 11, 21, 11, 0, tzinfo=UTC))
        count_try(session, "this window", now)
    keyring = desk.app.extensions["between"].keyring
    Housekeeping(desk.database, reading_with(keyring), lambda: now).run()
    assert counts(desk)[0] == 4
    with desk.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Throttle)) == 1


@pytest.mark.parametrize(
    "plain",
    [b"", b"\xff\xfe\x00", b"[" * 900 + b"]" * 900, b'{"a":' * 200 + b"1" + b"}" * 200, b"7", b'"x"'],
)
def test_no_payload_whatsoever_breaks_the_look(desk: Desk, plain: bytes) -> None:
    item = uuid.uuid4()
    to = SealTo(**desk.app.extensions["between"].keyring.public()[0])
    sealed = seal(plain, to, desk.june.person_id, item)
    desk.post_item(
        desk.june, {"id": str(item), "patient": str(desk.june.patient), "key": to.id, "sealed": sealed}
    )
    assert desk.browser().get(path(newest(desk))).status_code == 200


def test_a_long_payload_is_cut_and_says_so() -> None:
    many = present_payload(b"{" + b",".join(b'"%d": 1' % n for n in range(500)) + b"}")
    assert (len(many.lines), many.is_cut) == (MOST_LINES, True)
    long = present_payload(b'"' + b"x" * 30_000 + b'"')
    assert (len(long.lines[0][1]), long.is_cut) == (MOST_CHARACTERS, True)
    assert not re.search("[\x00\u202e]", present_payload(b'{"a\\u0000": "\\u202e"}').lines[0][1])
