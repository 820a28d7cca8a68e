"""How often one person, phone, token or address may ask for a change in a quarter of an hour.

Far above what anybody does by hand and what a phone sends that was offline for 90 days: they stop what runs
wild. Sign-in and codes have tighter limits of their own (app/identify.py).
"""

import hashlib
from dataclasses import dataclass

from flask import Flask, current_app, request

from app.config import Settings
from app.http import SAFE_METHODS, current_actor, current_now
from app.identify import throttle
from app.services.actors import Actor
from app.services.policies import CAPABILITY, ENTERING, POLICIES, PUBLIC, SESSION
from app.services.throttle import Tally

# The first ones in each process are counted in memory only: a transaction for every tap would cost more than
# the tap. So with several processes somebody may do this much more in each.
FREE = 30


@dataclass(frozen=True)
class Limit:
    """`most`: tries of one key in a quarter of an hour, after the free ones."""

    what: str
    most: int


WRITES = Limit("write", 600)
SYNC = Limit("sync", 600)
TOKENS = Limit("token", 60)
# A hospital may be one address for hundreds of phones.
ADDRESSES = Limit("address", 3_000)
UNKNOWN_CREDENTIAL = Limit("credential", 600)
UNCOUNTED = {
    None,
    # It keeps what was typed in the page, also when it is refused, so it counts by itself.
    "form.send_form",
    # Nobody is kept from leaving.
    "own.end_own_session",
    "account.do_sign_out",
}


def install_limits(app: Flask, settings: Settings) -> None:
    """To be called after the gate is installed: it says who asks."""
    app.extensions["limits"] = Tally(), settings.limits
    app.before_request(_count)


def limit(which: Limit, key: str) -> None:
    """Count one try. Raises BetweenError too_many_tries with the seconds until it may go on."""
    tally, factor = current_app.extensions["limits"]
    named = f"{which.what}:{hashlib.sha256(key.encode()).hexdigest()}"
    if factor and tally.count(named, current_now()) > FREE:
        throttle(named, which.most * factor)


def count_form(actor: Actor | None) -> None:
    """A check-in sent without script, signed in or not."""
    if actor is not None:
        limit(WRITES, str(actor.person_id))
    else:
        limit(ADDRESSES, str(request.remote_addr))


def _count() -> None:
    if request.endpoint in UNCOUNTED or request.method in SAFE_METHODS:
        return
    authority = POLICIES[str(request.endpoint)].authority
    if authority in (SESSION, ENTERING):
        limit(WRITES, str(current_actor().person_id))
    if authority == CAPABILITY:
        limit(TOKENS, str(sorted((request.view_args or {}).items())))
    if authority in (CAPABILITY, PUBLIC):
        limit(ADDRESSES, str(request.remote_addr))
