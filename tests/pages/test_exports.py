"""The file for the next clinic: all of it, written down, and harmless to a spreadsheet."""

import csv
import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from app.models import Alert, AuditRow
from app.services import record_export
from tests.pages.conftest import Desk, counted

NOTE = {
    "executive": {"direction": "easier", "text": '=HYPERLINK("x")', "attribution": []},
    "hedonic": {"direction": None, "text": "<b>Toast</b>", "attribution": []},
}


def fetch(desk: Desk) -> zipfile.ZipFile:
    response = desk.browser().post(desk.path(rest="/export"), data={"sure": "yes"})
    assert response.status_code == 200
    assert "June" not in response.headers["Content-Disposition"]
    return zipfile.ZipFile(io.BytesIO(response.get_data()))


def test_every_check_in_is_in_each_file_a_page_at_a_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_export, "PAGE", 2)
    for days in range(5):
        desk.send(phq9=[1] * 8 + [0], days_ago=days / 100, note=NOTE)
    with counted(desk.database) as statements:
        archive = fetch(desk)
    assert max(one.count("check_in_id IN") for one in statements) <= 1
    told = json.loads(archive.read("record.json"))
    assert [one["scores"]["phq9"]["total"] for one in told["check_ins"]] == [8] * 5
    assert len({one["client_id"] for one in told["check_ins"]}) == 5
    assert told["name"] == "June Kowalski"
    rows = list(csv.DictReader(io.StringIO(archive.read("scores.csv").decode("utf-8-sig"))))
    assert [row["phq9"] for row in rows] == ["8"] * 5
    assert {row["executive"] for row in rows} == {'\'=HYPERLINK("x")'}
    page = archive.read("record.html").decode()
    assert page.count("&lt;b&gt;Toast") == 5
    assert "Developed by Drs. Robert L. Spitzer" in page
    assert "copyright © Regenstrief Institute" in page
    assert page.rstrip().endswith("</html>")


def test_it_is_written_down_and_asked_for(desk: Desk) -> None:
    assert desk.browser().post(desk.path(rest="/export")).status_code == 422
    fetch(desk)
    with desk.database.reading() as session:
        made = session.execute(
            sa.select(AuditRow.actor_id, AuditRow.subject_id).where(AuditRow.action == "patient.exported")
        ).all()
    assert made == [(desk.lead.person_id, desk.june.patient)]


def test_an_alert_that_calls_somebody_in_opens_no_whole_record(desk: Desk) -> None:
    desk.send(phq9=[0] * 8 + [1])
    osei = desk.make.clinician(desk.lead.clinic_id, "Dr. Osei")
    with desk.database.writing() as session:
        session.execute(sa.update(Alert).values(owner_id=osei.membership_id))
    assert desk.browser(osei).get(desk.path()).status_code == 200
    assert desk.browser(osei).post(desk.path(rest="/export"), data={"sure": "yes"}).status_code == 404


def test_an_empty_record_is_a_whole_file_too(desk: Desk) -> None:
    archive = fetch(desk)
    assert json.loads(archive.read("record.json"))["check_ins"] == []
    assert archive.testzip() is None
