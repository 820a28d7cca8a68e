"""Any order of answers, notes, reviews, closings, plans, absences and hours: what nobody answered ends at
everybody, on both databases."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from app.config import load_settings
from app.db import Database
from app.migrations import upgrade
from app.services.wrapping import load_keys
from tests.ward import Ward
from tests.ward_model import HAPPENINGS, run

LONGEST = 14
# More of what matters: a story that only ever waits proves little.
WEIGHTS = {"answer": 4, "attempt": 3, "close": 2, "sign": 2}


@dataclass
class Outcome:
    """How many orders of things were lived through, and which of them ended otherwise."""

    lived: int = 0
    faults: list[str] = field(default_factory=list)


def prove_escalation(url: str, folder: Path, *, lives: int, seed: int) -> Outcome:
    """Live through so many patients' stories on the empty database at `url`."""
    database, outcome = Database(url), Outcome()
    upgrade(database)
    load_keys(database, folder, datetime.now(UTC))
    ward = Ward(database, load_settings({"BETWEEN_INSTANCE": str(folder), "DATABASE_URL": url}))
    ward.hire("mensah")
    chance = random.Random(seed)
    for life in range(lives):
        doings = _story(chance)
        try:
            run(ward, doings)
        except AssertionError as error:
            outcome.faults.append(f"life {life} of seed {seed}: {doings} ({str(error).splitlines()[:1]})")
        outcome.lived += 1
    database.dispose()
    return outcome


def _story(chance: random.Random) -> list[tuple[str, object]]:
    weights = [WEIGHTS.get(doing, 1) for doing in HAPPENINGS]
    chosen = chance.choices(list(HAPPENINGS), weights, k=chance.randint(1, LONGEST))
    return [(doing, chance.choice(HAPPENINGS[doing])) for doing in chosen]
