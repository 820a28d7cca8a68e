"""Check-ins are asked for before each session, unless an administrator said how far apart

Until now nothing acted on the spacing, and every clinic had 7 days written down that nobody chose: kept, they would
begin to leave out every other check-in of a twice-weekly course. What somebody saved stays as it was saved.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("clinic") as batch:
        batch.alter_column("spacing_days", existing_type=sa.Integer(), server_default="1")
    op.execute(
        "UPDATE clinic SET spacing_days = 1 WHERE NOT EXISTS"
        " (SELECT 1 FROM audit WHERE audit.clinic_id = clinic.id AND audit.action = 'settings.rules')"
    )
