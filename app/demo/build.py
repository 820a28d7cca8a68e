"""Loads the demo clinic through the services that real data goes through, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Database
from app.demo.history import Clock, Enrolled, live_through
from app.demo.plan import StaffPlan, Story
from app.demo.stories import CLINIC, SIGN_IN_WORDS, STAFF, STORIES, ZONE
from app.models import Clinic, Membership, Patient, Person, TeamMember
from app.services.accounts import create_clinic, create_person, join_clinic
from app.services.actors import load_actor
from app.services.at_rest import owner_of, seal_texts
from app.services.intake import Intake
from app.services.invitations import accept_invitation, invite
from app.services.sealing import Keyring

OPENED_DAYS_AGO = 120


@dataclass(frozen=True)
class SignIn:
    """A sign-in of the demo clinic, as printed by `make run`."""

    role: str
    name: str
    email: str
    passphrase: str = SIGN_IN_WORDS


def demo_sign_ins() -> tuple[SignIn, ...]:
    staff = [SignIn(plan.role, plan.name, plan.email) for plan in STAFF]
    patients = [SignIn("patient", story.name, story.email) for story in STORIES]
    care = [story.caregiver for story in STORIES if story.caregiver]
    caregivers = [SignIn("caregiver", plan.name, plan.email) for plan in care]
    return (*staff, *patients, *caregivers)


def has_people(session: Session) -> bool:
    """The demo clinic is only for a database in which nobody is yet."""
    return session.scalar(sa.select(Person.id).limit(1)) is not None


def build_demo(session: Session, keyring: Keyring, now: datetime) -> None:
    """Everybody and their twelve weeks up to `now`. The caller commits: half a clinic is never seen."""
    clock = Clock(now, ZONE)
    clinic = create_clinic(
        session,
        name=CLINIC.name,
        phone=CLINIC.phone,
        zone=CLINIC.zone,
        hours=CLINIC.hours,
        answer_words=CLINIC.answer_words,
        now=clock.at(-OPENED_DAYS_AGO),
    )
    clinic.is_demo, clinic.closing_days = True, []
    memberships = {plan.key: _hire(session, clinic, plan, clock) for plan in STAFF}
    intake = Intake(_InThisTransaction(session))
    for story in STORIES:
        team = [memberships[key] for key in story.team]
        enrolled = _enrol(session, story, team, clock)
        live_through(session, intake, keyring, story, enrolled, clock)
    session.flush()


class _InThisTransaction(Database):
    """What the intake writes joins the caller's transaction instead of being committed on its own."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @contextmanager
    def writing_core(self) -> Iterator[sa.Connection]:
        self._session.flush()
        yield self._session.connection()
        # Rows changed beside the session must be read again.
        self._session.expire_all()


def _hire(session: Session, clinic: Clinic, plan: StaffPlan, clock: Clock) -> Membership:
    now = clock.at(-OPENED_DAYS_AGO)
    person = create_person(
        session,
        name=plan.name,
        email=plan.email,
        passphrase=SIGN_IN_WORDS,
        language="en",
        zone=ZONE,
        now=now,
    )
    return join_clinic(session, person.id, clinic.id, plan.role, now)


def _enrol(session: Session, story: Story, team: list[Membership], clock: Clock) -> Enrolled:
    """Invited by the lead, joined with the invitation, as everybody is."""
    now = clock.at(story.joined)
    person = _new_person(session, story.name, story.email, story.language, now)
    person.numbers_hidden = story.numbers_hidden
    membership = _invited(session, team[0], "patient", person, now)
    patient = session.scalars(sa.select(Patient).where(Patient.membership_id == membership.id)).one()
    seal_texts(session, owner_of(patient), patient, safety_plan=story.safety_plan)
    for other in team[1:]:
        session.add(TeamMember(clinic_id=patient.clinic_id, patient_id=patient.id, membership_id=other.id))
    _share_care(session, story, patient, membership, clock)
    session.flush()
    actors = {key: load_actor(session, one.person_id) for key, one in zip(story.team, team, strict=True)}
    return Enrolled(patient, person.id, {key: actor for key, actor in actors.items() if actor is not None})


def _share_care(
    session: Session, story: Story, patient: Patient, membership: Membership, clock: Clock
) -> None:
    plan = story.caregiver
    if plan is None:
        return
    now = clock.at(plan.from_day)
    person = _new_person(session, plan.name, plan.email, plan.language, now)
    until = None if plan.until_day is None else clock.day(plan.until_day)
    invitation, _ = invite(
        session,
        inviter=membership,
        role="caregiver",
        name=plan.name,
        language=plan.language,
        now=now,
        patient_id=patient.id,
        care_until=until,
    )
    accept_invitation(session, invitation, person, now)


def _invited(session: Session, inviter: Membership, role: str, person: Person, now: datetime) -> Membership:
    invitation, _ = invite(
        session, inviter=inviter, role=role, name=person.name, language=person.language, now=now
    )
    return accept_invitation(session, invitation, person, now)


def _new_person(session: Session, name: str, email: str, language: str, now: datetime) -> Person:
    return create_person(
        session,
        name=name,
        email=email,
        passphrase=SIGN_IN_WORDS,
        language=language,
        zone=ZONE,
        now=now,
    )
