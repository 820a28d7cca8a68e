"""The whole access table, and every policy and scope taken away in turn: each must turn a cell red."""

import re
import subprocess
import sys
from dataclasses import dataclass, field

from tests.access_cells import cells
from tests.access_table import TABLE


@dataclass
class Outcome:
    """How many cells there are, how many tests said so, and what they found."""

    cells: int = 0
    tests: int = 0
    faults: list[str] = field(default_factory=list)


def prove_access() -> Outcome:
    """Run the table's own tests; their report is the proof."""
    command = [sys.executable, "-m", "pytest", "-q", "--tb=line", "tests/test_access.py"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    passed = re.search(r"(\d+) passed", run.stdout)
    outcome = Outcome(
        sum(1 for endpoint in TABLE for _cell in cells(endpoint)), int(passed[1]) if passed else 0
    )
    if run.returncode != 0:
        outcome.faults = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        outcome.faults = outcome.faults or run.stdout.splitlines()[-3:]
    return outcome
