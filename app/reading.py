"""Where the seal and the schema meet: what a sealed item says, at its arrival and long after it."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.check_in import Arrival, CheckInFacts
from app.schemas.envelope import UnreadableError, read_envelope
from app.schemas.form import read_form
from app.services.reread import Kept, open_kept
from app.services.sealing import CannotOpenError, Keyring


@dataclass(frozen=True)
class Sealed:
    """One item as a phone sealed it, and whose it is. `entered_by`: the staff who took it in from a file."""

    person_id: uuid.UUID
    clinic_id: uuid.UUID
    patient_id: uuid.UUID
    id: uuid.UUID
    key_id: str
    sealed: bytes
    entered_by: uuid.UUID | None = None


def open_arrival(keyring: Keyring, item: Sealed) -> Arrival:
    """What it says, or why that is not known: then it is kept for the repair list."""
    facts, repair = None, ""
    try:
        plain = keyring.open(item.sealed, item.key_id, item.person_id, item.id)
        facts = read_envelope(plain, item.id)
    except (CannotOpenError, UnreadableError) as error:
        repair = str(error)
    return Arrival(
        client_id=item.id,
        clinic_id=item.clinic_id,
        patient_id=item.patient_id,
        source="phone",
        key_id=item.key_id,
        sealed=item.sealed,
        sha256=hashlib.sha256(item.sealed).digest(),
        facts=facts,
        repair=repair,
        entered_by=item.entered_by,
    )


def reading_with(keyring: Keyring) -> Callable[[Kept], CheckInFacts | str]:
    """Reads with these keys, as this version does at arrival: the facts, or the repair list's reason."""

    def read(kept: Kept) -> CheckInFacts | str:
        try:
            plain = open_kept(keyring, kept)
            if kept.source != "phone":
                return read_form(plain, kept.client_id, kept.zone, kept.arrived_at)
            return read_envelope(plain, kept.client_id)
        except (CannotOpenError, UnreadableError) as error:
            return str(error)

    return read
