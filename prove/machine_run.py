"""Runs the machine for so many sequences, on a database of its own."""

from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from app.db import Database
from prove.machine import Machine, Tally
from prove.machine_bugs import PHONE_BUGS, ForgetfulDatabase
from prove.machine_clinic import Clinic
from prove.machine_phone import Phone

STEPS = 36
# Hypothesis remembers every sequence of a run: several runs keep its memory small.
CHUNK = 500
# Each planted bug is found within thirty sequences or so.
ENOUGH = 200
SHRUNK = (Phase.generate, Phase.shrink)


def prove_machine(
    clinic: Clinic,
    *,
    sequences: int,
    first_seed: int,
    phone: type[Phone] = Phone,
    phases: Sequence[Phase] = SHRUNK,
) -> Tally:
    """At least `sequences` sequences. Stops at the first fault, which comes with the steps to it."""
    tally, number = Tally(), first_seed
    while tally.sequences < sequences and not tally.faults:
        fault = _run(clinic, tally, min(CHUNK, sequences - tally.sequences), number, phone, phases)
        tally.faults += [fault] if fault else []
        number += 1
    return tally


def find_planted(
    clinic: Clinic, *, first_seed: int, phone: type[Phone] = Phone, database: type[Database] = Database
) -> int | None:
    """After how many sequences the machine found the bug; None when it never did."""
    clinic.kind = database
    clinic.restart()
    try:
        tally = prove_machine(
            clinic, sequences=ENOUGH, first_seed=first_seed, phone=phone, phases=(Phase.generate,)
        )
    finally:
        clinic.kind = Database
        clinic.restart()
    return tally.sequences if tally.faults else None


def find_all_planted(clinic: Clinic, *, first_seed: int) -> dict[str, int | None]:
    """The same for every bug there is, by its name."""
    found = {bug.__name__: find_planted(clinic, first_seed=first_seed, phone=bug) for bug in PHONE_BUGS}
    forgetful = find_planted(clinic, first_seed=first_seed, database=ForgetfulDatabase)
    return found | {ForgetfulDatabase.__name__: forgetful}


def _run(
    clinic: Clinic, tally: Tally, count: int, number: int, phone: type[Phone], phases: Sequence[Phase]
) -> str:
    machine = type("Machine", (Machine,), {"clinic": clinic, "tally": tally, "phone_type": phone})
    chosen = settings(
        max_examples=count,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
    )
    try:
        run_state_machine_as_test(seed(number)(machine), settings=chosen)
    except (AssertionError, Flaky) as error:
        # Flaky: it failed once and not again, which is a fault like any other.
        return "\n".join([f"seed {number}: {error}", *getattr(error, "__notes__", [])])
    return ""
