"""From a backup to a database that can be served. Nothing is changed unless everything is well."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.backup.container import open_container
from app.backup.contents import read_contents
from app.backup.keys import lay_down, load_keys, read_keys, refuse_missing
from app.backup.rows import Table
from app.backup.secret import Secret
from app.backup.target import Lines, Target, bring_up, target_at
from app.backup.verification import find_count_faults, find_unopened
from app.config import Settings
from app.errors import SettingError, UpkeepError
from app.migrations import is_known
from app.services.audit_check import verify_audit
from app.services.plain import take_up_keys
from app.services.sealing import Keyring


@dataclass(frozen=True)
class Report:
    """What is there now."""

    rows: int
    made_at: str
    version: str
    audit_faults: int


def restore(settings: Settings, path: Path, keys_path: Path | None, secret: Secret, now: datetime) -> Report:
    """Into an empty database and instance. Raises UpkeepError with one sentence; then nothing was changed."""
    reader = open_container(path, secret, "rows")
    contents = read_contents(reader)
    start = contents.start
    if not is_known(start["revision"]):
        raise UpkeepError(
            f"{path.name} was made by a newer version of Between ({start['version']}). "
            "Restore it with that one."
        )
    target = target_at(settings.database_url)
    target.refuse_used()
    keys = _find_keys(settings.instance, keys_path, secret)
    where = keys_path.name if keys_path else str(settings.instance / "keys")
    refuse_missing(start["keys"], keys, where)
    above = lay_down(keys, settings.instance)
    try:
        _refuse_small(settings, contents.plain_bytes)
        counted = fill(target, start["revision"], start["tables"], lambda name: contents.lines(reader, name))
        audit_faults = finish(target, find_count_faults(contents.end["tables"], counted), above, now)
        _keep_keys(above, settings.instance)
        target.keep()
    except BaseException:
        target.discard()
        raise
    finally:
        shutil.rmtree(above, ignore_errors=True)
    rows = sum(one["count"] for one in contents.end["tables"].values())
    return Report(rows, start["made_at"], start["version"], audit_faults)


def fill(
    target: Target, revision: str, columns: dict[str, list[str]], lines_of: Callable[[str], Lines]
) -> dict[str, object]:
    """Put all rows in. Returns what each table holds then, counted anew from the database."""
    tables = _arrange(target.create(revision), columns)
    for table in tables:
        target.load(table, lines_of(table.name))
    target.commit()
    return {table.name: target.tally(table).told() for table in tables}


def finish(target: Target, faults: list[str], keys_above: Path, now: datetime) -> int:
    """Check, bring to this version, check what can only be checked then. Raises UpkeepError.

    Returns at how many places the audit is not as it was sealed. That is told and refuses nothing: it was so
    before, and on a bad night patients' answers come first.
    """
    faults += target.faults()
    if not faults:
        bring_up(target)
        faults = find_unopened(target.database, _take_up(target, keys_above, now))
    if faults:
        raise UpkeepError(f"It does not hold what it should: {'; '.join(faults[:3])}. Nothing was kept.")
    return len(verify_audit(target.database).faults)


def _take_up(target: Target, keys_above: Path, now: datetime) -> Keyring:
    try:
        return take_up_keys(target.database, keys_above, now)
    except SettingError as error:
        raise UpkeepError(f"{error} Nothing was kept.") from error


def _arrange(tables: list[Table], columns: dict[str, list[str]]) -> list[Table]:
    unknown = sorted(set(columns) ^ {table.name for table in tables})
    if unknown:
        raise UpkeepError(
            f"The tables are not those of its version: {', '.join(unknown)}. Nothing was changed."
        )
    return [table.arranged(columns[table.name]) for table in tables]


def _find_keys(instance: Path, keys_path: Path | None, secret: Secret) -> dict[str, bytes]:
    there = read_keys(instance)
    if keys_path is None:
        return there
    keys = load_keys(keys_path, secret)
    if there and there != keys:
        raise UpkeepError(
            f"There are other keys in {instance / 'keys'} already. Nothing was changed: move them away first."
        )
    return keys


def _keep_keys(above: Path, instance: Path) -> None:
    folder, there = instance / "keys", read_keys(instance)
    if not there:
        if folder.exists():
            folder.rmdir()
        (above / "keys").rename(folder)
        return
    # Rows of an earlier release got keys that did not exist then.
    for name in read_keys(above).keys() - there.keys():
        (above / "keys" / name).rename(folder / name)


def _refuse_small(settings: Settings, wanted: int) -> None:
    """PostgreSQL may lie on another machine, and says so itself."""
    free = shutil.disk_usage(settings.instance).free
    if settings.database_url.startswith("sqlite") and free < wanted:
        raise UpkeepError(
            f"There is not enough space: about {wanted // 10**6 + 1} MB are needed, "
            f"{free // 10**6} MB are free."
        )
