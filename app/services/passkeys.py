"""Passkeys (WebAuthn): kept by a phone or laptop, unlocked by its owner, asked with a challenge of ours.

The library is imported by what uses it: a start, which asks nobody for a passkey, does not wait for it.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import Challenge, Passkey, Person
from app.services.accounts import plain_name

LASTS = timedelta(minutes=5)
MOST_PASSKEYS = 10
LONGEST_NAME = 60
LONGEST_ANSWER = 20_000


@dataclass(frozen=True)
class Site:
    """Where a passkey is good for: WebAuthn's relying party id, and the origin of our pages."""

    rp_id: str
    origin: str


def site_of(public_url: str) -> Site:
    """The site at the address that people use."""
    return Site(urlsplit(public_url).hostname or "", public_url)


def ask_new(session: Session, site: Site, person: Person, now: datetime) -> str:
    """What a browser needs to make a passkey for this person, as JSON."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    challenge = _keep_challenge(session, person.id, now)
    known = session.scalars(
        sa.select(Passkey.credential_id).where(Passkey.person_id == person.id, Passkey.removed_at.is_(None))
    )
    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name="Between",
        user_name=person.email or person.name,
        user_display_name=person.name,
        user_id=person.id.bytes,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return webauthn.options_to_json(options)


def ask_known(session: Session, site: Site, now: datetime) -> str:
    """What a browser needs to show a passkey, anybody's, as JSON."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id,
        challenge=_keep_challenge(session, None, now),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def claim_challenge(session: Session, answer: str, person_id: uuid.UUID | None, now: datetime) -> bytes:
    """The challenge that this answer is to, used up. Commit before the answer is looked at any further.

    `person_id` of whoever adds a passkey, None where one is shown.
    Raises BetweenError passkey_refused for one that is not ours, was used, or is over.
    """
    import webauthn
    from webauthn.helpers import parse_client_data_json

    try:
        said = json.loads(answer[:LONGEST_ANSWER])["response"]["clientDataJSON"]
        challenge = parse_client_data_json(webauthn.base64url_to_bytes(said)).challenge
    except _unreadable() as error:
        raise BetweenError("passkey_refused") from error
    claimed = session.execute(
        sa.delete(Challenge)
        .where(
            Challenge.challenge == challenge,
            Challenge.person_id.is_(None) if person_id is None else Challenge.person_id == person_id,
            Challenge.expires_at > now,
        )
        .returning(Challenge.challenge)
    ).scalar_one_or_none()
    if claimed is None:
        raise BetweenError("passkey_refused")
    return claimed


def add_passkey(
    session: Session,
    site: Site,
    person_id: uuid.UUID,
    name: str,
    answer: str,
    challenge: bytes,
    now: datetime,
) -> Passkey:
    """Keep the new passkey under its name. Raises BetweenError passkey_refused."""
    import webauthn

    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _unreadable() as error:
        raise BetweenError("passkey_refused") from error
    held = sa.select(sa.func.count()).where(Passkey.person_id == person_id, Passkey.removed_at.is_(None))
    if (session.scalar(held) or 0) >= MOST_PASSKEYS:
        raise BetweenError("passkey_refused")
    passkey = Passkey(
        person_id=person_id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=plain_name(name)[:LONGEST_NAME],
        created_at=now,
    )
    session.add(passkey)
    session.flush()
    return passkey


def take_passkey(session: Session, site: Site, answer: str, challenge: bytes, now: datetime) -> uuid.UUID:
    """Whose passkey this is. Raises BetweenError passkey_refused, also for one whose counter went back."""
    import webauthn

    passkey = _find(session, answer)
    if passkey is None:
        raise BetweenError("passkey_refused")
    try:
        shown = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _unreadable() as error:
        raise BetweenError("passkey_refused") from error
    used = session.execute(
        sa.update(Passkey)
        .where(
            Passkey.id == passkey.id,
            Passkey.removed_at.is_(None),
            Passkey.sign_count == passkey.sign_count,
        )
        .values(sign_count=shown.new_sign_count, used_at=now)
        .returning(Passkey.id)
        .execution_options(synchronize_session=False)
    ).first()
    if used is None:
        raise BetweenError("passkey_refused")
    return passkey.person_id


def remove_passkey(session: Session, person_id: uuid.UUID, passkey_id: uuid.UUID, now: datetime) -> None:
    """It opens nothing any more. Raises BetweenError not_found for one that is not the person's."""
    passkey = session.get(Passkey, passkey_id)
    if passkey is None or passkey.person_id != person_id or passkey.removed_at is not None:
        raise BetweenError("not_found")
    passkey.removed_at = now


def forget_challenges(session: Session, now: datetime) -> None:
    """Delete those that nobody may answer any more."""
    session.execute(sa.delete(Challenge).where(Challenge.expires_at <= now))


def _unreadable() -> tuple[type[Exception], ...]:
    """What a hostile answer can make the parser raise, besides its own errors."""
    from webauthn.helpers.exceptions import WebAuthnException

    return (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError)


def _find(session: Session, answer: str) -> Passkey | None:
    """The passkey of this answer, if the answer names its owner or nobody."""
    import webauthn

    try:
        said = json.loads(answer[:LONGEST_ANSWER])
        credential_id = webauthn.base64url_to_bytes(said["id"])
        handle = said["response"].get("userHandle")
        owner = None if not handle else webauthn.base64url_to_bytes(handle)
    except _unreadable():
        return None
    passkey = session.scalar(
        sa.select(Passkey).where(Passkey.credential_id == credential_id, Passkey.removed_at.is_(None))
    )
    return passkey if passkey is not None and owner in (None, passkey.person_id.bytes) else None


def _keep_challenge(session: Session, person_id: uuid.UUID | None, now: datetime) -> bytes:
    from webauthn.helpers import generate_challenge

    challenge = generate_challenge()
    session.add(Challenge(challenge=challenge, person_id=person_id, expires_at=now + LASTS))
    session.flush()
    return challenge
