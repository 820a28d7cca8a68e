"""Alerts that somebody is told of: clocks, steps, cover, words in notes, standing plans"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# As the defaults were when this was written; what a clinic sets later is not known yet.
LADDER = (("owner", 0), ("owner", 30), ("next", 60), ("everybody", 120))
OPEN = "closed_at IS NULL"


def upgrade() -> None:
    _add_tables()
    _add_columns()
    _carry_on()


def _add_columns() -> None:
    # Said plainly: a batch would rebuild the table, and lose its checks on the way.
    for column in (
        "kind TEXT DEFAULT 'item9' NOT NULL CONSTRAINT ck_alert_kind_known CHECK (kind IN ('item9', 'words'))",
        "clock TEXT DEFAULT 'full' NOT NULL CONSTRAINT ck_alert_clock_known CHECK (clock IN ('full', 'slower', 'none'))",
        "round INTEGER DEFAULT '1' NOT NULL",
        "version INTEGER DEFAULT '0' NOT NULL",
    ):
        op.execute(f"ALTER TABLE alert ADD COLUMN {column}")
    for name in ("waits_since", "late_at", "reached_at"):
        op.add_column("alert", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("clinic", sa.Column("escalation", sa.JSON(), server_default="{}", nullable=False))
    op.create_index(
        "ix_alert_owner",
        "alert",
        ["owner_id"],
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_index(
        "ix_check_in_supersedes",
        "check_in",
        ["supersedes"],
        sqlite_where=sa.text("supersedes IS NOT NULL"),
        postgresql_where=sa.text("supersedes IS NOT NULL"),
    )


def _carry_on() -> None:
    """An alert that nobody answered before the upgrade has its clock from the moment it was opened."""
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "UPDATE alert SET waits_since = opened_at, reached_at = (SELECT max(made_at) FROM alert_attempt AS attempt"
            " WHERE attempt.clinic_id = alert.clinic_id AND attempt.alert_id = alert.id"
            " AND attempt.state IN ('reached', 'decided'))"
        )
    )
    moment = sa.DateTime(timezone=True)
    alert = sa.table(
        "alert",
        sa.column("clinic_id", sa.Uuid()),
        sa.column("id", sa.Uuid()),
        sa.column("state", sa.Text()),
        sa.column("opened_at", moment),
        sa.column("late_at", moment),
    )
    step = sa.table(
        "alert_step",
        sa.column("clinic_id", sa.Uuid()),
        sa.column("alert_id", sa.Uuid()),
        sa.column("round", sa.Integer()),
        sa.column("step", sa.Integer()),
        sa.column("who", sa.Text()),
        sa.column("due_at", moment),
        sa.column("state", sa.Text()),
        sa.column("attempts", sa.Integer()),
    )
    waiting = connection.execute(
        sa.select(alert.c.clinic_id, alert.c.id, alert.c.opened_at).where(
            alert.c.state.in_(("opened", "trying"))
        )
    ).all()
    for clinic_id, alert_id, opened_at in waiting:
        late_at = opened_at + timedelta(minutes=LADDER[-1][1])
        connection.execute(
            sa.update(alert)
            .where(alert.c.clinic_id == clinic_id, alert.c.id == alert_id)
            .values(late_at=late_at)
        )
        rows = [
            {
                "clinic_id": clinic_id,
                "alert_id": alert_id,
                "round": 1,
                "step": number,
                "who": who,
                "due_at": opened_at + timedelta(minutes=minutes),
                "state": "due",
                "attempts": 0,
            }
            for number, (who, minutes) in enumerate(LADDER)
        ]
        connection.execute(sa.insert(step), rows)


def _add_tables() -> None:
    op.create_table(
        "absence",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("cover_id", sa.Uuid(), nullable=True),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("cover_id <> membership_id", name=op.f("ck_absence_covered_by_another")),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_absence_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "cover_id"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_absence_clinic_id_cover_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "membership_id"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_absence_clinic_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_absence_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_membership", "absence", ["membership_id"], unique=False)

    op.create_table(
        "standing_plan",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("clock IN ('slower', 'none')", name=op.f("ck_standing_plan_clock_known")),
        sa.CheckConstraint("words <> ''", name=op.f("ck_standing_plan_has_words")),
        sa.CheckConstraint("answer BETWEEN 1 AND 3", name=op.f("ck_standing_plan_answer_positive")),
        sa.CheckConstraint("until_at > signed_at", name=op.f("ck_standing_plan_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "ended_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_standing_plan_clinic_id_ended_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_standing_plan_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "signed_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_standing_plan_clinic_id_signed_by"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_standing_plan_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_standing_plan")),
    )
    op.create_index(
        "uq_standing_plan_stands",
        "standing_plan",
        ["patient_id", "clinic_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "alert_handover",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "alert_id"],
            ["alert.clinic_id", "alert.id"],
            name=op.f("fk_alert_handover_clinic_id_alert_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "by_id"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_alert_handover_clinic_id_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "from_id"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_alert_handover_clinic_id_from_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "to_id"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_alert_handover_clinic_id_to_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_alert_handover_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_alert_handover")),
    )
    op.create_index("ix_alert_handover_alert", "alert_handover", ["alert_id"], unique=False)

    op.create_table(
        "alert_step",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('due', 'claimed', 'told', 'desk_only', 'off')", name=op.f("ck_alert_step_state_known")
        ),
        sa.CheckConstraint("who IN ('owner', 'next', 'everybody')", name=op.f("ck_alert_step_who_known")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "alert_id"],
            ["alert.clinic_id", "alert.id"],
            name=op.f("fk_alert_step_clinic_id_alert_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "alert_id", "round", "step", name=op.f("pk_alert_step")),
    )
    op.create_index("ix_alert_step_due", "alert_step", ["state", "due_at"], unique=False)

    op.create_table(
        "alert_notice",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column("receipt_hash", sa.LargeBinary(), nullable=True),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('desk', 'push', 'email')", name=op.f("ck_alert_notice_channel_known")
        ),
        sa.CheckConstraint(
            "outcome IN ('trying', 'accepted', 'failed', 'gone')", name=op.f("ck_alert_notice_outcome_known")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "alert_id", "round", "step"],
            ["alert_step.clinic_id", "alert_step.alert_id", "alert_step.round", "alert_step.step"],
            name=op.f("fk_alert_notice_clinic_id_alert_id_round_step"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "membership_id"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_alert_notice_clinic_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_alert_notice_clinic_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["push_subscription.id"], name=op.f("fk_alert_notice_subscription_id")
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_alert_notice")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_alert_notice_receipt_hash")),
    )
    op.create_index("ix_alert_notice_alert", "alert_notice", ["alert_id"], unique=False)
    op.create_index("ix_alert_notice_membership", "alert_notice", ["membership_id"], unique=False)
    op.create_index(
        "uq_alert_notice_desk",
        "alert_notice",
        ["alert_id", "round", "step", "membership_id", "clinic_id"],
        unique=True,
        sqlite_where=sa.text("channel = 'desk'"),
        postgresql_where=sa.text("channel = 'desk'"),
    )

    op.create_table(
        "alert_words",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("check_in_id", sa.Uuid(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useful", sa.Boolean(), nullable=True),
        sa.Column("marked_by", sa.Uuid(), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(useful IS NULL) = (marked_by IS NULL)", name=op.f("ck_alert_words_marked_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "alert_id"],
            ["alert.clinic_id", "alert.id"],
            name=op.f("fk_alert_words_clinic_id_alert_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "check_in_id"],
            ["check_in.clinic_id", "check_in.id"],
            name=op.f("fk_alert_words_clinic_id_check_in_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "marked_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_alert_words_clinic_id_marked_by"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "alert_id", "check_in_id", name=op.f("pk_alert_words")),
    )
