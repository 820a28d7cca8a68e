"""What the alerts ask of everybody at the desk: the strip, taking one over, and how useful the words were."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import Alert, AlertHandover, AlertWords, Membership, Person
from app.services.access import patients_on_desk
from app.services.actors import Actor
from app.services.alert_threads import WAITING
from app.services.cover import change_owner


@dataclass(frozen=True)
class LateAlert:
    """An alert that everybody should know of. `is_visible`: this clinician may open it."""

    id: uuid.UUID
    owner_id: uuid.UUID
    owner: str
    since: datetime
    is_visible: bool


@dataclass(frozen=True)
class Strip:
    """What waits: so many of the clinician's own since then, and the late ones of the whole clinic."""

    waiting: int
    since: datetime | None
    late: list[LateAlert]


@dataclass(frozen=True)
class WordCount:
    """How often words of the list stood in a note, and what clinicians said of it."""

    found: int
    useful: int
    not_useful: int


class TakenError(Exception):
    """Somebody else took it first."""

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__("taken")
        self.by, self.at = by, at


def read_strip(session: Session, actor: Actor, clinic_id: uuid.UUID, now: datetime) -> Strip:
    """Unanswered alerts whose clock runs: the carer's own, and the clinic's once past their time."""
    desk = patients_on_desk(actor)
    rows = session.execute(
        sa.select(Alert, Person.name, desk.c.id)
        .outerjoin(desk, sa.and_(Alert.clinic_id == desk.c.clinic_id, Alert.patient_id == desk.c.id))
        .join(Membership, sa.and_(Membership.clinic_id == Alert.clinic_id, Membership.id == Alert.owner_id))
        .join(Person, Person.id == Membership.person_id)
        .where(
            Alert.clinic_id == clinic_id,
            Alert.closed_at.is_(None),
            Alert.state.in_(WAITING),
            Alert.clock != "none",
            sa.or_(desk.c.id.is_not(None), Alert.late_at <= now),
        )
        .order_by(Alert.opened_at, Alert.id)
    ).all()
    late = [
        LateAlert(alert.id, alert.owner_id, name, alert.since, own is not None)
        for alert, name, own in rows
        if alert.is_late(now)
    ]
    soon = [alert.since for alert, _name, own in rows if own is not None and not alert.is_late(now)]
    return Strip(len(soon), min(soon, default=None), late)


def find_alert(session: Session, actor: Actor, alert_id: uuid.UUID) -> Alert:
    """An alert of a patient on the actor's desk. Raises BetweenError not_found."""
    desk = patients_on_desk(actor)
    alert = session.scalar(
        sa.select(Alert)
        .join(desk, sa.and_(Alert.clinic_id == desk.c.clinic_id, Alert.patient_id == desk.c.id))
        .where(Alert.id == alert_id)
    )
    if alert is None:
        raise BetweenError("not_found")
    return alert


def take_late(
    session: Session, actor: Actor, alert_id: uuid.UUID, shown_owner: uuid.UUID, now: datetime
) -> Alert:
    """Make a late alert of the own clinic the actor's. Raises TakenError, BetweenError not_found."""
    held = actor.as_carer()
    alert = session.scalar(
        sa.select(Alert).where(Alert.clinic_id == held.clinic_id, Alert.id == alert_id).with_for_update()
    )
    if alert is None or not alert.is_late(now) or alert.state not in WAITING:
        raise BetweenError("not_found")
    if alert.owner_id == held.membership_id:
        return alert
    if alert.owner_id != shown_owner:
        raise _taken(session, alert)
    alert.version += 1
    change_owner(session, alert.clinic_id, alert.id, alert.owner_id, held.membership_id, actor, now)
    return alert


def count_words(session: Session, actor: Actor) -> WordCount:
    """Over the whole clinic, so that the list can be judged."""
    row = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(sa.case((AlertWords.useful.is_(sa.true()), 1))),
            sa.func.count(sa.case((AlertWords.useful.is_(sa.false()), 1))),
        ).where(AlertWords.clinic_id == actor.as_carer().clinic_id)
    ).one()
    return WordCount(*row)


def _taken(session: Session, alert: Alert) -> TakenError:
    row = session.execute(
        sa.select(Person.name, AlertHandover.made_at)
        .join(
            Membership,
            sa.and_(Membership.clinic_id == AlertHandover.clinic_id, Membership.id == AlertHandover.to_id),
        )
        .join(Person, Person.id == Membership.person_id)
        .where(AlertHandover.clinic_id == alert.clinic_id, AlertHandover.alert_id == alert.id)
        .order_by(AlertHandover.made_at.desc())
        .limit(1)
    ).one()
    return TakenError(row.name, row.made_at)
