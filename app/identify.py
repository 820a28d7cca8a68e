"""Who somebody claims to be, counted before it is checked."""

from flask import request

from app.http import current_now, parts
from app.models import Person
from app.services.accounts import check_passphrase, fold_email
from app.services.throttle import count_try, refuse_beyond

TRIES_PER_EMAIL = 10
TRIES_PER_ADDRESS = 100


def identify(email: str, passphrase: str) -> Person | None:
    """The person of this address and pass-phrase. Raises BetweenError too_many_tries."""
    throttle(f"email:{fold_email(email)}", TRIES_PER_EMAIL)
    throttle_address("sign-in")
    with parts().database.reading() as session:
        return check_passphrase(session, email, passphrase)


def throttle_address(what: str) -> None:
    """Count a try of this address. Raises BetweenError too_many_tries."""
    throttle(f"{what}:{request.remote_addr}", TRIES_PER_ADDRESS)


def throttle(key: str, limit: int) -> None:
    """Count a try of this key, for all processes. Raises BetweenError too_many_tries."""
    now = current_now()
    with parts().database.writing() as session:
        tries = count_try(session, key, now)
    refuse_beyond(limit, tries, now)
