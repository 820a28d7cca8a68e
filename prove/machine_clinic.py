"""The clinic's side of the machine: the real application and database, with new people for each sequence."""

import uuid
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import create_app
from app.config import load_settings
from app.db import Database
from app.http import Parts
from app.models import AppendCredential, AuditRow, CheckIn, Envelope, Membership, Person
from app.services.accounts import create_clinic, enrol_patient, join_clinic
from app.services.intake import Intake
from app.services.sealing import load_keyring
from app.services.sessions import append_cookie_suffix, give_append_credential
from app.services.wrapping import load_keys
from prove.machine_phone import Reply
from tests.envelope import SealTo

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
HEADERS = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
# A person's patience in a test is a millisecond: a locked database answers at once, by the same way.
IMPATIENT = {"sqlite": "PRAGMA busy_timeout=0", "postgresql": "SET lock_timeout = 1"}
LOCKS = {"sqlite": "BEGIN EXCLUSIVE", "postgresql": "LOCK TABLE envelope IN ACCESS EXCLUSIVE MODE"}


@dataclass(frozen=True)
class Owner:
    """One patient of a sequence."""

    clinic: uuid.UUID
    person: uuid.UUID
    patient: uuid.UUID


@dataclass(frozen=True)
class Stored:
    """One envelope as the database has it, with what hangs on it."""

    item: str
    patient: uuid.UUID
    sha256: str
    is_readable: bool
    check_ins: int
    audits: int
    actor: uuid.UUID | None


class Clinic:
    """A server to restart, to lock and to ask what it holds. `kind`: its database, from a restart on."""

    kind = Database

    def __init__(self, url: str, instance: Path) -> None:
        environ = {
            "BETWEEN_INSTANCE": str(instance),
            "DATABASE_URL": url,
            "BETWEEN_DEMO": "0",
            "BETWEEN_LIMITS": "0",
        }
        self._app = create_app(load_settings(environ))
        self._lock: sa.Connection | None = None
        self._outside = sa.create_engine(url, poolclass=sa.NullPool)
        self.restart()

    @property
    def parts(self) -> Parts:
        """The parts of the running application."""
        found: Parts = self._app.extensions["between"]
        return found

    @property
    def seal_to(self) -> SealTo:
        """What phones seal to."""
        return SealTo(**self.parts.keyring.public()[0])

    def restart(self) -> None:
        """Everything that was kept in memory is made again; the database file stays."""
        before = self.parts
        before.database.dispose()
        database = self.kind(before.database.url)
        load_keys(database, before.settings.instance, datetime.now(UTC))
        self._watch(database)
        with database.writing() as session:
            keyring = load_keyring(session, before.settings.instance, datetime.now(UTC))
        self._app.extensions["between"] = replace(
            before, database=database, keyring=keyring, intake=Intake(database)
        )

    def open_clinic(self, names: str) -> list[Owner]:
        """A new clinic with one new patient a letter."""
        now = datetime.now(UTC)
        words = {"en": "weekdays"}
        with self.parts.database.writing() as session:
            facts = {"name": "Harbor", "phone": "(555) 010-0142", "zone": "America/New_York"}
            clinic = create_clinic(session, **facts, hours=words, answer_words=words, now=now)
            clinic.live_at = now
            people = [_person(name, now) for name in ("lead", *names)]
            session.add_all(people)
            session.flush()
            lead = join_clinic(session, people[0].id, clinic.id, "clinician", now)
            return [_enrol(session, clinic.id, person, lead, now) for person in people[1:]]

    def give_cookie(self, owner: Owner) -> str:
        """What signing in leaves in a phone: the credential that only appends."""
        with self.parts.database.writing() as session:
            token = give_append_credential(session, owner.person, "a phone", datetime.now(UTC))
        return f"{append_cookie_suffix(owner.person)}={token}"

    def end_credentials(self, owner: Owner, column: str) -> None:
        """Expired (`expires_at`) or revoked (`revoked_at`)."""
        self._change(owner, {column: LONG_AGO})

    def age_credentials(self, owner: Owner) -> None:
        """Two hours pass: the next request has to write that the credential is in use."""
        self._change(owner, {"seen_at": datetime.now(UTC) - timedelta(hours=2)})

    def post(self, cookies: list[str], body: bytes) -> Reply:
        """POST /api/sync with everything in this phone's jar."""
        headers = HEADERS | ({"Cookie": "; ".join(cookies)} if cookies else {})
        client = self._app.test_client(use_cookies=False)
        response = client.post("/api/sync", data=body, headers=headers)
        return Reply(response.status_code, response.data, response.content_type)

    def lock(self) -> None:
        """Another process holds the whole database until `unlock`."""
        if self._lock is None:
            self._lock = self._outside.connect()
            self._lock.exec_driver_sql(LOCKS[self._outside.dialect.name])

    def unlock(self) -> None:
        """Let it go on."""
        if self._lock is not None:
            self._lock.rollback()
            self._lock.close()
            self._lock = None

    @property
    def is_locked(self) -> bool:
        """Whether nothing can be stored now."""
        return self._lock is not None

    def stored(self, owners: list[Owner]) -> list[Stored]:
        """Every envelope of this sequence's clinic."""
        clinic = owners[0].clinic
        with self.parts.database.reading_core() as connection:
            envelopes = connection.execute(_ENVELOPES, {"patients": [one.patient for one in owners]}).all()
            check_ins = Counter(connection.scalars(_CHECK_INS, {"clinic": clinic}))
            audits = connection.execute(_AUDITS, {"clinic": clinic}).all()
        counted = Counter(row.subject_id for row in audits)
        actors = {row.subject_id: row.actor_id for row in audits}
        return [
            Stored(
                str(row.client_id), row.patient_id, row.sha256.hex(), row.repair == "",
                check_ins[row.id], counted[row.id], actors.get(row.id),
            )
            for row in envelopes
        ]  # fmt: skip

    def close(self) -> None:
        """Let go of the database."""
        self.unlock()
        self.parts.database.dispose()

    def _change(self, owner: Owner, values: dict[str, datetime]) -> None:
        with self.parts.database.writing() as session:
            change = sa.update(AppendCredential).where(AppendCredential.person_id == owner.person)
            session.execute(change.values(**values))

    def _watch(self, database: Database) -> None:
        statement = IMPATIENT[database.engine.dialect.name]
        sa.event.listen(database.engine, "connect", lambda raw, _record: raw.execute(statement).close())
        # Connections that starting up has left in the pool are patient ones.
        database.dispose()


_ENVELOPES = sa.select(
    Envelope.id, Envelope.client_id, Envelope.patient_id, Envelope.sha256, Envelope.repair
).where(Envelope.patient_id.in_(sa.bindparam("patients", expanding=True)))
_CHECK_INS = sa.select(CheckIn.id).where(CheckIn.clinic_id == sa.bindparam("clinic"))
_AUDITS = sa.select(AuditRow.subject_id, AuditRow.actor_id).where(
    AuditRow.clinic_id == sa.bindparam("clinic"), AuditRow.action == "check_in.stored"
)


def _person(name: str, now: datetime) -> Person:
    """Nobody signs in with a pass-phrase here: making its hash would take longer than the whole sequence."""
    email = f"{name}-{uuid.uuid4().hex}@example.com"
    return Person(name=name, email=email, language="en", zone="America/New_York", created_at=now)


def _enrol(session: Session, clinic: uuid.UUID, person: Person, lead: Membership, now: datetime) -> Owner:
    membership = join_clinic(session, person.id, clinic, "patient", now)
    patient = enrol_patient(session, membership, lead.id, now)
    return Owner(clinic, person.id, patient.id)
