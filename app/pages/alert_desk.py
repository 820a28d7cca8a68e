"""GET /clinic/alerts: who is told and when, how alerts reach a clinician, and who stands in."""

import uuid

from flask import Blueprint, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.channels.vapid import load_vapid
from app.errors import BetweenError
from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.models import Person
from app.pages.alert_desk_presenter import Ways, present_alert_desk
from app.pages.dates import Dates
from app.pages.frame import desk_page, note_read, read_frame
from app.pages.leave_form import read_leave
from app.pages.visit_form import Typed
from app.services.alert_desk import TakenError, count_words, find_alert, take_late
from app.services.cover import add_absence as add_own_absence
from app.services.cover import end_absence as end_own_absence
from app.services.cover import read_absences, read_colleagues
from app.services.escalation import escalation_of

blueprint = Blueprint("alert_desk", __name__, url_prefix="/clinic/alerts")


@blueprint.get("")
def show_alerts() -> Response:
    """The clinician's own page about alerts."""
    return _render()


@blueprint.get("/<uuid:alert_id>")
def open_alert(alert_id: uuid.UUID) -> Response:
    """Where a tap on a push, or the address in an e-mail, leads after signing in."""
    with parts().database.reading() as session:
        alert = find_alert(session, current_actor(), alert_id)
    anchor = "alert" if alert.closed_at is None else "earlier-alerts"
    return redirect(url_for("patient.show_patient", patient_id=alert.patient_id, _anchor=anchor))


@blueprint.post("/<uuid:alert_id>/take")
def take_alert(alert_id: uuid.UUID) -> Response:
    """Past its time an alert is anybody's who takes it. Of two, one has it and the other is told who."""
    actor, now = current_actor(), current_now()
    shown = request.form.get("owner", type=uuid.UUID)
    if shown is None:
        raise BetweenError("bad_request")
    try:
        with parts().database.writing() as session:
            alert = take_late(session, actor, alert_id, shown, now)
    except TakenError as error:
        return _render(taken=error)
    return redirect(
        url_for("patient.show_patient", patient_id=alert.patient_id, done="taken", _anchor="alert"), 303
    )


@blueprint.post("/away")
def add_absence() -> Response:
    """Away from a day to a day, with somebody who stands in."""
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        zone = read_frame(session).clinic.zone
    leave = read_leave(request.form, zone, now)
    if isinstance(leave, Typed):
        return _render(leave)
    try:
        with parts().database.writing() as session:
            add_own_absence(session, actor, actor.as_carer(), leave, now)
    except BetweenError:
        return _render(Typed("away", request.form, {"cover": _("Choose a colleague.")}))
    return redirect(url_for("alert_desk.show_alerts", done="away"), 303)


@blueprint.post("/away/<uuid:absence_id>/end")
def end_absence(absence_id: uuid.UUID) -> Response:
    """Back before the day, or not away after all."""
    actor = current_actor()
    with parts().database.writing() as session:
        end_own_absence(session, actor, actor.as_carer(), absence_id, current_now())
    return redirect(url_for("alert_desk.show_alerts", done="back"), 303)


def _render(typed: Typed | None = None, taken: TakenError | None = None) -> Response:
    actor, now, settings = current_actor(), current_now(), parts().settings
    with parts().database.reading() as session:
        frame = read_frame(session)
        absences = read_absences(session, actor.as_carer(), now)
        colleagues = read_colleagues(session, actor.as_carer(), now)
        counted = count_words(session, actor)
        escalation = escalation_of(session.connection(), frame.clinic.id)
        address = session.get_one(Person, actor.person_id).email
    note_read("alerts", frame.clinic.id, frame)
    has_push = settings.vapid_contact is not None
    ways = Ways(
        load_vapid(settings.instance).public_b64url if has_push else "",
        address if settings.mail is not None else None,
    )
    shown = present_alert_desk(absences, colleagues, counted, escalation, ways, Dates(frame.clinic.zone, now))
    status = 409 if taken else 422 if typed else 200
    told = (
        _("{name} took it first, {when}.", name=taken.by, when=Dates(frame.clinic.zone, now).near(taken.at))
        if taken
        else ""
    )
    form = typed or Typed("", MultiDict(), {})
    return desk_page("desk/alerts.html", frame, status=status, alerts=shown, typed=form, told=told)
