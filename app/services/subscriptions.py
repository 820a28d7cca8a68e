"""Phones that agreed to be reminded."""

import base64
import binascii
import hashlib
import uuid
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.orm import Session

from app.channels.endpoint import check_endpoint
from app.config import Settings
from app.db import insert_into
from app.errors import BetweenError
from app.models import PushSubscription, WebSession
from app.services.sessions import hash_token

POINT_BYTES = 65
SECRET_BYTES = 16
# More phones than anybody holds: a client that keeps subscribing cannot make us send without end.
MOST_PHONES = 8


def subscribe(
    session: Session,
    person_id: uuid.UUID,
    install_id: uuid.UUID,
    endpoint: str,
    p256dh: str,
    auth: str,
    now: datetime,
    settings: Settings,
    session_id: uuid.UUID | None = None,
) -> PushSubscription:
    """Keep this phone's subscription. The endpoint goes to the person who now holds the phone.

    `session_id` is the sign-in on it.

    Raises BetweenError not_valid for an address or keys that no push service gave out.
    """
    check_endpoint(endpoint, settings)
    _check_point(p256dh)
    if len(_decode(auth)) != SECRET_BYTES:
        raise BetweenError("not_valid")
    facts = {"person_id": person_id, "install_id": install_id, "p256dh": p256dh, "auth": auth}
    facts |= {"created_at": now, "ended_at": None, "session_id": session_id}
    digest = hashlib.sha256(endpoint.encode()).digest()
    kept_id = session.execute(
        insert_into(session, PushSubscription)
        .values(id=uuid.uuid4(), endpoint=endpoint, endpoint_hash=digest, **facts)
        .on_conflict_do_update(index_elements=["endpoint_hash"], set_=facts)
        .returning(PushSubscription.id)
    ).scalar_one()
    # A browser that renewed its endpoint would otherwise be reached twice.
    _end(
        session,
        now,
        PushSubscription.person_id == person_id,
        PushSubscription.install_id == install_id,
        PushSubscription.id != kept_id,
    )
    return session.get_one(PushSubscription, kept_id, populate_existing=True)


def end_subscription(
    session: Session, person_id: uuid.UUID, subscription_id: uuid.UUID, now: datetime
) -> None:
    """No more reminders there. Somebody else's id changes nothing."""
    _end(session, now, PushSubscription.person_id == person_id, PushSubscription.id == subscription_id)


def end_gone(session: Session, subscription_id: uuid.UUID, now: datetime) -> None:
    """The push service says that this address has ended."""
    _end(session, now, PushSubscription.id == subscription_id)


def end_of_session(session: Session, session_id: uuid.UUID, now: datetime) -> None:
    """Nothing more is shown where this sign-in was."""
    _end(session, now, PushSubscription.session_id == session_id)


def end_these(session: Session, person_id: uuid.UUID, ids: Collection[uuid.UUID], now: datetime) -> None:
    """No more reminders on these of the person's phones."""
    _end(session, now, PushSubscription.person_id == person_id, PushSubscription.id.in_(ids))


def carry_on(session: Session, old_token: str, new_token: str) -> None:
    """The same person signed in again in the same browser: its subscription is that browser's still."""
    old, new = (
        sa.select(WebSession.id, WebSession.person_id)
        .where(WebSession.token_hash == hash_token(token))
        .subquery()
        for token in (old_token, new_token)
    )
    session.execute(
        sa.update(PushSubscription)
        .where(
            PushSubscription.session_id == sa.select(old.c.id).scalar_subquery(),
            PushSubscription.person_id == sa.select(new.c.person_id).scalar_subquery(),
        )
        .values(session_id=sa.select(new.c.id).scalar_subquery())
        .execution_options(synchronize_session=False)
    )


def live_subscriptions(session: Session, person_id: uuid.UUID) -> list[PushSubscription]:
    """The phones of this person, newest first."""
    return list(
        session.scalars(
            sa.select(PushSubscription)
            .where(PushSubscription.person_id == person_id, PushSubscription.ended_at.is_(None))
            .order_by(PushSubscription.created_at.desc(), PushSubscription.id)
            .limit(MOST_PHONES)
        )
    )


def live_installs(session: Session, person_id: uuid.UUID) -> list[uuid.UUID]:
    """The installs that are reminded."""
    return [subscription.install_id for subscription in live_subscriptions(session, person_id)]


def _end(session: Session, now: datetime, *which: sa.ColumnElement[bool]) -> None:
    session.execute(
        sa.update(PushSubscription)
        .where(PushSubscription.ended_at.is_(None), *which)
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _check_point(p256dh: str) -> None:
    point = _decode(p256dh)
    if len(point) != POINT_BYTES or point[0] != 4 or not _is_on_curve(point):
        raise BetweenError("not_valid")


def _is_on_curve(point: bytes) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise BetweenError("not_valid") from error
