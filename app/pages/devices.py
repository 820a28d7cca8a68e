"""One's own devices and sign-ins: seen, and ended from anywhere."""

import uuid

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.cookies import own_tokens
from app.http import current_actor, current_now, parts
from app.pages.dates import Dates
from app.pages.devices_presenter import word_devices, word_entries
from app.pages.own import own_page
from app.services.actors import must_prove
from app.services.devices import end_device, end_other_devices, list_devices
from app.services.entries import read_entries
from app.services.second_factors import read_factors

blueprint = Blueprint("devices", __name__, url_prefix="/account/devices")


@blueprint.get("")
def show() -> Response:
    """Where one is signed in, and who tried."""
    actor, now = current_actor(), current_now()
    dates = Dates(actor.zone, now)
    with parts().database.reading() as session:
        devices = list_devices(session, actor.person_id, own_tokens(), now)
        entries = read_entries(session, actor.person_id)
        factors = read_factors(session, actor.person_id)
        has_to = must_prove(session, actor.person_id)
    return own_page(
        "account/devices.html",
        devices=word_devices(devices, dates),
        entries=word_entries(entries, dates),
        factors=factors,
        has_to=has_to,
        is_patient=any(held.role == "patient" for held in actor.roles),
    )


@blueprint.post("/<uuid:device_id>/end")
def end_one(device_id: uuid.UUID) -> Response:
    """Sign one of them out; what waits on it arrives only after somebody signs in there again."""
    actor, now = current_actor(), current_now()
    with parts().database.writing() as session:
        end_device(session, actor.person_id, device_id, actor.person_id, now)
    return redirect("/account/devices", 303)


@blueprint.post("/end-others")
def end_others() -> Response:
    """Only this one stays."""
    with parts().database.writing() as session:
        end_other_devices(session, current_actor().person_id, own_tokens(), current_now())
    return redirect("/account/devices", 303)
