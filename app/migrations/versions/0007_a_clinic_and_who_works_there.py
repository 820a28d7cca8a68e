"""A clinic's own settings, when it went live, and everybody who works there"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROLES = "role IN ('patient', 'caregiver', 'clinician', 'nurse', 'front_desk', 'administrator')"
STATES = "state IN ('invited', 'active', 'suspended', 'ended')"
# Nobody real has an address there: the name is kept free for examples.
DEMO_ADDRESS = "%@harbor.example"


def upgrade() -> None:
    _add_settings()
    _open_doors()
    _widen_membership()
    _widen_invitation()


def _add_settings() -> None:
    # Said plainly: a batch would rebuild the table, and lose its checks on the way.
    for column in (
        "version INTEGER DEFAULT '0' NOT NULL",
        "window_hours INTEGER DEFAULT '48' NOT NULL CONSTRAINT ck_clinic_window_hours_range CHECK (window_hours BETWEEN 1 AND 336)",
        "spacing_days INTEGER DEFAULT '7' NOT NULL CONSTRAINT ck_clinic_spacing_days_range CHECK (spacing_days BETWEEN 1 AND 28)",
        "retention_years INTEGER CONSTRAINT ck_clinic_retention_years_range CHECK (retention_years BETWEEN 1 AND 99)",
    ):
        op.execute(f"ALTER TABLE clinic ADD COLUMN {column}")
    op.add_column("clinic", sa.Column("live_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("is_demo", "desk_only"):
        op.add_column("clinic", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    for name, value in (
        ("languages", '["en", "es"]'),
        ("crisis", "{}"),
        ("words_added", "[]"),
        ("words_removed", "[]"),
    ):
        op.add_column("clinic", sa.Column(name, sa.JSON(), server_default=value, nullable=False))
    op.add_column("clinic", sa.Column("closing_days", sa.JSON(), nullable=True))


def _open_doors() -> None:
    """A clinic that is there works already; the demo stays one."""
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE clinic SET live_at = created_at"))
    connection.execute(
        sa.text(
            "UPDATE clinic SET is_demo = :yes WHERE id IN (SELECT membership.clinic_id FROM membership"
            " JOIN person ON person.id = membership.person_id WHERE person.email LIKE :address)"
        ).bindparams(sa.bindparam("yes", True, sa.Boolean())),
        {"address": DEMO_ADDRESS},
    )


def _widen_membership() -> None:
    _drop_checks("membership", "role", "state")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_check_constraint(op.f("ck_membership_role_known"), ROLES)
        batch_op.create_check_constraint(op.f("ck_membership_state_known"), STATES)


def _widen_invitation() -> None:
    _drop_checks("invitation", "role")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_check_constraint(op.f("ck_invitation_role_known"), ROLES)
        for name in ("lead_id", "membership_id"):
            batch_op.add_column(sa.Column(name, sa.Uuid(), nullable=True))
            batch_op.create_foreign_key(
                op.f(f"fk_invitation_clinic_id_{name}"),
                "membership",
                ["clinic_id", name],
                ["clinic_id", "id"],
            )


def _drop_checks(table: str, *columns: str) -> None:
    """SQLite's copy of a table comes without its checks, so there is nothing to drop."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for column in columns:
        op.drop_constraint(op.f(f"ck_{table}_{column}_known"), table, type_="check")
