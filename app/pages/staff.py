"""/clinic/staff: who works here. Invite, write down who is away, suspend, take back, remove."""

import uuid
from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.domain.roles import ACTIVE, ADMINISTRATOR, CARERS
from app.errors import BetweenError
from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.pages.dates import Dates
from app.pages.frame import desk_page, read_frame
from app.pages.leave_form import read_leave
from app.pages.staff_presenter import present_member, present_staff, why_not
from app.pages.visit_form import Typed
from app.services import cover, staff
from app.services.actors import Role
from app.services.staff import StaffError, count_held, find_colleague, read_staff, who_could_take_over

blueprint = Blueprint("staff", __name__, url_prefix="/clinic/staff")

NOTHING_TYPED = Typed("", {}, {})


@blueprint.get("")
def show_staff() -> Response:
    """Everybody who works here, with role and state."""
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        frame = read_frame(session, actor.in_role(ADMINISTRATOR))
        found = read_staff(session, actor, now)
    shown = present_staff(found, Dates(frame.clinic.zone, now))
    return desk_page("desk/staff.html", frame, staff=shown)


@blueprint.get("/<uuid:membership_id>")
def show_member(membership_id: uuid.UUID) -> Response:
    """One of them: what is theirs, and what an administrator can do."""
    return _render(membership_id, NOTHING_TYPED)


@blueprint.post("/<uuid:membership_id>/suspend")
def suspend(membership_id: uuid.UUID) -> Response:
    """Out everywhere with the next request."""

    def change(session: Session) -> None:
        staff.suspend(session, current_actor(), membership_id, current_now())

    return _do(membership_id, "suspend", change, "suspended")


@blueprint.post("/<uuid:membership_id>/resume")
def resume(membership_id: uuid.UUID) -> Response:
    """Back."""

    def change(session: Session) -> None:
        staff.resume(session, current_actor(), membership_id, current_now())

    return _do(membership_id, "resume", change, "resumed")


@blueprint.post("/<uuid:membership_id>/remove")
def remove(membership_id: uuid.UUID) -> Response:
    """End it, and give what is theirs to the colleague who was chosen."""
    to_id = request.form.get("colleague", type=uuid.UUID)

    def change(session: Session) -> None:
        staff.remove(session, current_actor(), membership_id, to_id, current_now())

    return _do(membership_id, "remove", change, "removed")


@blueprint.post("/<uuid:membership_id>/away")
def add_absence(membership_id: uuid.UUID) -> Response:
    """Write down for a colleague what they could not."""
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        frame = read_frame(session, actor.in_role(ADMINISTRATOR))
        whose = _carer(session, membership_id)
    leave = read_leave(request.form, frame.clinic.zone, now)
    if isinstance(leave, Typed):
        return _render(membership_id, leave, 422)
    try:
        with parts().database.writing() as session:
            cover.add_absence(session, actor, whose, leave, now)
    except BetweenError:
        wrong = {"cover": _("Choose a colleague.")}
        return _render(membership_id, Typed("away", request.form, wrong), 422)
    return _back_to(membership_id, "colleague-away")


@blueprint.post("/<uuid:membership_id>/away/<uuid:absence_id>/end")
def end_absence(membership_id: uuid.UUID, absence_id: uuid.UUID) -> Response:
    """There after all."""
    with parts().database.writing() as session:
        whose = _carer(session, membership_id)
        cover.end_absence(session, current_actor(), whose, absence_id, current_now())
    return _back_to(membership_id, "colleague-back")


def _do(membership_id: uuid.UUID, form: str, change: Callable[[Session], None], done: str) -> Response:
    try:
        with parts().database.writing() as session:
            change(session)
    except StaffError as error:
        return _render(membership_id, Typed(form, request.form, {"colleague": why_not(error)}), 409)
    return redirect(url_for("staff.show_staff", done=done), 303)


def _render(membership_id: uuid.UUID, typed: Typed, status: int = 200) -> Response:
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        frame = read_frame(session, actor.in_role(ADMINISTRATOR))
        member = find_colleague(session, actor, membership_id)
        known = next(one for one in read_staff(session, actor, now) if one.membership.id == member.id)
        held, takers = count_held(session, member), who_could_take_over(session, member)
        role = Role(member.clinic_id, member.id, member.role)
        absences = cover.read_absences(session, role, now)
        colleagues = cover.read_colleagues(session, role, now)
    dates = Dates(frame.clinic.zone, now)
    shown = present_member(known, held, takers, absences, colleagues, dates)
    return desk_page("desk/member.html", frame, status=status, member=shown, typed=typed)


def _carer(session: Session, membership_id: uuid.UUID) -> Role:
    """Whose absence somebody stands in for: those whom alerts belong to. Raises BetweenError not_found."""
    member = find_colleague(session, current_actor(), membership_id)
    if member.role not in CARERS or member.state != ACTIVE:
        raise BetweenError("not_found")
    return Role(member.clinic_id, member.id, member.role)


def _back_to(membership_id: uuid.UUID, done: str) -> Response:
    return redirect(url_for("staff.show_member", membership_id=membership_id, done=done), 303)
