"""Records opened by somebody who is not on the team"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "break_glass",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("why_text", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("until_at > opened_at", name=op.f("ck_break_glass_ends_after_it_begins")),
        sa.CheckConstraint(
            "ended_at BETWEEN opened_at AND until_at", name=op.f("ck_break_glass_ends_in_time")
        ),
        sa.CheckConstraint(
            "(seen_at IS NULL) = (seen_by IS NULL)", name=op.f("ck_break_glass_seen_by_somebody")
        ),
        sa.CheckConstraint("seen_by <> membership_id", name=op.f("ck_break_glass_seen_by_another")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "membership_id"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_break_glass_clinic_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_break_glass_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "seen_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_break_glass_clinic_id_seen_by"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_break_glass_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_break_glass")),
    )
    op.create_index("ix_break_glass_patient", "break_glass", ["patient_id", "opened_at"], unique=False)
    op.create_index(
        "ix_break_glass_unseen",
        "break_glass",
        ["patient_id", "clinic_id"],
        unique=False,
        sqlite_where=sa.text("seen_at IS NULL"),
        postgresql_where=sa.text("seen_at IS NULL"),
    )
    op.create_index(
        "uq_break_glass_runs",
        "break_glass",
        ["membership_id", "patient_id", "clinic_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
