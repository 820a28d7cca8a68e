"""june with one of everything, and everybody who might ask for it."""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.models import (
    Absence,
    Alert,
    Cadence,
    CheckIn,
    Dismissal,
    Envelope,
    PushSubscription,
    Reminder,
    WebSession,
)
from app.services.visits import set_cadence
from tests.access_table import TABLE
from tests.factories import Factory, Member, make_decision, seal_for, signed_in, visitor

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
    signed_in(app, june)
    with make.database.writing() as session:
        mine = sa.select(WebSession.id).where(WebSession.person_id == june.person_id)
        phones = session.scalars(mine.order_by(WebSession.created_at)).all()
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
            "device_id": phones[0],
            "phone_id": phones[1],
            "passkey_id": uuid.UUID(int=1),
            "membership_id": lead.membership_id,
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
