"""The proofs of what an operator does: turning keys over, and standing behind a reverse proxy."""

import tempfile
from pathlib import Path

from prove.fronts import prove_proxies
from prove.proof import Proof
from prove.rotation import prove_rotation
from tests.postgres import Postgres


def rotation_sqlite(patients: int, kills: int, seed: int) -> Proof:
    """The default database."""
    with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
        return _rotation("SQLite", f"sqlite:///{folder}/between.db", Path(folder), (patients, kills), seed)


def rotation_postgresql(patients: int, kills: int, seed: int) -> Proof:
    """The other one."""
    with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
        postgres = Postgres(Path(folder) / "postgres", settings=())
        try:
            url = postgres.url(postgres.make_template(lambda _url: None))
            return _rotation("PostgreSQL", url, Path(folder), (patients, kills), seed)
        finally:
            postgres.close()


def _rotation(database: str, url: str, folder: Path, sizes: tuple[int, int], seed: int) -> Proof:
    outcome = prove_rotation(url, folder, patients=sizes[0], kills=sizes[1], seed=seed)
    size = (
        f"{outcome.patients:,} patients, {outcome.kills:,} kills, {outcome.rotations:,} rotations that ended"
    )
    promise = f"{database}: a rotation of the keys killed at any moment leaves every word readable"
    return Proof(promise, size, outcome.faults, seed=seed)


def proxies() -> Proof:
    """The examples of deploy/."""
    with tempfile.TemporaryDirectory(prefix="between-prove-") as folder:
        outcomes = prove_proxies(Path(folder))
    faults = [f"{kind}: {fault}" for kind, outcome in outcomes.items() for fault in outcome.faults]
    size = "; ".join(f"{kind}, {len(outcome.held)} checks" for kind, outcome in outcomes.items())
    promise = (
        "Behind Caddy and nginx as in deploy/: headers, uploads, slow clients, pushes and addresses hold"
    )
    return Proof(promise, size, faults)
