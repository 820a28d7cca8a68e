"""What cannot be restored is refused with one sentence, and nothing is changed."""

import json
from pathlib import Path

import pytest

from app.backup import archive, container
from app.backup import restore as restoring
from app.backup.container import Writer
from app.backup.contents import read_contents
from app.backup.keys import save_keys
from app.backup.restore import restore
from app.backup.secret import Secret, from_key_file, from_passphrase
from app.config import Settings
from app.keys import read_or_make
from tests.backup.conftest import NOW, Kept, back_up, refused


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A file is read the same for both databases."""
    return sqlite_url


def test_bad_files_are_refused(kept: Kept, empty: Settings, opener: Secret, tmp_path: Path) -> None:
    whole, bad = kept.rows.read_bytes(), tmp_path / "bad.between"
    refused(empty, kept.rows, kept.keys, from_passphrase("another pass-phrase"), "not the pass-phrase")
    refused(empty, kept.keys, kept.keys, opener, "a backup of keys")
    refused(empty, kept.rows, kept.rows, opener, "a backup of a database")
    cases = (
        (whole[: len(whole) // 2], "half a file"),
        (whole[:-1], "half a file"),
        (whole + b"\0\0\0\1\0", "added to the end"),
        (b"PK\x03\x04" + whole, "not a backup"),
        (b"", "not a backup"),
        (whole.replace(b"BACKUP-1", b"BACKUP-2", 1), "newer version"),
        (whole[:-200] + bytes([whole[-200] ^ 1]) + whole[-199:], "damaged"),
        (whole.replace(b'"time": 1', b'"time": 2', 1), "not the pass-phrase"),
        (whole.replace(b'"memory": 64', b'"memory": 99999999', 1), "more memory or time"),
        (whole.replace(b'"salt": "', b'"salt": "zz', 1), "damaged"),
    )
    for content, sentence in cases:
        bad.write_bytes(content)
        refused(empty, bad, kept.keys, opener, sentence)
    refused(empty, tmp_path / "none", kept.keys, opener, "cannot be read")


def test_frames_cannot_change_places(kept: Kept, empty: Settings, opener: Secret, tmp_path: Path) -> None:
    reader = container.open_container(kept.rows, opener, "rows")
    whole = kept.rows.read_bytes()
    starts = [place.offset for place, _, _ in reader.frames()]
    parts = [whole[start:end] for start, end in zip(starts, [*starts[1:], len(whole)], strict=True)]
    head = whole[: starts[0]]
    bad = tmp_path / "bad.between"
    orders = (
        [*parts[:1], parts[2], parts[1], *parts[3:]],
        [*parts[:2], *parts[3:]],
        [*parts[:2], parts[1], *parts[2:]],
    )
    for order in orders:
        bad.write_bytes(head + b"".join(order))
        refused(empty, bad, kept.keys, opener, "damaged")
    bad.write_bytes(head + b"".join(parts[:-1]))
    refused(empty, bad, kept.keys, opener, "half a file")


def test_a_newer_backup_is_refused(kept: Kept, empty: Settings, opener: Secret, tmp_path: Path) -> None:
    newer = tmp_path / "newer.between"
    contents = read_contents(container.open_container(kept.rows, opener, "rows"))
    with Writer(newer, opener, "rows") as writer:
        writer.add(json.dumps(contents.start | {"revision": "9999", "version": "7.0"}).encode())
        writer.close_with(json.dumps(contents.end | {"sha256": writer.sha256()}).encode())
    refused(empty, newer, kept.keys, opener, r"newer version of Between \(7.0\)")


def test_keys_older_than_the_rows_are_named(
    kept: Kept, empty: Settings, opener: Secret, tmp_path: Path
) -> None:
    read_or_make(kept.settings.instance / "keys" / "wrap-w2.key", lambda: b"new")
    later = back_up(kept.database, kept.settings, tmp_path / "later", opener)
    refused(empty, later.path, kept.keys, opener, "keys.between does not have all keys.*: wrap-w2.key")
    refused(empty, later.path, None, opener, "does not have all keys.*hpke-k1.pem")
    other = tmp_path / "other"
    (other / "keys").mkdir(parents=True)
    for name in ("hpke-k1.pem", "second-factor.key", "session.key", "wrap-w1.key", "wrap-w2.key"):
        (other / "keys" / name).write_bytes(b"another")
    save_keys(other, tmp_path / "others.between", opener, NOW)
    refused(
        empty, later.path, tmp_path / "others.between", opener, "other keys of the same name: hpke-k1.pem"
    )


def test_no_space_is_said_before_anything_is_written(
    kept: Kept, empty: Settings, opener: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("usage", (), {"free": 1000})
    monkeypatch.setattr(restoring.shutil, "disk_usage", lambda _path: usage)
    refused(empty, kept.rows, kept.keys, opener, "not enough space")


def test_a_key_file_opens_it_as_well(kept: Kept, empty: Settings, tmp_path: Path) -> None:
    (tmp_path / "backup.key").write_bytes(bytes(range(40)))
    opener = from_key_file(tmp_path / "backup.key")
    made = back_up(kept.database, kept.settings, tmp_path / "by-key", opener)
    refused(empty, made.path, kept.keys, from_passphrase("some pass-phrase"), "opens with a key file")
    save_keys(kept.settings.instance, tmp_path / "keys-by-key", opener, NOW)
    assert restore(empty, made.path, tmp_path / "keys-by-key", opener, NOW).rows == made.rows


def test_rows_are_not_readable_in_the_file(kept: Kept) -> None:
    raw = kept.rows.read_bytes() + kept.keys.read_bytes()
    assert b"Harbor" not in raw
    assert b"PRIVATE" not in raw
    assert kept.rows.stat().st_mode & 0o077 == 0
    assert archive.SUFFIX == ".between"
