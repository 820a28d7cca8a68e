"""What a kept envelope says: where the seal and the schema meet once more, long after its arrival."""

from collections.abc import Callable

from app.domain.check_in import CheckInFacts
from app.schemas.envelope import UnreadableError, read_envelope
from app.schemas.form import read_form
from app.services.reread import Kept, open_kept
from app.services.sealing import CannotOpenError, Keyring


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
