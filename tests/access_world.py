"""Two clinics with everybody in them, one of everything that is june's, and a fresh browser for each cell."""

import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.domain.roles import CARERS, ROLES
from app.models import (
    Absence,
    Alert,
    Cadence,
    CheckIn,
    Dismissal,
    Envelope,
    Erasure,
    Membership,
    PushSubscription,
    Reminder,
    TeamMember,
    WebSession,
)
from app.services.at_rest import seal_texts
from app.services.visits import set_cadence
from app.services.wrapping import Owner
from tests import joining_cells
from tests.access_table import SHUT_STATES, TABLE, Visitor
from tests.factories import (
    Factory,
    Member,
    Pocket,
    browser_with,
    make_decision,
    open_sessions,
    seal_for,
    signed_in,
    visitor,
)

ABOUT_A_GAP = {"install": "0190163d-8694-8b5f-8c5e-96c55e2c6a1b", "last": 2, "missing": 2, "words": "told"}
BODIES: dict[str, dict[str, object]] = {
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
    "team.add_member": {"data": {"colleague": "nobody"}},
    # Nothing is saved by what is missing here.
    "settings.save_section": {"data": {"name": "", "version": "0"}},
    "staff.add_absence": {"data": {"from": "soon"}},
    "staff.remove": {"data": {"colleague": ""}},
    "erasures.ask": {"data": {"sure": "yes"}},
    "holds.hold": {"data": {"reason": "asked for by a court"}},
    **joining_cells.BODIES,
}
# Words of the list, so that there is something to mark.
WORDS_FOUND = {
    "executive": {"direction": "harder", "text": "I want to die", "attribution": []},
    "hedonic": {"direction": None, "text": "", "attribution": []},
}


@dataclass
class World:
    """june with one of everything, the visitors around june, and those whose place does not count."""

    app: Flask
    make: Factory
    people: dict[str, Member]
    ids: dict[str, object]
    far_ids: dict[str, object] = field(default_factory=dict)
    shut: dict[tuple[str, str], Member] = field(default_factory=dict)
    pockets: dict[Visitor, list[Pocket]] = field(default_factory=dict)

    @property
    def june(self) -> Member:
        return self.people["june"]

    def browser(self, name: Visitor) -> FlaskClient:
        """Signed in like no other: a cell that ends the session ends nobody else's."""
        if name == "nobody":
            return visitor(self.app)
        member = self.shut[name] if isinstance(name, tuple) else self.people[name]
        pockets = self.pockets.setdefault(name, [])
        if not pockets:
            pockets += open_sessions(self.app, member, len(TABLE))
        return browser_with(self.app, member, pockets.pop())


def build_world(app: Flask) -> World:
    make = Factory(app.extensions["between"].database, datetime.now(UTC))
    here, there = make.clinic(), make.clinic("Elsewhere")
    lead, stranger = make.clinician(here), make.clinician(there, "Dr. Far")
    june, marcus = make.patient(lead), make.patient(make.clinician(here, "Dr. Osei"), "Marcus Bell")
    away = make.patient(stranger, "Avery Far")
    sam, ended = make.caregiver(june), make.caregiver(june, "Robin Kowalski")
    signed_in(app, june).post(f"/api/care-links/{make.care_link(ended)}/end", json={})
    nurse = make.colleague(here, "nurse")
    _join_team(make, june, nurse)
    people = {
        "june": june,
        "marcus": marcus,
        "away": away,
        "sam": sam,
        "ended": ended,
        "wide": make.caregiver(away, "Sam Far"),
        "lead": lead,
        "vega": make.clinician(here, "Dr. Vega"),
        "far": stranger,
        "nurse": nurse,
        "nurse2": make.colleague(here, "nurse", "Nadia Ruiz"),
        "nurse3": make.colleague(there, "nurse", "Nora Far"),
        "desk": make.colleague(here, "front_desk", "Jonah Weiss"),
        "desk3": make.colleague(there, "front_desk", "Jo Far"),
        "admin": make.colleague(here, "administrator", "Elena Arroyo"),
        "admin3": make.colleague(there, "administrator", "Al Far"),
    }
    ids = _things(app, make, lead, june, sam, nurse, make.clinician(here, "Dr. Target"))
    return World(app, make, people, ids)


def far_things(world: World) -> dict[str, object]:
    """One of everything at the other clinic, all of the patient there."""
    far, away, wide, nurse = (world.people[name] for name in ("far", "away", "wide", "nurse3"))
    target = world.make.clinician(far.clinic_id, "Dr. Far Target")
    return _things(world.app, world.make, far, away, wide, nurse, target)


def _join_team(make: Factory, june: Member, nurse: Member) -> None:
    with make.database.writing() as session:
        row = {"patient_id": june.patient, "membership_id": nurse.membership_id}
        session.add(TeamMember(clinic_id=june.clinic_id, **row))


def shut_out(world: World) -> None:
    """Somebody near to june in every role and in every state that does not count."""
    make, june = world.make, world.june
    for state in SHUT_STATES:
        for role in ROLES:
            if role == "patient":
                member = make.patient(world.people["lead"], f"{state} patient")
            elif role == "caregiver":
                member = make.caregiver(june, f"{state} caregiver")
            else:
                member = make.colleague(june.clinic_id, role, f"{state} {role}")
            if role in CARERS:
                _join_team(make, june, member)
            world.shut[role, state] = member
    with make.database.writing() as session:
        for (_role, state), member in world.shut.items():
            session.get_one(Membership, (member.clinic_id, member.membership_id)).state = state


def _things(
    app: Flask, make: Factory, lead: Member, june: Member, sam: Member, nurse: Member, target: Member
) -> dict[str, object]:
    """One of everything that has an id in an address, all june's."""
    visit = make.visit(lead, june, modality="tms")
    unread = seal_for(app, june, kind="of a later version")
    told = seal_for(app, june, item9=1, note=WORDS_FOUND)
    body = {"person": str(june.person_id), "items": [told, unread]}
    assert signed_in(app, june).post("/api/sync", json=body).status_code == 200
    for one in (june, target):
        signed_in(app, one)
    with make.database.writing() as session:
        phones = _sessions_of(session, june)
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
            endpoint=f"https://push.example.com/{june.patient}",
            endpoint_hash=june.patient.bytes,
            p256dh="",
            auth="",
            created_at=make.now,
        )
        absences = [
            Absence(
                clinic_id=lead.clinic_id,
                id=uuid.uuid4(),
                membership_id=one.membership_id,
                from_at=make.now + timedelta(days=9),
                until_at=make.now + timedelta(days=12),
                created_at=make.now,
            )
            for one in (lead, target)
        ]
        own = Envelope.clinic_id == june.clinic_id
        envelope_id = session.scalars(sa.select(Envelope.id).where(own, Envelope.repair != "")).one()
        dismissed = Dismissal(
            clinic_id=june.clinic_id,
            envelope_id=envelope_id,
            id=uuid.uuid4(),
            dismissed_by=lead.membership_id,
            dismissed_at=make.now,
        )
        seal_texts(session, Owner(june.clinic_id, june.patient), dismissed, words="spoke by phone")
        session.add_all([reminder, subscription, *absences, dismissed, _asked_erasure(june, make.now)])
        session.flush()
        return {
            "language": "en",
            "token": "NOSUCHTOKEN2",
            "patient_id": june.patient,
            "place_id": june.membership_id,
            "visit_id": visit.id,
            "check_in_id": session.scalars(_only(CheckIn, june)).one(),
            "alert_id": session.scalars(_only(Alert, june)).one(),
            "cadence_id": session.scalars(_only(Cadence, june)).one(),
            "reminder_id": reminder.id,
            "link_id": make.care_link(sam),
            "device_id": phones[0],
            "phone_id": phones[1],
            "passkey_id": uuid.UUID(int=1),
            "staff_entry.end_device/device_id": _sessions_of(session, target)[0],
            "absence_id": absences[0].id,
            "subscription_id": subscription.id,
            "envelope_id": envelope_id,
            **joining_cells.add_things(session, make, lead, june),
            "opening_id": joining_cells.add_opening(session, make, target, june),
            "section": "clinic",
            "team.remove_member/membership_id": nurse.membership_id,
            # Whom an administrator sends away and takes back, row after row.
            "membership_id": target.membership_id,
            "staff.end_absence/absence_id": absences[1].id,
        }


def _sessions_of(session: Session, member: Member) -> list[uuid.UUID]:
    """The oldest first."""
    own = sa.select(WebSession.id).where(WebSession.person_id == member.person_id)
    return list(session.scalars(own.order_by(WebSession.created_at)))


def _asked_erasure(patient: Member, now: datetime) -> Erasure:
    """The patient asked for it just now."""
    return Erasure(
        clinic_id=patient.clinic_id,
        patient_id=patient.patient,
        membership_id=patient.membership_id,
        why="patient",
        asked_by=patient.person_id,
        asked_at=now,
        due_at=now + timedelta(days=14),
    )


def _only(table: type[CheckIn] | type[Alert] | type[Cadence], june: Member) -> sa.Select[Any]:
    """The one of this kind at the clinic."""
    return sa.select(table.id).where(table.clinic_id == june.clinic_id)


def ask(world: World, endpoint: str, name: Visitor) -> int:
    """The status this visitor gets, in a browser that has done nothing else."""
    path, body = address_of(world, endpoint), body_of(world, endpoint)
    status = world.browser(name).open(path, method=TABLE[endpoint].method, **body).status_code
    if endpoint == "devices.end_others":
        world.pockets.clear()
    return status


def address_of(world: World, endpoint: str, ids: dict[str, object] | None = None) -> str:
    """Where it is, for june's things unless told."""
    ids = world.ids if ids is None else ids
    rule = next(rule for rule in world.app.url_map.iter_rules() if rule.endpoint == endpoint)
    return re.sub(
        r"<(?:\w+:)?(\w+)>",
        lambda found: str(ids.get(f"{endpoint}/{found[1]}", ids[found[1]])),
        rule.rule,
    )


def body_of(world: World, endpoint: str) -> dict[str, Any]:
    """What is sent to it, new every time."""
    if endpoint == "agreements.add_agreement":
        return {"json": make_decision(world.june)}
    if endpoint == "sync.sync":
        return {"json": {"person": str(world.june.person_id), "items": [seal_for(world.app, world.june)]}}
    if endpoint == "account.do_sign_in":
        # An address of its own: the throttle counts tries by it.
        return {"data": {"email": f"{uuid.uuid4().hex}@example.com", "passphrase": "wrong"}}
    if endpoint.startswith("own_erasure."):
        return {"data": {"patient": str(world.june.patient), "sure": "yes"}}
    if endpoint.startswith("gaps."):
        return {"json": ABOUT_A_GAP | {"patient": str(world.june.patient)}}
    return dict(BODIES.get(endpoint, {}))
