"""An upgrade of an SQLite file leaves the file as it was beside it, three of them at most."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.backup import before_upgrade
from app.backup.before_upgrade import keep_copy
from app.db import Database
from app.errors import SettingError
from app.migrations import upgrade

LEFT = Path(__file__).parents[1] / "fixtures" / "0.1.0" / "database.sqlite3"


@pytest.fixture
def old(tmp_path: Path) -> Database:
    shutil.copy(LEFT, tmp_path / "between.db")
    return Database(f"sqlite:///{tmp_path / 'between.db'}")


def test_the_copy_is_the_file_as_it_was(old: Database, tmp_path: Path) -> None:
    copy = keep_copy(old)
    assert copy is not None
    assert copy.name.startswith("between.db.before-0001-")
    upgrade(old)
    old.dispose()
    with closing(sqlite3.connect(copy)) as kept, closing(sqlite3.connect(LEFT)) as left:
        assert list(kept.iterdump()) == list(left.iterdump())
    assert copy.stat().st_mode & 0o077 == 0
    assert keep_copy(old) is None
    old.dispose()


def test_three_are_kept(old: Database, tmp_path: Path) -> None:
    for day in range(1, 6):
        (tmp_path / f"between.db.before-0001-2026010{day}-000000").touch()
    copy = keep_copy(old)
    old.dispose()
    kept = sorted(path.name for path in tmp_path.glob("*.before-*"))
    assert len(kept) == 3
    assert copy is not None
    assert copy.name in kept


def test_without_room_nothing_is_upgraded(
    old: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(before_upgrade.os, "fsync", full)
    with pytest.raises(SettingError, match="No space left"):
        keep_copy(old)
    old.dispose()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["between.db"]
