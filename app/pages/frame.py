"""What stands around every page of the desk: whose it is, and how long an answer waits for somebody."""

import uuid
from dataclasses import dataclass

from flask import Response, request
from sqlalchemy.orm import Session

from app.domain.roles import CARERS
from app.http import current_actor, current_now, page, parts
from app.languages import format_moment, mark, ngettext, request_language
from app.languages import gettext as _
from app.models import Clinic
from app.pages.dates import Dates
from app.pages.menu import menu_of
from app.pages.waiting import waited
from app.services.actors import Role
from app.services.alert_desk import LateAlert, Strip, read_strip
from app.services.audit import record

# What a page says once after something was done, by the name in the address: no content travels in it.
DONE = {
    "signed": mark("Signed off. The patient can see that it was read."),
    "already": mark("Somebody signed this off before you."),
    "visit-added": mark("The visit is booked."),
    "visit-recorded": mark("The visit lies in the past and is recorded as done."),
    "visit-cancelled": mark("The visit is cancelled."),
    "visit-restored": mark("The visit is booked again."),
    "cadence-set": mark("The cadence is set."),
    "cadence-ended": mark("No maintenance is due any more."),
    "attempt": mark("Written down, with your name and the time."),
    "closed": mark("The alert is closed. A new answer opens a new one."),
    "plan": mark("The plan is saved. The patient sees it under Help now."),
    "gap": mark("Written down, with your name and the time. It is put aside."),
    "called": mark("Written down that you called."),
    "read-now": mark("It could be read now, and counts from the moment it arrived."),
    "read-before": mark("It was read in the meantime. This is what it says."),
    "still-unread": mark("It was read again and still cannot be understood. It stays on the list."),
    "dismissed": mark("Dismissed, with your name and the time. It is kept."),
    "restored": mark("It is back on the list."),
    "given": mark("Written down whose alert it is now."),
    "taken": mark("The alert is yours."),
    "marked": mark("Written down whether the words were useful."),
    "standing": mark("The standing plan is signed. It never quietens a rise."),
    "standing-ended": mark("The standing plan has ended."),
    "baseline": mark("The baseline is signed. Outcomes are measured against it."),
    "past-added": mark("The total is entered. It stands on the timeline, marked as entered."),
    "past-removed": mark("It counts no more."),
    "care-ended": mark("Care has ended. Every reminder stopped."),
    "care-returned": mark("In care again. What was booked and still lies ahead is booked again."),
    "corrected": mark("Corrected, with your name and the time. The entry before stays readable."),
    "paper": mark("Entered from paper, with your name and the time."),
    "signed-many": mark("Signed off. The patient can see that they were read."),
    "away": mark("Written down. Alerts go to the cover while you are away."),
    "back": mark("Written down that you are there."),
    "settings": mark("Saved, with your name and the time."),
    "live": mark("The clinic is live. Patients and caregivers can sign in."),
    "suspended": mark("Suspended. Whoever it is is out everywhere from now on."),
    "resumed": mark("Back, with the same role as before."),
    "removed": mark("Removed. What was theirs belongs to the colleague you chose."),
    "colleague-away": mark("Written down. Alerts go to the cover meanwhile."),
    "colleague-back": mark("Written down that your colleague is there."),
    "team": mark("The team is changed."),
    "opened": mark("Open for 4 hours. The team is told, and the patient sees that you opened it."),
    "opening-ended": mark("Closed."),
    "opening-seen": mark("Written down that you saw it."),
}


# The oldest by themselves, the others as a number: a page of strips would be no page.
LATE_SHOWN = 3


@dataclass(frozen=True)
class LateWords:
    """An alert past its time, on every page. `is_visible`: it can be opened; `is_free`: it can be taken."""

    id: uuid.UUID
    owner_id: uuid.UUID
    words: str
    owner: str
    is_visible: bool
    is_free: bool


@dataclass(frozen=True)
class DeskFrame:
    """Whose desk it is, in which zone times are spoken of, the pages of this role, and what waits.

    `menu`: part of the desk, address and words, the first one being where this person begins.
    """

    clinic: Clinic
    who: str
    menu: list[tuple[str, str, str]]
    waiting: str | None
    waiting_count: int
    late: list[LateWords]
    more_late: str
    done: str | None


def read_frame(session: Session, held: Role | None = None) -> DeskFrame:
    """Gather the frame, at the clinic of this membership where one is named; cheap enough for every page."""
    actor = current_actor()
    held = held or actor.as_staff()
    clinic = session.get_one(Clinic, held.clinic_id)
    strip = read_strip(session, actor, held.clinic_id, current_now())
    done = DONE.get(request.args.get("done", ""))
    dates = Dates(clinic.zone, current_now())
    return DeskFrame(
        clinic,
        actor.name,
        menu_of(actor),
        _waiting(strip, clinic.zone),
        strip.waiting,
        [_late(one, dates, held) for one in strip.late[:LATE_SHOWN]],
        _more_late(len(strip.late) - LATE_SHOWN),
        _(done) if done else None,
    )


def desk_page(template: str, frame: DeskFrame, *, status: int = 200, **context: object) -> Response:
    """A page of the desk."""
    language = request_language()
    return page(template, status, frame=frame, language=language, assets=parts().assets, **context)


def note_read(subject: str, subject_id: uuid.UUID, frame: DeskFrame) -> None:
    """One audit row for one page read, after the reading."""
    actor = current_actor()
    with parts().database.writing() as session:
        record(
            session,
            at=current_now(),
            actor_id=actor.person_id,
            action=f"{subject}.read",
            subject=subject,
            subject_id=subject_id,
            clinic_id=frame.clinic.id,
        )


def _waiting(strip: Strip, zone: str) -> str | None:
    if strip.since is None:
        return None
    when = format_moment(strip.since, zone, request_language(), now=current_now())
    return ngettext(
        "One alert waits for somebody since {when}.",
        "{n} alerts wait for somebody, the oldest since {when}.",
        strip.waiting,
        when=when,
    )


def _more_late(more: int) -> str:
    if more < 1:
        return ""
    return ngettext("One more alert is past its time.", "{n} more alerts are past their time.", more)


def _late(alert: LateAlert, dates: Dates, reader: Role) -> LateWords:
    is_own = alert.owner_id == reader.membership_id
    owner = _("You have it") if is_own else _("{name} has it", name=alert.owner)
    since = _("An alert is unanswered for {time}. Everybody is asked.", time=waited(alert.since, dates))
    is_free = reader.role in CARERS and not alert.is_visible
    return LateWords(alert.id, alert.owner_id, since, owner, alert.is_visible, is_free)
