"""Positive answers to item 9, and words in notes, join one open thread per patient.

Everything here runs in the transaction that stores the check-in.
"""

import json
import uuid
from typing import Any

import sqlalchemy as sa

from app.db import insert_into
from app.domain.risk import Clock, Closing, OpenThread, Reason, Standing, Verdict, judge_item9
from app.models import Alert, AlertAnswer, AlertWords, CheckIn, InstrumentScore, StandingPlan, table_of
from app.services.alert_threads import (
    Joining,
    OpenAlert,
    count_joined,
    find_open,
    open_thread,
    raise_thread,
)
from app.services.at_rest import open_text, place_of, seal
from app.services.check_in_rows import NewCheckIn, believable
from app.services.word_lists import word_list_of

EARLIER_READ = 6
# A thread can be closed between our insert and our look; then the next insert opens a new one.
TRIES = 4
ITEM9, WORDS = "item9", "words"
_VALUE = AlertAnswer.__table__.c.value
_TABLE = table_of(AlertWords)
_WORDS = (_TABLE.c.found, _TABLE.c.check_in_id)
_NAMES = {Reason.FIRST_EVER: "first"}

_CLINIC, _PATIENT = sa.bindparam("clinic_id", type_=sa.Uuid()), sa.bindparam("patient_id", type_=sa.Uuid())
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
_STANDING = sa.select(StandingPlan.answer, StandingPlan.until_at, StandingPlan.clock).where(
    StandingPlan.clinic_id == _CLINIC, StandingPlan.patient_id == _PATIENT, StandingPlan.ended_at.is_(None)
)
_EARLIER = (
    sa.select(InstrumentScore.item_9)
    .join(
        CheckIn,
        sa.and_(CheckIn.clinic_id == InstrumentScore.clinic_id, CheckIn.id == InstrumentScore.check_in_id),
    )
    .where(
        CheckIn.clinic_id == _CLINIC,
        CheckIn.patient_id == _PATIENT,
        CheckIn.answered_at < sa.bindparam("before", type_=CheckIn.answered_at.type),
        InstrumentScore.instrument == "phq9",
        InstrumentScore.item_9.is_not(None),
    )
    .order_by(CheckIn.answered_at.desc())
    .limit(EARLIER_READ)
)


def join_alerts(connection: sa.Connection, new: NewCheckIn) -> None:
    """Let a check-in's positive answer, and words of the list in its note, join the patient's open thread."""
    facts = new.facts
    texts = [text for text in (*(note.text for note in facts.notes.values()), facts.should_know_text) if text]
    found = word_list_of(connection, new.clinic_id).find(*texts) if texts else ()
    if not facts.item9 and not found:
        return
    joining = Joining(
        new.clinic_id,
        new.patient_id,
        new.id,
        facts.supersedes,
        believable(facts.answered_at, new.arrived_at),
        new.arrived_at,
        new.cipher,
    )
    if facts.item9:
        join_answer(connection, joining, facts.item9)
    if found:
        join_words(connection, joining, found)


def join_answer(connection: sa.Connection, joining: Joining, value: int) -> None:
    """An answer above 0 joins the open thread or opens one. A rise in one that was reached opens it again."""
    for _ in range(TRIES):
        thread = find_open(connection, joining)
        alert_id = thread.id if thread else _open_for(connection, joining, value)
        if alert_id is not None:
            if thread:
                _raise_for(connection, joining, thread, value)
            _add(connection, AlertAnswer, joining, alert_id, value=value)
            return
    raise RuntimeError("an alert thread was neither found nor opened")


def join_words(connection: sa.Connection, joining: Joining, found: tuple[str, ...]) -> None:
    """Words of the list join the open thread or open one of their kind. No standing plan quietens them."""
    for _ in range(TRIES):
        thread = find_open(connection, joining)
        alert_id = thread.id if thread else open_thread(connection, joining, WORDS, WORDS, Clock.FULL)
        if alert_id is not None:
            if thread and not thread.is_running and not _repeats_words(connection, joining, thread, found):
                raise_thread(connection, joining, thread, thread.kind, WORDS, Clock.FULL)
            _add(connection, AlertWords, joining, alert_id, found=_seal_words(joining, alert_id, found))
            return
    raise RuntimeError("an alert thread was neither found nor opened")


def _open_for(connection: sa.Connection, joining: Joining, value: int) -> uuid.UUID | None:
    verdict = _judge(connection, joining, value, None)
    return open_thread(connection, joining, ITEM9, _reason(verdict), verdict.clock or Clock.FULL)


def _raise_for(connection: sa.Connection, joining: Joining, thread: OpenAlert, value: int) -> None:
    if not thread.is_running:
        said = _superseded(connection, joining, thread, AlertAnswer, _VALUE)
        if said is not None and said.value == value:
            return
    highest = connection.scalar(_HIGHEST, {"clinic_id": joining.clinic_id, "alert_id": thread.id})
    known = OpenThread(highest, thread.is_running, thread.reached_at) if highest else None
    verdict = _judge(connection, joining, value, known)
    # A clock that runs is never slowed down, whoever signed what.
    if verdict.clock is Clock.FULL or (verdict.clock is Clock.SLOWER and not thread.is_running):
        raise_thread(connection, joining, thread, ITEM9, _reason(verdict), verdict.clock)


def _repeats_words(
    connection: sa.Connection, joining: Joining, thread: OpenAlert, found: tuple[str, ...]
) -> bool:
    said: Any = _superseded(connection, joining, thread, AlertWords, *_WORDS)
    if said is None:
        return False
    place = _words_place(joining, thread.id, said.check_in_id)
    words: list[str] = json.loads(open_text(joining.cipher, said.found, place))
    return words == list(found)


def _seal_words(joining: Joining, alert_id: uuid.UUID, found: tuple[str, ...]) -> bytes:
    place = _words_place(joining, alert_id, joining.check_in_id)
    return seal(joining.cipher, json.dumps(found), place)


def _words_place(joining: Joining, alert_id: uuid.UUID, check_in_id: uuid.UUID) -> bytes:
    keys = {"clinic_id": joining.clinic_id, "alert_id": alert_id, "check_in_id": check_in_id}
    return place_of(_TABLE, "found", keys)


def _judge(connection: sa.Connection, joining: Joining, value: int, thread: OpenThread | None) -> Verdict:
    row = connection.execute(_LAST_CLOSING, joining.who).first()
    closing = None if row is None else Closing(at=row.closed_at, answer=row.value)
    newest_first = connection.scalars(_EARLIER, {**joining.who, "before": joining.answered_at}).all()
    # The closed review proves an earlier positive, however many answers of 0 came since.
    earlier = [*([closing.answer] if closing else []), *reversed(newest_first)]
    signed = connection.execute(_STANDING, joining.who).first()
    plan = Standing(signed.answer, signed.until_at, Clock(signed.clock)) if signed else None
    return judge_item9(
        value, earlier=earlier, now=joining.arrived_at, thread=thread, last_closing=closing, plan=plan
    )


def _superseded(
    connection: sa.Connection,
    joining: Joining,
    thread: OpenAlert,
    table: type[AlertAnswer] | type[AlertWords],
    *columns: sa.ColumnElement[Any],
) -> Any:
    """What the check-in that this one replaces said in the thread: told at once, then sent whole."""
    if joining.supersedes is None:
        return None
    return connection.execute(
        sa.select(*columns)
        .join_from(
            table, CheckIn, sa.and_(CheckIn.clinic_id == table.clinic_id, CheckIn.id == table.check_in_id)
        )
        .where(
            table.clinic_id == joining.clinic_id,
            table.alert_id == thread.id,
            CheckIn.client_id == joining.supersedes,
        )
    ).first()


def _add(
    connection: sa.Connection,
    table: type[AlertAnswer] | type[AlertWords],
    joining: Joining,
    alert_id: uuid.UUID,
    **said: object,
) -> None:
    added = connection.execute(
        insert_into(connection, table).on_conflict_do_nothing(),
        {
            "clinic_id": joining.clinic_id,
            "alert_id": alert_id,
            "check_in_id": joining.check_in_id,
            "answered_at": joining.answered_at,
            "arrived_at": joining.arrived_at,
            **said,
        },
    )
    if added.rowcount:
        count_joined(connection, joining, alert_id, ITEM9 if table is AlertAnswer else None)


def _reason(verdict: Verdict) -> str:
    if verdict.reason is None:
        raise ValueError("only a positive answer joins an alert")
    return _NAMES.get(verdict.reason, verdict.reason.value)
