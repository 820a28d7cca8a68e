"""Runs the machine for so many sequences, on a database of its own."""

from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from prove.machine import Machine, Tally
from prove.machine_clinic import Clinic
from prove.machine_phone import Phone

STEPS = 36
# Hypothesis remembers every sequence of a run: several runs keep its memory small.
CHUNK = 500
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
    except AssertionError as error:
        return "\n".join([f"seed {number}: {error}", *getattr(error, "__notes__", [])])
    return ""
