"""A small version of prove/kills.py: the server dies twice in the middle of taking check-ins."""

from pathlib import Path

from prove.kills import prove_kills
from tests.browser.server import LiveServer

KILLS = 2


def test_no_acknowledged_check_in_is_lost_or_doubled(database_url: str, tmp_path: Path) -> None:
    server = LiveServer(tmp_path / "server", BETWEEN_DEMO="0", DATABASE_URL=database_url)
    try:
        outcome = prove_kills(server, rounds=KILLS, seed=11)
    finally:
        server.stop()
    assert outcome.kills == KILLS
    assert outcome.acknowledged > 0
    assert outcome.faults == []
