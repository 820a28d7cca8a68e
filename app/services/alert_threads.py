"""A patient's one open alert thread: found and locked, opened, or given a new clock."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.db import insert_into
from app.domain.risk import Clock
from app.models import Alert
from app.services import audit
from app.services.cover import read_rota, read_team
from app.services.escalation import begin_clock
from app.services.wrapping import Cipher

WAITING = ("opened", "trying")

_CLINIC, _PATIENT = sa.bindparam("clinic_id", type_=sa.Uuid()), sa.bindparam("patient_id", type_=sa.Uuid())
# Locked, so that an answer cannot slip into a thread that a clinician is closing without having seen it.
_OPEN_THREAD = (
    sa.select(Alert.id, Alert.state, Alert.clock, Alert.round, Alert.kind, Alert.late_at, Alert.reached_at)
    .where(Alert.clinic_id == _CLINIC, Alert.patient_id == _PATIENT, Alert.closed_at.is_(None))
    .with_for_update()
)


@dataclass(frozen=True)
class Joining:
    """What a check-in brings into a thread. `supersedes` is the phone's name of the one it replaces.

    `cipher` is the patient's.
    """

    clinic_id: uuid.UUID
    patient_id: uuid.UUID
    check_in_id: uuid.UUID
    supersedes: uuid.UUID | None
    answered_at: datetime
    arrived_at: datetime
    cipher: Cipher

    @property
    def who(self) -> dict[str, object]:
        return {"clinic_id": self.clinic_id, "patient_id": self.patient_id}


@dataclass(frozen=True)
class OpenAlert:
    """The open thread as the database has it, locked until the transaction ends."""

    id: uuid.UUID
    state: str
    clock: str
    round: int
    kind: str
    late_at: datetime | None
    reached_at: datetime | None

    @property
    def is_running(self) -> bool:
        """Whether somebody will be told, unless somebody is reached."""
        return self.state in WAITING and self.clock != Clock.NONE.value


def find_open(connection: sa.Connection, joining: Joining) -> OpenAlert | None:
    """The patient's open thread."""
    row = connection.execute(_OPEN_THREAD, joining.who).first()
    return None if row is None else OpenAlert(*row)


def open_thread(
    connection: sa.Connection, joining: Joining, kind: str, reason: str, clock: Clock
) -> uuid.UUID | None:
    """A new thread with its clock, owned by the lead or whoever stands in. None when one was just opened."""
    alert_id = uuid.uuid4()
    inserted = connection.execute(
        insert_into(connection, Alert).on_conflict_do_nothing(),
        {
            **joining.who,
            "id": alert_id,
            "owner_id": _owner(connection, joining),
            "state": "opened",
            "kind": kind,
            "reason": reason,
            "clock": clock.value,
            "round": 1,
            "version": 0,
            "opened_at": joining.arrived_at,
            "waits_since": joining.arrived_at,
            "outcome": b"",
        },
    )
    if inserted.rowcount == 0:
        return None
    late_at = begin_clock(connection, joining.clinic_id, alert_id, 1, clock, joining.arrived_at)
    _change(connection, joining, alert_id, late_at=late_at)
    note(connection, joining, "alert.opened", alert_id)
    return alert_id


def raise_thread(
    connection: sa.Connection, joining: Joining, thread: OpenAlert, kind: str, reason: str, clock: Clock
) -> None:
    """A new clock in an open thread. Whoever was reached before must be reached again."""
    number = thread.round + 1
    late_at = begin_clock(connection, joining.clinic_id, thread.id, number, clock, joining.arrived_at)
    moments = [one for one in (late_at, thread.late_at if thread.is_running else None) if one]
    fresh = {} if thread.is_running else {"waits_since": joining.arrived_at}
    _change(
        connection,
        joining,
        thread.id,
        kind=kind,
        reason=reason,
        clock=clock.value,
        round=number,
        state=thread.state if thread.state in WAITING else "opened",
        late_at=min(moments, default=None),
        **fresh,
    )


def count_joined(
    connection: sa.Connection, joining: Joining, alert_id: uuid.UUID, kind: str | None = None
) -> None:
    """Something joined, and may make it another kind: a page shown before it is not the newest any more."""
    _change(connection, joining, alert_id, version=Alert.version + 1, **({"kind": kind} if kind else {}))
    note(connection, joining, "alert.joined", alert_id)


def note(connection: sa.Connection, joining: Joining, action: str, alert_id: uuid.UUID) -> None:
    """One audit row, by nobody: it came with an answer."""
    audit.record(
        connection,
        at=joining.arrived_at,
        actor_id=None,
        action=action,
        subject="alert",
        subject_id=alert_id,
        clinic_id=joining.clinic_id,
    )


def _owner(connection: sa.Connection, joining: Joining) -> uuid.UUID:
    team = read_team(connection, joining.clinic_id, joining.patient_id)
    return read_rota(connection, joining.clinic_id, joining.arrived_at).stand_in(team[0], team)


def _change(connection: sa.Connection, joining: Joining, alert_id: uuid.UUID, **values: object) -> None:
    connection.execute(
        sa.update(Alert).where(Alert.clinic_id == joining.clinic_id, Alert.id == alert_id).values(**values)
    )
