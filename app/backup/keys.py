"""The keys, in a file of their own: who finds the one with the rows cannot read what phones sealed."""

import base64
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from app.backup.container import Writer, open_container
from app.backup.secret import Secret
from app.errors import UpkeepError
from app.keys import make_folder

NAMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


def read_keys(instance: Path) -> dict[str, bytes]:
    """All of `instance/keys`, by name; what is being written at this moment begins with a dot."""
    folder = instance / "keys"
    if not folder.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if NAMED.fullmatch(path.name)}


def digests(keys: Mapping[str, bytes]) -> dict[str, str]:
    """What tells one key from another of the same name. A key has 256 random bits, so it tells no more."""
    return {name: hashlib.sha256(content).hexdigest()[:32] for name, content in keys.items()}


def named(keys: Mapping[str, bytes]) -> str:
    """Which keys these are, to be written down: a name and the start of its digest each, one a line."""
    return "\n".join(f"{name} {digest[:8]}" for name, digest in sorted(digests(keys).items()))


def save_keys(instance: Path, path: Path, secret: Secret, now: datetime) -> dict[str, bytes]:
    """Write all keys to `path`. Returns them."""
    keys = read_keys(instance)
    if not keys:
        raise UpkeepError(f"There are no keys in {instance / 'keys'}.")
    told = {name: base64.b64encode(content).decode() for name, content in keys.items()}
    with Writer(path, secret, "keys") as writer:
        writer.close_with(json.dumps({"made_at": now.isoformat(), "keys": told}).encode())
    return keys


def load_keys(path: Path, secret: Secret) -> dict[str, bytes]:
    """The keys in a file that `save_keys` wrote. Raises UpkeepError."""
    plain = b"".join(plain for _, _, plain in open_container(path, secret, "keys").frames())
    told: dict[str, Any] = json.loads(plain)["keys"]
    if not all(NAMED.fullmatch(name) for name in told):
        raise UpkeepError(f"{path.name} holds names that no key has.")
    return {name: base64.b64decode(content) for name, content in told.items()}


def refuse_missing(wanted: Mapping[str, str], keys: Mapping[str, bytes], where: str) -> None:
    """Raises UpkeepError with the names of keys the backup needs that are not there, or are others."""
    held = digests(keys)
    missing = sorted(name for name in wanted if name not in held)
    if missing:
        raise UpkeepError(
            f"{where} does not have all keys this backup needs: {', '.join(missing)}. Nothing was changed."
        )
    others = sorted(name for name, digest in wanted.items() if held[name] != digest)
    if others:
        raise UpkeepError(
            f"{where} has other keys of the same name: {', '.join(others)}. Nothing was changed."
        )


def lay_down(keys: Mapping[str, bytes], instance: Path) -> Path:
    """Write them into a new folder in the instance, on the disk, for us only. Returns what holds `keys/`."""
    make_folder(instance)
    above = Path(tempfile.mkdtemp(dir=instance, prefix=".restored-"))
    try:
        make_folder(above / "keys")
        for name, content in keys.items():
            _write(above / "keys" / name, content)
    except OSError:
        shutil.rmtree(above, ignore_errors=True)
        raise
    return above


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
