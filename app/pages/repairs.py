"""/clinic/repairs: what arrived and could not be read. Look at it, read it again, or dismiss it in words."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.pages.dates import Dates
from app.pages.frame import desk_page, note_read, read_frame
from app.pages.payload_presenter import Payload, present_payload
from app.pages.repairs_presenter import present_repair, present_repairs
from app.pages.visit_form import Typed, is_plain
from app.reading import reading_with
from app.services import repairs
from app.services.repairs import Repair, find_repair, read_dismissed, read_repairs
from app.services.reread import Outcome, Reader, find_kept, open_kept, reread
from app.services.sealing import CannotOpenError

MOST_WORDS = 2000
NOTHING_TYPED = Typed("", {}, {})


@dataclass(frozen=True)
class Taken:
    """One item of a file: whose it is, where that is known here, and what came of it in words."""

    patient_id: uuid.UUID | None
    said: str


blueprint = Blueprint("repairs", __name__, url_prefix="/clinic/repairs")


@blueprint.get("")
def show_repairs() -> Response:
    """The newest first, a page of them, and what was dismissed."""
    return render_repairs(None, "")


def render_repairs(taken: Sequence[Taken] | None, wrong: str) -> Response:
    """The same with what came of a file, or with what was wrong with it."""
    with parts().database.reading() as session:
        frame = read_frame(session)
        waiting = read_repairs(session, current_actor())
        dismissed = read_dismissed(session, current_actor())
    note_read("repairs", frame.clinic.id, frame)
    dates = Dates(frame.clinic.zone, current_now())
    return desk_page(
        "desk/repairs.html",
        frame,
        repairs=present_repairs(waiting, dates),
        dismissed=present_repairs(dismissed, dates),
        taken=taken,
        wrong=wrong,
        status=422 if wrong else 200,
    )


@blueprint.get("/<uuid:envelope_id>")
def show_repair(envelope_id: uuid.UUID) -> AnyResponse:
    """What is known of one, and what it says if it opens. Somebody looked: that is written down."""
    return _render(envelope_id, NOTHING_TYPED)


@blueprint.post("/<uuid:envelope_id>/reread")
def read_again(envelope_id: uuid.UUID) -> AnyResponse:
    """With the reader of today: when it knows what is said, the check-in is there as if it had at once."""
    with parts().database.reading() as session:
        repair = find_repair(session, current_actor(), envelope_id)
    read = reading_with(parts().keyring)
    reader = Reader(parts().database, read, current_actor().person_id, current_now())
    outcome = reread(reader, (repair.clinic_id, repair.id))
    if outcome is Outcome.UNREAD:
        return _back_to(envelope_id, "still-unread")
    return _check_in(repair, "read-now" if outcome is Outcome.READ else "read-before")


@blueprint.post("/<uuid:envelope_id>/dismiss")
def dismiss(envelope_id: uuid.UUID) -> AnyResponse:
    """Off the list, for a reason in words. It is kept, and can be put back."""
    words = request.form.get("words", "").replace("\r\n", "\n").strip()
    wrong = _wrong(words)
    if wrong:
        return _render(envelope_id, Typed("dismiss", request.form, {"words": wrong}))
    with parts().database.writing() as session:
        repairs.dismiss(session, current_actor(), envelope_id, words, current_now())
    return _back_to(envelope_id, "dismissed")


@blueprint.post("/<uuid:envelope_id>/restore")
def restore(envelope_id: uuid.UUID) -> AnyResponse:
    """Back on the list."""
    with parts().database.writing() as session:
        repairs.restore(session, current_actor(), envelope_id, current_now())
    return _back_to(envelope_id, "restored")


def _render(envelope_id: uuid.UUID, typed: Typed) -> AnyResponse:
    with parts().database.reading() as session:
        frame = read_frame(session)
        repair = find_repair(session, current_actor(), envelope_id)
    if not repair.reason:
        return _check_in(repair, "read-before")
    said = _open(repair)
    note_read("repair", envelope_id, frame)
    shown = present_repair(repair, Dates(frame.clinic.zone, current_now()))
    return desk_page(
        "desk/repair.html", frame, status=422 if typed.errors else 200, repair=shown, said=said, typed=typed
    )


def _open(repair: Repair) -> Payload | None:
    """None when the seal does not open."""
    with parts().database.reading_core() as connection:
        kept = find_kept(connection, (repair.clinic_id, repair.id))
    try:
        return present_payload(open_kept(parts().keyring, kept))
    except CannotOpenError:
        return None


def _wrong(words: str) -> str:
    if not words:
        return _("A few words are needed, for whoever reads this next.")
    return (
        "" if is_plain(words, MOST_WORDS) else _("At most {n} characters, and no hidden ones.", n=MOST_WORDS)
    )


def _back_to(envelope_id: uuid.UUID, done: str) -> AnyResponse:
    return redirect(url_for("repairs.show_repair", envelope_id=envelope_id, done=done), 303)


def _check_in(repair: Repair, done: str) -> AnyResponse:
    """A check-in has the id of its envelope."""
    return redirect(
        url_for(
            "check_in_page.show_check_in", patient_id=repair.patient_id, check_in_id=repair.id, done=done
        ),
        303,
    )
