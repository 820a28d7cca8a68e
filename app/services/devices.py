"""Where somebody is signed in, which phones may still hand in what waits on them, and which are reminded."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import AppendCredential, PushSubscription, WebSession
from app.services.second_factors import record_of_person
from app.services.sessions import hash_token, is_fading
from app.services.subscriptions import end_these

Kept = TypeVar("Kept", WebSession, AppendCredential)


@dataclass(frozen=True)
class Device:
    """One browser on one phone or laptop. `id` of its session, or of its credential once it is signed out.

    One that is only reminded has the id of its subscription. `push_ids` are what reminds it.
    """

    id: uuid.UUID
    name: str
    since: datetime
    seen_at: datetime
    session_id: uuid.UUID | None
    credential_id: uuid.UUID | None
    is_this: bool
    push_ids: tuple[uuid.UUID, ...] = ()


class _Push(NamedTuple):
    """A live subscription, with the sign-in in which it was told of."""

    id: uuid.UUID
    created_at: datetime
    session_id: uuid.UUID | None
    device: str | None
    since: datetime | None


def list_devices(
    session: Session, person_id: uuid.UUID, tokens: tuple[str, ...], now: datetime
) -> list[Device]:
    """The person's, the latest used first. `tokens` are those that this very browser shows."""
    own = {hash_token(token) for token in tokens}
    alone = [one for one in _live(session, AppendCredential, person_id, now) if not is_fading(one)]
    found = []
    for web in _live(session, WebSession, person_id, now):
        # A sign-in makes both at one moment: that is what makes them one device.
        beside = next(
            (one for one in alone if (one.created_at, one.device) == (web.created_at, web.device)), None
        )
        if beside is not None:
            alone.remove(beside)
        found.append(_device(web, beside, own))
    found += [_device(None, one, own) for one in alone]
    found = _with_pushes(found, _pushes(session, person_id))
    return sorted(found, key=lambda device: (not device.is_this, -device.seen_at.timestamp()))


def end_device(
    session: Session, person_id: uuid.UUID, device_id: uuid.UUID, actor_id: uuid.UUID, now: datetime
) -> None:
    """Sign it out and let it hand in nothing more. Raises BetweenError not_found for another person's."""
    for device in list_devices(session, person_id, (), now):
        if device.id == device_id:
            _end(session, person_id, [device], now)
            record_of_person(session, person_id, actor_id, "device.ended", now)
            return
    raise BetweenError("not_found")


def end_other_devices(session: Session, person_id: uuid.UUID, tokens: tuple[str, ...], now: datetime) -> int:
    """End all but this one. Returns how many there were."""
    others = [one for one in list_devices(session, person_id, tokens, now) if not one.is_this]
    _end(session, person_id, others, now)
    if others:
        record_of_person(session, person_id, person_id, "device.ended", now)
    return len(others)


def _end(session: Session, person_id: uuid.UUID, devices: list[Device], now: datetime) -> None:
    _revoke(session, WebSession, [one.session_id for one in devices], now)
    fading = [one.id for one in _live(session, AppendCredential, person_id, now) if is_fading(one)]
    _revoke(session, AppendCredential, [*fading, *(one.credential_id for one in devices)], now)
    end_these(session, person_id, [push for one in devices for push in one.push_ids], now)


def _revoke(
    session: Session,
    table: type[WebSession] | type[AppendCredential],
    ids: list[uuid.UUID | None],
    now: datetime,
) -> None:
    session.execute(
        sa.update(table)
        .where(table.id.in_([one for one in ids if one is not None]), table.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


def _live(session: Session, table: type[Kept], person_id: uuid.UUID, now: datetime) -> list[Kept]:
    return list(
        session.scalars(
            sa.select(table).where(
                table.person_id == person_id, table.revoked_at.is_(None), table.expires_at > now
            )
        )
    )


def _device(web: WebSession | None, credential: AppendCredential | None, own: set[bytes]) -> Device:
    kept: list[WebSession | AppendCredential] = [one for one in (web, credential) if one is not None]
    return Device(
        kept[0].id,
        kept[0].device,
        kept[0].created_at,
        max(one.seen_at for one in kept),
        None if web is None else web.id,
        None if credential is None else credential.id,
        any(one.token_hash in own for one in kept),
    )


def _pushes(session: Session, person_id: uuid.UUID) -> list[_Push]:
    rows = session.execute(
        sa.select(
            PushSubscription.id,
            PushSubscription.created_at,
            PushSubscription.session_id,
            WebSession.device,
            WebSession.created_at,
        )
        .outerjoin(WebSession, WebSession.id == PushSubscription.session_id)
        .where(PushSubscription.person_id == person_id, PushSubscription.ended_at.is_(None))
        .order_by(PushSubscription.created_at)
    )
    return [_Push(*row) for row in rows]


def _is_on(push: _Push, device: Device) -> bool:
    """By the sign-in; a phone that is signed out is known by the moment at which it had signed in."""
    if device.session_id is not None:
        return push.session_id == device.session_id
    return (push.since, push.device) == (device.since, device.name)


def _with_pushes(devices: list[Device], pushes: list[_Push]) -> list[Device]:
    """Each push on its device; one whose sign-in is over, or that nobody knows, is a device of its own."""
    found, left = [], pushes
    for device in devices:
        own = [one for one in left if _is_on(one, device)]
        left = [one for one in left if one not in own]
        found.append(replace(device, push_ids=tuple(one.id for one in own)))
    return found + [
        Device(one.id, one.device or "", one.created_at, one.created_at, None, None, False, (one.id,))
        for one in left
    ]
