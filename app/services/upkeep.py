"""When the worker last ticked, when the last backup was made, and whether the rows live elsewhere now."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Database, insert_into
from app.errors import SettingError
from app.models import Upkeep

WORKER, BACKUP, KEYS, MOVED = "worker", "backup", "keys", "moved"


def note_upkeep(session: Session | sa.Connection, name: str, at: datetime, told: str = "") -> None:
    """It happened at `at`; one row of each name, the newest."""
    statement = insert_into(session, Upkeep).values(name=name, at=at, told=told)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"at": at, "told": told}))


def read_upkeep(session: Session | sa.Connection) -> dict[str, tuple[datetime, str]]:
    """When each last happened, and what was told of it."""
    rows = session.execute(sa.select(Upkeep.name, Upkeep.at, Upkeep.told))
    return {name: (at, told) for name, at, told in rows}


def refuse_moved(database: Database) -> None:
    """Raises SettingError when the rows live elsewhere now: what came in here would be found nowhere."""
    with database.engine.connect() as connection:
        if not sa.inspect(connection).has_table(Upkeep.__tablename__):
            return
        moved = read_upkeep(connection).get(MOVED)
    if moved is not None:
        raise SettingError(f"This database was moved {moved[1]}. Set DATABASE_URL to where it is now.")
