"""A colleague's ways in, for an administrator: never one's own, so that it always takes two."""

import uuid

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.pages.entry_help import drop_helped_factor, end_helped_device, hand_out, show_help
from app.services.entry_help import find_helped_colleague

blueprint = Blueprint("staff_entry", __name__, url_prefix="/clinic/staff/<uuid:membership_id>/entry")


@blueprint.get("")
def show(membership_id: uuid.UUID) -> Response:
    """Devices, second step, and the way to a new pass-phrase."""
    return show_help(find_helped_colleague, membership_id, _colleague(membership_id))


@blueprint.post("/code")
def make_code(membership_id: uuid.UUID) -> Response:
    """A code for the colleague, shown once."""
    return hand_out(find_helped_colleague, membership_id, _colleague(membership_id))


@blueprint.post("/devices/<uuid:device_id>/end")
def end_device(membership_id: uuid.UUID, device_id: uuid.UUID) -> Response:
    """A phone or laptop that was lost."""
    end_helped_device(find_helped_colleague, membership_id, device_id)
    return redirect(f"{_colleague(membership_id)}/entry", 303)


@blueprint.post("/second-step/remove")
def drop_factor(membership_id: uuid.UUID) -> Response:
    """A second step that was lost; the next sign-in sets up another."""
    drop_helped_factor(find_helped_colleague, membership_id)
    return redirect(f"{_colleague(membership_id)}/entry", 303)


def _colleague(membership_id: uuid.UUID) -> str:
    return f"/clinic/staff/{membership_id}"
