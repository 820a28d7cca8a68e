"""A clinic with a few who are measured and many others, whose items fill the tables."""

import http.client
import urllib.parse
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from app.db import Database
from app.models import AuditRow, Base, CheckIn, Envelope, InstrumentScore, Note, WebSession
from tests.browser.server import LiveServer
from tests.factories import PASSPHRASE, Factory, Member
from tests.handset import Handset, give_handset

OTHERS = 20
BASE_ITEMS = 1000
BATCH = 20
# What hangs on an item, and by which column.
OWNED: tuple[tuple[type[Base], str], ...] = (
    (Envelope, "id"),
    (CheckIn, "id"),
    (InstrumentScore, "check_in_id"),
    (Note, "check_in_id"),
    (AuditRow, "subject_id"),
)
NEW_ID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}


@dataclass(frozen=True)
class Crowd:
    """Who is measured: eight phones, a clinician's desk, a patient. `busy` has the most check-ins of all, and
    is on the team of `other_desk`."""

    server: LiveServer
    phones: list[Handset]
    desk: str
    patient: str
    other_desk: str
    busy: uuid.UUID

    def get(self, path: str, cookie: str) -> bytes:
        """A request for a page, by the owner of the cookie."""
        head = f"GET {path} HTTP/1.1\r\nHost: localhost:{self.server.port}\r\nCookie: {cookie}\r\n"
        return head.encode() + b"Sec-Fetch-Site: same-origin\r\n\r\n"

    def post(self, phone: Handset, items: int = 1) -> bytes:
        """A request that brings new items."""
        body = phone.body([phone.seal() for _ in range(items)])
        headers = {
            "Host": f"localhost:{self.server.port}",
            **phone.headers(),
            "Content-Length": str(len(body)),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST /api/sync HTTP/1.1\r\n{head}\r\n".encode() + body


def gather_crowd(server: LiveServer, items: int) -> Crowd:
    """A clinic in which `items` items are stored, all but a few by patients of another team."""
    database, now = Database(server.database_url), datetime.now(UTC)
    make = Factory(database, now)
    clinic = make.clinic()
    lead, other = make.clinician(clinic), make.clinician(clinic, "Dr. Osei")
    own = [make.patient(lead, f"Patient {number}") for number in range(8)]
    others = [make.patient(other, f"Other {number}") for number in range(OTHERS)]
    with database.writing() as session:
        phones = [give_handset(session, member, now) for member in own]
        strangers = [give_handset(session, member, now) for member in others]
    for phone in strangers:
        for _ in range(BASE_ITEMS // OTHERS // 10):
            _send(server, phone, 10)
    _copy(database, items // BASE_ITEMS - 1)
    cookies = [_sign_in(server, one) for one in (lead, own[0], other)]
    with database.writing() as session:
        # Whoever reads long pages has shown a second factor before.
        session.execute(sa.update(WebSession).values(proved_at=WebSession.created_at))
    database.dispose()
    return Crowd(server, phones, *cookies, others[0].patient)


def _send(server: LiveServer, phone: Handset, items: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", "/api/sync", phone.body([phone.seal() for _ in range(items)]), phone.headers())
    assert connection.getresponse().status == 200
    connection.close()


def _sign_in(server: LiveServer, member: Member) -> str:
    """The cookies of a browser that signed in."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    form = urllib.parse.urlencode({"email": member.email, "passphrase": PASSPHRASE})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    connection.request("POST", "/sign-in", form, headers)
    response = connection.getresponse()
    assert response.status == 302, response.status
    cookies = [value.partition(";")[0] for name, value in response.getheaders() if name == "Set-Cookie"]
    connection.close()
    return "; ".join(cookies)


def _copy(database: Database, times: int) -> None:
    """Store what is stored `times` more, with new ids: what 99,000 requests would do, in a minute."""
    new_id = NEW_ID[database.engine.dialect.name]
    kind = "UUID" if database.engine.dialect.name == "postgresql" else "CHAR(32)"
    for _ in range(times):
        with database.writing_core() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS copies")
            connection.exec_driver_sql(
                f"CREATE TEMPORARY TABLE copies (old {kind} PRIMARY KEY, new {kind}, client {kind})"
            )
            connection.exec_driver_sql(
                f"INSERT INTO copies SELECT id, {new_id}, {new_id} FROM envelope ORDER BY arrived_at, id "
                f"LIMIT {BASE_ITEMS}"
            )
            for model, owner in OWNED:
                connection.exec_driver_sql(_copy_of(model, owner))
            connection.exec_driver_sql("DROP TABLE copies")
    with database.writing_core() as connection:
        connection.exec_driver_sql("ANALYZE")


def _copy_of(model: type[Base], owner: str) -> str:
    table = model.__table__
    assert isinstance(table, sa.Table)
    names = [column.name for column in table.c if column is not table.autoincrement_column]
    values = [
        "copies.new" if name == owner else "copies.client" if name == "client_id" else f"one.{name}"
        for name in names
    ]
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(values)} "
        f"FROM {table.name} AS one JOIN copies ON one.{owner} = copies.old"
    )
