"""POST /api/sync: sealed items in, a receipt for each. GET /api/keys: what to seal to."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, Response, current_app, request

from app.cookies import append_cookie_name, renew_append_cookie
from app.domain.check_in import Arrival
from app.errors import CATALOGUE, BetweenError
from app.http import answer, append_tokens, current_now, parts, read_json
from app.languages import gettext as _
from app.limits import SYNC, UNKNOWN_CREDENTIAL, limit
from app.reading import Sealed, open_arrival
from app.schemas.sync import SentItem, read_sync
from app.services.erasure import count_late
from app.services.intake import Claim, Receipt
from app.services.sealing import Keyring
from app.services.sessions import (
    SLIDE_AFTER,
    AppendRight,
    find_append_rights,
    slide_append_credential,
)

blueprint = Blueprint("sync", __name__)


@blueprint.post("/api/sync")
def sync() -> Response:
    """One receipt per item, in order, after the commit that holds it."""
    person_id, items = read_sync(read_json())
    now = current_now()
    # Whoever shows a credential is counted by it, never by the person named: nobody can use up another's.
    limit(SYNC, request.cookies.get(append_cookie_name(person_id)) or append_tokens()[0])
    reading = _Reading(items, parts().keyring)
    receipts = iter(_take(Claim(person_id, append_tokens(), reading.read, now)))
    _count_erased(reading)
    told = [
        _told(next(receipts)) if isinstance(entry, Arrival) else _told_else(item, entry, now)
        for item, entry in zip(items, reading.entries, strict=True)
    ]
    for one in told:
        current_app.extensions["metrics"].count_item("needs_repair" if one["needs_repair"] else one["status"])
    response = answer({"receipts": told, "server_time": _iso(now)})
    if reading.right is not None and now - reading.right.seen_at > SLIDE_AFTER:
        with parts().database.writing() as session:
            slide_append_credential(session, reading.right, now)
        renew_append_cookie(response, person_id)
    return response


def _take(claim: Claim) -> list[Receipt]:
    try:
        return parts().intake.take(claim)
    except BetweenError as error:
        if error.problem.code == "no_credential":
            limit(UNKNOWN_CREDENTIAL, str(request.remote_addr))
        raise


@blueprint.get("/api/keys")
def keys() -> Response:
    """The public sealing keys, newest first, for any phone that may append."""
    with parts().database.reading_core() as connection:
        if not find_append_rights(connection, append_tokens(), current_now()):
            raise BetweenError("no_credential")
    return answer({"keys": parts().keyring.public()})


class _Erased(NamedTuple):
    """An item of a record that was erased: the phone may forget it, and nothing of it is kept."""

    clinic_id: uuid.UUID
    patient_id: uuid.UUID


def _count_erased(reading: "_Reading") -> None:
    late = Counter(entry for entry in reading.entries if isinstance(entry, _Erased))
    if not late:
        return
    with parts().database.writing() as session:
        for of, items in late.items():
            count_late(session, of.clinic_id, of.patient_id, items)


class _Reading:
    """The items of one request, opened when it is known whose they are."""

    def __init__(self, items: Sequence[SentItem], keyring: Keyring) -> None:
        self._items, self._keyring = items, keyring
        self.right: AppendRight | None = None
        self.entries: list[Arrival | _Erased | str] = []

    def read(self, right: AppendRight) -> list[Arrival]:
        """The items that will be kept. `entries` has them all, with the catalogue's code for the others."""
        self.right = right
        self.entries = [_read_arrival(item, right, self._keyring) for item in self._items]
        return [entry for entry in self.entries if isinstance(entry, Arrival)]


def _read_arrival(item: SentItem, right: AppendRight, keyring: Keyring) -> Arrival | _Erased | str:
    """The item as it will be kept, or the catalogue's code for why it cannot be."""
    if item.refused is not None:
        return item.refused
    if item.id is not None and item.patient_id in right.erased:
        return _Erased(right.erased[item.patient_id], item.patient_id)
    if item.id is None or item.patient_id not in right.clinics:
        return "wrong_owner"
    clinic_id = right.clinics[item.patient_id]
    sealed = Sealed(right.person_id, clinic_id, item.patient_id, item.id, item.key_id, item.sealed)
    return open_arrival(keyring, sealed)


def _told(receipt: Receipt) -> dict[str, Any]:
    return {
        "id": str(receipt.client_id),
        "sha256": receipt.sha256.hex(),
        "status": receipt.status,
        "needs_repair": receipt.needs_repair,
        "arrived_at": _iso(receipt.arrived_at),
    }


def _told_else(item: SentItem, entry: _Erased | str, now: datetime) -> dict[str, Any]:
    return _told_rejected(item, entry) if isinstance(entry, str) else _told_erased(item, now)


def _told_erased(item: SentItem, now: datetime) -> dict[str, Any]:
    """In the words that make every phone let go: this clinic has no more use for its copy."""
    return {
        "id": str(item.id),
        "sha256": hashlib.sha256(item.sealed).hexdigest(),
        "status": "duplicate",
        "needs_repair": False,
        "arrived_at": _iso(now),
    }


def _told_rejected(item: SentItem, code: str) -> dict[str, Any]:
    return {
        "id": str(item.id) if item.id else item.echoed,
        "sha256": hashlib.sha256(item.sealed).hexdigest(),
        "status": "rejected",
        "needs_repair": False,
        "code": code,
        "sentence": _(CATALOGUE[code].sentence),
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
