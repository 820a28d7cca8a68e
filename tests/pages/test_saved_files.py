"""What a phone could not send is handed in as a file: once, by whoever looks after that patient."""

import base64
import io
import json
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from app.models import Alert, AuditRow, Envelope
from tests.factories import Member, seal_for
from tests.pages.conftest import Desk, words

POSITIVE: list[int | None] = [1, 1, 1, 1, 1, 1, 1, 1, 2]
PHQ9 = {"phq9": {"version": "1", "answers": POSITIVE, "languages": ["en"] * 9}}


def saved(desk: Desk, member: Member, **said: Any) -> dict[str, Any]:
    """As parts/waiting.js writes an item of the outbox."""
    item = uuid.uuid4()
    sent = seal_for(desk.app, member, item, **said)
    sealed = base64.urlsafe_b64decode(sent["sealed"] + "=" * (-len(sent["sealed"]) % 4))
    return {
        **sent,
        "person": str(member.person_id),
        "sealed": base64.b64encode(sealed).decode(),
        "kind": "full",
        "receipt": {"status": "rejected", "code": "wrong_owner"},
    }


def hand_over(desk: Desk, member: Member, content: bytes) -> TestResponse:
    data = {"file": (io.BytesIO(content), "between-needs-attention.json")}
    return desk.browser(member).post("/clinic/repairs/file", data=data)


def file_of(*items: dict[str, Any]) -> bytes:
    return json.dumps({"format": "between/attention/1", "about": "…", "items": items}).encode()


def count(desk: Desk, table: type) -> int:
    with desk.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_it_stands_with_what_was_sent_and_says_who_took_it_in(desk: Desk) -> None:
    content = file_of(saved(desk, desk.june, instruments=PHQ9))
    shown = words(hand_over(desk, desk.lead, content))
    assert "June Kowalski: it is taken in and stands with what the patient sent." in shown
    assert "June Kowalski: this was here already." in words(hand_over(desk, desk.lead, content))
    with desk.database.reading() as session:
        kept = session.scalars(sa.select(Envelope)).one()
        assert (kept.source, kept.entered_by, kept.repair) == ("phone", desk.lead.membership_id, "")
        assert session.scalars(sa.select(Alert.state)).all() == ["opened"]
        rows = session.scalars(sa.select(AuditRow).where(AuditRow.subject_id == kept.id)).all()
        assert {row.actor_id for row in rows} == {desk.lead.person_id}
    page = words(desk.browser().get(desk.path(rest=f"/check-ins/{kept.id}")))
    assert "from a file of the phone, taken in by Dr. Lindqvist" in page


def test_somebody_elses_patient_is_found_by_nobody(desk: Desk) -> None:
    osei = desk.make.clinician(desk.lead.clinic_id, "Dr. Osei")
    far = desk.make.patient(desk.make.clinician(desk.make.clinic()), "Away Far")
    content = file_of(saved(desk, desk.june), saved(desk, far))
    shown = words(hand_over(desk, osei, content))
    assert shown.count("This is of nobody whom you look after here. Nothing of it was taken in.") == 2
    assert "June" not in shown
    assert count(desk, Envelope) == 0
    assert "June Kowalski: it is taken in" in words(hand_over(desk, desk.lead, content))
    assert count(desk, Envelope) == 1


def test_a_seal_that_does_not_open_is_kept_on_the_list(desk: Desk) -> None:
    item = saved(desk, desk.june)
    # Sealed by one person, and said to be another's.
    item["person"] = str(desk.lead.person_id)
    shown = words(hand_over(desk, desk.lead, file_of(item)))
    assert "it is kept and stands on this list, but cannot be read." in shown
    assert count(desk, Envelope) == 1
    assert count(desk, Alert) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[" * 50_000,
        b"{}",
        b"[]",
        file_of(),
        json.dumps({"format": "between/attention/2", "items": [{}]}).encode(),
        file_of({"id": "1", "person": "2", "patient": "3", "key": "k", "sealed": "AA=="}),
        file_of({"id": str(uuid.UUID(int=1)), "key": "k", "sealed": True}),
        file_of(*[{}] * 201),
    ],
    ids=range(10),
)
def test_what_is_no_such_file_is_said(desk: Desk, content: bytes) -> None:
    refused = hand_over(desk, desk.lead, content)
    assert refused.status_code == 422
    assert "This is not a file that Between saved on a phone." in words(refused)
    assert count(desk, Envelope) == 0
