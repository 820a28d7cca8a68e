"""How proofs are kept one by one, and what the document says of them."""

from pathlib import Path

import pytest

from prove.__main__ import PROOFS, main
from prove.proof import MOST_FAULTS, Proof, document, keep, read_kept

HELD = Proof("Nothing is lost", "3 tries", [], 12, 7, "abc1234", "2026-11-21")
FAILED = Proof("Nothing is doubled", "4 tries", ["one came twice"], 5, None, "def5678-dirty", "2026-11-22")


def test_a_proof_is_read_as_it_was_kept(tmp_path: Path) -> None:
    keep("doubled", FAILED, tmp_path)
    keep("lost", HELD, tmp_path)
    assert read_kept(["lost", "never-run", "doubled"], tmp_path) == [HELD, FAILED]


def test_a_later_run_replaces_an_earlier_one(tmp_path: Path) -> None:
    keep("lost", FAILED, tmp_path)
    keep("lost", HELD, tmp_path)
    assert read_kept(["lost"], tmp_path) == [HELD]
    assert [path.name for path in tmp_path.iterdir()] == ["lost.json"]


def test_no_fault_goes_uncounted(tmp_path: Path) -> None:
    keep("lost", Proof("Nothing is lost", "", ["gone"] * (MOST_FAULTS + 5)), tmp_path)
    assert len(read_kept(["lost"], tmp_path)[0].faults) == MOST_FAULTS + 5


def test_the_document_names_the_commit_of_each_and_every_fault() -> None:
    told = document([HELD, FAILED])
    assert "| Nothing is lost | 3 tries (seed 7) | held | 12 s | abc1234, 2026-11-21 |" in told
    assert "| Nothing is doubled | 4 tries | **faults: 1** | 5 s | def5678-dirty, 2026-11-22 |" in told
    assert "- one came twice" in told


def test_an_unknown_name_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kills-of-everything"]) == 2
    said = capsys.readouterr().out
    assert "kills-of-everything" in said
    assert all(name in said for name in PROOFS)
