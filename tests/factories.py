"""People, clinics and what they send, made through the services that real ones go through."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.db import Database
from app.models import CareLink, Membership, Patient, Person, Visit
from app.services.accounts import create_clinic, create_person, enrol_patient, join_clinic
from app.services.actors import Actor, load_actor
from app.services.invitations import accept_invitation, invite
from app.services.sessions import append_cookie_suffix, give_append_credential, start_session
from app.services.visits import NewVisit, add_visit
from tests.envelope import SealTo, seal_item

PASSPHRASE = "plain words for a test person"
ZONE = "America/New_York"


@dataclass(frozen=True)
class Member:
    """One person in one role at one clinic. `patient_id` is set for patients."""

    clinic_id: uuid.UUID
    person_id: uuid.UUID
    membership_id: uuid.UUID
    name: str
    email: str
    patient_id: uuid.UUID | None = None

    @property
    def patient(self) -> uuid.UUID:
        """The patient's id; asked only of patients."""
        assert self.patient_id is not None
        return self.patient_id


@dataclass
class Factory:
    """Makes what a test needs, in its database, at its time."""

    database: Database
    now: datetime

    def clinic(self, name: str = "Harbor Clinic") -> uuid.UUID:
        """A clinic, by its id."""
        with self.database.writing() as session:
            words = {"en": "Monday to Friday, 9 to 5", "es": "De lunes a viernes, de 9 a 5"}
            answer = {"en": "within 1 working day", "es": "en 1 día hábil"}
            made = create_clinic(
                session,
                name=name,
                phone="(555) 010-0142",
                zone=ZONE,
                hours=words,
                answer_words=answer,
                now=self.now,
            )
            made.live_at = self.now
            return made.id

    def clinician(self, clinic_id: uuid.UUID, name: str = "Dr. Lindqvist") -> Member:
        """A clinician of the clinic."""
        with self.database.writing() as session:
            return self._join(session, clinic_id, "clinician", name, "en")

    def colleague(self, clinic_id: uuid.UUID, role: str, name: str = "Ruth Adeyemi") -> Member:
        """Somebody else who works at the clinic."""
        with self.database.writing() as session:
            return self._join(session, clinic_id, role, name, "en")

    def patient(self, lead: Member, name: str = "June Kowalski", language: str = "en") -> Member:
        """A patient on the lead's team."""
        with self.database.writing() as session:
            member = self._join(session, lead.clinic_id, "patient", name, language)
            membership = session.get_one(Membership, (member.clinic_id, member.membership_id))
            patient = enrol_patient(session, membership, lead.membership_id, self.now)
            return Member(**{**vars(member), "patient_id": patient.id})

    def caregiver(self, patient: Member, name: str = "Sam Kowalski") -> Member:
        """Somebody the patient invited to see the visits."""
        with self.database.writing() as session:
            inviter = session.get_one(Membership, (patient.clinic_id, patient.membership_id))
            invitation, _code = invite(
                session,
                inviter=inviter,
                role="caregiver",
                name=name,
                language="en",
                now=self.now,
                patient_id=patient.patient,
            )
            person = self._person(session, name, "en")
            membership = accept_invitation(session, invitation, person, self.now)
            return Member(membership.clinic_id, person.id, membership.id, name, person.email or "")

    def care_link(self, caregiver: Member) -> uuid.UUID:
        """The consent the caregiver holds, by its id."""
        with self.database.reading() as session:
            found = session.scalars(
                sa.select(CareLink.id).where(CareLink.membership_id == caregiver.membership_id)
            )
            return found.one()

    def visit(
        self, lead: Member, patient: Member, starts_at: datetime | None = None, modality: str = "ketamine_iv"
    ) -> Visit:
        """A visit of the patient; tomorrow unless told."""
        with self.database.writing() as session:
            new = NewVisit(modality, starts_at or self.now + timedelta(days=1), ZONE, 60, "Room 2")
            return add_visit(session, self._actor(session, lead), self.row(session, patient), new, self.now)

    def actor(self, member: Member) -> Actor:
        """The member as services see a signed-in person."""
        with self.database.reading() as session:
            return self._actor(session, member)

    def row(self, session: Session, patient: Member) -> Patient:
        """The patient's row in this session."""
        return session.get_one(Patient, (patient.clinic_id, patient.patient))

    def _actor(self, session: Session, member: Member) -> Actor:
        actor = load_actor(session, member.person_id)
        assert actor is not None
        return actor

    def _person(self, session: Session, name: str, language: str) -> Person:
        email = f"{uuid.uuid4().hex[:12]}@example.com"
        return create_person(
            session,
            name=name,
            email=email,
            passphrase=PASSPHRASE,
            language=language,
            zone=ZONE,
            now=self.now,
        )

    def _join(self, session: Session, clinic_id: uuid.UUID, role: str, name: str, language: str) -> Member:
        person = self._person(session, name, language)
        membership = join_clinic(session, person.id, clinic_id, role, self.now)
        return Member(clinic_id, person.id, membership.id, name, person.email or "")


def visitor(app: Flask) -> FlaskClient:
    """A browser with empty pockets that comes from this very site."""
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client


def signed_in(app: Flask, member: Member) -> FlaskClient:
    """The member's browser: signed in with a second factor, and for a patient with what appends."""
    (pocket,) = open_sessions(app, member)
    return browser_with(app, member, pocket)


def signed_in_since(
    app: Flask, member: Member, now: datetime, proved_at: datetime | None = None
) -> FlaskClient:
    """The member's browser, signed in at `now`; with the pass-phrase alone unless `proved_at` is given."""
    with app.extensions["between"].database.writing() as session:
        pocket = _fill_pocket(session, member, now, proved_at)
    return browser_with(app, member, pocket)


@dataclass(frozen=True)
class Pocket:
    """What one sign-in leaves in a browser."""

    token: str
    append: str


def open_sessions(app: Flask, member: Member, count: int = 1) -> list[Pocket]:
    """So many sign-ins of the member with a second factor, in one transaction."""
    now = datetime.now(UTC)
    with app.extensions["between"].database.writing() as session:
        return [_fill_pocket(session, member, now, now) for _ in range(count)]


def _fill_pocket(session: Session, member: Member, now: datetime, proved_at: datetime | None) -> Pocket:
    device = "a test's browser"
    return Pocket(
        start_session(session, member.person_id, device, now, proved_at),
        give_append_credential(session, member.person_id, device, now),
    )


def browser_with(app: Flask, member: Member, pocket: Pocket) -> FlaskClient:
    """A browser that holds what a sign-in left."""
    client = visitor(app)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = pocket.token
    if member.patient_id is not None:
        client.set_cookie(append_cookie_suffix(member.person_id), pocket.append)
    return client


def make_decision(patient: Member, **changes: object) -> dict[str, object]:
    """What the phone posts to /api/agreements when its owner accepts; `changes` replace single facts."""
    return {
        "id": str(uuid.uuid4()),
        "patient": str(patient.patient),
        "version": "1",
        "language": "en",
        "accepted": True,
        "adult": True,
        "sends_unfinished": True,
        "decided_at": datetime.now(UTC).isoformat(),
    } | changes


def seal_for(
    app: Flask, patient: Member, item: uuid.UUID | None = None, **envelope: object
) -> dict[str, str]:
    """One sealed check-in of the patient, ready for POST /api/sync."""
    newest = app.extensions["between"].keyring.public()[0]
    return seal_item(SealTo(**newest), patient.person_id, patient.patient, item, **envelope)
