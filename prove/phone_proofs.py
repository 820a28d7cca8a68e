"""The proofs of phone and network in full: each opens what it needs, and closes it."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from prove.machine import Tally
from prove.machine_clinic import Clinic
from prove.machine_likeness import compare
from prove.machine_run import STEPS, find_all_planted, prove_machine
from prove.proof import Proof
from prove.proxy_runs import prove_faults
from prove.second_engine import prove_second_engine
from tests.browser.modules import module_page
from tests.browser.phone import FLAGS, Phones, chromium
from tests.browser.server import LiveServer
from tests.postgres import Postgres

IN_MEMORY = Path("/dev/shm")


def faults(runs: int, seed: int) -> Proof:
    """The real phone in a real browser, the real server, and everything that can be between them."""
    with _folder() as folder, sync_playwright() as driver:
        server, phones = LiveServer(folder / "server", BETWEEN_LIMITS="0").start(), Phones(driver, chromium())
        try:
            whole = prove_faults(phones(folder / "phone"), server, runs=runs, seed=seed)
        finally:
            phones.close()
            server.stop()
    promise = "No fault of the network loses or doubles anything: the real phone code against the real server"
    return Proof(promise, whole.size, whole.faults, seed=seed)


def likeness(scripts: int, seed: int) -> Proof:
    """The machine is about the phone only as long as its model does what the phone does."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        with module_page(browser) as page:
            differing = compare(page, scripts=scripts, seed=seed)
        browser.close()
    size = f"{scripts:,} outboxes with scripted replies, played to outbox-core.js and to its model"
    return Proof("The machine's phone makes the same requests as the real one", size, differing, seed=seed)


def second_engine() -> Proof:
    """What stands in for what only Chromium has."""
    seen = prove_second_engine()
    size = f"{seen.engine}, one journey: {'; '.join(seen.steps)}"
    promise = (
        "In a browser without background sync, push and lasting storage, nothing is lost and help is there"
    )
    return Proof(promise, size, seen.faults)


def machine_sqlite(sequences: int, seed: int) -> Proof:
    """With the bugs that it must find."""
    with _folder() as folder, _clinic(f"sqlite:///{folder / 'between.db'}", folder) as clinic:
        tally = prove_machine(clinic, sequences=sequences, first_seed=seed)
        planted = find_all_planted(clinic, first_seed=seed)
    unseen = [f"planted and not found: {bug}" for bug, after in planted.items() if after is None]
    found = ", ".join(f"{bug} ({after})" for bug, after in planted.items())
    size = f"{_size(tally)}; planted bugs found (after so many sequences): {found}"
    return Proof(f"SQLite: {PROMISE}", size, tally.faults + unseen, seed=seed)


def machine_postgresql(sequences: int, seed: int) -> Proof:
    """The same rules on the other database."""
    with _folder() as folder:
        postgres = Postgres(folder / "postgres")
        try:
            url = postgres.url(postgres.make_template(lambda _url: None))
            with _clinic(url, folder) as clinic:
                tally = prove_machine(clinic, sequences=sequences, first_seed=seed)
        finally:
            postgres.close()
    return Proof(f"PostgreSQL: {PROMISE}", _size(tally), tally.faults, seed=seed)


PROMISE = (
    "in no order of writing, sending, failing and signing in is anything lost, doubled or somebody else's, "
    "and all arrives when the network heals"
)


@contextmanager
def _clinic(url: str, folder: Path) -> Iterator[Clinic]:
    # It logs each time that its database is locked, and that is every second sequence.
    logging.getLogger("between").setLevel(logging.CRITICAL)
    clinic = Clinic(url, folder / "clinic")
    try:
        yield clinic
    finally:
        clinic.close()


def _size(tally: Tally) -> str:
    return (
        f"{tally.sequences:,} sequences of {STEPS} steps, {tally.requests:,} requests, "
        f"{tally.acknowledged:,} items acknowledged"
    )


@contextmanager
def _folder() -> Iterator[Path]:
    """In memory where there is such a place: nothing here is about the disk."""
    place = IN_MEMORY if IN_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="between-prove-", dir=place) as folder:
        yield Path(folder)
