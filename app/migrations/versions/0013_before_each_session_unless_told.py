"""Check-ins before each session unless somebody said how far apart, and on which device a push is

Until now nothing acted on the spacing, and every clinic had 7 days written down that nobody chose: kept, they would
begin to leave out every other check-in of a twice-weekly course. What somebody saved stays as it was saved.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("clinic") as batch:
        batch.alter_column("spacing_days", existing_type=sa.Integer(), server_default="1")
    op.execute(
        "UPDATE clinic SET spacing_days = 1 WHERE NOT EXISTS"
        " (SELECT 1 FROM audit WHERE audit.clinic_id = clinic.id AND audit.action = 'settings.rules')"
    )
    with op.batch_alter_table("push_subscription") as batch:
        batch.add_column(sa.Column("session_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            batch.f("fk_push_subscription_session_id"),
            "web_session",
            ["session_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch.create_index(batch.f("ix_push_subscription_session_id"), ["session_id"], unique=False)
