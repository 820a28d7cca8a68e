"""A small version of prove/fuzz.py."""

from pathlib import Path

from prove.fuzz import prove_fuzz


def test_every_payload_ends_stored_in_repair_or_rejected(database_url: str, tmp_path: Path) -> None:
    outcome = prove_fuzz(database_url, tmp_path / "instance", payloads=300, seed=5)
    assert outcome.faults == []
    assert outcome.sent >= 300
    assert {"stored", "repair", "rejected", "form 200"} <= set(outcome.became)
