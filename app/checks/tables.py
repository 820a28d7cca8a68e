"""The database: which, how it keeps its word, and whether its tables are those of this version."""

import sqlite3

import sqlalchemy as sa

from app.checks.finding import LOOK, OK, WRONG, Asked, Finding
from app.languages import mark
from app.migrations import current_revision, head, is_known

DATABASE, TABLES = mark("Database"), mark("Tables")


def check_database(asked: Asked) -> Finding:
    """Database. What is acknowledged must be on the disk."""
    with asked.database.reading() as session:
        if asked.database.is_sqlite:
            journal = session.execute(sa.text("PRAGMA journal_mode")).scalar()
            values: dict[str, object] = {"version": sqlite3.sqlite_version, "journal": str(journal)}
            return Finding(
                DATABASE, OK, mark("SQLite {version}, journal {journal}, synchronous full."), "", values
            )
        version = session.execute(sa.text("SHOW server_version")).scalar()
        names = ("fsync", "synchronous_commit", "full_page_writes")
        off = [name for name in names if session.execute(sa.text(f"SHOW {name}")).scalar() == "off"]
    if off:
        return Finding(
            DATABASE,
            WRONG,
            mark("PostgreSQL {version} may lose what it acknowledged: {settings} is off."),
            mark("Switch it on in postgresql.conf. Phones delete their copy on our word."),
            {"version": str(version), "settings": ", ".join(off)},
        )
    return Finding(DATABASE, OK, mark("PostgreSQL {version}."), "", {"version": str(version)})


def check_revision(asked: Asked) -> Finding:
    """Tables. Those of this version."""
    current = current_revision(asked.database)
    values: dict[str, object] = {"current": current or "-", "head": head()}
    if current == head():
        return Finding(TABLES, OK, mark("At revision {current}, as this version wants them."), "", values)
    if current is not None and not is_known(current):
        return Finding(
            TABLES,
            WRONG,
            mark("At revision {current}, which a newer version made."),
            mark("Start that version; this one refuses them."),
            values,
        )
    return Finding(
        TABLES,
        LOOK,
        mark("At revision {current}; this version brings them to {head} at its start."),
        mark("Make a backup, then start Between."),
        values,
    )
