"""`make bench`, or `python -m bench sync` for one part."""

import sys

from bench.audit import measure_audit
from bench.backup import measure_backup
from bench.growth import measure_growth
from bench.lighthouse import measure_lighthouse
from bench.page import measure_pages
from bench.result import WRITTEN, Result, commit, show, write
from bench.start import measure_start
from bench.sync import measure_sync

PARTS = ("start", "pages", "sync", "growth", "audit", "backup", "lighthouse")


def main(wanted: list[str]) -> int:
    """Measure, print, write; 1 when a budget is not held."""
    results: list[Result] = []
    notes: list[str] = []
    if "start" in wanted:
        results += measure_start()
    if "pages" in wanted:
        results += measure_pages()
    if "sync" in wanted:
        results += measure_sync()
    if "growth" in wanted:
        results += measure_growth()
    if "audit" in wanted:
        results += measure_audit()
    if "backup" in wanted:
        results += measure_backup()
    if "lighthouse" in wanted:
        scores, notes = measure_lighthouse()
        results += scores
    print(f"Between at {commit()}\n\n{show(results)}\n")
    print("".join(f"{note}\n" for note in notes) + f"Written to {WRITTEN}")
    write(results, notes)
    return int(any(result.held is False for result in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(PARTS)))
