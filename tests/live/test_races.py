"""A small version of prove/races.py, and the bugs that it must catch."""

from pathlib import Path

import pytest

from prove.quick_server import QuickServer
from prove.races import TWINS, Outcome, prove_races


def raced(groups: int, folder: Path, url: str, *bugs: str) -> Outcome:
    server = QuickServer(folder / "server", *bugs, BETWEEN_DEMO="0", DATABASE_URL=url)
    return prove_races(server, transactions=groups * TWINS, seed=11)


def test_of_twins_that_race_one_is_stored(database_url: str, tmp_path: Path) -> None:
    outcome = raced(11, tmp_path, database_url)
    assert outcome.groups == {"twins": 11, "other bytes": 2, "other orders": 2, "crossing": 2}
    assert outcome.told["conflict"] > 0
    assert outcome.faults == []


@pytest.mark.parametrize(
    ("bug", "seen"),
    [
        ("twin_is_conflict", "16 twins were told"),
        ("twin_is_stored", "there twice"),
    ],
)
def test_the_rig_sees_a_planted_bug(bug: str, seen: str, sqlite_url: str, tmp_path: Path) -> None:
    outcome = raced(1, tmp_path, sqlite_url, bug)
    assert any(seen in fault for fault in outcome.faults)
