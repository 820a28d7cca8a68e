"""`make prove` runs every proof in full, `python -m prove kills-sqlite` one of them.

Each keeps what it found in build/proofs/ as it finishes. `python -m prove --write` makes docs/proofs.md of
what is there; a run of all of them does so too. PROVE_SEED makes the same run again, and PROVE_KILLS,
PROVE_KILLS_POSTGRESQL, PROVE_DATABASE_KILLS, PROVE_STATES, PROVE_LOSSY_STATES, PROVE_RACES,
PROVE_PATIENTS, PROVE_ROTATIONS and PROVE_PROCESSES set the sizes.
"""

import dataclasses
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.result import commit
from prove import operator_proofs, phone_proofs
from prove import processes as processes_rig
from prove.access import prove_access
from prove.api import prove_api
from prove.escalation import prove_escalation
from prove.fuzz import prove_fuzz
from prove.kills import Outcome, prove_database_kills, prove_kills
from prove.power_cut import prove_power_cut
from prove.proof import DOCUMENT, Proof, document, keep, read_kept, today
from prove.quick_server import QuickServer
from prove.races import prove_races
from prove.scoring import prove_scoring
from tests.postgres import Postgres

SEED = int(os.environ.get("PROVE_SEED", str(random.SystemRandom().randrange(10**6))))
# A database of its own for so many kills: what was stored is counted as it goes, and stays small.
LEG = 250
MUST_LOSE = ("synchronous_off", "journal_deleted")


def _size(name: str, full: int) -> int:
    """How much of it: in full, unless the environment says otherwise."""
    return int(os.environ.get(f"PROVE_{name}", str(full)))


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
    whole = Outcome()
    for leg, kills in _legs(_size("KILLS", 5_000)):
        with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
            server = QuickServer(Path(folder), BETWEEN_DEMO="0")
            whole.absorb(prove_kills(server, kills=kills, seed=SEED + leg))
    return _kills("SQLite: no acknowledged check-in is lost, doubled or unaudited by kill -9", whole)


def kills_postgresql() -> Proof:
    """The other one, with fsync on."""
    whole = Outcome()
    with _postgres() as (postgres, folder):
        for leg, kills in _legs(_size("KILLS_POSTGRESQL", 1_000)):
            server = _on(postgres, folder / f"server-{leg}")
            whole.absorb(prove_kills(server, kills=kills, seed=SEED + leg))
    return _kills("PostgreSQL: no acknowledged check-in is lost, doubled or unaudited by kill -9", whole)


def kills_of_postgresql() -> Proof:
    """The database itself dies and recovers."""
    with _postgres() as (postgres, folder):
        server = _on(postgres, folder / "server")
        whole = prove_database_kills(server, postgres, kills=_size("DATABASE_KILLS", 50), seed=SEED)
    return _kills("PostgreSQL: nor by kill -9 of every process of PostgreSQL itself", whole)


def power_cut() -> Proof:
    """SQLite's files at the moment the power goes. Rigs that must lose show that this one could."""
    states = _size("STATES", 100_000)
    ours = prove_power_cut(states=states, seed=SEED)
    wal = prove_power_cut("journal_wal", states=max(1, states // 10), seed=SEED)
    lossy = {bug: prove_power_cut(bug, states=_size("LOSSY_STATES", 2_000), seed=SEED) for bug in MUST_LOSE}
    told = "; ".join(f"with {bug} {one.losing:,} of {one.states:,} lost" for bug, one in lossy.items())
    size = (
        f"{ours.states:,} states of {ours.recordings} recorded lives, {ours.rolled_back:,} with a journal to "
        f"play back, {ours.acknowledged:,} items acknowledged; {wal.states:,} states with WAL. "
        f"The same rig {told}"
    )
    faults = [f"the rig is wrong: nothing is lost with {bug}" for bug, one in lossy.items() if not one.losing]
    promise = "SQLite: no acknowledged check-in is lost by a power cut, and no file is corrupt"
    return Proof(promise, size, faults + ours.faults + wal.faults, seed=SEED)


def races_sqlite() -> Proof:
    """Two processes on one file."""
    with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
        return _races("SQLite", QuickServer(Path(folder), BETWEEN_DEMO="0"))


def races_postgresql() -> Proof:
    """Two processes on one database."""
    with _postgres() as (postgres, folder):
        return _races("PostgreSQL", _on(postgres, folder / "server"))


def processes() -> Proof:
    """Several of each, on one database with fsync on."""
    whole, runs = processes_rig.Outcome(), _size("PROCESSES", 20)
    with _postgres() as (postgres, folder):
        for run in range(runs):
            sink = processes_rig.HeldSink()
            server = _on(postgres, folder / f"server-{run}", **processes_rig.settings_for(sink))
            whole.absorb(processes_rig.prove_processes(server, sink, reminders=200, seed=SEED + run))
            sink.close()
    size = (
        f"{runs} runs; {whole.acknowledged:,} items acknowledged; {whole.reminders:,} reminders, of which "
        f"{whole.again} were in a killed worker's hands and came again under the same Topic"
    )
    promise = "PostgreSQL: two web processes, two workers; one of each dies; nothing is lost or sent twice"
    return Proof(promise, size, whole.faults, seed=SEED)


def escalation_sqlite() -> Proof:
    """The default database."""
    with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
        return _escalation("SQLite", f"sqlite:///{folder}/between.db", Path(folder), _size("LIVES", 1_000))


def escalation_postgresql() -> Proof:
    """The other one."""
    with _postgres() as (postgres, folder):
        url = postgres.url(postgres.make_template(lambda _url: None))
        return _escalation("PostgreSQL", url, folder, _size("LIVES_POSTGRESQL", 300))


def _rotation_sizes() -> tuple[int, int]:
    return _size("PATIENTS", 1_000), _size("ROTATIONS", 300)


def _escalation(database: str, url: str, folder: Path, lives: int) -> Proof:
    outcome = prove_escalation(url, folder, lives=lives, seed=SEED)
    size = f"{outcome.lived:,} patients' stories of answers, notes, reviews, plans, absences and hours"
    promise = (
        f"{database}: a positive answer that nobody reached or decided on ends at everybody and the strip"
    )
    return Proof(promise, size, outcome.faults, seed=SEED)


def _races(database: str, server: QuickServer) -> Proof:
    outcome = prove_races(server, transactions=_size("RACES", 50_000), seed=SEED)
    groups = ", ".join(f"{count:,} {kind}" for kind, count in outcome.groups.items())
    size = (
        f"{outcome.transactions:,} transactions, 16 at a time over 2 processes (groups: {groups}); told: "
        f"{', '.join(f'{count:,} {status}' for status, count in outcome.told.items())}; {outcome.busy:,} busy"
    )
    promise = f"{database}: of twins that race one is stored, all others are duplicates, and one row is there"
    return Proof(promise, size, outcome.faults, seed=SEED)


def _legs(kills: int) -> Iterator[tuple[int, int]]:
    for done in range(0, kills, LEG):
        print(f"        {done:,} of {kills:,}", file=sys.stderr, flush=True)
        yield done, min(LEG, kills - done)


@contextmanager
def _postgres() -> Iterator[tuple[Postgres, Path]]:
    with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
        postgres = Postgres(Path(folder) / "postgres", settings=())
        try:
            yield postgres, Path(folder)
        finally:
            postgres.close()


def _on(postgres: Postgres, folder: Path, **environ: str) -> QuickServer:
    url = postgres.url(postgres.make_template(lambda _url: None))
    return QuickServer(folder, **{"BETWEEN_DEMO": "0"} | environ, DATABASE_URL=url)


def _kills(promise: str, whole: Outcome) -> Proof:
    size = (
        f"{whole.kills:,} kills, {whole.struck:,} with requests on their way, {whole.starting:,} right at a "
        f"start, {whole.workers:,} of the worker alone; {whole.acknowledged:,} items acknowledged, "
        f"{whole.duplicates:,} of them stored before a kill and told after it"
    )
    return Proof(promise, size, whole.faults, seed=SEED)


def fuzz_sqlite() -> Proof:
    """The default database."""
    with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
        return _fuzz("SQLite", f"sqlite:///{folder}/between.db", Path(folder) / "instance")


def fuzz_postgresql() -> Proof:
    """The other one, which refuses what SQLite takes."""
    with _postgres() as (postgres, folder):
        return _fuzz(
            "PostgreSQL", postgres.url(postgres.make_template(lambda _url: None)), folder / "instance"
        )


def _fuzz(name: str, url: str, instance: Path) -> Proof:
    outcome = prove_fuzz(url, instance, payloads=_size("PAYLOADS", 20_000), seed=SEED)
    became = ", ".join(f"{count:,} {what}" for what, count in outcome.became.most_common())
    size = f"{outcome.sent:,} payloads through seal and sync and through the form: {became}"
    promise = f"{name}: every fuzzed payload ends stored, in repair or rejected; every row is counted"
    return Proof(promise, size, outcome.faults, seed=SEED)


def api() -> Proof:
    """What the API's document promises."""
    with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
        url = f"sqlite:///{folder}/between.db"
        outcome = prove_api(url, Path(folder), examples=_size("EXAMPLES", 300), start=SEED)
    answers = ", ".join(f"{count:,} × {status}" for status, count in sorted(outcome.answers.items()))
    size = f"{outcome.asked:,} requests by schemathesis to {outcome.operations} operations: {answers}"
    return Proof(
        "The API does what its OpenAPI document says, and never a 5xx", size, outcome.faults, seed=SEED
    )


PROOFS: dict[str, Callable[[], Proof]] = {
    "scoring": scoring,
    "access": access,
    "api": api,
    "fuzz-sqlite": fuzz_sqlite,
    "fuzz-postgresql": fuzz_postgresql,
    "kills-sqlite": kills_sqlite,
    "kills-postgresql": kills_postgresql,
    "kills-of-postgresql": kills_of_postgresql,
    "power-cut": power_cut,
    "races-sqlite": races_sqlite,
    "races-postgresql": races_postgresql,
    "processes": processes,
    "escalation-sqlite": escalation_sqlite,
    "escalation-postgresql": escalation_postgresql,
    "rotation-sqlite": lambda: operator_proofs.rotation_sqlite(*_rotation_sizes(), SEED),
    "rotation-postgresql": lambda: operator_proofs.rotation_postgresql(*_rotation_sizes(), SEED),
    "proxies": operator_proofs.proxies,
    "faults": lambda: phone_proofs.faults(_size("FAULTS", 2_000), SEED),
    "likeness": lambda: phone_proofs.likeness(_size("LIKENESS", 1_000), SEED),
    "second-engine": phone_proofs.second_engine,
    "machine-sqlite": lambda: phone_proofs.machine_sqlite(_size("SEQUENCES", 20_000), SEED),
    "machine-postgresql": lambda: phone_proofs.machine_postgresql(_size("SEQUENCES_POSTGRESQL", 1_000), SEED),
}


def main(wanted: list[str]) -> int:
    """Run what was asked for. Says which names there are when one is unknown."""
    if unknown := [name for name in wanted if name not in PROOFS and name != "--write"]:
        print(f"No proof is called {', '.join(unknown)}. There are: {', '.join(PROOFS)}")
        return 2
    proofs = [_run(name) for name in PROOFS if not wanted or name in wanted]
    if not wanted or "--write" in wanted:
        DOCUMENT.write_text(document(read_kept(PROOFS)), encoding="utf-8")
        print(f"Written to {DOCUMENT}")
    return int(any(proof.faults for proof in proofs))


def _run(name: str) -> Proof:
    began, at = time.monotonic(), commit()
    proof = PROOFS[name]()
    taken = round(time.monotonic() - began)
    proof = dataclasses.replace(proof, seconds=taken, commit=at, day=today())
    keep(name, proof)
    print(f"{'FAILED' if proof.faults else 'held'}  {proof.promise}\n        {proof.size}, {taken} s")
    for fault in proof.faults[:20]:
        print(f"        {fault}")
    sys.stdout.flush()
    return proof


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
