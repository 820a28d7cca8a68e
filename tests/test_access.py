"""Who may: every route × role × ownership. An unlisted cell fails, and so does a policy that is removed."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Settings
from app.http import refuse_unguarded
from app.models import (
    Absence,
    Alert,
    Cadence,
    CheckIn,
    Dismissal,
    Envelope,
    Membership,
    PushSubscription,
    Reminder,
)
from app.services import access
from app.services.access import PUBLIC, SESSION, Policy
from app.services.invitations import invite
from app.services.visits import set_cadence
from tests.factories import Factory, Member, make_decision, seal_for, signed_in, visitor

# Columns. june is the patient whose things are asked for, lead is on june's team, sam is june's caregiver.
VISITORS = ("nobody", "june", "marcus", "lead", "colleague", "stranger", "sam", "ended")

# endpoint: method, then the status for each visitor.
TABLE = {
    "pwa.check_in": ("GET", "200 200 200 200 200 200 200 200"),
    "pwa.help_page": ("GET", "200 200 200 200 200 200 200 200"),
    "pwa.licences": ("GET", "200 200 200 200 200 200 200 200"),
    "pwa.shell": ("GET", "200 200 200 200 200 200 200 200"),
    "pwa.worker": ("GET", "200 200 200 200 200 200 200 200"),
    "pwa.manifest": ("GET", "200 200 200 200 200 200 200 200"),
    "pwa.envelope_schema": ("GET", "200 200 200 200 200 200 200 200"),
    "health.show_health": ("GET", "200 200 200 200 200 200 200 200"),
    "health.show_ready": ("GET", "200 200 200 200 200 200 200 200"),
    # From this machine or with the operator's token: tests/test_metrics.py.
    "metrics.show_metrics": ("GET", "200 200 200 200 200 200 200 200"),
    "openapi.show_openapi": ("GET", "200 200 200 200 200 200 200 200"),
    "account.start": ("GET", "302 302 302 302 302 302 302 302"),
    "account.show_sign_in": ("GET", "200 200 200 200 200 200 200 200"),
    "account.do_sign_in": ("POST", "422 422 422 422 422 422 422 422"),
    "account.do_sign_out": ("POST", "302 302 302 302 302 302 302 302"),
    "join.show_code": ("GET", "200 200 200 200 200 200 200 200"),
    "join.type_code": ("POST", "422 422 422 422 422 422 422 422"),
    # The token is the authority: one that nobody gave out opens nothing, whoever asks.
    "join.show_invitation": ("GET", "410 410 410 410 410 410 410 410"),
    "join.accept": ("POST", "410 410 410 410 410 410 410 410"),
    "receipts.receive": ("POST", "404 404 404 404 404 404 404 404"),
    # A check-in is stored for a patient, asks who it is from, and is refused to others.
    "form.send_form": ("POST", "401 200 200 403 403 403 403 403"),
    # june's items with the visitor's own credentials.
    "sync.sync": ("POST", "401 200 401 401 401 401 401 401"),
    "sync.keys": ("GET", "401 200 200 401 401 401 401 401"),
    "overview.overview": ("GET", "401 200 200 403 403 403 403 403"),
    # june's decision with the visitor's own session.
    "agreements.add_agreement": ("POST", "401 200 404 403 403 403 403 403"),
    "subscriptions.add_subscription": ("POST", "401 400 400 400 400 400 403 403"),
    "subscriptions.stop_subscription": ("POST", "401 200 404 404 404 404 403 403"),
    "own.set_preferences": ("POST", "401 200 200 200 200 200 200 200"),
    "own.end_own_session": ("POST", "401 204 204 204 204 204 204 204"),
    "own.stop_sharing": ("POST", "401 200 404 403 403 403 403 403"),
    "own.invite_caregiver": ("POST", "401 201 201 403 403 403 403 403"),
    "gaps.tell_series_ended": ("POST", "401 200 404 403 403 403 403 403"),
    "gaps.put_gap_aside": ("POST", "401 200 404 403 403 403 403 403"),
    "gap_page.put_gap_aside": ("POST", "401 403 403 422 404 404 403 403"),
    "invitations.show_form": ("GET", "302 403 403 200 200 200 403 403"),
    "invitations.make_invitation": ("POST", "401 403 403 200 200 200 403 403"),
    "caseload.show_caseload": ("GET", "302 403 403 200 200 200 403 403"),
    "caseload.mark_called": ("POST", "401 403 403 303 404 404 403 403"),
    "patient.show_patient": ("GET", "302 403 403 200 404 404 403 403"),
    "patient.save_plan": ("POST", "401 403 403 303 404 404 403 403"),
    "check_in_page.show_check_in": ("GET", "302 403 403 200 404 404 403 403"),
    "check_in_page.sign_off_check_in": ("POST", "401 403 403 303 404 404 403 403"),
    "visits.add_visit": ("POST", "401 403 403 422 404 404 403 403"),
    "visits.cancel_visit": ("POST", "401 403 403 303 404 404 403 403"),
    "visits.restore_visit": ("POST", "401 403 403 303 404 404 403 403"),
    "visits.set_cadence": ("POST", "401 403 403 422 404 404 403 403"),
    "visits.end_cadence": ("POST", "401 403 403 303 404 404 403 403"),
    "alerts.add_attempt": ("POST", "401 403 403 303 404 404 403 403"),
    "alerts.close_alert": ("POST", "401 403 403 409 404 404 403 403"),
    "alerts.give_alert": ("POST", "401 403 403 409 404 404 403 403"),
    "alerts.mark_words": ("POST", "401 403 403 303 404 404 403 403"),
    "alert_desk.show_alerts": ("GET", "302 403 403 200 200 200 403 403"),
    "alert_desk.open_alert": ("GET", "302 403 403 302 404 404 403 403"),
    # The alert is not past its time, so nobody takes it from its owner.
    "alert_desk.take_alert": ("POST", "401 403 403 404 404 404 403 403"),
    "alert_desk.add_absence": ("POST", "401 403 403 422 422 422 403 403"),
    "alert_desk.end_absence": ("POST", "401 403 403 303 404 404 403 403"),
    "standing_plans.sign_plan": ("POST", "401 403 403 422 404 404 403 403"),
    "standing_plans.end_plan": ("POST", "401 403 403 303 404 404 403 403"),
    "sign_off.sign_off_many": ("POST", "401 403 403 303 404 404 403 403"),
    "repairs.show_repairs": ("GET", "302 403 403 200 200 200 403 403"),
    "repairs.show_repair": ("GET", "302 403 403 200 404 404 403 403"),
    "repairs.read_again": ("POST", "401 403 403 303 404 404 403 403"),
    "repairs.restore": ("POST", "401 403 403 303 404 404 403 403"),
    "repairs.dismiss": ("POST", "401 403 403 303 404 404 403 403"),
    "care.show_care": ("GET", "302 403 403 403 403 403 200 200"),
}

ABOUT_A_GAP = {"install": "0190163d-8694-8b5f-8c5e-96c55e2c6a1b", "last": 2, "missing": 2, "words": "told"}
BODIES: dict[str, dict[str, object]] = {
    "account.do_sign_in": {"data": {"email": "nobody@example.com", "passphrase": "wrong"}},
    "join.type_code": {"data": {"code": "NOSUCHCODE22"}},
    "receipts.receive": {"json": {"event": "shown"}},
    "subscriptions.add_subscription": {"json": {"endpoint": 7}},
    "own.set_preferences": {"json": {"numbers_hidden": True}},
    "own.end_own_session": {"json": {}},
    "own.stop_sharing": {"json": {}},
    "own.invite_caregiver": {"json": {"name": "Sam"}},
    "subscriptions.stop_subscription": {"json": {}},
    "invitations.make_invitation": {"data": {"name": "A", "role": "patient", "language": "en"}},
    "patient.save_plan": {"data": {"plan": "shoes on"}},
    "repairs.dismiss": {"data": {"words": "spoke by phone"}},
    "alerts.add_attempt": {"data": {"state": "trying", "words": "rang once", "version": "2"}},
    # These pages had shown no version, so nothing is done over what was not seen.
    "alerts.close_alert": {"data": {"words": "spoke"}},
    "alerts.give_alert": {"data": {}},
    "alerts.mark_words": {"data": {"useful": "yes"}},
    "alert_desk.take_alert": {"data": {"owner": str(uuid.UUID(int=1))}},
    "alert_desk.add_absence": {"data": {"from": "soon"}},
    "standing_plans.sign_plan": {"data": {"clock": "none", "words": "agreed", "until": "some day"}},
    "sign_off.sign_off_many": {"data": {}},
}
# Words of the list, so that there is something to mark.
WORDS_FOUND = {
    "executive": {"direction": "harder", "text": "I want to die", "attribution": []},
    "hedonic": {"direction": None, "text": "", "attribution": []},
}


@dataclass
class World:
    """june with one of everything, the visitors around june, and a fresh browser for each cell."""

    app: Flask
    people: dict[str, Member | None]
    ids: dict[str, object]
    june: Member

    def browser(self, name: str) -> FlaskClient:
        member = self.people[name]
        return visitor(self.app) if member is None else signed_in(self.app, member)


def build_world(app: Flask) -> World:
    make = Factory(app.extensions["between"].database, datetime.now(UTC))
    clinic = make.clinic()
    lead = make.clinician(clinic)
    june, marcus = make.patient(lead), make.patient(make.clinician(clinic, "Dr. Osei"), "Marcus Bell")
    sam, ended = make.caregiver(june), make.caregiver(june, "Robin Kowalski")
    signed_in(app, june).post(f"/api/care-links/{make.care_link(ended)}/end", json={})
    people = {
        "nobody": None,
        "june": june,
        "marcus": marcus,
        "lead": lead,
        "colleague": make.clinician(clinic, "Dr. Vega"),
        "stranger": make.clinician(make.clinic("Elsewhere"), "Dr. Far"),
        "sam": sam,
        "ended": ended,
    }
    return World(app, people, _things(app, make, lead, june, sam), june)


def _things(app: Flask, make: Factory, lead: Member, june: Member, sam: Member) -> dict[str, object]:
    """One of everything that has an id in an address, all june's."""
    visit = make.visit(lead, june, modality="tms")
    unread = seal_for(app, june, kind="of a later version")
    told = seal_for(app, june, item9=1, note=WORDS_FOUND)
    body = {"person": str(june.person_id), "items": [told, unread]}
    assert signed_in(app, june).post("/api/sync", json=body).status_code == 200
    with make.database.writing() as session:
        set_cadence(session, make.actor(lead), make.row(session, june), "ketamine_iv", 14, make.now)
        reminder = Reminder(
            clinic_id=june.clinic_id,
            person_id=june.person_id,
            patient_id=june.patient,
            rule="maintenance_due",
            anchor=uuid.uuid4(),
            local_date=make.now.date(),
            due_at=make.now,
            useful_until=make.now + timedelta(days=1),
            state="call_list",
            created_at=make.now,
        )
        subscription = PushSubscription(
            person_id=june.person_id,
            install_id=uuid.uuid4(),
            endpoint="https://push.example.com/1",
            endpoint_hash=b"1",
            p256dh="",
            auth="",
            created_at=make.now,
        )
        absence = Absence(
            clinic_id=lead.clinic_id,
            id=uuid.uuid4(),
            membership_id=lead.membership_id,
            from_at=make.now + timedelta(days=9),
            until_at=make.now + timedelta(days=12),
            created_at=make.now,
        )
        envelope_id = session.scalars(sa.select(Envelope.id).where(Envelope.repair != "")).one()
        dismissed = Dismissal(
            clinic_id=june.clinic_id,
            envelope_id=envelope_id,
            words="spoke by phone",
            dismissed_by=lead.membership_id,
            dismissed_at=make.now,
        )
        session.add_all([reminder, subscription, absence, dismissed])
        session.flush()
        return {
            "language": "en",
            "token": "NOSUCHTOKEN2",
            "patient_id": june.patient,
            "visit_id": visit.id,
            "check_in_id": session.scalars(sa.select(CheckIn.id)).one(),
            "alert_id": session.scalars(sa.select(Alert.id)).one(),
            "cadence_id": session.scalars(sa.select(Cadence.id)).one(),
            "reminder_id": reminder.id,
            "link_id": make.care_link(sam),
            "absence_id": absence.id,
            "subscription_id": subscription.id,
            "envelope_id": envelope_id,
        }


def ask(world: World, endpoint: str, name: str) -> int:
    """The status this visitor gets, in a browser that has done nothing else."""
    path, body = address_of(world, endpoint), body_of(world, endpoint)
    return world.browser(name).open(path, method=TABLE[endpoint][0], **body).status_code


def address_of(world: World, endpoint: str) -> str:
    """Where it is, for june's things."""
    rule = next(rule for rule in world.app.url_map.iter_rules() if rule.endpoint == endpoint)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(world.ids[found[1]]), rule.rule)


def body_of(world: World, endpoint: str) -> dict[str, Any]:
    """What is sent to it, new every time."""
    if endpoint == "agreements.add_agreement":
        return {"json": make_decision(world.june)}
    if endpoint == "sync.sync":
        return {"json": {"person": str(world.june.person_id), "items": [seal_for(world.app, world.june)]}}
    if endpoint.startswith("gaps."):
        return {"json": ABOUT_A_GAP | {"patient": str(world.june.patient)}}
    return dict(BODIES.get(endpoint, {}))


def deviations(world: World, endpoints: list[str]) -> list[str]:
    """Every cell that is not as listed."""
    wrong = []
    for endpoint in endpoints:
        for name, expected in zip(VISITORS, TABLE[endpoint][1].split(), strict=True):
            status = ask(world, endpoint, name)
            if status != int(expected):
                wrong.append(f"{endpoint} for {name}: {status}, not {expected}")
    return wrong


@pytest.fixture
def sqlite_app(sqlite_url: str, settings_for: Callable[[str], Settings]) -> Flask:
    app = create_app(settings_for(sqlite_url))
    app.testing = False
    return app


@pytest.fixture
def settings_for(tmp_path: object) -> Callable[[str], Settings]:
    from app.config import load_settings

    return lambda url: load_settings(
        {"BETWEEN_INSTANCE": f"{tmp_path}/instance", "DATABASE_URL": url, "BETWEEN_DEMO": "0"}
    )


def test_every_route_is_in_the_table(sqlite_app: Flask) -> None:
    methods = {
        (rule.endpoint, method)
        for rule in sqlite_app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert methods == {(endpoint, method) for endpoint, (method, _row) in TABLE.items()}


def test_every_cell_is_as_listed(sqlite_app: Flask) -> None:
    wrong = deviations(build_world(sqlite_app), list(TABLE))
    assert not wrong, "\n".join(wrong)


def test_an_endpoint_without_a_policy_does_not_start(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for endpoint in TABLE:
        with monkeypatch.context() as patched:
            patched.delitem(access.POLICIES, endpoint)
            with pytest.raises(RuntimeError, match=endpoint):
                refuse_unguarded(sqlite_app)


def guarded() -> list[str]:
    return [
        endpoint for endpoint, policy in access.POLICIES.items() if policy.authority in (SESSION, "append")
    ]


@pytest.mark.parametrize("endpoint", guarded())
def test_a_removed_policy_is_caught(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    world = build_world(sqlite_app)
    monkeypatch.setitem(access.POLICIES, endpoint, Policy(PUBLIC))
    assert deviations(world, [endpoint])


@pytest.mark.parametrize("endpoint", [endpoint for endpoint in guarded() if access.POLICIES[endpoint].roles])
def test_a_policy_open_to_every_role_is_caught(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    world = build_world(sqlite_app)
    every = frozenset({"patient", "clinician", "caregiver"})
    monkeypatch.setitem(access.POLICIES, endpoint, Policy(SESSION, every))
    assert deviations(world, [endpoint])


@pytest.mark.parametrize(
    ("scope", "endpoint"),
    [
        ("team", "visits.cancel_visit"),
        ("alert", "patient.show_patient"),
        ("alert", "alert_desk.open_alert"),
        ("self", "own.stop_sharing"),
    ],
)
def test_a_removed_scope_is_caught(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, scope: str, endpoint: str
) -> None:
    world = build_world(sqlite_app)
    monkeypatch.setitem(access.SCOPES, scope, lambda _actor: sa.true())
    assert deviations(world, [endpoint])


def test_whose_consent_ended_sees_no_visit(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    world = build_world(sqlite_app)
    assert "Room 2" in world.browser("sam").get("/care").text
    assert "Room 2" not in world.browser("ended").get("/care").text
    monkeypatch.setitem(access.SCOPES, "consent", lambda _actor: sa.true())
    assert "Room 2" in world.browser("ended").get("/care").text, "the check above could not fail"


def test_a_caregiver_sees_no_answer(sqlite_app: Flask) -> None:
    world = build_world(sqlite_app)
    page = world.browser("sam").get("/care").text
    assert not [word for word in ("PHQ", "GAD", "refrigerator", "988, then", "Item 9") if word in page]


def test_an_invitation_opens_one_role_once(sqlite_app: Flask) -> None:
    world = build_world(sqlite_app)
    lead = world.people["lead"]
    assert lead is not None
    database = sqlite_app.extensions["between"].database
    with database.writing() as session:
        inviter = session.get_one(Membership, (lead.clinic_id, lead.membership_id))
        _made, code = invite(
            session, inviter=inviter, role="patient", name="Noor", language="en", now=datetime.now(UTC)
        )
    form = {
        "name": "Noor Haddad",
        "email": "noor@example.com",
        "language": "en",
        "passphrase": "five plain words for noor",
        "adult": "yes",
    }
    first, second = visitor(sqlite_app), visitor(sqlite_app)
    assert first.get(f"/join/{code}").status_code == 200
    assert first.post(f"/join/{code}", data=form).status_code == 302
    assert first.get("/api/overview").status_code == 200
    assert second.post(f"/join/{code}", data=form).status_code == 410
