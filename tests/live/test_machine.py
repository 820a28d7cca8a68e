"""A small version of the machine, and the bugs that it must find."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from prove.machine_bugs import PHONE_BUGS, ForgetfulDatabase
from prove.machine_clinic import Clinic
from prove.machine_phone import Phone
from prove.machine_run import find_planted, prove_machine

SEED = 23
SEQUENCES = 20


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """The clinic logs each time that its database is locked."""
    caplog.set_level(logging.CRITICAL, logger="between")


@pytest.fixture(scope="module")
def buggy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """One clinic for all bugs: each sequence has new people."""
    folder = tmp_path_factory.mktemp("machine")
    clinic = Clinic(f"sqlite:///{folder / 'between.db'}", folder / "instance")
    yield clinic
    clinic.close()


def test_nothing_is_lost_doubled_or_somebody_elses(database_url: str, tmp_path: Path) -> None:
    clinic = Clinic(database_url, tmp_path / "instance")
    tally = prove_machine(clinic, sequences=SEQUENCES, first_seed=SEED)
    clinic.close()
    assert tally.faults == []
    assert tally.sequences >= SEQUENCES
    assert tally.acknowledged > SEQUENCES


@pytest.mark.parametrize("bug", PHONE_BUGS)
def test_a_planted_bug_of_the_phone_is_found(buggy: Clinic, bug: type[Phone]) -> None:
    assert find_planted(buggy, first_seed=SEED, phone=bug)


def test_a_planted_bug_of_the_clinic_is_found(buggy: Clinic) -> None:
    assert find_planted(buggy, first_seed=SEED, database=ForgetfulDatabase)
