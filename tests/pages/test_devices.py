"""Devices and sign-ins: seen by their owner, ended from anywhere; and how the clinic helps people back in."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.db import Database
from app.domain.roles import ADMINISTRATOR
from app.errors import BetweenError
from app.models import AppendCredential, AuditRow, Entry, Membership, Person, ResetCode
from app.pages.devices_presenter import name_device
from app.services.actors import Actor, Role
from app.services.entry_help import find_helped_colleague, find_helped_patient
from app.services.resets import ask_by_mail, claim_letter, write_letter
from tests.factories import PASSPHRASE, Factory, Member, seal_for, signed_in, visitor
from tests.pages.conftest import Desk, words
from tests.pages.test_second_step import set_up_app, show_code, with_words

NEW = "quite other words for june"
PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 7) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36"


def phone_of(app: Flask, member: Member) -> FlaskClient:
    browser = visitor(app)
    browser.environ_base["HTTP_USER_AGENT"] = PHONE
    form = {"email": member.email, "passphrase": PASSPHRASE}
    assert browser.post("/sign-in", data=form).status_code == 302
    return browser


def send(desk: Desk, phone: FlaskClient) -> int:
    body = {"person": str(desk.june.person_id), "items": [seal_for(desk.app, desk.june)]}
    return phone.post("/api/sync", json=body).status_code


def ends(page: str) -> list[str]:
    return re.findall(r'action="[^"]*/devices/([0-9a-f-]{36})/end"', page)


def test_a_lost_phone_is_ended_from_another(desk: Desk, clock: time_machine.Traveller) -> None:
    lost = phone_of(desk.app, desk.june)
    clock.shift(timedelta(minutes=5))
    other = phone_of(desk.app, desk.june)
    page = other.get("/account/devices")
    assert words(page).count("Chrome on Android") >= 2
    assert "Answers that wait on this phone stay there, and arrive only after a new sign-in on it" in words(
        page
    )
    this, that = ends(page.text)
    assert send(desk, lost) == 200
    assert other.post(f"/account/devices/{that}/end").status_code == 303
    assert (lost.get("/api/overview").status_code, send(desk, lost)) == (401, 401)
    assert (other.get("/api/overview").status_code, send(desk, other)) == (200, 200)
    assert ends(other.get("/account/devices").text) == [this]
    assert (
        signed_in(desk.app, desk.make.patient(desk.lead)).post(f"/account/devices/{this}/end").status_code
        == 404
    )


def test_all_others_end_and_this_one_stays(desk: Desk, clock: time_machine.Traveller) -> None:
    others = [phone_of(desk.app, desk.june)]
    others[0].post("/sign-out")
    clock.shift(timedelta(minutes=1))
    others.append(phone_of(desk.app, desk.june))
    clock.shift(timedelta(minutes=1))
    mine = phone_of(desk.app, desk.june)
    assert "may still hand in answers" in words(mine.get("/account/devices"))
    assert mine.post("/account/devices/end-others").status_code == 303
    assert [send(desk, one) for one in (*others, mine)] == [401, 401, 200]


def test_signing_in_again_on_one_phone_is_one_device(
    desk: Desk, database: Database, clock: time_machine.Traveller
) -> None:
    phone = phone_of(desk.app, desk.june)
    clock.shift(timedelta(days=2))
    form = {"email": desk.june.email, "passphrase": PASSPHRASE}
    old = phone.get_cookie(f"append-{desk.june.person_id.hex[:8]}")
    assert old is not None
    phone.post("/sign-in", data=form)
    assert len(ends(phone.get("/account/devices").text)) == 1
    # Were the answer with the new credential lost on its way, the phone would go on with the old one.
    phone.set_cookie(old.key, old.value)
    assert send(desk, phone) == 200
    with database.reading() as session:
        kept = session.scalars(sa.select(AppendCredential.expires_at)).all()
    assert min(kept) > datetime.now(UTC) + timedelta(days=89), "use keeps it"


def test_the_list_keeps_the_last_twenty_and_is_ones_own(
    desk: Desk, database: Database, clock: time_machine.Traveller
) -> None:
    for _ in range(3):
        visitor(desk.app).post("/sign-in", data={"email": desk.june.email, "passphrase": "not these words"})
    for _ in range(22):
        clock.shift(timedelta(minutes=16))
        last = phone_of(desk.app, desk.june)
    visitor(desk.app).post("/sign-in", data={"email": "nobody@example.com", "passphrase": "x"})
    with database.reading() as session:
        lines = session.scalars(sa.select(Entry).where(Entry.person_id == desk.june.person_id)).all()
    assert [line.outcome for line in lines] == ["entered"] * 20
    assert "Signed in with the pass-phrase" in words(last.get("/account/devices"))
    assert "Signed in with" not in words(signed_in(desk.app, desk.lead).get("/account/devices"))


def hand_out(desk: Desk) -> str:
    page = desk.browser().post(desk.path(rest="/entry/code"))
    found = re.search(r"\b([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})\b", page.text)
    assert found
    return found[1]


def use(app: Flask, code: str, passphrase: str = NEW) -> tuple[FlaskClient, int]:
    browser = visitor(app)
    form = {"code": code, "passphrase": passphrase}
    return browser, browser.post("/sign-in/code", data=form).status_code


def test_a_code_of_the_clinic_opens_the_way_to_new_words_once(
    desk: Desk, database: Database, clock: time_machine.Traveller
) -> None:
    phone = phone_of(desk.app, desk.june)
    code = hand_out(desk)
    assert use(desk.app, code, "too short")[1] == 422
    came, _status = use(desk.app, code.lower().replace("-", " "))
    assert came.get("/api/overview").status_code == 200
    assert use(desk.app, code)[1] == 422
    assert phone.get("/api/overview").status_code == 401, "every other session has ended"
    assert send(desk, phone) == 200, "and what waits on the phone still arrives"
    told = words(came.get("/account/devices"))
    assert "The clinic made a code for a new pass-phrase" in told
    assert "A new pass-phrase was set" in told
    old = {"email": desk.june.email, "passphrase": PASSPHRASE}
    assert visitor(desk.app).post("/sign-in", data=old).status_code == 422
    assert visitor(desk.app).post("/sign-in", data=old | {"passphrase": NEW}).status_code == 302
    with database.reading() as session:
        acts = session.scalars(
            sa.select(AuditRow.action).where(AuditRow.clinic_id == desk.june.clinic_id)
        ).all()
        assert session.scalars(sa.select(ResetCode.code_hash)).one() != code.replace("-", "").encode()
    assert {"reset_code.made", "passphrase.set"} <= set(acts)


def test_ones_own_new_words_end_every_other_session(desk: Desk, clock: time_machine.Traveller) -> None:
    other, mine = phone_of(desk.app, desk.june), phone_of(desk.app, desk.june)
    form = {"old": PASSPHRASE, "passphrase": NEW}
    assert mine.post("/account/passphrase", data=form | {"old": "not these words"}).status_code == 422
    assert mine.post("/account/passphrase", data=form | {"passphrase": "short"}).status_code == 422
    assert other.get("/api/overview").status_code == 200
    assert mine.post("/account/passphrase", data=form).status_code == 303
    assert (mine.get("/api/overview").status_code, other.get("/api/overview").status_code) == (200, 401)
    assert send(desk, other) == 200
    old = {"email": desk.june.email, "passphrase": PASSPHRASE}
    assert visitor(desk.app).post("/sign-in", data=old).status_code == 422


def test_a_letter_asked_for_by_a_stranger_leaves_the_clinics_code_alone(
    desk: Desk, database: Database, clock: time_machine.Traveller
) -> None:
    code = hand_out(desk)
    with database.writing() as session:
        ask_by_mail(session, desk.june.email, datetime.now(UTC))
        held = claim_letter(session, datetime.now(UTC), "test")
        assert held is not None
        assert write_letter(session, held, "https://between.example.org", datetime.now(UTC)) is not None
    assert use(desk.app, code)[1] == 303


def test_a_code_ends_with_the_hour_and_with_the_next_code(desk: Desk, clock: time_machine.Traveller) -> None:
    first, second = hand_out(desk), hand_out(desk)
    assert use(desk.app, first)[1] == 422
    clock.shift(timedelta(hours=1))
    assert use(desk.app, second)[1] == 422


def test_new_words_are_no_second_step(desk: Desk, clock: time_machine.Traveller) -> None:
    _secret, paper = set_up_app(with_words(desk.app, desk.june))
    came, _status = use(desk.app, hand_out(desk))
    assert came.get("/api/overview").status_code == 403
    assert show_code(came, paper[0]) == 303
    assert came.get("/api/overview").status_code == 200


def test_the_clinic_ends_a_phone_and_removes_a_lost_second_step(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    phone = phone_of(desk.app, desk.june)
    set_up_app(phone)
    staff = desk.browser()
    page = staff.get(desk.path(rest="/entry"))
    assert "Remove a lost second step" in words(page)
    assert staff.post(desk.path(rest="/entry/second-step/remove")).status_code == 303
    assert phone_of(desk.app, desk.june).get("/api/overview").status_code == 200
    for one in ends(page.text):
        assert staff.post(desk.path(rest=f"/entry/devices/{one}/end")).status_code == 303
    assert (phone.get("/api/overview").status_code, send(desk, phone)) == (401, 401)


def boss(make: Factory, clinic_id: uuid.UUID, person_id: uuid.UUID | None = None) -> Actor:
    return Actor(person_id or uuid.uuid4(), "", "en", "UTC", (Role(clinic_id, uuid.uuid4(), ADMINISTRATOR),))


def test_an_administrator_helps_colleagues_and_never_oneself(database: Database, make: Factory) -> None:
    here, there = make.clinic(), make.clinic("Elsewhere")
    lead, far = make.clinician(here), make.clinician(there)
    june = make.patient(lead)
    with database.writing() as session:
        both = Membership(clinic_id=there, person_id=lead.person_id, role="clinician", created_at=make.now)
        helped = find_helped_colleague(session, boss(make, here), lead.membership_id)
        assert (helped.may_hand_out, helped.may_drop) == (True, True)
        for other in (far.membership_id, june.membership_id, uuid.uuid4()):
            with pytest.raises(BetweenError, match="not_found"):
                find_helped_colleague(session, boss(make, here), other)
        own = find_helped_colleague(session, boss(make, here, lead.person_id), lead.membership_id)
        assert (own.may_hand_out, own.may_drop) == (False, False)
        # Who works elsewhere too: what is done here must not open what is there.
        session.add(both)
        session.flush()
        helped = find_helped_colleague(session, boss(make, here), lead.membership_id)
        assert (helped.may_hand_out, helped.may_drop) == (False, False)
        session.get_one(Person, lead.person_id).second_factor_at = make.now
        session.flush()
        helped = find_helped_colleague(session, boss(make, here), lead.membership_id)
        assert (helped.may_hand_out, helped.may_drop) == (True, False)


def test_a_patient_who_is_staff_somewhere_is_helped_there(database: Database, make: Factory) -> None:
    lead = make.clinician(make.clinic())
    june = make.patient(lead)
    with database.writing() as session:
        session.add(
            Membership(
                clinic_id=lead.clinic_id,
                person_id=june.person_id,
                role="clinician",
                created_at=make.now,
            )
        )
        session.flush()
        helped = find_helped_patient(session, make._actor(session, lead), june.patient)
        assert (helped.may_hand_out, helped.may_drop) == (False, False)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (PHONE, "Chrome on Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox on Linux"),
        ("curl/8", "A browser"),
    ],
)
def test_a_browser_is_named_as_people_name_it(app: Flask, user_agent: str, name: str) -> None:
    with app.test_request_context():
        assert name_device(user_agent) == name
