"""What was agreed before the first check-in, and a kind of its own for asking to talk in person"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KINDS = "kind IN ('full', 'today', 'note', 'partial', 'in_person')"
ASKED_IN_0_1_0 = (
    "Asks to talk in person instead of answering the questions today.",
    "Pide hablar en persona en vez de contestar las preguntas hoy.",
)
CHECK_IN = sa.table(
    "check_in",
    sa.column("kind", sa.Text()),
    sa.column("should_know_topics", sa.JSON()),
    sa.column("should_know_text", sa.Text()),
)


def upgrade() -> None:
    _widen_kinds()
    _name_the_asking()
    op.create_table(
        "agreement",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("adult", sa.Boolean(), nullable=False),
        sa.Column("sends_unfinished", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("language IN ('en', 'es')", name=op.f("ck_agreement_language_known")),
        sa.CheckConstraint("adult OR NOT accepted", name=op.f("ck_agreement_only_adults")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_agreement_clinic_id")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_agreement_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_agreement")),
        sa.UniqueConstraint(
            "patient_id", "client_id", "clinic_id", name=op.f("uq_agreement_patient_id_client_id_clinic_id")
        ),
    )
    op.create_index("ix_agreement_patient", "agreement", ["patient_id", "decided_at"])


def _widen_kinds() -> None:
    """SQLite rebuilds the table for it: every row is copied, and its children keep pointing at it."""
    with op.batch_alter_table("check_in") as table:
        table.drop_constraint(op.f("ck_check_in_kind_known"), type_="check")
        table.create_check_constraint(op.f("ck_check_in_kind_known"), KINDS)


def _name_the_asking() -> None:
    """Release 0.1.0 sent it as a note with one exact sentence in it."""
    asked = sa.and_(
        CHECK_IN.c.kind == "note",
        CHECK_IN.c.should_know_text.in_(ASKED_IN_0_1_0),
        sa.cast(CHECK_IN.c.should_know_topics, sa.Text()).in_((json.dumps(["other"]), '["other"]')),
    )
    op.execute(sa.update(CHECK_IN).where(asked).values(kind="in_person"))
