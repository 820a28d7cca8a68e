"""Who somebody claims to be, counted before it is checked."""

import uuid

from flask import request

from app.http import current_now, parts
from app.languages import mark
from app.models import Person
from app.services.accounts import check_passphrase, find_person_id, fold_email
from app.services.code_apps import take_app_code
from app.services.entries import note_entry
from app.services.passkeys import claim_challenge, site_of, take_passkey
from app.services.recovery_codes import take_recovery_code
from app.services.throttle import count_try, refuse_beyond

WRONG_WORDS = mark("This e-mail and pass-phrase do not go together. Please try again.")
WRONG_CODE = mark(
    "This code was not taken. Each works once: wait for the next one, or use a code from your paper."
)
TRIES_PER_EMAIL = 10
TRIES_PER_ADDRESS = 100
# Of a million codes three are right at any moment.
TRIES_PER_CODE = 8


def identify(email: str, passphrase: str) -> Person | None:
    """The person of this address and pass-phrase. Raises BetweenError too_many_tries."""
    throttle(f"email:{fold_email(email)}", TRIES_PER_EMAIL)
    throttle_address("sign-in")
    with parts().database.reading() as session:
        person = check_passphrase(session, email, passphrase)
    if person is None:
        with parts().database.writing() as session:
            note_entry(session, find_person_id(session, email), "wrong_words", _device(), current_now())
    return person


def prove_with_code(person_id: uuid.UUID, typed: str) -> str | None:
    """What this code was: proved (of the app) or recovery (on paper). None for neither, which is noted.

    Raises BetweenError too_many_tries.
    """
    throttle(f"code:{person_id}", TRIES_PER_CODE)
    now = current_now()
    with parts().database.writing() as session:
        if take_app_code(session, parts().factor_key, person_id, typed, now):
            return "proved"
        if take_recovery_code(session, person_id, typed, now):
            return "recovery"
        note_entry(session, person_id, "wrong_code", _device(), now)
    return None


def identify_with_passkey(answer: str) -> uuid.UUID:
    """Whose passkey signed our challenge. Raises BetweenError passkey_refused, too_many_tries."""
    throttle_address("passkey")
    database, now = parts().database, current_now()
    with database.writing() as session:
        challenge = claim_challenge(session, answer, None, now)
    with database.writing() as session:
        return take_passkey(session, site_of(parts().settings.public_url), answer, challenge, now)


def _device() -> str:
    return request.user_agent.string


def throttle_address(what: str) -> None:
    """Count a try of this address. Raises BetweenError too_many_tries."""
    throttle(f"{what}:{request.remote_addr}", TRIES_PER_ADDRESS)


def throttle(key: str, limit: int) -> None:
    """Count a try of this key, for all processes. Raises BetweenError too_many_tries."""
    now = current_now()
    with parts().database.writing() as session:
        tries = count_try(session, key, now)
    refuse_beyond(limit, tries, now)
