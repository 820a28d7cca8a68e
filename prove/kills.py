"""Phones keep sending while the server is killed again and again. Afterwards every row is counted.

A phone forgets an item only on its receipt, and sends the same bytes until then. So after any number of kills
each acknowledged item is there exactly once, with its answers, its scores, its alert and its audit row.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa

from app.db import Database
from prove.ledger import HELD, Ledger, find_missing, find_untold
from prove.phones import Phone, gather, sending
from prove.quick_server import QuickServer
from tests.handset import make_handsets
from tests.postgres import Postgres

PHONES = 6
STARTING_SECONDS = 0.12
SERVING_SECONDS = 0.12
REQUEST_LIVES = 3
MOST_SERVING_SECONDS = 1.0
PATIENCE_SECONDS = 20.0


@dataclass
class Outcome:
    """What was counted. `faults` is empty when every promise held."""

    kills: int = 0
    workers: int = 0
    starting: int = 0
    struck: int = 0
    acknowledged: int = 0
    duplicates: int = 0
    unanswered: int = 0
    faults: list[str] = field(default_factory=list)

    def absorb(self, other: "Outcome") -> None:
        """Another leg's."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


Strike = Callable[[Sequence[Phone], random.Random, Outcome], None]


def prove_kills(server: QuickServer, *, kills: int, seed: int) -> Outcome:
    """Kill a server that is taking check-ins `kills` times, start it again each time, and count."""
    return _strike_often(server, kills, seed, partial(_kill_server, server))


def prove_database_kills(server: QuickServer, postgres: Postgres, *, kills: int, seed: int) -> Outcome:
    """The same, but it is the database that dies, with all its processes, and recovers."""
    return _strike_often(server, kills, seed, partial(_kill_database, server, postgres))


def _strike_often(server: QuickServer, kills: int, seed: int, strike: Strike) -> Outcome:
    dice, outcome = random.Random(seed), Outcome()
    server.open()
    database = Database(server.database_url)
    handsets = enumerate(make_handsets(database, PHONES))
    phones = [Phone(one, server.port, random.Random(f"{seed}/{number}")) for number, one in handsets]
    try:
        server.fork()
        with sending(phones):
            while outcome.kills < kills:
                strike(phones, dice, outcome)
                outcome.kills += 1
            _wait_for_answers(phones, server)
        server.kill()
        _count(database, gather(phones), outcome)
    finally:
        database.dispose()
        server.shut()
    outcome.unanswered = sum(phone.unanswered for phone in phones)
    return outcome


def _kill_server(server: QuickServer, phones: Sequence[Phone], dice: random.Random, outcome: Outcome) -> None:
    """Right at the start, or the worker while the master lives, or both while requests are on their way."""
    moment = dice.random()
    if moment < 0.1:
        time.sleep(dice.uniform(0, STARTING_SECONDS))
        outcome.starting += 1
    else:
        _wait_while_serving(server, phones, dice, outcome)
    if moment > 0.8:
        server.kill_worker()
        outcome.workers += 1
    else:
        server.kill()
        server.fork()


def _kill_database(
    server: QuickServer, postgres: Postgres, phones: Sequence[Phone], dice: random.Random, outcome: Outcome
) -> None:
    _wait_while_serving(server, phones, dice, outcome)
    postgres.kill()
    postgres.start()


def _wait_while_serving(
    server: QuickServer, phones: Sequence[Phone], dice: random.Random, outcome: Outcome
) -> None:
    _wait_for_answers(phones, server)
    # A busy machine takes longer for a request, and every moment of a request is to be struck.
    lives = REQUEST_LIVES * statistics.median(phone.took for phone in phones)
    time.sleep(dice.uniform(0, min(max(SERVING_SECONDS, lives), MOST_SERVING_SECONDS)))
    outcome.struck += any(phone.asking for phone in phones)


def _wait_for_answers(phones: Sequence[Phone], server: QuickServer) -> None:
    """Until one phone has been answered since now."""
    before, until = sum(phone.answered for phone in phones), time.monotonic() + PATIENCE_SECONDS
    while sum(phone.answered for phone in phones) == before:
        if time.monotonic() > until:
            raise TimeoutError(f"No answer for {PATIENCE_SECONDS:.0f} s. The server said:\n{server.said()}")
        time.sleep(0.001)


def _count(database: Database, ledger: Ledger, outcome: Outcome) -> None:
    with database.reading() as session:
        rows = session.execute(HELD).all()
        corrupt = _corruption(session.connection()) if database.is_sqlite else []
    outcome.acknowledged, outcome.duplicates = len(ledger.told), ledger.duplicates
    outcome.faults += [*ledger.strange, *corrupt]
    outcome.faults += find_missing(rows, ledger, ledger.told) + find_untold(rows, ledger)


def _corruption(connection: sa.Connection) -> list[str]:
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    dangling = [str(row) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
    return [line for line in found if line != "ok"] + dangling
