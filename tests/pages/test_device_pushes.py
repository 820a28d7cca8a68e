"""Reminders end with the device they are shown on, also when nobody is signed in there any more."""

import base64
import uuid
from datetime import timedelta

import sqlalchemy as sa
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient

from app.models import PushSubscription
from app.services.subscriptions import live_installs
from tests.factories import PASSPHRASE, Member, signed_in
from tests.pages.conftest import Desk, words
from tests.pages.test_devices import ends, phone_of

POINT = ec.generate_private_key(ec.SECP256R1()).public_key()
KEYS = {
    "p256dh": base64.urlsafe_b64encode(
        POINT.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    ).decode(),
    "auth": base64.urlsafe_b64encode(b"a secret of 16 b").decode(),
}


def ring(browser: FlaskClient) -> uuid.UUID:
    """Turn on reminders in this browser, by its install."""
    install = uuid.uuid4()
    body = {
        "install": str(install),
        "endpoint": f"https://fcm.googleapis.com/fcm/send/{install}",
        "keys": KEYS,
    }
    assert browser.post("/api/subscriptions", json=body).status_code == 201
    return install


def reminded(desk: Desk, member: Member) -> set[uuid.UUID]:
    with desk.database.reading() as session:
        return set(live_installs(session, member.person_id))


def test_a_device_that_is_ended_is_not_reminded_any_more(desk: Desk, clock: time_machine.Traveller) -> None:
    lost = phone_of(desk.app, desk.june)
    ring(lost)
    clock.shift(timedelta(minutes=5))
    mine = phone_of(desk.app, desk.june)
    kept = ring(mine)
    page = mine.get("/account/devices")
    assert words(page).count("is reminded") == 2
    assert mine.post(f"/account/devices/{ends(page.text)[1]}/end").status_code == 303
    assert reminded(desk, desk.june) == {kept}
    ring(phone_of(desk.app, desk.june))
    assert mine.post("/account/devices/end-others").status_code == 303
    assert reminded(desk, desk.june) == {kept}


def test_a_device_that_is_only_reminded_stands_on_the_list(desk: Desk, clock: time_machine.Traveller) -> None:
    other = signed_in(desk.app, desk.lead)
    ring(other)
    clock.shift(timedelta(days=3))
    with desk.database.writing() as session:
        session.execute(sa.update(PushSubscription).values(session_id=None))
    page = signed_in(desk.app, desk.lead).get("/account/devices")
    assert "Signed out · is reminded" in words(page)
    path = f"/account/devices/{ends(page.text)[-1]}/end"
    assert signed_in(desk.app, desk.june).post(path).status_code == 404
    assert signed_in(desk.app, desk.lead).post(path).status_code == 303
    assert reminded(desk, desk.lead) == set()


def test_staff_who_sign_out_are_told_of_nothing_there(desk: Desk, clock: time_machine.Traveller) -> None:
    here, there, phone = (
        signed_in(desk.app, desk.lead),
        signed_in(desk.app, desk.lead),
        phone_of(desk.app, desk.june),
    )
    ring(here)
    kept, patients = ring(there), ring(phone)
    for browser in (here, phone):
        browser.post("/sign-out")
    assert reminded(desk, desk.lead) == {kept}
    assert reminded(desk, desk.june) == {patients}, "the lock screen says nothing of what it is"


def test_signing_in_again_in_one_browser_keeps_it_that_device_s(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    phone = phone_of(desk.app, desk.june)
    kept = ring(phone)
    clock.shift(timedelta(days=2))
    phone.post("/sign-in", data={"email": desk.june.email, "passphrase": PASSPHRASE})
    page = phone.get("/account/devices")
    assert len(ends(page.text)) == 1
    assert "is reminded" in words(page)
    assert reminded(desk, desk.june) == {kept}


def test_the_clinic_ends_a_lost_phone_s_reminders(desk: Desk) -> None:
    ring(phone_of(desk.app, desk.june))
    (device,) = ends(desk.browser().get(desk.path(rest="/entry")).text)
    assert desk.browser().post(desk.path(rest=f"/entry/devices/{device}/end")).status_code == 303
    assert reminded(desk, desk.june) == set()
