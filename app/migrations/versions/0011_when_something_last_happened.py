"""When the worker, a backup or a move last happened"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upkeep",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "name IN ('worker', 'backup', 'keys', 'moved')", name=op.f("ck_upkeep_name_known")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_upkeep")),
    )
