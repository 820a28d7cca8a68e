"""`make prove`, or `python -m prove kills` for one: run the proofs in full and write docs/proofs.md."""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import jinja2

from bench.result import commit
from prove.access import prove_access
from prove.api import prove_api
from prove.fuzz import prove_fuzz
from prove.kills import prove_kills
from prove.scoring import prove_scoring
from tests.browser.server import LiveServer
from tests.postgres import Postgres

WRITTEN = Path("docs") / "proofs.md"
TEMPLATE = Path(__file__).parent / "proofs.md.jinja"
ROUNDS = int(os.environ.get("PROVE_ROUNDS", "40"))
PAYLOADS = int(os.environ.get("PROVE_PAYLOADS", "20000"))
EXAMPLES = int(os.environ.get("PROVE_EXAMPLES", "300"))
SEED = int(os.environ.get("PROVE_SEED", str(random.SystemRandom().randrange(10**6))))


@dataclass(frozen=True)
class Proof:
    """What was tried, how much of it, and what went wrong."""

    promise: str
    size: str
    faults: list[str]
    seconds: float = 0


def scoring() -> Proof:
    """Every set of answers."""
    outcome = prove_scoring()
    size = (
        f"{outcome.tried:,} sets of answers, all there are, each scored by server, phone and a second reading"
    )
    return Proof(
        "Server and phone score every possible set of answers alike, and by the rules", size, outcome.faults
    )


def access() -> Proof:
    """The table and its mutations."""
    outcome = prove_access()
    size = f"{outcome.cells} cells; {outcome.tests} tests, most of them one policy or scope taken away"
    return Proof(
        "Every route × role × ownership is as listed, and no policy can go unnoticed", size, outcome.faults
    )


def kills_sqlite() -> Proof:
    """The default database."""
    with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
        return _kills("SQLite", LiveServer(Path(folder), BETWEEN_DEMO="0"))


def kills_postgresql() -> Proof:
    """The other one, with fsync on."""
    with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
        postgres = Postgres(Path(folder) / "postgres", settings=())
        url = postgres.url(postgres.make_template(lambda _url: None))
        proof = _kills("PostgreSQL", LiveServer(Path(folder) / "server", BETWEEN_DEMO="0", DATABASE_URL=url))
        postgres.close()
        return proof


def _kills(name: str, server: LiveServer) -> Proof:
    try:
        outcome = prove_kills(server, rounds=ROUNDS, seed=SEED)
    finally:
        server.stop()
    size = (
        f"{outcome.kills} kills (seed {SEED}); {outcome.acknowledged:,} check-ins acknowledged, "
        f"{outcome.resent:,} requests without an answer, {outcome.duplicates:,} receipts for a copy"
    )
    return Proof(f"{name}: no acknowledged check-in is lost or stored twice by kill -9", size, outcome.faults)


def fuzz_sqlite() -> Proof:
    """The default database."""
    with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
        return _fuzz("SQLite", f"sqlite:///{folder}/between.db", Path(folder) / "instance")


def fuzz_postgresql() -> Proof:
    """The other one, which refuses what SQLite takes."""
    with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
        postgres = Postgres(Path(folder) / "postgres")
        url = postgres.url(postgres.make_template(lambda _url: None))
        proof = _fuzz("PostgreSQL", url, Path(folder) / "instance")
        postgres.close()
        return proof


def _fuzz(name: str, url: str, instance: Path) -> Proof:
    outcome = prove_fuzz(url, instance, payloads=PAYLOADS, seed=SEED)
    became = ", ".join(f"{count:,} {what}" for what, count in outcome.became.most_common())
    size = f"{outcome.sent:,} payloads through seal and sync and through the form (seed {SEED}): {became}"
    promise = f"{name}: every fuzzed payload ends stored, in repair or rejected; every row is counted"
    return Proof(promise, size, outcome.faults)


def api() -> Proof:
    """What the API's document promises."""
    with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
        outcome = prove_api(f"sqlite:///{folder}/between.db", Path(folder), examples=EXAMPLES, start=SEED)
    answers = ", ".join(f"{count:,} × {status}" for status, count in sorted(outcome.answers.items()))
    size = f"{outcome.asked:,} requests by schemathesis to {outcome.operations} operations: {answers}"
    return Proof("The API does what its OpenAPI document says, and never a 5xx", size, outcome.faults)


PROOFS: dict[str, Callable[[], Proof]] = {
    "scoring": scoring,
    "access": access,
    "api": api,
    "fuzz-sqlite": fuzz_sqlite,
    "fuzz-postgresql": fuzz_postgresql,
    "kills-sqlite": kills_sqlite,
    "kills-postgresql": kills_postgresql,
}


def main(wanted: list[str]) -> int:
    """Run what was asked for; the document is written only when everything ran."""
    proofs = [_run(name) for name in PROOFS if not wanted or name in wanted]
    if not wanted:
        WRITTEN.write_text(_document(proofs), encoding="utf-8")
        print(f"Written to {WRITTEN}")
    return int(any(proof.faults for proof in proofs))


def _run(name: str) -> Proof:
    began = time.monotonic()
    proof = PROOFS[name]()
    taken = round(time.monotonic() - began)
    print(f"{'FAILED' if proof.faults else 'held'}  {proof.promise}\n        {proof.size}, {taken} s")
    for fault in proof.faults[:20]:
        print(f"        {fault}")
    return Proof(proof.promise, proof.size, proof.faults, taken)


def _document(proofs: list[Proof]) -> str:
    template = jinja2.Environment(autoescape=False, trim_blocks=True).from_string(TEMPLATE.read_text("utf-8"))
    return template.render(proofs=proofs, commit=commit(), day=datetime.now(UTC).date().isoformat()) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
