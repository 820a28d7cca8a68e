"""What was backed up is there again, row by row, and what differs is not kept."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import create_app
from app.backup import container
from app.backup.contents import Contents as Whole
from app.backup.keys import read_keys, save_keys
from app.backup.restore import restore
from app.backup.secret import Secret
from app.config import Settings
from app.db import Database
from app.errors import UpkeepError
from app.models import InstrumentScore
from app.services.audit_chain import seal_audit
from tests.backup.conftest import NOW, Contents, Kept, back_up, refused, tables_in
from tests.postgres import Postgres

LEFT = Path(__file__).parents[1] / "fixtures" / "0.1.0"


def test_every_row_is_there_again(
    kept: Kept, empty: Settings, opener: Secret, holds: Callable[[str], Contents]
) -> None:
    before = holds(kept.settings.database_url)
    report = restore(empty, kept.rows, kept.keys, opener, NOW)
    after = holds(empty.database_url)
    assert after == before
    assert report.rows == sum(int(one["count"]) for one in before.values()) > 30
    app = create_app(empty)
    assert app.test_client().get("/healthz").status_code == 200
    app.extensions["between"].database.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_of_an_earlier_release_is_brought_to_this_one(
    kind: str, settings: Settings, postgres: Postgres, opener: Secret, tmp_path: Path
) -> None:
    """The first release's own database, restored to either kind."""
    shutil.copytree(LEFT / "keys", tmp_path / "old" / "keys")
    shutil.copy(LEFT / "database.sqlite3", tmp_path / "old" / "between.db")
    old = dataclasses.replace(settings, instance=tmp_path / "old")
    database = Database(f"sqlite:///{tmp_path}/old/between.db")
    made = back_up(database, old, tmp_path / "backups", opener)
    database.dispose()
    save_keys(old.instance, tmp_path / "old.keys", opener, NOW)
    with postgres.copy(postgres.make_template(lambda _url: None)) as url:
        there = url if kind == "postgresql" else f"sqlite:///{tmp_path}/new.db"
        new = dataclasses.replace(settings, instance=tmp_path / "new", database_url=there)
        assert restore(new, made.path, tmp_path / "old.keys", opener, NOW).rows == made.rows
        restored = Database(there)
        with restored.reading() as session:
            expected = json.loads((LEFT / "sqlite.json").read_text())["scores"]
            assert session.scalar(sa.select(sa.func.count()).select_from(InstrumentScore)) == len(expected)
        restored.dispose()


def test_numbers_go_on_where_they_were(kept: Kept, empty: Settings, opener: Secret) -> None:
    restore(empty, kept.rows, kept.keys, opener, NOW)
    database = Database(empty.database_url)
    with database.writing() as session:
        last = session.execute(sa.text("SELECT max(id) FROM audit")).scalar_one()
        session.execute(
            sa.text("INSERT INTO audit (at, action, subject) VALUES ('2026-11-22 03:00:00.000000', 'a', 'b')")
        )
        assert session.execute(sa.text("SELECT max(id) FROM audit")).scalar_one() == last + 1
    database.dispose()


def test_what_is_there_stays(kept: Kept, opener: Secret) -> None:
    refused_at = kept.settings
    with pytest.raises(UpkeepError, match=r"already|not empty"):
        restore(refused_at, kept.rows, None, opener, NOW)
    assert tables_in(refused_at.database_url)


def test_rows_that_arrive_otherwise_are_not_kept(
    kept: Kept, empty: Settings, opener: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One letter of one row, changed on its way in, is found."""
    honest = Whole.lines

    def bent(self: Whole, reader: container.Reader, table: str):  # type: ignore[no-untyped-def]
        for batch in honest(self, reader, table):
            yield [line.replace(b"Kowalski", b"Kowalska") if table == "person" else line for line in batch]

    monkeypatch.setattr(Whole, "lines", bent)
    refused(empty, kept.rows, kept.keys, opener, "person holds")


def test_answers_that_no_key_opens_are_not_kept(
    kept: Kept, empty: Settings, opener: Secret, tmp_path: Path
) -> None:
    """Sealed to somebody else, one is a pity and restored; all of them are another clinic's keys."""
    count = sa.text("SELECT count(*) FROM envelope")
    one = sa.text(
        "UPDATE envelope SET client_id = install.id FROM (SELECT id FROM person LIMIT 1) AS install"
    )
    some = sa.text(f"{one.text} WHERE envelope.id = (SELECT id FROM envelope LIMIT 1)")
    with kept.database.writing() as session:
        assert session.scalar(count) == 3
        session.execute(some)
    pity = back_up(kept.database, kept.settings, tmp_path / "pity", opener)
    with kept.database.writing() as session:
        session.execute(sa.text("UPDATE envelope SET key_id = 'k1', variant = CAST(id AS TEXT)"))
        session.execute(one)
    lost = back_up(kept.database, kept.settings, tmp_path / "lost", opener)
    refused(empty, lost.path, kept.keys, opener, "nothing that was sealed with k1 opens")
    assert restore(empty, pity.path, kept.keys, opener, NOW).rows == pity.rows


def test_a_broken_audit_is_told_and_keeps_nobody_from_their_answers(
    kept: Kept, empty: Settings, opener: Secret, tmp_path: Path
) -> None:
    seal_audit(kept.database)
    with kept.database.writing() as session:
        session.execute(sa.text("UPDATE audit SET action = 'nothing' WHERE id = 2"))
    made = back_up(kept.database, kept.settings, tmp_path / "later", opener)
    report = restore(empty, made.path, kept.keys, opener, NOW)
    assert (report.rows, report.audit_faults) == (made.rows, 1)


def test_rows_of_an_earlier_release_take_up_keys_beside_those_that_are_there(
    settings: Settings, opener: Secret, tmp_path: Path
) -> None:
    """The keys were moved by hand, without the one that this version makes for the first time."""
    shutil.copytree(LEFT / "keys", tmp_path / "old" / "keys")
    shutil.copytree(LEFT / "keys", tmp_path / "new" / "keys")
    shutil.copy(LEFT / "database.sqlite3", tmp_path / "old" / "between.db")
    database = Database(f"sqlite:///{tmp_path}/old/between.db")
    old = dataclasses.replace(settings, instance=tmp_path / "old")
    made = back_up(database, old, tmp_path / "backups", opener)
    database.dispose()
    there = f"sqlite:///{tmp_path}/new/between.db"
    new = dataclasses.replace(settings, instance=tmp_path / "new", database_url=there)
    assert restore(new, made.path, None, opener, NOW).rows == made.rows
    before, after = read_keys(old.instance), read_keys(new.instance)
    assert before.items() < after.items()
    assert any(name.startswith("wrap-") for name in after.keys() - before.keys())
    assert create_app(new).test_client().get("/readyz").status_code == 200
