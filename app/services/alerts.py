"""Alerts: positive answers to item 9 join one open thread per patient."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.risk import Closing, Reason, Step, Verdict, judge_item9
from app.models import Alert, AlertAnswer, AuditRow, CheckIn, ItemAnswer, Patient

EARLIER_READ = 6
# A thread can be closed between our insert and our look; then the next insert opens a new one.
TRIES = 4
_NAMES = {Reason.FIRST_EVER: "first"}

_CLINIC, _PATIENT = sa.bindparam("clinic_id", type_=sa.Uuid()), sa.bindparam("patient_id", type_=sa.Uuid())
# Locked, so that an answer cannot slip into a thread that a clinician is closing without having seen it.
_OPEN_THREAD = (
    sa.select(Alert.id)
    .where(Alert.clinic_id == _CLINIC, Alert.patient_id == _PATIENT, Alert.closed_at.is_(None))
    .with_for_update()
)
_LEAD = sa.select(Patient.lead_id).where(Patient.clinic_id == _CLINIC, Patient.id == _PATIENT)
_HIGHEST = sa.select(sa.func.max(AlertAnswer.value)).where(
    AlertAnswer.clinic_id == _CLINIC, AlertAnswer.alert_id == sa.bindparam("alert_id", type_=sa.Uuid())
)
_LAST_CLOSING = (
    sa.select(Alert.closed_at, AlertAnswer.value)
    .join(AlertAnswer, sa.and_(AlertAnswer.clinic_id == Alert.clinic_id, AlertAnswer.alert_id == Alert.id))
    .where(Alert.clinic_id == _CLINIC, Alert.patient_id == _PATIENT, Alert.closed_at.is_not(None))
    .order_by(Alert.closed_at.desc(), AlertAnswer.answered_at.desc())
    .limit(1)
)
_EARLIER = (
    sa.select(ItemAnswer.value)
    .join(CheckIn, sa.and_(CheckIn.clinic_id == ItemAnswer.clinic_id, CheckIn.id == ItemAnswer.check_in_id))
    .where(
        CheckIn.clinic_id == _CLINIC,
        CheckIn.patient_id == _PATIENT,
        CheckIn.answered_at < sa.bindparam("before", type_=CheckIn.answered_at.type),
        ItemAnswer.instrument == "phq9",
        ItemAnswer.item == 9,
    )
    .order_by(CheckIn.answered_at.desc())
    .limit(EARLIER_READ)
)


@dataclass(frozen=True)
class _Joining:
    """One positive answer on its way into a thread."""

    clinic_id: uuid.UUID
    patient_id: uuid.UUID
    check_in_id: uuid.UUID
    value: int
    answered_at: datetime
    arrived_at: datetime

    @property
    def who(self) -> dict[str, object]:
        return {"clinic_id": self.clinic_id, "patient_id": self.patient_id}


def join_alert(
    connection: sa.Connection,
    *,
    clinic_id: uuid.UUID,
    patient_id: uuid.UUID,
    check_in_id: uuid.UUID,
    value: int,
    answered_at: datetime,
    arrived_at: datetime,
) -> None:
    """Let a positive answer join the patient's open thread, or open one owned by the lead clinician.

    Runs in the transaction that stores the check-in. A rise in a thread already reached opens it again.
    """
    joining = _Joining(clinic_id, patient_id, check_in_id, value, answered_at, arrived_at)
    for _ in range(TRIES):
        alert_id = _find_open(connection, joining) or _open(connection, joining)
        if alert_id is not None:
            _add_answer(connection, alert_id, joining)
            return
    raise RuntimeError("an alert thread was neither found nor opened")


def _find_open(connection: sa.Connection, joining: _Joining) -> uuid.UUID | None:
    alert_id = connection.scalar(_OPEN_THREAD, joining.who)
    if alert_id is None:
        return None
    highest = connection.scalar(_HIGHEST, {"clinic_id": joining.clinic_id, "alert_id": alert_id})
    verdict = _judge(connection, joining, highest or 0)
    if verdict.step is Step.RAISE:
        _raise(connection, joining.clinic_id, alert_id, _reason(verdict))
    return alert_id


def _open(connection: sa.Connection, joining: _Joining) -> uuid.UUID | None:
    alert_id = uuid.uuid4()
    inserted = connection.execute(
        _insert_once(connection, Alert),
        {
            **joining.who,
            "id": alert_id,
            "owner_id": connection.scalar(_LEAD, joining.who),
            "state": "opened",
            "reason": _reason(_judge(connection, joining, None)),
            "opened_at": joining.arrived_at,
            "outcome": "",
        },
    )
    if inserted.rowcount == 0:
        return None
    _audit(connection, joining, "alert.opened", alert_id)
    return alert_id


def _judge(connection: sa.Connection, joining: _Joining, open_highest: int | None) -> Verdict:
    row = connection.execute(_LAST_CLOSING, joining.who).first()
    closing = None if row is None else Closing(at=row.closed_at, answer=row.value)
    newest_first = connection.scalars(_EARLIER, {**joining.who, "before": joining.answered_at}).all()
    # The closed review proves an earlier positive, however many answers of 0 came since.
    earlier = [*([closing.answer] if closing else []), *reversed(newest_first)]
    return judge_item9(
        joining.value,
        earlier=earlier,
        open_highest=open_highest,
        last_closing=closing,
        now=joining.arrived_at,
    )


def _raise(connection: sa.Connection, clinic_id: uuid.UUID, alert_id: uuid.UUID, reason: str) -> None:
    reached = Alert.state.in_(("reached", "decided"))
    connection.execute(
        sa.update(Alert)
        .where(Alert.clinic_id == clinic_id, Alert.id == alert_id)
        .values(reason=reason, state=sa.case((reached, "opened"), else_=Alert.state))
    )


def _add_answer(connection: sa.Connection, alert_id: uuid.UUID, joining: _Joining) -> None:
    added = connection.execute(
        _insert_once(connection, AlertAnswer),
        {
            "clinic_id": joining.clinic_id,
            "alert_id": alert_id,
            "check_in_id": joining.check_in_id,
            "value": joining.value,
            "answered_at": joining.answered_at,
            "arrived_at": joining.arrived_at,
        },
    )
    if added.rowcount:
        _audit(connection, joining, "alert.joined", alert_id)


def _audit(connection: sa.Connection, joining: _Joining, action: str, alert_id: uuid.UUID) -> None:
    row = {"clinic_id": joining.clinic_id, "at": joining.arrived_at, "actor_id": None, "action": action}
    connection.execute(sa.insert(AuditRow), {**row, "subject": "alert", "subject_id": alert_id})


def _insert_once(connection: sa.Connection, table: type[Alert] | type[AlertAnswer]) -> sa.Insert:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement: sa.Insert = dialect.insert(table).on_conflict_do_nothing()
    return statement


def _reason(verdict: Verdict) -> str:
    if verdict.reason is None:
        raise ValueError("only a positive answer joins an alert")
    return _NAMES.get(verdict.reason, verdict.reason.value)
