"""Secrets made on first start into `instance/keys/`, each once, however many processes start together."""

import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes at `path`, made by `make` if nobody has yet. Racing processes agree: one link succeeds."""
    if not path.exists():
        make_folder(path.parent)
        _link_once(path, make())
    return path.read_bytes()


def make_folder(path: Path) -> None:
    """Make `path`, for us only, and what is missing above it, so that a power cut takes none of it back."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True, mode=0o700 if folder == path else 0o755)
        _sync_folder(folder.parent)


def session_secret(instance: Path) -> bytes:
    """The key that signs the session cookie. The cookie holds an opaque token, so this is a second lock."""
    return read_or_make(instance / "keys" / "session.key", lambda: secrets.token_bytes(32))


def _link_once(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(temporary, path)
        _sync_folder(path.parent)
    finally:
        Path(temporary).unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
