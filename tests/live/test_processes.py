"""A small version of prove/processes.py."""

from pathlib import Path

from prove.processes import HeldSink, prove_processes, settings_for
from prove.quick_server import QuickServer


def test_one_of_two_web_processes_and_one_of_two_workers_may_die(postgresql_url: str, tmp_path: Path) -> None:
    sink = HeldSink()
    server = QuickServer(tmp_path / "server", DATABASE_URL=postgresql_url, **settings_for(sink))
    try:
        outcome = prove_processes(server, sink, reminders=30, seed=11)
    finally:
        sink.close()
    assert outcome.faults == []
    assert outcome.acknowledged > 0
    assert outcome.reminders == 30
    # The pushes of the killed worker had left it and were never written down as sent.
    assert 0 < outcome.again <= 4
