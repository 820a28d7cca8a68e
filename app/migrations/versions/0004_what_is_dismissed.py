"""What is dismissed from the repair list, by whom and why"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dismissal",
        sa.Column("envelope_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("dismissed_by", sa.Uuid(), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_dismissal_words_there")),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_dismissal_undone_by_somebody")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_dismissal_clinic_id")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "envelope_id"],
            ["envelope.clinic_id", "envelope.id"],
            name=op.f("fk_dismissal_clinic_id_envelope_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "dismissed_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_dismissal_clinic_id_dismissed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "undone_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_dismissal_clinic_id_undone_by"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_dismissal")),
    )
    op.create_index(
        "uq_dismissal_standing",
        "dismissal",
        ["envelope_id", "clinic_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
