"""From a pass-phrase or a key file to the key of one file."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import UpkeepError

KEY_BYTES = 32
SALT_BYTES = 16
SHORTEST = 12
# RFC 9106's second choice: 64 MiB, three passes. A backup lies where others may try for years.
COST = {"time": 3, "memory": 65_536, "lanes": 4}
# A file that asks for more than this was not made by us.
MOST = {"time": 16, "memory": 1_048_576, "lanes": 16}
KINDS = ("argon2id", "key-file")


@dataclass(frozen=True)
class Secret:
    """What the operator holds. `kind`: argon2id for a pass-phrase, key-file for random bytes."""

    kind: str
    value: bytes

    def new_head(self) -> dict[str, Any]:
        """What a file must say of how its key is made: nothing secret."""
        head: dict[str, Any] = {"kdf": self.kind, "salt": secrets.token_bytes(SALT_BYTES).hex()}
        return head | COST if self.kind == "argon2id" else head

    def key_for(self, head: Mapping[str, Any]) -> bytes:
        """The key of the file with this head. Raises UpkeepError when it was made another way."""
        if head["kdf"] != self.kind:
            wanted = "a pass-phrase" if head["kdf"] == "argon2id" else "a key file"
            raise UpkeepError(f"This file opens with {wanted}.")
        salt = bytes.fromhex(head["salt"])
        if self.kind == "key-file":
            return HKDF(hashes.SHA256(), KEY_BYTES, salt, b"between backup").derive(self.value)
        if any(not 0 < head[name] <= most for name, most in MOST.items()):
            raise UpkeepError("This file asks for more memory or time than any backup needs.")
        return hash_secret_raw(
            self.value, salt, head["time"], head["memory"], head["lanes"], KEY_BYTES, Type.ID
        )


def from_passphrase(passphrase: str) -> Secret:
    """Raises UpkeepError when it is too short to keep anybody out."""
    if len(passphrase) < SHORTEST:
        raise UpkeepError(f"The pass-phrase must have at least {SHORTEST} characters.")
    return Secret("argon2id", passphrase.encode())


def from_key_file(path: Path) -> Secret:
    """At least 32 bytes, made for example by `head -c 32 /dev/urandom`."""
    try:
        value = path.read_bytes()
    except OSError as error:
        raise UpkeepError(f"The key file {path} cannot be read ({error.strerror}).") from error
    if len(value) < KEY_BYTES:
        raise UpkeepError(f"The key file {path} must hold at least {KEY_BYTES} random bytes.")
    return Secret("key-file", value)


def from_environment(environ: Mapping[str, str] = os.environ) -> Secret | None:
    """BETWEEN_BACKUP_PASSPHRASE, or the first line of the file BETWEEN_BACKUP_PASSPHRASE_FILE names."""
    path = environ.get("BETWEEN_BACKUP_PASSPHRASE_FILE")
    if path:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            raise UpkeepError(f"The pass-phrase file {path} cannot be read ({error.strerror}).") from error
        return from_passphrase(text.partition("\n")[0].strip())
    passphrase = environ.get("BETWEEN_BACKUP_PASSPHRASE", "").strip()
    return from_passphrase(passphrase) if passphrase else None
