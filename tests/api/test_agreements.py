"""What a patient decides before the first check-in: kept once, for whom decided it, shown to the clinic."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from app.models import Agreement, AuditRow
from app.services.agreements import Decision, keep_decision
from tests.factories import Factory, Member, make_decision, signed_in
from tests.pages.conftest import words


@pytest.fixture
def make(app: Flask) -> Factory:
    return Factory(app.extensions["between"].database, datetime.now(UTC))


@pytest.fixture
def lead(make: Factory) -> Member:
    return make.clinician(make.clinic())


@pytest.fixture
def june(make: Factory, lead: Member) -> Member:
    return make.patient(lead)


def post(app: Flask, member: Member, decision: dict[str, object]) -> int:
    return signed_in(app, member).post("/api/agreements", json=decision).status_code


def told(app: Flask, june: Member) -> object:
    overview = signed_in(app, june).get("/api/overview").json
    assert overview is not None
    return overview["patients"][0]["agreement"]


def test_it_is_kept_once_however_often_the_phone_says_it(app: Flask, make: Factory, june: Member) -> None:
    decision = make_decision(june)
    assert told(app, june) is None
    assert [post(app, june, decision) for _ in range(3)] == [200, 200, 200]
    with make.database.reading() as session:
        assert len(session.scalars(sa.select(Agreement)).all()) == 1
        actions = session.scalars(sa.select(AuditRow.action).where(AuditRow.subject == "agreement")).all()
        assert actions == ["agreement.accepted"]


def test_the_newest_decision_counts_in_whatever_order_they_arrive(app: Flask, june: Member) -> None:
    now = datetime.now(UTC)
    newer = make_decision(june, sends_unfinished=False, decided_at=now.isoformat())
    older = make_decision(june, decided_at=(now - timedelta(hours=2)).isoformat())
    assert [post(app, june, newer), post(app, june, older)] == [200, 200]
    assert told(app, june) == {
        "id": newer["id"],
        "version": "1",
        "accepted": True,
        "sends_unfinished": False,
        "decided_at": now.isoformat().replace("+00:00", "Z"),
    }


def test_a_clock_that_is_years_ahead_does_not_decide_for_ever(app: Flask, june: Member) -> None:
    ahead = datetime.now(UTC) + timedelta(days=3000)
    post(app, june, make_decision(june, decided_at=ahead.isoformat()))
    post(app, june, later := make_decision(june, accepted=False))
    assert told(app, june)["id"] == later["id"]  # type: ignore[index]


def test_nobody_decides_for_another(app: Flask, make: Factory, lead: Member, june: Member) -> None:
    marcus = make.patient(lead, "Marcus Bell")
    assert post(app, marcus, make_decision(june)) == 404
    with make.database.reading() as session:
        assert not session.scalars(sa.select(Agreement)).all()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"adult": False}, 422),
        ({"accepted": "yes"}, 400),
        ({"language": "fr"}, 400),
        ({"id": 7}, 400),
        ({"decided_at": "yesterday"}, 400),
        ({"version": "1" * 21}, 400),
    ],
)
def test_what_is_no_decision_is_refused(
    app: Flask, june: Member, change: dict[str, object], status: int
) -> None:
    assert post(app, june, make_decision(june, **change)) == status


def test_the_database_keeps_that_only_adults_accept(make: Factory, june: Member) -> None:
    made = {**make_decision(june), "adult": False, "decided_at": make.now}
    said = {name: made[name] for name in Decision.__dataclass_fields__ if name in made}
    decision = Decision(client_id=make.clinic(), **said)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError), make.database.writing() as session:
        keep_decision(session, make.row(session, june), june.person_id, decision, make.now)


def test_the_clinician_sees_whether_when_and_which_version(app: Flask, lead: Member, june: Member) -> None:
    def page() -> str:
        return words(signed_in(app, lead).get(f"/clinic/patients/{june.patient}"))

    assert "Not decided yet. The phone asks before the first check-in." in page()
    post(app, june, make_decision(june, accepted=False, adult=False))
    assert "Declined today" in page()
    post(app, june, make_decision(june, language="es"))
    assert (
        "version 1, in Spanish. A positive answer in a check-in left for 12 hours is sent by itself."
        in page()
    )
    post(app, june, make_decision(june, version="0", sends_unfinished=False))
    assert "There is a newer version; the phone asks again" in page()
    assert "A check-in left unfinished stays on the phone until the patient sends it." in page()
