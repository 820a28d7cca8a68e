"""`keys rotate`, killed -9 at random moments among many patients, and run again until it ends."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from app.db import Database
from app.migrations import upgrade
from app.models import Patient, PatientKey
from app.services.rotation import rotate
from app.services.wrapping import load_keys
from tests.factories import Factory
from tests.opened import read_opened, write_plan

FORK = multiprocessing.get_context("fork")
WORDS = "Shoes on, once around the block, then the kitchen with the light on."
LONGEST = 0.4


@dataclass
class Outcome:
    """What was done, and what could not be read."""

    patients: int
    kills: int = 0
    rotations: int = 0
    faults: list[str] = field(default_factory=list)


def prove_rotation(url: str, folder: Path, *, patients: int, kills: int, seed: int) -> Outcome:
    """Rotate again and again; after each kill every patient's words are read by a start of its own."""
    outcome, dice = Outcome(patients), random.Random(seed)
    _fill(url, folder, patients)
    while outcome.kills < kills:
        ended = _rotate(url, folder, dice.random() * LONGEST)
        outcome.kills += ended == -signal.SIGKILL
        outcome.rotations += ended == 0
        if ended not in (0, -signal.SIGKILL):
            outcome.faults.append(f"a rotation ended with {ended}")
        outcome.faults += _unread(url, folder, patients)
    return outcome


def _fill(url: str, folder: Path, patients: int) -> None:
    def fill(database: Database) -> None:
        make = Factory(database, datetime.now(UTC))
        lead = make.clinician(make.clinic())
        for number in range(patients):
            make.patient(lead, f"Patient {number}")
        with database.writing() as session:
            write_plan(session, WORDS)

    database = Database(url)
    upgrade(database)
    _with(database, folder, fill)


def _rotate(url: str, folder: Path, seconds: float) -> int | None:
    def run() -> None:
        _with(Database(url), folder, lambda database: rotate(database, folder, datetime.now(UTC)))
        os._exit(0)

    process = FORK.Process(target=run)
    process.start()
    time.sleep(seconds)
    process.kill()
    process.join()
    return process.exitcode


def _unread(url: str, folder: Path, patients: int) -> list[str]:
    found: list[str] = []

    def read(database: Database) -> None:
        with database.reading() as session:
            plans = [patient.safety_plan for patient in read_opened(session, Patient)]
            keys = session.scalar(sa.select(sa.func.count()).select_from(PatientKey))
        if plans != [WORDS] * patients or keys != patients:
            found.append(f"{plans.count(WORDS)} of {patients} plans could be read, {keys} keys")

    try:
        _with(Database(url), folder, read)
    except Exception as error:  # noqa: BLE001 (whatever keeps a start from reading is what this looks for)
        found.append(f"a start could not read: {error!r}")
    return found


def _with(database: Database, folder: Path, do: Callable[[Database], object]) -> None:
    try:
        load_keys(database, folder, datetime.now(UTC))
        do(database)
    finally:
        database.dispose()
