"""Break-glass: opening a record of another team by exact name or e-mail, with a reason, and closing it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.http import current_actor, current_now, parts
from app.identify import throttle
from app.languages import gettext as _
from app.models import Patient
from app.pages.break_glass_presenter import present_running
from app.pages.dates import Dates
from app.pages.frame import desk_page, read_frame
from app.pages.patient import back_to
from app.pages.visit_form import Typed, is_plain
from app.services import break_glass
from app.services.break_glass import Match

MOST_WHY = 1000
# In a quarter of an hour: enough for whoever mistypes, too few for trying names.
TRIES = 20

blueprint = Blueprint("break_glass", __name__)


@dataclass(frozen=True)
class Found:
    """What a name led to: the record itself, or several of one name to choose from."""

    patient: Patient | None = None
    is_on_desk: bool = False
    choices: Sequence[Match] = field(default_factory=list)


@blueprint.get("/clinic/open")
def show_form() -> Response:
    """Whom, and why; and what the reader has open now."""
    return _page(Typed("", {}, {}), 200)


@blueprint.post("/clinic/open")
def open_record() -> Response:
    """Open it, once the reason is there: without one no name is looked for."""
    wrong = _wrong_fields()
    if wrong:
        return _page(Typed("open", request.form, wrong), 422)
    throttle(f"break_glass:{current_actor().person_id}", TRIES)
    found = _open()
    if found.choices:
        several = {"patient": _("More than one patient has this name. Choose by who leads the treatment.")}
        return _page(Typed("open", request.form, several), 422, found.choices)
    if found.patient is None:
        nobody = {"who": _("Nobody at this clinic has exactly this name or e-mail.")}
        return _page(Typed("open", request.form, nobody), 422)
    return back_to(found.patient.id, "" if found.is_on_desk else "opened")


@blueprint.post("/clinic/patients/<uuid:patient_id>/openings/<uuid:opening_id>/end")
def end_opening(patient_id: uuid.UUID, opening_id: uuid.UUID) -> Response:
    """Close it: one's own, or as the team."""
    actor, now = current_actor(), current_now()
    with parts().database.writing() as session:
        break_glass.end_opening(session, actor, patient_id, opening_id, now)
        on_desk = break_glass.is_on_desk(session, actor, patient_id)
    if on_desk:
        return back_to(patient_id, "opening-ended")
    return redirect(url_for("break_glass.show_form", done="opening-ended"), 303)


@blueprint.post("/clinic/patients/<uuid:patient_id>/openings/<uuid:opening_id>/seen")
def mark_seen(patient_id: uuid.UUID, opening_id: uuid.UUID) -> Response:
    """A clinician of the team has seen who opened it and why."""
    with parts().database.writing() as session:
        break_glass.mark_seen(session, current_actor(), patient_id, opening_id, current_now())
    return back_to(patient_id, "opening-seen")


def _open() -> Found:
    actor, now, form = current_actor(), current_now(), request.form
    held = actor.as_carer()
    with parts().database.writing() as session:
        matches = break_glass.find_matches(session, actor, held, form["who"].strip())
        chosen = [one for one in matches if str(one.patient.id) == form.get("patient")] or matches
        if len(chosen) != 1:
            return Found(choices=chosen)
        patient = chosen[0].patient
        if break_glass.is_on_desk(session, actor, patient.id):
            return Found(patient, is_on_desk=True)
        break_glass.open_record(session, actor, held, patient, form["why"], now)
        return Found(patient)


def _wrong_fields() -> dict[str, str]:
    errors: dict[str, str] = {}
    who, why = request.form.get("who", "").strip(), request.form.get("why", "").strip()
    if not who:
        errors["who"] = _("Please give the whole name, or the e-mail address.")
    if not why:
        errors["why"] = _("Please say why, in your own words. Nothing is opened without a reason.")
    elif not is_plain(why, MOST_WHY):
        errors["why"] = _("At most {n} characters, and no hidden ones.", n=MOST_WHY)
    return errors


def _page(typed: Typed, status: int, choices: Sequence[Match] = ()) -> Response:
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        frame = read_frame(session, actor.as_carer())
        running = break_glass.read_running(session, actor, now)
    return desk_page(
        "desk/break_glass.html",
        frame,
        status=status,
        typed=typed,
        choices=[(one.patient.id, one.lead) for one in choices],
        running=present_running(running, Dates(frame.clinic.zone, now)),
        hours=int(break_glass.LASTS.total_seconds()) // 3600,
    )
