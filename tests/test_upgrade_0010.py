"""Up to the tables of patients joining: every row is still there, and the database keeps what may be."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from app.db import Database
from app.migrations import _config, upgrade
from app.models import Baseline, CareEnd, PastTotal
from tests.factories import Factory
from tests.postgres import Postgres
from tests.test_upgrade_0002 import _fill

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The first tables, empty."""
    if request.param == "sqlite":
        yield _at_first(f"sqlite:///{tmp_path / 'old.db'}")
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    with postgres.copy("template0") as url:
        yield _at_first(url)


def _at_first(url: str) -> Database:
    database = Database(url)
    command.upgrade(_config(database), "0001")
    return database


def test_envelopes_and_check_ins_come_through_and_say_nothing_new(old: Database) -> None:
    ids = _fill(old)
    upgrade(old)
    with old.engine.begin() as connection:
        kept = connection.execute(sa.text("SELECT source, entered_by FROM envelope")).all()
        said = connection.execute(sa.text("SELECT answered_by FROM check_in")).all()
        partial = sa.inspect(connection).get_indexes("envelope")
    assert kept == [("phone", None)] * len(ids)
    assert said == [(None,)] * len(ids)
    assert "ix_envelope_repair" in [one["name"] for one in partial]
    for change in (
        "UPDATE envelope SET source = 'fax'",
        "UPDATE check_in SET answered_by = 'you'",
        "UPDATE check_in SET kind = 'shout'",
        "UPDATE check_in SET today = 11",
    ):
        with pytest.raises(sa.exc.IntegrityError), old.engine.begin() as connection:
            connection.execute(sa.text(change))
    with old.engine.begin() as connection:
        connection.execute(sa.text("UPDATE envelope SET source = 'paper'"))
        connection.execute(sa.text("UPDATE check_in SET answered_by = 'with_help'"))
    old.dispose()


def test_the_database_keeps_one_of_each_and_its_range(make: Factory, database: Database) -> None:
    lead = make.clinician(make.clinic())
    june = make.patient(lead)
    own = {"clinic_id": june.clinic_id, "patient_id": june.patient}
    by = {"entered_by": lead.membership_id, "entered_at": NOW, "source_sealed": b"a letter"}
    signed = {"signed_by": lead.membership_id, "signed_at": NOW}
    total = {"instrument": "phq9", "day": NOW.date()} | own | by
    ended = {"reason": "died", "words_sealed": b"", "ended_by": lead.membership_id, "ended_at": NOW} | own
    refused = (
        [PastTotal(total=28, **total)],
        [PastTotal(total=22, **total | {"instrument": "gad7"})],
        [PastTotal(total=3, **total), PastTotal(total=4, **total)],
        [Baseline(instrument="phq9", total=12, day=NOW.date(), **own, **signed)],
        [Baseline(instrument="phq9", **own, **signed), Baseline(instrument="phq9", **own, **signed)],
        [CareEnd(**ended), CareEnd(**ended)],
        [CareEnd(**ended | {"reason": "bored"})],
    )
    for rows in refused:
        with pytest.raises(sa.exc.IntegrityError), database.writing() as session:
            session.add_all(rows)
