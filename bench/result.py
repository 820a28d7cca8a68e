"""One measured figure with its floor and its budget, and the table that tells them."""

import json
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

WRITTEN = Path("build") / "bench.json"


@dataclass(frozen=True)
class Result:
    """`floor`: what the same machine does at best in the same run. `held`: None where there is no budget."""

    what: str
    measured: str
    floor: str
    budget: str
    held: bool | None


def at_least(what: str, value: float, budget: float, floor: str, detail: str) -> Result:
    """A ratio that should not be lower."""
    return Result(what, f"{value:.2f} ({detail})", floor, f"≥ {budget:g}", value >= budget)


def at_most(what: str, value: float, budget: float, unit: str, floor: str = "") -> Result:
    """A cost that should not be higher."""
    return Result(what, f"{value:.6g} {unit}".strip(), floor, f"≤ {budget:g} {unit}".strip(), value <= budget)


def show(results: Sequence[Result]) -> str:
    """The figures as a table for a terminal."""
    head = Result("what", "measured", "floor", "budget", None)
    cells = [_cells(row, "") for row in [head]] + [_cells(row, _verdict(row)) for row in results]
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _cells(row: Result, verdict: str) -> tuple[str, str, str, str, str]:
    return (row.what, row.measured, row.floor, row.budget, verdict)


def _verdict(row: Result) -> str:
    return {True: "held", False: "NOT HELD", None: ""}[row.held]


def write(results: Sequence[Result], notes: Sequence[str]) -> None:
    """The same, for other programs."""
    WRITTEN.parent.mkdir(exist_ok=True)
    record = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "results": [asdict(row) for row in results],
        "notes": list(notes),
    }
    WRITTEN.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def commit() -> str:
    """The commit that is measured, with a mark when files differ from it."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return said.stdout.strip() or "unknown"
