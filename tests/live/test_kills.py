"""A small version of prove/kills.py, and the bugs that it must catch."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from prove.kills import Outcome, prove_database_kills, prove_kills
from prove.quick_server import QuickServer
from tests.postgres import Postgres

KILLS = 12
KILLS_OF_A_BUG = 10


@contextmanager
def served(directory: Path, url: str, *bugs: str) -> Iterator[QuickServer]:
    server = QuickServer(directory / "server", *bugs, BETWEEN_DEMO="0", DATABASE_URL=url)
    try:
        yield server
    finally:
        server.shut()


def killed(kills: int, directory: Path, url: str, *bugs: str) -> Outcome:
    with served(directory, url, *bugs) as server:
        return prove_kills(server, kills=kills, seed=11)


def test_no_acknowledged_check_in_is_lost_or_doubled(database_url: str, tmp_path: Path) -> None:
    outcome = killed(KILLS, tmp_path, database_url)
    assert outcome.kills == KILLS
    assert outcome.workers > 0
    assert outcome.starting > 0
    assert outcome.acknowledged > 0
    assert outcome.faults == []


def test_postgresql_itself_may_die(tmp_path: Path) -> None:
    # Not below pytest's own folder, which any other run closes to PostgreSQL's user.
    with tempfile.TemporaryDirectory(prefix="between-test-") as folder:
        postgres = Postgres(Path(folder) / "postgres", settings=())
        try:
            url = postgres.url(postgres.make_template(lambda _url: None))
            with served(tmp_path, url) as server:
                outcome = prove_database_kills(server, postgres, kills=2, seed=11)
        finally:
            postgres.close()
    assert outcome.acknowledged > 0
    assert outcome.faults == []


@pytest.mark.parametrize(
    ("bug", "seen"),
    [("answer_before_commit", "it is not there"), ("audit_later", "0 audit rows instead of 1")],
)
def test_the_rig_sees_a_planted_bug(bug: str, seen: str, sqlite_url: str, tmp_path: Path) -> None:
    outcome = killed(KILLS_OF_A_BUG, tmp_path, sqlite_url, bug)
    assert any(seen in fault for fault in outcome.faults)
