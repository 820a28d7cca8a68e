"""A small version of prove/proxy_runs.py: the real phone and server through a network with every fault."""

from pathlib import Path

from prove.proxy_runs import prove_faults
from tests.browser.phone import Phones
from tests.browser.server import LiveServer

RUNS = 60
STORED = "({ id, sha256 }) => ({ id, sha256, status: 'stored', arrived_at: '2026-11-21T12:00:00Z' })"
WITHOUT = "if (!reply.receipts) return "
DROPS_WITHOUT_A_RECEIPT = (
    WITHOUT.encode(),
    f"if (!reply.receipts) await settle(batch, batch.map({STORED})); {WITHOUT}".encode(),
)


def test_no_fault_of_the_network_loses_or_doubles_anything(
    live_server: LiveServer, phone_context: Phones, tmp_path: Path
) -> None:
    outcome = prove_faults(phone_context(tmp_path / "phone"), live_server, runs=RUNS, seed=5)
    assert outcome.faults == []
    assert outcome.runs == RUNS
    assert outcome.requests > RUNS


def test_a_planted_bug_is_found(live_server: LiveServer, phone_context: Phones, tmp_path: Path) -> None:
    context = phone_context(tmp_path / "phone")
    outcome = prove_faults(context, live_server, runs=5, seed=5, planted=DROPS_WITHOUT_A_RECEIPT)
    assert outcome.planted, "outbox-core.js has other words now: plant the bug in those"
    assert "left without a receipt" in outcome.faults[0]
