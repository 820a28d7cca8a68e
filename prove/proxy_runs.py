"""The real phone and server with a faulty network between them; after each try everything is counted."""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa
from playwright.sync_api import BrowserContext

from app.db import Database
from app.models import AuditRow, CheckIn, Envelope, Membership, Person
from app.models import Patient as PatientRow
from prove.proxy import Fault, Proxy
from prove.proxy_faults import FAULTS, cuts, random_script
from prove.proxy_phone import Patient, Phone, Places
from tests.browser.server import LiveServer

EMAILS = ("june@harbor.example", "marcus@harbor.example")
MOST_ITEMS = 5
MOST_ATTEMPTS = 60
CUT_SHARE = 0.6


@dataclass
class Outcome:
    """What was counted. `faults` is empty when every promise held."""

    runs: int = 0
    items: int = 0
    requests: int = 0
    cuts: int = 0
    planted: int = 0
    names: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def size(self) -> str:
        """How much of it."""
        met = f"{sum(self.names.values()):,} faults of {len(self.names)} kinds met"
        sent = f"{self.items:,} items in {self.requests:,} requests"
        return f"{self.runs:,} runs, {self.cuts:,} of them cut at even distances; {sent}; {met}"


@dataclass(frozen=True)
class Run:
    """What one run does. `by`: the name of the phone's way to send."""

    number: int
    writers: list[tuple[Patient, bool]]
    faults: list[Fault]
    by: str


def prove_faults(
    context: BrowserContext,
    server: LiveServer,
    *,
    runs: int,
    seed: int,
    planted: tuple[bytes, bytes] | None = None,
) -> Outcome:
    """`runs` runs: three fifths cut at even distances, then each fault alone, then several in a row."""
    proxy, database = Proxy(server.port, planted), Database(server.database_url)
    try:
        return _Rig(context, proxy, database).prove(runs, random.Random(seed))
    finally:
        proxy.close()
        database.dispose()


class _Rig:
    def __init__(self, context: BrowserContext, proxy: Proxy, database: Database) -> None:
        self._proxy, self._database = proxy, database
        self._people = _read_people(database)
        self._before = self._count_all()
        self._phone = Phone(context, proxy.url, self._people)
        self._ways: dict[str, Callable[[], object]] = {
            "page": self._phone.sync,
            "worker": self._phone.sync_by_worker,
            "both": self._phone.sync_by_both,
        }
        self._outcome = Outcome()

    def prove(self, runs: int, dice: random.Random) -> Outcome:
        june = self._people[0]
        typical = [(june, False), (june, False)]
        self._run(Run(0, typical, [], "page"))
        request, answer = self._proxy.size
        scripts = [[one] for one in cuts(request, answer, round(runs * CUT_SHARE))]
        self._outcome.cuts = len(scripts)
        for script in scripts:
            self._run(Run(self._outcome.runs, typical, script, dice.choice(("page", "worker"))))
        singles = [[fault] for fault in FAULTS]
        dice.shuffle(singles)
        while self._outcome.runs < runs:
            script = singles.pop() if singles else random_script(dice, request)
            self._run(Run(self._outcome.runs, self._writers(dice), script, dice.choice(sorted(self._ways))))
        self._check_all()
        self._outcome.requests, self._outcome.planted = self._proxy.asked, self._proxy.planted
        return self._outcome

    def _writers(self, dice: random.Random) -> list[tuple[Patient, bool]]:
        count = dice.randint(1, MOST_ITEMS)
        return [(dice.choice(self._people), dice.random() < 0.2) for _ in range(count)]

    def _run(self, run: Run) -> None:
        self._proxy.play([])
        items = self._phone.queue(run.writers)
        hashes = {item: places["outbox"] or places["receipts"] or "" for item, places in items.items()}
        self._proxy.play(run.faults)
        problem = self._send_all(run, hashes)
        met = run.faults[: len(run.faults) - self._proxy.left]
        self._proxy.play([])
        self._proxy.deliver_late()
        self._note(run, [problem, *self._stored_wrongly(hashes, run.writers)])
        self._outcome.runs += 1
        self._outcome.items += len(items)
        self._outcome.names.update(fault.name.partition(" after ")[0] for fault in met)

    def _send_all(self, run: Run, hashes: dict[str, str]) -> str:
        """Try until the script has ended and nothing waits; after each try every item is where it must be."""
        for _ in range(MOST_ATTEMPTS):
            self._ways[run.by]()
            places = self._phone.look(list(hashes))
            if problem := self._misplaced(places, hashes):
                return problem
            if not any(place["outbox"] for place in places.values()):
                return ""
        return "something still waits after the network healed"

    def _misplaced(self, places: Places, hashes: dict[str, str]) -> str:
        for item, place in places.items():
            here = [name for name, sha256 in place.items() if sha256]
            if len(here) != 1 or place[here[0]] != hashes[item] or here[0] == "attention":
                return f"{item} is in {place}"
            if here == ["receipts"] and (item, hashes[item]) not in self._proxy.told:
                return f"{item} left without a receipt"
        return ""

    def _stored_wrongly(self, hashes: dict[str, str], writers: list[tuple[Patient, bool]]) -> list[str]:
        owners = dict(zip(hashes, (one.patient for one, _ in writers), strict=True))
        with self._database.reading_core() as connection:
            rows = connection.execute(_STORED, {"items": [uuid.UUID(item) for item in hashes]}).all()
        found = Counter(str(row.client_id) for row in rows)
        faults = [f"{item} is stored {found[item]} times" for item in hashes if found[item] != 1]
        for row in rows:
            item = str(row.client_id)
            said = (str(row.patient_id), row.sha256.hex(), row.check_ins, row.audits)
            if said != (owners[item], hashes[item], 1, 1):
                faults.append(f"{item} is stored as {said}")
        return faults

    def _note(self, run: Run, problems: list[str]) -> None:
        names = ", ".join(fault.name for fault in run.faults)
        told = f"run {run.number} by {run.by} with {len(run.writers)} items ({names})"
        self._outcome.faults += [f"{told}: {problem}" for problem in problems if problem]

    def _check_all(self) -> None:
        added = self._count_all() - self._before
        if added != self._outcome.items:
            self._outcome.faults.append(f"{self._outcome.items} items were written and {added} are stored")

    def _count_all(self) -> int:
        with self._database.reading_core() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(Envelope)) or 0


_STORED = sa.select(
    Envelope.client_id,
    Envelope.patient_id,
    Envelope.sha256,
    sa.select(sa.func.count())
    .where(CheckIn.clinic_id == Envelope.clinic_id, CheckIn.id == Envelope.id)
    .scalar_subquery()
    .label("check_ins"),
    sa.select(sa.func.count()).where(AuditRow.subject_id == Envelope.id).scalar_subquery().label("audits"),
).where(Envelope.client_id.in_(sa.bindparam("items", expanding=True)))


def _read_people(database: Database) -> list[Patient]:
    find = (
        sa.select(Person.email, Person.id, PatientRow.id.label("patient"))
        .join(Membership, Membership.person_id == Person.id)
        .join(PatientRow, PatientRow.membership_id == Membership.id)
        .where(Person.email.in_(EMAILS))
        .order_by(Person.email)
    )
    with database.reading() as session:
        return [Patient(row.email, str(row.id), str(row.patient)) for row in session.execute(find)]
