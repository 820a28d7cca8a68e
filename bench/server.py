"""Between's own server with one more path, /bare: the least a Flask handler can do to store a request."""

import base64
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask, request

from app import create_app
from app.config import load_settings
from app.db import Database
from app.ready import prepare
from app.server import Server

TABLES = sa.MetaData()
BARE = sa.Table(
    "bare",
    TABLES,
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("sealed", sa.LargeBinary(), nullable=False),
    sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
)
INSERT = sa.insert(BARE)


def make_bare(database: Database) -> Flask:
    """Read the same JSON, insert one row, commit, answer. No account, no seal, no score, no audit."""
    TABLES.create_all(database.engine)
    bare = Flask("bare")

    @bare.post("/bare")
    def store() -> dict[str, str]:
        item = request.get_json()["items"][0]
        sealed = base64.urlsafe_b64decode(item["sealed"] + "==")
        row = {"id": uuid.UUID(item["id"]), "sealed": sealed, "arrived_at": datetime.now(UTC)}
        with database.writing_core() as connection:
            connection.execute(INSERT, row)
        return {"status": "stored"}

    return bare


class BenchServer(Server):
    """The same gunicorn with the same settings, threads, engine and database for both."""

    def load(self) -> Flask:
        """Between, with the bare handler beside it."""
        app = create_app(self.settings)
        between, bare = app.wsgi_app, make_bare(app.extensions["between"].database)

        def route(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            return (bare if environ["PATH_INFO"] == "/bare" else between)(environ, start_response)

        app.wsgi_app = route  # type: ignore[assignment]
        return app


if __name__ == "__main__":
    settings = load_settings()
    prepare(settings)
    BenchServer(settings).run()
