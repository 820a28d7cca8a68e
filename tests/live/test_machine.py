"""A small version of the machine, and the bugs that it must find."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import Phase

from prove.machine import Tally
from prove.machine_bugs import PHONE_BUGS, PromisingIntake
from prove.machine_clinic import Clinic
from prove.machine_phone import Phone
from prove.machine_run import prove_machine

SEED = 21
SEQUENCES = 20
# Each is found within thirty sequences or so; the last one needs a wrong reply with the right id.
ENOUGH = 400


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """The clinic logs each time that its database is locked."""
    caplog.set_level(logging.CRITICAL, logger="between")


@pytest.fixture
def open_clinic(tmp_path: Path) -> Iterator[Callable[..., Clinic]]:
    """The real application on the database at this address."""
    with contextlib.ExitStack() as stack:
        yield lambda *how: stack.enter_context(contextlib.closing(Clinic(how[0], tmp_path / "app", *how[1:])))


def test_nothing_is_lost_doubled_or_somebody_elses(
    database_url: str, open_clinic: Callable[..., Clinic]
) -> None:
    tally = prove_machine(open_clinic(database_url), sequences=SEQUENCES, first_seed=SEED)
    assert tally.faults == []
    assert tally.sequences >= SEQUENCES
    assert tally.acknowledged > SEQUENCES


@pytest.mark.parametrize("bug", PHONE_BUGS)
def test_a_planted_bug_of_the_phone_is_found(
    sqlite_url: str, open_clinic: Callable[..., Clinic], bug: type[Phone]
) -> None:
    assert len(_found(open_clinic(sqlite_url), bug).faults) == 1


def test_a_planted_bug_of_the_clinic_is_found(sqlite_url: str, open_clinic: Callable[..., Clinic]) -> None:
    assert len(_found(open_clinic(sqlite_url, PromisingIntake), Phone).faults) == 1


def _found(clinic: Clinic, phone: type[Phone]) -> Tally:
    return prove_machine(clinic, sequences=ENOUGH, first_seed=SEED, phone=phone, phases=(Phase.generate,))
