"""Alembic's entry. SQLite rebuilds a table to alter it, which must not cascade into its children."""

import sqlalchemy as sa
from alembic import context

from app.db import Database
from app.models import Base

database: Database = context.config.attributes["database"]


def migrate() -> None:
    """Run the migrations in one transaction, and check every foreign key before it commits."""
    with database.engine.execution_options(between_write=True).connect() as connection:
        _keep_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                _run(connection)
                if database.is_sqlite and connection.execute(sa.text("PRAGMA foreign_key_check")).first():
                    raise RuntimeError("a migration left rows that point at nothing")
        finally:
            _keep_foreign_keys(connection, "ON")


def _keep_foreign_keys(connection: sa.Connection, state: str) -> None:
    """The pragma is ignored inside a transaction, and SQLAlchemy would open one, so the driver says it."""
    driver = connection.connection.driver_connection
    if database.is_sqlite and driver is not None:
        driver.execute(f"PRAGMA foreign_keys={state}").close()


def _run(connection: sa.Connection) -> None:
    if not database.is_sqlite:
        # Another process may migrate for longer than a request would wait.
        connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7249813)"))
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=database.is_sqlite,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate()
