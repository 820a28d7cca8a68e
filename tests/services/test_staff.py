"""Who works at a clinic: nobody is left without an owner, and the clinic never without an administrator."""

import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import Database
from app.errors import BetweenError
from app.models import Alert, AlertHandover, AuditRow, Invitation, Membership, Patient, Person
from app.services.access import own_patients
from app.services.actors import Actor, load_actor
from app.services.cover import Leave, add_absence
from app.services.founding import found_clinic
from app.services.invitations import accept_invitation, find_invitation, invite
from app.services.staff import StaffError, invite_colleague, remove, resume, suspend
from app.services.team import read_members
from tests.factories import Factory, Member, visitor
from tests.ward import Ward


@dataclass
class Office:
    """A ward with administrators, and what they do."""

    ward: Ward
    admins: list[Member]

    def actor(self, member: Member) -> Actor:
        return self.ward.make.actor(member)

    def suspend(self, member: Member, by: Member | None = None) -> None:
        actor = self.actor(by or self.admins[0])
        with self.ward.database.writing() as session:
            suspend(session, actor, member.membership_id, self.ward.now)

    def resume(self, member: Member) -> None:
        actor = self.actor(self.admins[0])
        with self.ward.database.writing() as session:
            resume(session, actor, member.membership_id, self.ward.now)

    def remove(self, member: Member, to: Member | None = None, by: Member | None = None) -> None:
        actor = self.actor(by or self.admins[0])
        with self.ward.database.writing() as session:
            remove(session, actor, member.membership_id, to.membership_id if to else None, self.ward.now)

    def state(self, member: Member) -> str:
        with self.ward.database.reading() as session:
            return session.get_one(Membership, (member.clinic_id, member.membership_id)).state

    def lead_of_june(self) -> uuid.UUID:
        with self.ward.database.reading() as session:
            return self.ward.make.row(session, self.ward.june).lead_id


def on_team(session: Session, patient: Patient) -> set[uuid.UUID]:
    return {one.id for one in read_members(session, patient) if one.is_on}


@pytest.fixture
def office(ward: Ward) -> Office:
    ward.hire("vega")
    admins = [ward.make.colleague(ward.clinic_id, "administrator", name) for name in ("Elena", "Ada")]
    return Office(ward, admins)


def test_removal_hands_over_alerts_patients_and_invitations_in_one_commit(office: Office) -> None:
    ward = office.ward
    lindqvist, vega = ward.staff["lindqvist"], ward.staff["vega"]
    ward.answer(2)
    with ward.database.writing() as session:
        inviter = session.get_one(Membership, (lindqvist.clinic_id, lindqvist.membership_id))
        invite(session, inviter=inviter, role="patient", name="Noor", language="en", now=ward.now)
    with pytest.raises(StaffError, match="nobody_takes_over"):
        office.remove(lindqvist)
    assert (office.state(lindqvist), office.lead_of_june()) == ("active", lindqvist.membership_id)
    office.remove(lindqvist, to=vega)
    assert office.state(lindqvist) == "ended"
    assert ward.alert().owner_id == office.lead_of_june() == vega.membership_id
    with ward.database.reading() as session:
        (given,) = session.scalars(sa.select(AlertHandover)).all()
        assert (given.from_id, given.to_id) == (lindqvist.membership_id, vega.membership_id)
        assert given.by_id == office.admins[0].membership_id
        assert session.scalars(sa.select(Invitation.lead_id)).one() == vega.membership_id
        assert "staff.removed" in session.scalars(sa.select(AuditRow.action)).all()
    # The colleague is on the team now, whoever left is not: a new answer finds somebody.
    with ward.database.reading() as session:
        assert on_team(session, ward.make.row(session, ward.june)) == {vega.membership_id}


@pytest.mark.parametrize("to", ["lindqvist", "administrator", "of another clinic", "suspended"])
def test_only_another_active_clinician_of_the_clinic_takes_over(office: Office, to: str) -> None:
    ward = office.ward
    taker = {
        "lindqvist": lambda: ward.staff["lindqvist"],
        "administrator": lambda: office.admins[0],
        "of another clinic": lambda: ward.make.clinician(ward.make.clinic("Elsewhere")),
        "suspended": lambda: ward.staff["vega"],
    }[to]()
    ward.hire("mensah")
    if to == "suspended":
        office.suspend(taker)
    with pytest.raises(StaffError, match="nobody_takes_over"):
        office.remove(ward.staff["lindqvist"], to=taker)


def test_whoever_is_suspended_is_out_and_the_alerts_have_somebody_at_once(office: Office) -> None:
    ward = office.ward
    lindqvist = ward.staff["lindqvist"]
    ward.answer(2)
    office.suspend(lindqvist)
    assert office.actor(lindqvist).roles == ()
    assert ward.alert().owner_id == ward.staff["vega"].membership_id
    office.resume(lindqvist)
    assert [held.role for held in office.actor(lindqvist).roles] == ["clinician"]
    assert office.lead_of_june() == lindqvist.membership_id


def test_an_answer_to_a_suspended_lead_goes_to_whoever_is_there(office: Office) -> None:
    office.suspend(office.ward.staff["lindqvist"])
    office.ward.answer(3)
    assert office.ward.alert().owner_id == office.ward.staff["vega"].membership_id


def test_what_is_given_to_somebody_away_goes_on_to_the_cover(office: Office) -> None:
    ward = office.ward
    mensah = ward.hire("mensah")
    ward.answer(2)
    vega = ward.staff["vega"]
    with ward.database.writing() as session:
        leave = Leave(ward.now, ward.now + timedelta(days=3), mensah.membership_id)
        add_absence(session, office.actor(office.admins[0]), ward.actor("vega").as_carer(), leave, ward.now)
    office.remove(ward.staff["lindqvist"], to=vega)
    assert office.lead_of_june() == vega.membership_id
    assert ward.alert().owner_id == mensah.membership_id


def test_the_last_administrator_and_the_last_clinician_stay(office: Office) -> None:
    ward = office.ward
    first, second = office.admins
    office.remove(second)
    for change in (office.remove, office.suspend):
        with pytest.raises(StaffError, match="last_administrator"):
            change(first)
    office.remove(ward.staff["vega"])
    for change in (office.remove, office.suspend):
        with pytest.raises(StaffError, match="last_clinician"):
            change(ward.staff["lindqvist"])


def test_two_administrators_who_remove_each_other_are_one(office: Office) -> None:
    first, second = office.admins
    actors = {first: office.actor(first), second: office.actor(second)}
    start, told = threading.Barrier(2), []

    def send_away(by: Member, whom: Member) -> None:
        start.wait()
        try:
            with office.ward.database.writing() as session:
                remove(session, actors[by], whom.membership_id, None, office.ward.now)
            told.append("done")
        except (StaffError, BetweenError) as error:
            told.append(str(error))

    pairs = ((first, second), (second, first))
    threads = [threading.Thread(target=send_away, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done", "not_allowed"]
    assert sorted(map(office.state, office.admins)) == ["active", "ended"]


def test_a_place_waits_for_a_colleague_and_is_taken_up_once(office: Office) -> None:
    ward, make = office.ward, office.ward.make
    elena = office.actor(office.admins[0]).in_role("administrator")
    with ward.database.writing() as session:
        made, code = invite_colleague(session, elena, "nurse", "Ruth", "en", ward.now)
    place = Member(ward.clinic_id, uuid.uuid4(), made.membership_id or uuid.uuid4(), "Ruth", "")
    assert office.state(place) == "invited"
    with ward.database.writing() as session:
        people = session.scalar(sa.select(sa.func.count()).select_from(Person))
        person = make._person(session, "Ruth Adeyemi", "en")
        found = find_invitation(session, code, ward.now).invitation
        assert accept_invitation(session, found, person, ward.now).id == place.membership_id
    assert office.state(place) == "active"
    with ward.database.reading() as session:
        # The name that waited became this person, and no second one is left behind.
        assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == people
        actor = load_actor(session, person.id)
        assert actor is not None
        assert [held.role for held in actor.roles] == ["nurse"]


def test_a_withdrawn_place_opens_nothing_and_a_colleague_comes_back_by_a_new_one(office: Office) -> None:
    ward = office.ward
    elena = office.actor(office.admins[0]).in_role("administrator")
    with ward.database.writing() as session:
        made, code = invite_colleague(session, elena, "clinician", "Vega", "en", ward.now)
    place = Member(ward.clinic_id, uuid.uuid4(), made.membership_id or uuid.uuid4(), "Vega", "")
    office.remove(place)
    with ward.database.reading() as session, pytest.raises(BetweenError, match="invitation_used"):
        find_invitation(session, code, ward.now)
    vega = ward.staff["vega"]
    office.remove(vega)
    with ward.database.writing() as session:
        again, _code = invite_colleague(session, elena, "clinician", "Vega", "en", ward.now)
        person = session.get_one(Person, vega.person_id)
        assert accept_invitation(session, again, person, ward.now).id == vega.membership_id
    assert office.state(vega) == "active"


def test_no_invitation_lifts_a_suspension(office: Office) -> None:
    ward, vega = office.ward, office.ward.staff["vega"]
    office.suspend(vega)
    elena = office.actor(office.admins[0]).in_role("administrator")
    with ward.database.writing() as session:
        made, _code = invite_colleague(session, elena, "clinician", "Vega", "en", ward.now)
    with ward.database.writing() as session, pytest.raises(BetweenError, match="suspended"):
        accept_invitation(session, made, session.get_one(Person, vega.person_id), ward.now)
    assert office.state(vega) == "suspended"


@pytest.mark.parametrize(
    ("role", "wanted"),
    [("clinician", "nurse"), ("nurse", "clinician"), ("front_desk", "administrator"), ("patient", "patient")],
)
def test_nobody_invites_beyond_the_own_role(office: Office, role: str, wanted: str) -> None:
    make = office.ward.make
    member = office.ward.june if role == "patient" else make.colleague(office.ward.clinic_id, role)
    with office.ward.database.writing() as session:
        inviter = session.get_one(Membership, (member.clinic_id, member.membership_id))
        with pytest.raises(BetweenError, match="not_allowed"):
            invite(session, inviter=inviter, role=wanted, name="X", language="en", now=office.ward.now)


def test_a_patient_invited_by_the_front_desk_is_led_and_seen_by_a_nurse_who_invites(office: Office) -> None:
    ward, make = office.ward, office.ward.make
    desk, nurse = (make.colleague(ward.clinic_id, role) for role in ("front_desk", "nurse"))
    vega = ward.staff["vega"]
    for inviter_of, name in ((desk, "Noor"), (nurse, "Dev")):
        with ward.database.writing() as session:
            inviter = session.get_one(Membership, (ward.clinic_id, inviter_of.membership_id))
            with pytest.raises(BetweenError, match="not_valid"):
                invite(session, inviter=inviter, role="patient", name=name, language="en", now=ward.now)
            made, _code = invite(
                session,
                inviter=inviter,
                role="patient",
                name=name,
                language="en",
                now=ward.now,
                lead_id=vega.membership_id,
            )
            person = make._person(session, name, "en")
            accept_invitation(session, made, person, ward.now)
            patient = session.scalars(own_patients(load_actor(session, person.id))).one()  # type: ignore[arg-type]
            assert patient.lead_id == vega.membership_id
            assert (nurse.membership_id in on_team(session, patient)) == (inviter_of is nurse)


def test_the_command_prints_an_invitation_that_opens_the_clinic(app: Flask) -> None:
    said = app.test_cli_runner().invoke(
        args=["clinic", "create", "--name", "Bay", "--zone", "America/Chicago", "--administrator", "Elena"]
    )
    assert said.exit_code == 0, said.output
    path = "/join/" + said.output.partition("/join/")[2].split()[0]
    browser = visitor(app)
    assert "You are invited to Bay." in browser.get(path).get_data(as_text=True)
    form = {"name": "Elena Arroyo", "email": "elena@example.com", "language": "en"}
    joined = browser.post(path, data=form | {"passphrase": "five plain words for elena"})
    assert joined.status_code == 302
    assert browser.get("/clinic/settings").location == "/account/second-step?next=/clinic/settings"
    wrong = app.test_cli_runner().invoke(
        args=["clinic", "create", "--name", "Bay", "--zone", "Mars", "--administrator", "Elena"]
    )
    assert (wrong.exit_code, "no time zone" in wrong.output) == (1, True)


def test_a_clinic_is_founded_with_an_invitation_and_nothing_else(
    database: Database, settings: Settings
) -> None:
    now = datetime.now(UTC)
    with database.writing() as session:
        code = found_clinic(session, "Bay Clinic", "America/Chicago", "Elena", "en", now)
        invited = find_invitation(session, code, now)
        assert (invited.clinic_name, invited.inviter_name) == ("Bay Clinic", "Bay Clinic")
        person = Factory(database, now)._person(session, "Elena Arroyo", "en")
        accept_invitation(session, invited.invitation, person, now)
        actor = load_actor(session, person.id)
        assert actor is not None
        assert [held.role for held in actor.roles] == ["administrator"]
        assert session.scalars(sa.select(Patient)).all() == []
        assert session.scalars(sa.select(Alert)).all() == []
