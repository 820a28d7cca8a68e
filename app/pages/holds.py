"""/clinic/settings/holds: an administrator keeps a record from being erased, and lets it go."""

import uuid

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.errors import BetweenError
from app.http import current_actor, current_now, page, parts
from app.languages import gettext as _
from app.languages import request_language
from app.models import Clinic, Membership
from app.pages.dates import Dates
from app.pages.visit_form import is_plain
from app.services.actors import Role
from app.services.erasure import lift_hold, place_hold
from app.services.holds import find_by_email, find_to_hold, read_held

blueprint = Blueprint("holds", __name__, url_prefix="/clinic/settings/holds")
MOST_REASON = 2000


@blueprint.get("")
def show_holds() -> Response:
    """Records that are to be erased or are held."""
    return _render("", 200)


@blueprint.post("")
def place() -> AnyResponse:
    """By the patient's whole e-mail address, or by the record that the page named."""
    reason = request.form.get("reason", "").replace("\r\n", "\n").strip()
    if not reason:
        return _render(_("Say why, in a few words: somebody will ask."), 422)
    if not is_plain(reason, MOST_REASON):
        return _render(_("At most {n} characters, and no hidden ones.", n=MOST_REASON), 422)
    try:
        with parts().database.writing() as session:
            patient = find_by_email(session, _role(), request.form.get("email", ""))
            place_hold(session, patient, _membership(session), reason, current_now())
    except BetweenError as error:
        if error.problem.code == "not_found":
            return _render(_("Nobody at this clinic has this address as a patient."), 422)
        raise
    return redirect(url_for("holds.show_holds"), 303)


@blueprint.post("/<uuid:patient_id>")
def hold(patient_id: uuid.UUID) -> AnyResponse:
    """A record that is to be erased, by its row on the page."""
    reason = request.form.get("reason", "").replace("\r\n", "\n").strip()
    if not is_plain(reason, MOST_REASON):
        return _render(_("At most {n} characters, and no hidden ones.", n=MOST_REASON), 422)
    with parts().database.writing() as session:
        patient = find_to_hold(session, _role(), patient_id)
        place_hold(session, patient, _membership(session), reason, current_now())
    return redirect(url_for("holds.show_holds"), 303)


@blueprint.post("/<uuid:patient_id>/lift")
def lift(patient_id: uuid.UUID) -> AnyResponse:
    """It may be erased again, when it is asked for."""
    with parts().database.writing() as session:
        lift_hold(session, find_to_hold(session, _role(), patient_id), _membership(session), current_now())
    return redirect(url_for("holds.show_holds"), 303)


def _render(wrong: str, status: int) -> Response:
    with parts().database.reading() as session:
        clinic = session.get_one(Clinic, _role().clinic_id)
        records = read_held(session, _role())
    return page(
        "account/holds.html",
        status,
        language=request_language(),
        clinic=clinic.name,
        records=records,
        dates=Dates(clinic.zone, current_now()),
        wrong=wrong,
        typed=request.form,
    )


def _role() -> Role:
    return current_actor().in_role("administrator")


def _membership(session: Session) -> Membership:
    return session.get_one(Membership, (_role().clinic_id, _role().membership_id))
