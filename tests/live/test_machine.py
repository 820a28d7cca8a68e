"""A small version of the machine, and the bugs that it must find."""

import logging
from pathlib import Path

import pytest

from prove.machine_bugs import PHONE_BUGS, ForgetfulDatabase
from prove.machine_clinic import Clinic
from prove.machine_phone import Phone
from prove.machine_run import find_planted, prove_machine

SEED = 21
SEQUENCES = 20


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """The clinic logs each time that its database is locked."""
    caplog.set_level(logging.CRITICAL, logger="between")


def test_nothing_is_lost_doubled_or_somebody_elses(database_url: str, tmp_path: Path) -> None:
    clinic = Clinic(database_url, tmp_path / "instance")
    tally = prove_machine(clinic, sequences=SEQUENCES, first_seed=SEED)
    clinic.close()
    assert tally.faults == []
    assert tally.sequences >= SEQUENCES
    assert tally.acknowledged > SEQUENCES


@pytest.mark.parametrize("bug", PHONE_BUGS)
def test_a_planted_bug_of_the_phone_is_found(sqlite_url: str, tmp_path: Path, bug: type[Phone]) -> None:
    assert find_planted(sqlite_url, tmp_path / "instance", first_seed=SEED, phone=bug)


def test_a_planted_bug_of_the_clinic_is_found(sqlite_url: str, tmp_path: Path) -> None:
    assert find_planted(sqlite_url, tmp_path / "instance", first_seed=SEED, database=ForgetfulDatabase)
