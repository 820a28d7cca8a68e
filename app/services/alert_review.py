"""What a clinician does about an alert thread: try, reach or decide, hand it on, close it with words.

Every page names the version of the thread it showed. Of two clinicians at once one wins, and the other is
told what happened meanwhile: nothing is done over something that was not seen.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import Alert, AlertAttempt, AlertWords, Patient
from app.services import audit
from app.services.actors import Actor
from app.services.alert_reading import Change, last_change
from app.services.at_rest import owner_of, seal_texts
from app.services.cover import change_owner, read_rota
from app.services.escalation import stop_clock

ATTEMPT_STATES = ("trying", "reached", "decided")
ANSWERED_STATES = ("reached", "decided")


@dataclass(frozen=True)
class Seen:
    """The thread as the page showed it."""

    alert_id: uuid.UUID
    version: int


class AlertMovedError(Exception):
    """Something happened to the thread after the page was shown."""

    def __init__(self, change: Change) -> None:
        super().__init__(change.what)
        self.change = change


class NotReachedError(Exception):
    """A thread is closed only after somebody was reached, or it was decided."""


class OwnerAwayError(Exception):
    """An alert is given only to somebody who is there."""


def add_attempt(
    session: Session, actor: Actor, patient: Patient, seen: Seen, state: str, words: str, now: datetime
) -> None:
    """Log an attempt. The thread takes its state; a later try does not undo that somebody was reached.

    Reached and decided end the escalation. Raises AlertMovedError, and BetweenError not_valid without words.
    """
    if state not in ATTEMPT_STATES or not words.strip():
        raise BetweenError("not_valid")
    # Whoever reached somebody says so; to decide without reaching anybody is a clinician's.
    held = actor.as_clinician(patient.clinic_id) if state == "decided" else actor.as_carer(patient.clinic_id)
    alert = _take_up(session, patient, seen)
    attempt = AlertAttempt(
        clinic_id=patient.clinic_id,
        id=uuid.uuid4(),
        alert_id=alert.id,
        membership_id=held.membership_id,
        state=state,
        made_at=now,
    )
    seal_texts(session, owner_of(patient), attempt, words=words)
    session.add(attempt)
    if state in ANSWERED_STATES:
        alert.state, alert.reached_at = state, now
        stop_clock(session.connection(), alert.clinic_id, alert.id, now)
    elif alert.state not in ANSWERED_STATES:
        alert.state = state
    audit.record_row(session, alert, "alert.attempted", actor.person_id, now)


def close_alert(
    session: Session, actor: Actor, patient: Patient, seen: Seen, words: str, now: datetime
) -> None:
    """Close with a plan in words. Raises AlertMovedError, NotReachedError, BetweenError not_valid."""
    if not words.strip():
        raise BetweenError("not_valid")
    held = actor.as_clinician(patient.clinic_id)
    alert = _take_up(session, patient, seen)
    if alert.state not in ANSWERED_STATES:
        raise NotReachedError
    alert.state = "closed"
    alert.closed_at = now
    alert.closed_by = held.membership_id
    seal_texts(session, owner_of(patient), alert, outcome=words)
    audit.record_row(session, alert, "alert.closed", actor.person_id, now)


def give_alert(
    session: Session, actor: Actor, patient: Patient, seen: Seen, to_id: uuid.UUID, now: datetime
) -> None:
    """Make it somebody's, also the actor's own. Raises AlertMovedError, OwnerAwayError, BetweenError."""
    alert = _take_up(session, patient, seen)
    rota = read_rota(session.connection(), alert.clinic_id, now)
    own = actor.as_carer(alert.clinic_id).membership_id
    if to_id not in rota.staff:
        raise BetweenError("not_valid")
    # Whoever signs in while away is there after all.
    if to_id not in rota.present and to_id != own:
        raise OwnerAwayError
    if to_id != alert.owner_id:
        change_owner(session, alert.clinic_id, alert.id, alert.owner_id, to_id, actor, now)


def mark_words(
    session: Session,
    actor: Actor,
    patient: Patient,
    alert_id: uuid.UUID,
    check_in_id: uuid.UUID,
    useful: bool,
    now: datetime,
) -> None:
    """Say whether words found in a note were useful; the last word counts. Raises BetweenError not_found."""
    alert = _lock(session, patient, alert_id)
    found = session.get(AlertWords, (patient.clinic_id, alert.id, check_in_id))
    if found is None:
        raise BetweenError("not_found")
    held = actor.as_carer(patient.clinic_id)
    found.useful, found.marked_by, found.marked_at = useful, held.membership_id, now
    audit.record_row(session, alert, "alert.words_marked", actor.person_id, now)


def _take_up(session: Session, patient: Patient, seen: Seen) -> Alert:
    """The thread, locked, if it is still as it was seen; what is done to it now makes it a newer one."""
    alert = _lock(session, patient, seen.alert_id)
    if alert.state == "closed" or alert.version != seen.version:
        raise AlertMovedError(last_change(session, alert))
    alert.version += 1
    return alert


def _lock(session: Session, patient: Patient, alert_id: uuid.UUID) -> Alert:
    alert = session.scalar(
        sa.select(Alert)
        .where(Alert.clinic_id == patient.clinic_id, Alert.patient_id == patient.id, Alert.id == alert_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if alert is None:
        raise BetweenError("not_found")
    return alert
