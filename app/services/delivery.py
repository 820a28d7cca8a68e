"""From a claimed reminder to a phone: written down before it is tried, and what came of it afterwards."""

import base64
import hashlib
import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from app.channels.errors import ChannelError
from app.channels.push import Message, Target
from app.languages import mark, translate
from app.models import AlertNotice, Delivery, Person
from app.services.reminders import Claim, finish, is_still_on, release
from app.services.subscriptions import end_gone, live_subscriptions

# One sentence for every rule: a lock screen is read by whoever passes by.
LOCK_SCREEN = mark("Between has something for you, whenever you have a minute.")
SCREEN = "/today"
MOST_ATTEMPTS = 6
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
_EVENTS = {"shown": ("shown_at",), "opened": ("opened_at", "shown_at"), "acted": ("acted_at", "shown_at")}


@dataclass(frozen=True)
class Attempt:
    """One message for one phone, whose row is there already."""

    delivery_id: uuid.UUID
    subscription_id: uuid.UUID
    target: Target
    message: Message


@dataclass(frozen=True)
class Result:
    """What came of an attempt: the status, or the error."""

    attempt: Attempt
    status: int | None
    error: ChannelError | None


def prepare(
    session: Session, held: Claim, *, push_is_on: bool, public_url: str, now: datetime
) -> list[Attempt]:
    """Write a row for each phone to be tried. Commit before sending.

    Empty when there is nothing to send; then the reminder is finished: missed, or on the clinic's call list.
    """
    if not is_still_on(session, held, now):
        finish(session, held, "missed", now)
        return []
    phones = live_subscriptions(session, held.person_id) if push_is_on else []
    if not phones or held.attempts > MOST_ATTEMPTS:
        finish(session, held, "call_list", now)
        return []
    language = session.get_one(Person, held.person_id).language
    attempts = []
    for phone in phones:
        token = secrets.token_urlsafe(32)
        delivery_id = uuid.uuid4()
        session.add(_row(held, delivery_id, phone.id, token, now))
        target = Target(phone.endpoint, phone.p256dh, phone.auth)
        message = _message(held, language, token, public_url, now)
        attempts.append(Attempt(delivery_id, phone.id, target, message))
    session.flush()
    return attempts


def settle(session: Session, held: Claim, results: Sequence[Result], now: datetime) -> None:
    """Write down what came of every attempt, then of the reminder: one phone that took it is enough."""
    for result in results:
        _record(session, held, result, now)
    errors = [result.error for result in results if result.error is not None]
    if len(errors) < len(results):
        finish(session, held, "sent", now)
        return
    again_at = now + _wait(held.attempts, errors)
    may_pass = any(not error.permanent for error in errors)
    if may_pass and held.attempts < MOST_ATTEMPTS and again_at < held.useful_until:
        release(session, held, again_at)
    else:
        finish(session, held, "call_list", now)


def record_receipt(session: Session, token: str, event: str, now: datetime) -> bool:
    """Keep when a phone showed, opened or acted on what was sent; the first time stands. False if unknown."""
    return any(_received(session, table, token, event, now) for table in (Delivery, AlertNotice))


def _received(
    session: Session, table: type[Delivery] | type[AlertNotice], token: str, event: str, now: datetime
) -> bool:
    # Opened without shown means that the first word was lost on its way.
    moment = sa.literal(now, Delivery.shown_at.type)
    values = {name: sa.func.coalesce(getattr(table, name), moment) for name in _EVENTS[event]}
    done = session.execute(
        sa.update(table)
        .where(table.receipt_hash == hash_receipt(token))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return isinstance(done, CursorResult) and done.rowcount == 1


def topic_of(subject_id: uuid.UUID) -> str:
    """22 characters that stay the same: what is sent twice replaces itself, under way and on the phone."""
    return base64.urlsafe_b64encode(subject_id.bytes).rstrip(b"=").decode()


def _row(
    held: Claim, delivery_id: uuid.UUID, subscription_id: uuid.UUID, token: str, now: datetime
) -> Delivery:
    return Delivery(
        clinic_id=held.clinic_id,
        id=delivery_id,
        reminder_id=held.id,
        subscription_id=subscription_id,
        channel="push",
        receipt_hash=hash_receipt(token),
        attempted_at=now,
        outcome="trying",
    )


def _message(held: Claim, language: str, token: str, public_url: str, now: datetime) -> Message:
    topic = topic_of(held.id)
    seconds_left = int((held.useful_until - now).total_seconds())
    payload = write_payload(language, translate(language, LOCK_SCREEN), topic, token, public_url, SCREEN)
    return Message(payload, topic, seconds_left)


def write_payload(language: str, body: str, topic: str, token: str, public_url: str, path: str) -> str:
    """What the phone shows and where a tap leads."""
    notification = {
        "title": "Between",
        "body": body,
        "lang": language,
        "dir": "ltr",
        "tag": topic,
        "navigate": f"{public_url}{path}",
        "silent": False,
        "data": {"receipt": token, "path": path},
    }
    # Declarative Web Push (8030): a phone whose worker cannot run still shows this.
    return json.dumps({"web_push": 8030, "notification": notification}, ensure_ascii=False)


def _record(session: Session, held: Claim, result: Result, now: datetime) -> None:
    error = result.error
    outcome = "accepted" if error is None else "gone" if error.is_gone else "failed"
    session.execute(
        sa.update(Delivery)
        .where(Delivery.clinic_id == held.clinic_id, Delivery.id == result.attempt.delivery_id)
        .values(outcome=outcome, status=result.status if error is None else error.status)
        .execution_options(synchronize_session=False)
    )
    if outcome == "gone":
        end_gone(session, result.attempt.subscription_id, now)


def _wait(attempts: int, errors: Sequence[ChannelError]) -> timedelta:
    asked = max((error.retry_after or 0 for error in errors), default=0)
    doubled: timedelta = FIRST_WAIT * 2 ** (attempts - 1)
    return max(min(doubled, LONGEST_WAIT), timedelta(seconds=asked))


def hash_receipt(token: str) -> bytes:
    """What is kept of a receipt's token."""
    return hashlib.sha256(token.encode()).digest()
