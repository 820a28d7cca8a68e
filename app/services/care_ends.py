"""The end of care: every reminder stops in the same commit, and coming back undoes it with a new start."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import Alert, Cadence, CareEnd, Membership, Patient, Person, Reminder, Visit
from app.models.care_end import REASONS
from app.services import audit
from app.services.actors import Actor
from app.services.at_rest import open_texts, owner_of, seal_texts
from app.services.cover import change_owner, read_rota

# What a reminder is before it was sent or somebody called.
UNSENT = ("due", "claimed", "call_list")


@dataclass(frozen=True)
class Ended:
    """One end of care with the name behind it; `lasts` until somebody says that the patient is back."""

    row: CareEnd
    by: str

    @property
    def lasts(self) -> bool:
        """Whether care is over now."""
        return self.row.returned_at is None

    def covers(self, moment: datetime) -> bool:
        """Whether nobody was reading at that moment."""
        back = self.row.returned_at
        return self.row.ended_at <= moment and (back is None or moment < back)


class NeedsOwnerError(Exception):
    """An alert is open: first somebody who is there is named for it."""


def end_care(
    session: Session,
    actor: Actor,
    patient: Patient,
    reason: str,
    words: str,
    owner_id: uuid.UUID | None,
    now: datetime,
) -> CareEnd:
    """End it now: reminders, booked visits and cadences with it.

    Raises NeedsOwnerError while an alert is open and nobody who is there was named for it, and BetweenError
    already_done when it has ended.
    """
    if reason not in REASONS:
        raise BetweenError("not_valid")
    _change_membership(session, patient, Membership.state != "ended", "ended")
    _hand_on_alert(session, actor, patient, owner_id, now)
    row = CareEnd(
        clinic_id=patient.clinic_id,
        id=uuid.uuid4(),
        patient_id=patient.id,
        reason=reason,
        ended_by=actor.as_clinician().membership_id,
        ended_at=now,
    )
    seal_texts(session, owner_of(patient), row, words_text=words)
    session.add(row)
    _stop_what_is_ahead(session, patient, now)
    _record(session, actor, row, "care.ended", now)
    return row


def return_to_care(session: Session, actor: Actor, patient: Patient, now: datetime) -> CareEnd:
    """Back in care from now on: visits that are still ahead are booked again, cadences begin anew.

    Raises BetweenError already_done when care did not end.
    """
    row = session.scalar(
        sa.select(CareEnd)
        .where(
            CareEnd.clinic_id == patient.clinic_id,
            CareEnd.patient_id == patient.id,
            CareEnd.returned_at.is_(None),
        )
        .with_for_update()
    )
    if row is None:
        raise BetweenError("already_done")
    _change_membership(session, patient, Membership.state == "ended", "active")
    row.returned_at, row.returned_by = now, actor.as_clinician().membership_id
    _take_up_again(session, actor, patient, row, now)
    _record(session, actor, row, "care.returned", now)
    return row


def read_care_ends(session: Session, patient: Patient) -> list[Ended]:
    """Every end of care of this patient, newest first."""
    rows = session.execute(
        sa.select(CareEnd, Person.name)
        .join(
            Membership, sa.and_(Membership.clinic_id == CareEnd.clinic_id, Membership.id == CareEnd.ended_by)
        )
        .join(Person, Person.id == Membership.person_id)
        .where(CareEnd.clinic_id == patient.clinic_id, CareEnd.patient_id == patient.id)
        .order_by(CareEnd.ended_at.desc())
    )
    ends = [Ended(*row) for row in rows]
    open_texts(session, owner_of(patient), [one.row for one in ends])
    return ends


def care_ended_at(session: Session, patient: Patient) -> datetime | None:
    """Since when care is over; None while it goes on."""
    return session.scalar(
        sa.select(CareEnd.ended_at).where(
            CareEnd.clinic_id == patient.clinic_id,
            CareEnd.patient_id == patient.id,
            CareEnd.returned_at.is_(None),
        )
    )


def _change_membership(
    session: Session, patient: Patient, before: sa.ColumnElement[bool], after: str
) -> None:
    """One conditional update: of two at once, one ends it and the other is told."""
    changed = session.execute(
        sa.update(Membership)
        .where(
            Membership.clinic_id == patient.clinic_id,
            Membership.id == patient.membership_id,
            before,
        )
        .values(state=after)
        .returning(Membership.id)
    ).first()
    if changed is None:
        raise BetweenError("already_done")


def _hand_on_alert(
    session: Session, actor: Actor, patient: Patient, owner_id: uuid.UUID | None, now: datetime
) -> None:
    alert = session.scalar(
        sa.select(Alert)
        .where(
            Alert.clinic_id == patient.clinic_id, Alert.patient_id == patient.id, Alert.closed_at.is_(None)
        )
        .with_for_update()
    )
    if alert is None:
        return
    present = read_rota(session.connection(), alert.clinic_id, now).present
    if owner_id is None or owner_id not in {*present, actor.as_clinician().membership_id}:
        raise NeedsOwnerError
    if owner_id != alert.owner_id:
        change_owner(session, alert.clinic_id, alert.id, alert.owner_id, owner_id, actor, now)


def _stop_what_is_ahead(session: Session, patient: Patient, now: datetime) -> None:
    """In the commit that ends the care. A worker that holds a reminder finds it ended when it asks again."""

    def change(table: type[Reminder] | type[Visit] | type[Cadence], *where: object, **values: object) -> None:
        own = (table.clinic_id == patient.clinic_id, table.patient_id == patient.id)
        session.execute(
            sa.update(table)
            .where(*own, *where)  # type: ignore[arg-type]
            .values(**values)
            .execution_options(synchronize_session="fetch")
        )

    change(Reminder, Reminder.state.in_(UNSENT), state="missed", lease_until=None, claimed_by=None)
    change(Visit, Visit.state == "booked", Visit.starts_at > now, state="cancelled", cancelled_at=now)
    change(Cadence, Cadence.ended_at.is_(None), ended_at=now)


def _take_up_again(session: Session, actor: Actor, patient: Patient, row: CareEnd, now: datetime) -> None:
    """Only what this very end stopped; what somebody cancelled before stays cancelled."""
    own = (Visit.clinic_id == patient.clinic_id, Visit.patient_id == patient.id)
    session.execute(
        sa.update(Visit)
        .where(*own, Visit.state == "cancelled", Visit.cancelled_at == row.ended_at, Visit.starts_at > now)
        .values(state="booked", cancelled_at=None)
        .execution_options(synchronize_session="fetch")
    )
    ended = session.scalars(
        sa.select(Cadence).where(
            Cadence.clinic_id == patient.clinic_id,
            Cadence.patient_id == patient.id,
            Cadence.ended_at == row.ended_at,
        )
    )
    for one in ended.all():
        session.add(
            Cadence(
                clinic_id=one.clinic_id,
                id=uuid.uuid4(),
                patient_id=one.patient_id,
                modality=one.modality,
                interval_days=one.interval_days,
                set_by=actor.as_clinician().membership_id,
                set_at=now,
            )
        )
    session.flush()


def _record(session: Session, actor: Actor, row: CareEnd, action: str, now: datetime) -> None:
    session.flush()
    audit.record_about(session, row, action, actor.person_id, now)
