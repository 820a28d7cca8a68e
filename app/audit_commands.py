"""`flask --app app audit seal`, `head` and `verify`."""

import json
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask

from app.db import Database
from app.http import Parts
from app.services.audit_chain import Head, read_heads, seal_audit
from app.services.audit_check import Fault, verify_audit

FAULTS = {
    "changed": "row {at} of the chain is not what was sealed",
    "gone": "the audit row behind link {at} is not there",
    "missing": "link {at} of the chain is not there",
    "added": "audit row {at} was put among sealed ones",
    "cut": "the chain ends before link {at}, which the head names",
    "other_head": "link {at} is another than the head says: the chain was made anew",
}


def install_audit_commands(app: Flask) -> None:
    """The group `audit`."""

    @app.cli.group("audit")
    def audit() -> None:
        """The chain of hashes over the audit."""

    @audit.command("seal")
    def seal() -> None:
        """Seal what waits now. A server does so by itself within a minute."""
        click.echo(f"{seal_audit(_database(app))} rows sealed.")

    @audit.command("head")
    def head() -> None:
        """Print the head of each chain, one line of JSON each. Keep it where the database is not."""
        for one in read_heads(_database(app)):
            click.echo(json.dumps({"clinic": str(one.clinic_id), "count": one.count, "hash": one.hash.hex()}))

    @audit.command("verify")
    @click.option("--against", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def verify(against: Path | None) -> None:
        """Read every chain from its beginning; with a kept head, also find what was cut or made anew."""
        known = list(_read_heads(against)) if against else []
        checked = verify_audit(_database(app), known)
        for fault in checked.faults:
            click.echo(_told(fault), err=True)
        click.echo(f"{checked.rows} rows checked, {len(checked.faults)} faults.")
        if checked.faults:
            sys.exit(1)


def _database(app: Flask) -> Database:
    parts: Parts = app.extensions["between"]
    parts.database.take_time()
    return parts.database


def _read_heads(path: Path) -> Iterator[Head]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            said = json.loads(line)
            yield Head(uuid.UUID(said["clinic"]), int(said["count"]), bytes.fromhex(said["hash"]))
        except (ValueError, KeyError, TypeError) as error:
            raise click.UsageError(f"Line {number} of {path} is no head of a chain.") from error


def _told(fault: Fault) -> str:
    return f"clinic {fault.clinic_id}: {FAULTS[fault.what].format(at=fault.at)}"
