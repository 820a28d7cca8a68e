"""From a claimed step to the clinicians: written down before it is tried, and what came of it afterwards.

Nothing sent says more than that something waits. Who it is about is seen after signing in.
"""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.channels.email import Letter
from app.channels.errors import ChannelError
from app.channels.push import Message, Target
from app.db import insert_into
from app.languages import mark, translate
from app.models import Alert, AlertNotice, Membership, Person
from app.services.cover import read_rota, read_team
from app.services.delivery import hash_receipt, topic_of, write_payload
from app.services.escalation import HeldStep, find_unanswered, finish_step, release_step
from app.services.subscriptions import end_gone, live_subscriptions

# Read by whoever passes by a screen, so not one word of what it is about.
WAITS = mark("Between has something for you that should not wait.")
LETTER = mark(
    "Between has something for you that should not wait. Please sign in to see it:\n\n{url}\n\n"
    "This message says no more on purpose. Please do not answer it."
)
MOST_ATTEMPTS = 6
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=10)
# Later than this the next step of the ladder has long said the same.
PUSH_SECONDS = 4 * 3600


@dataclass(frozen=True)
class Ways:
    """What is set up to reach clinicians with."""

    push: bool
    email: bool
    public_url: str


@dataclass(frozen=True)
class Push:
    """For one phone or browser."""

    subscription_id: uuid.UUID
    target: Target
    message: Message


@dataclass(frozen=True)
class Attempt:
    """One thing to send, whose row is there already."""

    notice_id: uuid.UUID
    parcel: Push | Letter


@dataclass(frozen=True)
class Result:
    """What came of an attempt: the status, or the error."""

    attempt: Attempt
    status: int | None
    error: ChannelError | None


def prepare_step(session: Session, held: HeldStep, ways: Ways, now: datetime) -> list[Attempt]:
    """Write who is told, on the desk and by every way there is. Commit before sending.

    Empty when there is nothing to send; then the step is finished.
    """
    alert = find_unanswered(session, held)
    if alert is None:
        finish_step(session, held, "off", now)
        return []
    connection = session.connection()
    rota = read_rota(connection, held.clinic_id, now)
    team = read_team(connection, held.clinic_id, alert.patient_id)
    attempts: list[Attempt] = []
    for membership_id in rota.tell(held.who, alert.owner_id, team):
        _tell_on_desk(session, held, membership_id, now)
        attempts += _attempts(session, held, alert, membership_id, ways, now)
    session.flush()
    if not attempts:
        finish_step(session, held, "told" if _is_accepted(session, held) else "desk_only", now)
    return attempts


def settle_step(session: Session, held: HeldStep, results: Sequence[Result], now: datetime) -> None:
    """Write down what came of every attempt; what failed for the moment is tried again."""
    for result in results:
        _record(session, result, held.clinic_id, now)
    may_pass = any(one.error is not None and not one.error.permanent for one in results)
    if may_pass and held.attempts < MOST_ATTEMPTS:
        release_step(session, held, now + _wait(held.attempts, results))
        return
    finish_step(session, held, "told" if _is_accepted(session, held) else "desk_only", now)


def _attempts(
    session: Session, held: HeldStep, alert: Alert, membership_id: uuid.UUID, ways: Ways, now: datetime
) -> list[Attempt]:
    person = session.scalars(
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.clinic_id == held.clinic_id, Membership.id == membership_id)
    ).one()
    done = _settled(session, held, membership_id)
    path = f"/clinic/alerts/{alert.id}"
    attempts = []
    phones = live_subscriptions(session, person.id) if ways.push else []
    for phone in phones:
        if ("push", phone.id) not in done:
            token = secrets.token_urlsafe(32)
            notice_id = _add(session, held, membership_id, "push", now, phone.id, hash_receipt(token))
            topic = topic_of(alert.id)
            body = translate(person.language, WAITS)
            payload = write_payload(person.language, body, topic, token, ways.public_url, path)
            message = Message(payload, topic, PUSH_SECONDS, urgency="high")
            target = Target(phone.endpoint, phone.p256dh, phone.auth)
            attempts.append(Attempt(notice_id, Push(phone.id, target, message)))
    if ways.email and person.email and ("email", None) not in done:
        notice_id = _add(session, held, membership_id, "email", now)
        letter = _letter(held, alert, person, membership_id, ways.public_url + path)
        attempts.append(Attempt(notice_id, letter))
    return attempts


def _letter(held: HeldStep, alert: Alert, person: Person, membership_id: uuid.UUID, url: str) -> Letter:
    name = uuid.uuid5(alert.id, f"{held.round}/{held.step}/{membership_id}").hex
    subject = translate(person.language, WAITS)
    return Letter(person.email or "", subject, translate(person.language, LETTER, url=url), name)


def _settled(session: Session, held: HeldStep, membership_id: uuid.UUID) -> set[tuple[str, uuid.UUID | None]]:
    """What needs no further attempt in this step: it was taken, or nobody listens there any more."""
    rows = session.execute(
        sa.select(AlertNotice.channel, AlertNotice.subscription_id).where(
            *_of_step(held),
            AlertNotice.membership_id == membership_id,
            AlertNotice.outcome.in_(("accepted", "gone")),
        )
    )
    return {(row.channel, row.subscription_id) for row in rows}


def _is_accepted(session: Session, held: HeldStep) -> bool:
    taken = sa.select(AlertNotice.id).where(
        *_of_step(held), AlertNotice.channel != "desk", AlertNotice.outcome == "accepted"
    )
    return session.scalar(taken.limit(1)) is not None


def _of_step(held: HeldStep) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        AlertNotice.clinic_id == held.clinic_id,
        AlertNotice.alert_id == held.alert_id,
        AlertNotice.round == held.round,
        AlertNotice.step == held.step,
    )


def _tell_on_desk(session: Session, held: HeldStep, membership_id: uuid.UUID, now: datetime) -> None:
    """Once for each step and clinician, however often the rest is tried again."""
    row = _row(held, membership_id, "desk", now) | {"outcome": "accepted"}
    session.execute(insert_into(session, AlertNotice).values(**row).on_conflict_do_nothing())


def _add(
    session: Session,
    held: HeldStep,
    membership_id: uuid.UUID,
    channel: str,
    now: datetime,
    subscription_id: uuid.UUID | None = None,
    receipt_hash: bytes | None = None,
) -> uuid.UUID:
    row = _row(held, membership_id, channel, now)
    session.add(AlertNotice(**row, subscription_id=subscription_id, receipt_hash=receipt_hash))
    notice_id: uuid.UUID = row["id"]
    return notice_id


def _row(held: HeldStep, membership_id: uuid.UUID, channel: str, now: datetime) -> dict[str, Any]:
    return {
        "clinic_id": held.clinic_id,
        "id": uuid.uuid4(),
        "alert_id": held.alert_id,
        "round": held.round,
        "step": held.step,
        "membership_id": membership_id,
        "channel": channel,
        "attempted_at": now,
        "outcome": "trying",
    }


def _record(session: Session, result: Result, clinic_id: uuid.UUID, now: datetime) -> None:
    error, parcel = result.error, result.attempt.parcel
    is_gone = error is not None and isinstance(parcel, Push) and error.is_gone
    outcome = "accepted" if error is None else "gone" if is_gone else "failed"
    session.execute(
        sa.update(AlertNotice)
        .where(AlertNotice.clinic_id == clinic_id, AlertNotice.id == result.attempt.notice_id)
        .values(outcome=outcome, status=result.status if error is None else error.status)
        .execution_options(synchronize_session=False)
    )
    if is_gone and isinstance(parcel, Push):
        end_gone(session, parcel.subscription_id, now)


def _wait(attempts: int, results: Sequence[Result]) -> timedelta:
    asked = max((one.error.retry_after or 0 for one in results if one.error is not None), default=0)
    doubled: timedelta = FIRST_WAIT * 2 ** (attempts - 1)
    return max(min(doubled, LONGEST_WAIT), min(timedelta(seconds=asked), LONGEST_WAIT))
