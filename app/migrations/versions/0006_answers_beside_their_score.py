"""Answers beside their score: one row for an instrument where each item had one of its own"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ITEMS = {"phq9": 9, "gad7": 7}


def upgrade() -> None:
    with op.batch_alter_table("instrument_score", schema=None) as batch_op:
        for number in range(1, ITEMS["phq9"] + 1):
            batch_op.add_column(sa.Column(f"item_{number}", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("languages", sa.JSON(), nullable=True))
    for instrument, items in ITEMS.items():
        _bring_over(instrument, items)
    with op.batch_alter_table("instrument_score", schema=None) as batch_op:
        batch_op.alter_column("languages", existing_type=sa.JSON(), nullable=False)
        batch_op.create_check_constraint(
            op.f("ck_instrument_score_items_range"),
            " AND ".join(f"item_{number} BETWEEN 0 AND 3" for number in range(1, ITEMS["phq9"] + 1)),
        )
        batch_op.create_check_constraint(
            op.f("ck_instrument_score_items_of_instrument"),
            "instrument = 'phq9' OR (item_8 IS NULL AND item_9 IS NULL)",
        )
    op.drop_table("item_answer")


def _bring_over(instrument: str, items: int) -> None:
    make_list = "json_build_array" if op.get_bind().dialect.name == "postgresql" else "json_array"
    numbers = range(1, items + 1)
    values = ", ".join(f"item_{number} = {_read('value', number)}" for number in numbers)
    languages = f"{make_list}({', '.join(_read('language', number) for number in numbers)})"
    op.execute(
        f"UPDATE instrument_score SET {values}, languages = {languages} "  # noqa: S608 (our own names)
        f"WHERE instrument = '{instrument}'"
    )


def _read(column: str, item: int) -> str:
    """By the primary key of `item_answer`; null where the item was skipped."""
    return (
        f"(SELECT one.{column} FROM item_answer AS one WHERE one.clinic_id = instrument_score.clinic_id "  # noqa: S608
        f"AND one.check_in_id = instrument_score.check_in_id AND one.instrument = instrument_score.instrument "
        f"AND one.item = {item})"
    )
