"""What phones send arrives once, with score, alert and audit row; what cannot be read is kept too."""

import base64
import hashlib
import json
import threading
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db import Database
from app.models import Alert, AuditRow, CheckIn, Envelope, InstrumentScore, Note
from app.services import check_in_rows
from tests.envelope import ANSWERS, SealTo, seal
from tests.factories import Factory, Member, seal_for, signed_in, visitor
from tests.opened import read_opened


@pytest.fixture
def june(make: Factory) -> Member:
    return make.patient(make.clinician(make.clinic()))


@pytest.fixture
def phone(app: Flask, june: Member) -> FlaskClient:
    return signed_in(app, june)


def post(phone: FlaskClient, person: uuid.UUID, items: list[Any]) -> Any:
    return phone.post("/api/sync", json={"person": str(person), "items": items})


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def seal_raw(app: Flask, who: Member, plain: bytes) -> dict[str, str]:
    item = uuid.uuid4()
    to = SealTo(**app.extensions["between"].keyring.public()[0])
    return {
        "id": str(item),
        "patient": str(who.patient),
        "key": to.id,
        "sealed": seal(plain, to, who.person_id, item),
    }


def test_an_item_is_stored_scored_and_audited_in_one_commit(
    app: Flask, database: Database, phone: FlaskClient, june: Member
) -> None:
    item = seal_for(app, june, item9=2)
    receipt = post(phone, june.person_id, [item]).json["receipts"][0]
    assert (receipt["id"], receipt["status"], receipt["needs_repair"]) == (item["id"], "stored", False)
    with database.reading() as session:
        score = session.scalars(sa.select(InstrumentScore).where(InstrumentScore.instrument == "phq9")).one()
        assert (score.total, score.band, score.item9) == (14, "moderate", "positive")
        assert score.answers == dict(enumerate([*ANSWERS["phq9"][:8], 2], 1))
        assert score.languages == ["en"] * 9
        anxiety = session.scalars(
            sa.select(InstrumentScore).where(InstrumentScore.instrument == "gad7")
        ).one()
        assert anxiety.answers == dict(enumerate(ANSWERS["gad7"], 1))
        assert session.scalars(sa.select(Alert)).one().patient_id == june.patient
        assert session.scalars(sa.select(AuditRow).where(AuditRow.action == "check_in.stored")).one()
        assert {note.dimension for note in session.scalars(sa.select(Note))} == {"executive", "hedonic"}


def test_the_same_bytes_again_are_a_duplicate_with_the_first_moment(
    app: Flask, database: Database, phone: FlaskClient, june: Member
) -> None:
    item = seal_for(app, june)
    first = post(phone, june.person_id, [item]).json["receipts"][0]
    again = post(phone, june.person_id, [item]).json["receipts"][0]
    assert again == {**first, "status": "duplicate"}
    assert count(database, CheckIn) == 1


def test_other_bytes_under_the_same_id_stand_beside_the_first(
    app: Flask, database: Database, phone: FlaskClient, june: Member
) -> None:
    item = seal_for(app, june)
    other = seal_for(app, june, uuid.UUID(item["id"]), item9=3)
    assert post(phone, june.person_id, [item]).json["receipts"][0]["status"] == "stored"
    for _ in range(2):
        assert post(phone, june.person_id, [other]).json["receipts"][0]["status"] == "conflict"
    assert count(database, CheckIn) == 2
    assert count(database, Alert) == 1


def test_twins_in_one_request_make_one_row(
    app: Flask, database: Database, phone: FlaskClient, june: Member
) -> None:
    item = seal_for(app, june)
    receipts = post(phone, june.person_id, [item, item, item]).json["receipts"]
    assert sorted(one["status"] for one in receipts) == ["duplicate", "duplicate", "stored"]
    assert count(database, CheckIn) == 1


def test_sixteen_racing_twins_make_one_row(app: Flask, database: Database, june: Member) -> None:
    item, told = seal_for(app, june), []
    phones = [signed_in(app, june) for _ in range(16)]
    start = threading.Barrier(16)

    def send(phone: FlaskClient) -> None:
        start.wait()
        told.append(post(phone, june.person_id, [item]).json["receipts"][0]["status"])

    threads = [threading.Thread(target=send, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["duplicate"] * 15 + ["stored"]
    assert count(database, CheckIn) == 1


def test_someone_elses_patient_is_rejected_and_the_rest_moves_on(
    app: Flask, database: Database, make: Factory, phone: FlaskClient, june: Member
) -> None:
    other = make.patient(make.clinician(make.clinic("Elsewhere")), name="Marcus Bell")
    foreign = {**seal_for(app, june), "patient": str(other.patient)}
    receipts = post(phone, june.person_id, [foreign, seal_for(app, june)]).json["receipts"]
    assert [one["status"] for one in receipts] == ["rejected", "stored"]
    assert receipts[0]["code"] == "wrong_owner"
    assert receipts[0]["sentence"]
    assert count(database, Envelope) == 1


def test_nobody_uploads_with_another_persons_credential(app: Flask, make: Factory, june: Member) -> None:
    marcus = make.patient(make.clinician(make.clinic("Elsewhere")), name="Marcus Bell")
    phone = signed_in(app, marcus)
    response = post(phone, june.person_id, [seal_for(app, june)])
    assert (response.status_code, response.json["code"]) == (401, "no_credential")


@pytest.mark.parametrize(
    ("plain", "reason"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"[" * 50_000, "not_json"),
        (b"[]", "not_an_envelope"),
        (b'{"format": "between/envelope/99"}', "unknown_format"),
        (b'{"format": "between/envelope/1"}', "wrong_shape"),
    ],
)
def test_what_cannot_be_read_goes_to_the_repair_list(
    app: Flask, database: Database, phone: FlaskClient, june: Member, plain: bytes, reason: str
) -> None:
    receipt = post(phone, june.person_id, [seal_raw(app, june, plain)]).json["receipts"][0]
    assert (receipt["status"], receipt["needs_repair"]) == ("stored", True)
    with database.reading() as session:
        assert session.scalars(sa.select(Envelope)).one().repair.startswith(reason)


@pytest.mark.parametrize(
    "changes",
    [
        {"instruments": {"phq9": {"version": "1", "answers": [True] * 9, "languages": ["en"] * 9}}},
        {"instruments": {"phq9": {"version": "1", "answers": ["1"] * 9, "languages": ["en"] * 9}}},
        {"instruments": {"phq9": {"version": "1", "answers": [1.0] * 9, "languages": ["en"] * 9}}},
        {"instruments": {"phq9": {"version": "1", "answers": [4] * 9, "languages": ["en"] * 9}}},
        {"instruments": {"phq9": {"version": "1", "answers": [1] * 8, "languages": ["en"] * 8}}},
        {"instruments": {"phq9": {"version": "99", "answers": [1] * 9, "languages": ["en"] * 9}}},
        {"instruments": {"phq9": None}},
        {"id": str(uuid.UUID(int=7))},
        {"today": 11},
        {"today": True},
        {"visits": ["not-an-id"]},
        {"answered_at": "yesterday"},
        {"answered_at": "0001-01-01T00:00:00+14:00"},
        {"sequence": 10**30},
        {"kind": "other"},
        {"note": "text"},
    ],
)
def test_a_wrong_envelope_is_kept_for_repair(
    app: Flask, database: Database, phone: FlaskClient, june: Member, changes: dict[str, Any]
) -> None:
    receipt = post(phone, june.person_id, [seal_for(app, june, **changes)]).json["receipts"][0]
    assert (receipt["status"], receipt["needs_repair"]) == ("stored", True)
    assert (count(database, Envelope), count(database, CheckIn)) == (1, 0)


def test_a_bad_seal_and_an_unknown_key_are_kept_for_repair(
    app: Flask, database: Database, phone: FlaskClient, june: Member
) -> None:
    good = seal_for(app, june)
    flipped = bytearray(base64.urlsafe_b64decode(good["sealed"] + "=="))
    flipped[-1] ^= 1
    items = [
        {**good, "sealed": base64.urlsafe_b64encode(bytes(flipped)).rstrip(b"=").decode()},
        {**seal_for(app, june), "key": "k99"},
        {**seal_for(app, june), "sealed": "*** not base64 ***"},
        {**seal_for(app, june), "sealed": None},
        {**seal_for(app, june), "key": 7},
        {**seal_for(app, june), "id": str(uuid.uuid4())},
    ]
    receipts = post(phone, june.person_id, items).json["receipts"]
    assert [one["needs_repair"] for one in receipts] == [True] * 6
    assert count(database, Envelope) == 6


def test_nul_and_lone_surrogates_are_stored_readable(
    app: Flask, database: Database, phone: FlaskClient, june: Member
) -> None:
    said = {"direction": None, "text": "a\u0000b \ud83d\ude00", "attribution": []}
    plain_note = {"executive": said, "hedonic": {**said, "text": "x\ud800y"}}
    receipt = post(phone, june.person_id, [seal_for(app, june, note=plain_note)]).json["receipts"][0]
    assert (receipt["status"], receipt["needs_repair"]) == ("stored", False)
    with database.reading() as session:
        bodies = {note.dimension: note.body for note in read_opened(session, Note)}
    assert bodies == {"executive": "a\ufffdb \U0001f600", "hedonic": "x\ufffdy"}


def test_a_note_of_twenty_thousand_characters_of_any_script_is_whole(
    app: Flask, database: Database, phone: FlaskClient, june: Member
) -> None:
    text = "க" * 20_000
    note = {
        name: {"direction": "easier", "text": text, "attribution": []} for name in ("executive", "hedonic")
    }
    assert (
        post(phone, june.person_id, [seal_for(app, june, note=note)]).json["receipts"][0]["status"]
        == "stored"
    )
    with database.reading() as session:
        assert {row.body for row in read_opened(session, Note)} == {text}


def test_an_item_without_an_id_or_over_size_is_rejected_with_a_sentence(
    app: Flask, phone: FlaskClient, june: Member
) -> None:
    big = base64.urlsafe_b64encode(b"x" * (512 * 1024 + 1)).decode()
    items = [{}, 7, None, {"id": "x"}, {"id": {}}, {**seal_for(app, june), "sealed": big}]
    receipts = post(phone, june.person_id, items).json["receipts"]
    assert [(one["status"], one["code"]) for one in receipts] == [
        *[("rejected", "no_id")] * 5,
        ("rejected", "item_too_large"),
    ]
    assert all(one["sentence"] for one in receipts)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b"{", 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b"[" * 50_000, 400, "malformed_json"),
        (b'{"a":' * 50_000, 400, "malformed_json"),
        (b"null", 400, "wrong_shape"),
        (b"[]", 400, "wrong_shape"),
        (b"{}", 400, "wrong_shape"),
        (b'{"person": "x", "items": [{}]}', 400, "wrong_shape"),
        (b'{"person": true, "items": [{}]}', 400, "wrong_shape"),
        (b'{"person": "%s", "items": {}}' % str(uuid.UUID(int=1)).encode(), 400, "wrong_shape"),
        (b'{"person": "%s", "items": []}' % str(uuid.UUID(int=1)).encode(), 400, "wrong_shape"),
        (json.dumps({"person": str(uuid.UUID(int=1)), "items": [1] * 21}).encode(), 413, "too_many_items"),
        (
            json.dumps({"person": str(uuid.UUID(int=1)), "items": [{}] * 10_000}).encode(),
            413,
            "too_many_items",
        ),
        (b"x" * (4 * 1024 * 1024 + 1), 413, "too_large"),
    ],
)
def test_a_bad_request_has_a_status_a_code_and_a_sentence(
    phone: FlaskClient, body: bytes, status: int, code: str
) -> None:
    response = phone.post("/api/sync", data=body, content_type="application/json")
    assert (response.status_code, response.json["code"]) == (status, code)
    assert response.json["sentence"]
    assert "Traceback" not in response.text


def test_the_sentence_is_in_the_persons_language(phone: FlaskClient) -> None:
    response = phone.post(
        "/api/sync", data=b"{", content_type="application/json", headers={"Accept-Language": "es"}
    )
    assert response.json["sentence"].startswith("Esto no es un JSON")


def test_another_site_cannot_post(app: Flask, june: Member) -> None:
    phone = signed_in(app, june)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        response = phone.post("/api/sync", json={}, headers=headers)
        assert (response.status_code, response.json["code"]) == (403, "cross_site")


def test_an_unknown_or_revoked_credential_is_401_as_json(app: Flask, june: Member) -> None:
    response = post(visitor(app), june.person_id, [seal_for(app, june)])
    assert (response.status_code, response.json["code"]) == (401, "no_credential")


def test_a_full_or_locked_database_says_when_to_come_back(
    app: Flask, phone: FlaskClient, june: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = app.extensions["between"].database
    with monkeypatch.context() as broken:
        broken.setattr(database, "writing_core", _refuse)
        response = post(phone, june.person_id, [seal_for(app, june)])
    assert (response.status_code, response.json["code"]) == (503, "busy")
    assert int(response.headers["Retry-After"]) > 0
    assert post(phone, june.person_id, [seal_for(app, june)]).status_code == 200


def _refuse() -> Any:
    raise sa.exc.OperationalError("INSERT", {}, Exception("database or disk is full"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(body=JSON, item=JSON)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_json_whatsoever_is_a_500(phone: FlaskClient, june: Member, body: Any, item: Any) -> None:
    assert phone.post("/api/sync", json=body).status_code < 500
    assert post(phone, june.person_id, [item]).status_code == 200


@given(envelope=st.dictionaries(st.sampled_from(["kind", "note", "today", "visits", "instruments"]), JSON))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_sealed_envelope_of_its_owner_is_kept(
    app: Flask, phone: FlaskClient, june: Member, envelope: dict[str, Any]
) -> None:
    receipt = post(phone, june.person_id, [seal_for(app, june, **envelope)]).json["receipts"][0]
    assert receipt["status"] == "stored"


def test_the_ninth_person_on_one_phone_can_send(app: Flask, make: Factory, june: Member) -> None:
    phone = signed_in(app, june)
    for number in range(9):
        phone.set_cookie(f"append-{number:08x}", "no such token")
    phone.set_cookie("append-ffffffff", "no such token")
    assert post(phone, june.person_id, [seal_for(app, june)]).status_code == 200


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:00Z", "2031-01-01T00:00:00Z"])
def test_a_clock_years_off_is_stored_and_leads_nobody_astray(
    app: Flask, database: Database, make: Factory, moment: str
) -> None:
    lead = make.clinician(make.clinic())
    june = make.patient(lead)
    item = seal_for(app, june, answered_at=moment, started_at=moment, item9=2)
    receipt = post(signed_in(app, june), june.person_id, [item]).json["receipts"][0]
    assert (receipt["status"], receipt["needs_repair"]) == ("stored", False)
    with database.reading() as session:
        check_in = session.scalars(sa.select(CheckIn)).one()
    assert check_in.answered_at == check_in.arrived_at
    desk = signed_in(app, lead)
    assert desk.get("/clinic").status_code == 200
    assert desk.get(f"/clinic/patients/{june.patient}").status_code == 200


def test_a_fault_in_one_item_costs_its_neighbours_nothing(
    app: Flask, database: Database, phone: FlaskClient, june: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = seal_for(app, june), seal_for(app, june, today=3)

    def faulty(one: Any) -> dict[str, Any]:
        if one.facts.today == 3:
            raise ZeroDivisionError
        return make_row(one)

    make_row = check_in_rows._check_in
    monkeypatch.setattr(check_in_rows, "_check_in", faulty)
    receipts = post(phone, june.person_id, [good, bad]).json["receipts"]
    assert [(one["status"], one["needs_repair"]) for one in receipts] == [("stored", False), ("stored", True)]
    assert (count(database, Envelope), count(database, CheckIn)) == (2, 1)


def test_a_receipt_for_an_item_over_size_names_its_bytes(phone: FlaskClient, june: Member) -> None:
    big = b"x" * (512 * 1024 + 1)
    sealed = base64.urlsafe_b64encode(big).rstrip(b"=").decode()
    item = {"id": str(uuid.uuid4()), "patient": str(june.patient), "key": "k1", "sealed": sealed}
    receipt = post(phone, june.person_id, [item]).json["receipts"][0]
    assert (receipt["code"], receipt["sha256"]) == ("item_too_large", hashlib.sha256(big).hexdigest())
