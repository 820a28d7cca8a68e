"""Patients joining: past totals, signed baselines, the end of care, check-ins on paper and on a tablet"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_tables()
    # Said plainly: only SQLite would rebuild the table for it.
    op.execute(
        "ALTER TABLE check_in ADD COLUMN answered_by TEXT "
        "CONSTRAINT ck_check_in_answered_by_known CHECK (answered_by IN ('me', 'with_help'))"
    )
    op.add_column("invitation", sa.Column("email", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("envelope") as table:
        table.add_column(sa.Column("entered_by", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            op.f("fk_envelope_clinic_id_entered_by"),
            "membership",
            ["clinic_id", "entered_by"],
            ["clinic_id", "id"],
        )
        table.drop_constraint(op.f("ck_envelope_source_known"), type_="check")
        table.create_check_constraint(
            op.f("ck_envelope_source_known"), "source IN ('phone', 'form', 'paper', 'tablet')"
        )


def _add_tables() -> None:
    op.create_table(
        "care_end",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words_text", sa.LargeBinary(), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_by", sa.Uuid(), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('discharged', 'transferred', 'in_hospital', 'died')",
            name=op.f("ck_care_end_reason_known"),
        ),
        sa.CheckConstraint(
            "(returned_at IS NULL) = (returned_by IS NULL)", name=op.f("ck_care_end_returned_by_somebody")
        ),
        sa.CheckConstraint("returned_at >= ended_at", name=op.f("ck_care_end_returns_after_it_ends")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "ended_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_care_end_clinic_id_ended_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_care_end_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "returned_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_care_end_clinic_id_returned_by"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_care_end_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_care_end")),
    )
    op.create_index(
        "uq_care_end_lasts",
        "care_end",
        ["patient_id", "clinic_id"],
        unique=True,
        sqlite_where=sa.text("returned_at IS NULL"),
        postgresql_where=sa.text("returned_at IS NULL"),
    )
    op.create_table(
        "past_total",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source_text", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.Uuid(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("instrument IN ('phq9', 'gad7')", name=op.f("ck_past_total_instrument_known")),
        sa.CheckConstraint(
            "total BETWEEN 0 AND 27 AND (instrument = 'phq9' OR total <= 21)",
            name=op.f("ck_past_total_total_range"),
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL)", name=op.f("ck_past_total_removed_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "entered_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_past_total_clinic_id_entered_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_past_total_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "removed_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_past_total_clinic_id_removed_by"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_past_total_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_past_total")),
    )
    op.create_index(
        "uq_past_total_counts",
        "past_total",
        ["patient_id", "instrument", "day", "clinic_id"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "paper_form",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("printed_by", sa.Uuid(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("language IN ('en', 'es')", name=op.f("ck_paper_form_language_known")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_paper_form_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "printed_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_paper_form_clinic_id_printed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "visit_id"],
            ["visit.clinic_id", "visit.id"],
            name=op.f("fk_paper_form_clinic_id_visit_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_paper_form_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_paper_form")),
        sa.UniqueConstraint("code", name=op.f("uq_paper_form_code")),
    )
    op.create_index("ix_paper_form_patient", "paper_form", ["patient_id", "printed_at"], unique=False)
    op.create_table(
        "tablet_pass",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("language IN ('en', 'es')", name=op.f("ck_tablet_pass_language_known")),
        sa.CheckConstraint("expires_at > started_at", name=op.f("ck_tablet_pass_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_tablet_pass_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "started_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_tablet_pass_clinic_id_started_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "visit_id"],
            ["visit.clinic_id", "visit.id"],
            name=op.f("fk_tablet_pass_clinic_id_visit_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_tablet_pass_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_tablet_pass")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tablet_pass_token_hash")),
    )
    op.create_table(
        "baseline",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("check_in_id", sa.Uuid(), nullable=True),
        sa.Column("past_total_id", sa.Uuid(), nullable=True),
        sa.Column("signed_by", sa.Uuid(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("instrument IN ('phq9', 'gad7')", name=op.f("ck_baseline_instrument_known")),
        sa.CheckConstraint(
            "total BETWEEN 0 AND 27 AND (instrument = 'phq9' OR total <= 21)",
            name=op.f("ck_baseline_total_range"),
        ),
        sa.CheckConstraint(
            "(total IS NULL) = (check_in_id IS NULL AND past_total_id IS NULL)",
            name=op.f("ck_baseline_total_has_source"),
        ),
        sa.CheckConstraint("(total IS NULL) = (day IS NULL)", name=op.f("ck_baseline_total_has_day")),
        sa.CheckConstraint(
            "check_in_id IS NULL OR past_total_id IS NULL", name=op.f("ck_baseline_one_source")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "check_in_id"],
            ["check_in.clinic_id", "check_in.id"],
            name=op.f("fk_baseline_clinic_id_check_in_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "past_total_id"],
            ["past_total.clinic_id", "past_total.id"],
            name=op.f("fk_baseline_clinic_id_past_total_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_baseline_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "signed_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_baseline_clinic_id_signed_by"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_baseline_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_baseline")),
    )
    op.create_index(
        "uq_baseline_stands",
        "baseline",
        ["patient_id", "instrument", "clinic_id"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
