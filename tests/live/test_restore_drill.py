"""The restore drill: phones write, a backup is made meanwhile, the machine is lost, all is there again."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from app.backup.rows import find_tables
from app.backup.snapshot import read_sqlite
from app.db import Database
from prove.ledger import HELD, find_missing
from prove.phones import Phone, gather, sending
from prove.quick_server import QuickServer
from tests.browser.server import REPOSITORY
from tests.handset import make_handsets

# Rows that are only ever added: what a backup holds of them is what was there.
ADDED = ("envelope", "check_in", "instrument_score", "note", "audit")
PHONES = 3


def flask(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command as an operator gives it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BETWEEN_")}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *words],
        cwd=REPOSITORY,
        env=kept | {"BETWEEN_BACKUP_PASSPHRASE": "plain words for a drill"} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def lines_of(url: str) -> dict[str, set[bytes]]:
    database = Database(url)
    with database.engine.connect() as connection:
        found = {}
        for table in (one for one in find_tables(connection) if one.name in ADDED):
            table = table.arranged(sorted(table.columns))
            driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
            found[table.name] = {line for lines in read_sqlite(driver, table) for line in lines}
    database.dispose()
    return found


def test_a_clinic_is_lost_and_restored(sqlite_url: str, tmp_path: Path) -> None:
    server = QuickServer(tmp_path / "server", BETWEEN_DEMO="0", DATABASE_URL=sqlite_url)
    here = {"BETWEEN_INSTANCE": str(server.directory / "instance"), "DATABASE_URL": sqlite_url}
    empty_url = f"sqlite:///{tmp_path}/new/between.db"
    backups, keys = tmp_path / "backups", tmp_path / "keys.between"
    backups.mkdir()
    server.open()
    server.fork()
    database = Database(sqlite_url)
    phones = [
        Phone(one, server.port, random.Random(n)) for n, one in enumerate(make_handsets(database, PHONES))
    ]
    database.dispose()
    try:
        with sending(phones):
            while sum(phone.answered for phone in phones) < 20:
                pass
            told_before = dict(gather(phones).told)
            made = flask("backup", str(backups), "--keys", str(keys), **here)
            answered_after = sum(phone.answered for phone in phones)
        assert made.returncode == 0, made.stderr
    finally:
        server.shut()
    ledger = gather(phones)
    assert len(ledger.told) > len(told_before) > 0, "nobody wrote while the backup was made"
    assert answered_after > 20
    before = lines_of(sqlite_url)
    shutil.rmtree(server.directory)

    there = {"BETWEEN_INSTANCE": str(tmp_path / "new"), "DATABASE_URL": empty_url}
    (file,) = backups.iterdir()
    restored = flask("restore", str(file), "--keys", str(keys), **there)
    assert restored.returncode == 0, restored.stderr
    after = lines_of(empty_url)
    assert [name for name in ADDED if not after[name] or after[name] - before[name]] == []
    database = Database(empty_url)
    with database.reading() as session:
        missing = find_missing(session.execute(HELD).all(), ledger, told_before)
    database.dispose()
    assert missing == []
