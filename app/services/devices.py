"""Where somebody is signed in, and which phones may still hand in what waits on them."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import AppendCredential, WebSession
from app.services.second_factors import record_of_person
from app.services.sessions import hash_token, is_fading

Kept = TypeVar("Kept", WebSession, AppendCredential)


@dataclass(frozen=True)
class Device:
    """One browser on one phone or laptop. `id` of its session, or of its credential once it is signed out."""

    id: uuid.UUID
    name: str
    since: datetime
    seen_at: datetime
    session_id: uuid.UUID | None
    credential_id: uuid.UUID | None
    is_this: bool


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
