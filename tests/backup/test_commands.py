"""The commands as an operator meets them: a sentence, an exit code, and nothing half done."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.backup.rows import CHANGES
from app.config import Settings
from app.db import Database
from app.upkeep import is_asked_for, make_upkeep_app
from tests.backup.conftest import PASSPHRASE, Contents, fill

Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings) -> Run:
    """`flask --app app …` on this instance."""

    def run(*words: str, **environ: str) -> Result:
        here = {
            "BETWEEN_INSTANCE": str(settings.instance),
            "DATABASE_URL": settings.database_url,
            "BETWEEN_BACKUP_PASSPHRASE": PASSPHRASE,
        }
        return make_upkeep_app().test_cli_runner().invoke(args=words, env=here | environ)

    return run


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """No file of this process may grow beyond it: the kernel refuses, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_whole_round(
    app: Flask,
    database: Database,
    run: Run,
    tmp_path: Path,
    empty: Settings,
    holds: Callable[[str], Contents],
) -> None:
    fill(app, database)
    backups, keys = tmp_path / "backups", tmp_path / "keys.between"
    backups.mkdir()
    before = holds(database.url)
    made = run("backup", str(backups), "--keys", str(keys))
    assert (made.exit_code, "read back and counted" in made.output) == (0, True)
    assert (backups / made.output.split()[4]).exists()
    assert run("backups", str(backups)).exit_code == 0
    said = run("check").output
    assert "The last backup: 0 hours ago." in said
    assert "All of them are in the last one." in said
    there = {"BETWEEN_INSTANCE": str(empty.instance), "DATABASE_URL": empty.database_url}
    file = str(next(backups.iterdir()))
    wrong = run(
        "restore", file, "--keys", str(keys), **there, BETWEEN_BACKUP_PASSPHRASE="another pass-phrase"
    )
    assert (wrong.exit_code, wrong.output.count("\n")) == (1, 1)
    assert run("restore", file, "--keys", str(keys), **there).exit_code == 0
    assert holds(empty.database_url) == before
    again = run("restore", file, **there)
    assert (again.exit_code, "Nothing was changed" in again.output) == (1, True)


def test_a_full_disk_leaves_no_half_file(app: Flask, database: Database, run: Run, tmp_path: Path) -> None:
    fill(app, database)
    folder = tmp_path / "backups"
    folder.mkdir()
    with no_room_beyond(2000):
        failed = run("backup", str(folder))
    assert failed.exit_code == 1
    assert failed.output.startswith("Error: ")
    assert failed.output.count("\n") == 1
    assert list(folder.iterdir()) == []
    assert run("backup", str(folder)).exit_code == 0
    assert len(list(folder.iterdir())) == 1
    if database.is_sqlite:
        with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as connection:
            left = connection.execute(f"SELECT 1 FROM sqlite_master WHERE name LIKE '{CHANGES}%'").fetchall()
        assert left == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_done_is_said_in_a_sentence(run: Run, settings: Settings, tmp_path: Path) -> None:
    (settings.instance / "keys").mkdir()
    (settings.instance / "keys" / "session.key").write_bytes(b"a key")
    cases = (
        (("backup",), {}, 2, "Name a folder"),
        (("backup", str(tmp_path / "none")), {}, 1, "cannot be used"),
        (("backup", str(tmp_path)), {"BETWEEN_BACKUP_PASSPHRASE": "short"}, 1, "at least 12 characters"),
        (("backup", str(tmp_path)), {"BETWEEN_BACKUP_PASSPHRASE": ""}, 1, "Set BETWEEN_BACKUP_PASSPHRASE"),
        (("backup", str(tmp_path)), {"DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}, 1, "no database at"),
        (
            ("backup", "--keys", str(tmp_path / "k")),
            {"BETWEEN_INSTANCE": str(tmp_path / "i")},
            1,
            "no keys in",
        ),
        (("restore", str(tmp_path / "none")), {}, 1, "cannot be read"),
        (("move", "--to", "sqlite:////x"), {}, 2, "must start with postgresql://"),
        (("move", "--to", "postgresql://127.0.0.1:9/none"), {}, 1, "The database cannot do this"),
        (("backups", str(tmp_path)), {}, 1, "no backup in"),
        (("backup", "--keys", str(tmp_path / "between.db")), {}, 1, "There is a file"),
    )
    for words, environ, code, sentence in cases:
        result = run(*words, **environ)
        assert (result.exit_code, sentence in result.output) == (code, True), (words, result.output)
    assert not (tmp_path / "x.db").exists()


def test_only_these_commands_do_without_the_application() -> None:
    assert is_asked_for(["/venv/bin/flask", "--app", "app", "restore", "x"])
    assert is_asked_for(["/lib/flask/__main__.py", "--app", "app", "check"])
    assert not is_asked_for(["/venv/bin/flask", "--app", "app", "work"])
    assert not is_asked_for(["/venv/bin/pytest", "-k", "restore"])
