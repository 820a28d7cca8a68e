"""What an operator types: rotate the keys, seal the audit, keep its head, verify it."""

from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from app.services.wrapping import wrapping_path
from tests.factories import Factory
from tests.opened import write_plan


def test_the_audit_is_verified_against_a_kept_head(app: Flask, make: Factory, tmp_path: Path) -> None:
    lead = make.clinician(make.clinic())
    make.visit(lead, make.patient(lead))
    runner, head = app.test_cli_runner(), tmp_path / "head.json"
    assert "1 rows sealed" in runner.invoke(args=["audit", "seal"]).output
    head.write_text(runner.invoke(args=["audit", "head"]).output, encoding="utf-8")
    verified = runner.invoke(args=["audit", "verify", "--against", str(head)])
    assert (verified.exit_code, verified.output) == (0, "1 rows checked, 0 faults.\n")
    with make.database.writing() as session:
        session.execute(sa.text("UPDATE audit SET action = 'visit.cancelled'"))
    spoiled = runner.invoke(args=["audit", "verify"])
    assert spoiled.exit_code == 1
    assert "row 1 of the chain is not what was sealed" in spoiled.output
    head.write_text("no head", encoding="utf-8")
    assert runner.invoke(args=["audit", "verify", "--against", str(head)]).exit_code == 2


def test_the_keys_are_rotated_and_the_old_file_is_named(app: Flask, make: Factory, tmp_path: Path) -> None:
    make.patient(make.clinician(make.clinic()))
    with make.database.writing() as session:
        write_plan(session, "Shoes on.")
    said = app.test_cli_runner().invoke(args=["keys", "rotate"]).output
    assert "1 keys are wrapped by w2 now." in said
    assert str(wrapping_path(tmp_path / "instance", "w1")) in said
