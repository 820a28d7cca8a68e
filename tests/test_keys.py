"""Keys are made once, and are on the disk, folders and all, before anything is sealed to them."""

import os
import stat
import threading
from pathlib import Path

import pytest

from app.keys import make_folder, read_or_make


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What was synced, in order; it is synced for real as well."""
    paths: list[Path] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        paths.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return paths


def test_a_key_is_synced_with_every_folder_that_was_made_for_it(tmp_path: Path, synced: list[Path]) -> None:
    path = tmp_path / "instance" / "keys" / "one.key"
    assert read_or_make(path, lambda: b"secret") == b"secret"
    assert synced[:2] == [tmp_path, tmp_path / "instance"]
    assert synced[2].parent == path.parent
    assert synced[3:] == [path.parent]
    assert [file.name for file in path.parent.iterdir()] == ["one.key"]


def test_a_key_that_is_there_is_only_read(tmp_path: Path, synced: list[Path]) -> None:
    (tmp_path / "one.key").write_bytes(b"first")
    assert read_or_make(tmp_path / "one.key", lambda: b"second") == b"first"
    assert synced == []


def test_whoever_comes_second_takes_the_key_of_the_first(tmp_path: Path) -> None:
    path, together, found = tmp_path / "keys" / "one.key", threading.Barrier(8), set()

    def race(own: bytes) -> None:
        together.wait()
        found.add(read_or_make(path, lambda: own))

    threads = [threading.Thread(target=race, args=(bytes([number]),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {path.read_bytes()}


def test_a_folder_is_ours_only_and_may_be_there_already(tmp_path: Path) -> None:
    make_folder(tmp_path / "above" / "instance")
    make_folder(tmp_path / "above" / "instance")
    assert stat.S_IMODE((tmp_path / "above" / "instance").stat().st_mode) == 0o700
