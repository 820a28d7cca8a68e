"""Sealed at rest: keys of patients; every text about a patient becomes bytes, still plain, to be sealed at start"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0006"
branch_labels = None
depends_on = None

# What stands before plain bytes until the start after this migration has sealed them (app/services/plain.py).
# Those that may be empty; an empty text stays empty.
TEXTS = (
    ("check_in", "should_know_text"),
    ("note", "body"),
    ("alert", "outcome"),
    ("alert_attempt", "words"),
    ("alert_words", "found"),
    ("gap_review", "words"),
    ("patient", "safety_plan"),
)
# Checks name this column, and SQLite drops no column that one names.
CHECKED = (("standing_plan", "words", "has_words"), ("dismissal", "words", "words_there"))
BYTES = (("envelope", "sealed"),)


def upgrade() -> None:
    _add_keys()
    _add_chain()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, column in TEXTS:
        (_to_bytes_on_sqlite if is_sqlite else _to_bytes)(table, column)
    for table, column, check in CHECKED:
        if is_sqlite:
            _rebuild_on_sqlite(table, column)
        else:
            _to_bytes_checked(table, column, check)
    for table, column in BYTES:
        _mark(table, column, is_sqlite)
    places = [f"{one[0]}.{one[1]}" for one in (*TEXTS, *CHECKED, *BYTES)]
    left = sa.table("left_plain", sa.column("place", sa.Text()))
    op.bulk_insert(left, [{"place": place} for place in (*places, "free pages")])


def _add_keys() -> None:
    op.create_table(
        "wrapping_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrapping_key")),
    )
    op.create_table(
        "patient_key",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_patient_key_clinic_id"),
        ),
        sa.ForeignKeyConstraint(["key_id"], ["wrapping_key.id"], name=op.f("fk_patient_key_key_id")),
        sa.PrimaryKeyConstraint("clinic_id", "patient_id", name=op.f("pk_patient_key")),
    )
    op.create_index("ix_patient_key_key_id", "patient_key", ["key_id"])
    op.create_table(
        "left_plain",
        sa.Column("place", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_left_plain")),
    )


def _add_chain() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit_link",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_id", number, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_link_audit_id")),
        sa.PrimaryKeyConstraint("clinic_id", "position", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_link_audit_id")),
    )


def _to_bytes(table: str, column: str) -> None:
    """PostgreSQL writes the table anew, so that nothing of the old one is left in it."""
    plain = f"'\\x00'::bytea || convert_to({column}::text, 'UTF8')"
    # A default in words cannot become one in bytes; the program gives every value.
    op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT")
    op.execute(
        f"ALTER TABLE {table} ALTER COLUMN {column} TYPE bytea"
        f" USING CASE WHEN {column}::text = '' THEN ''::bytea ELSE {plain} END"
    )


def _to_bytes_checked(table: str, column: str, check: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{check}")
    _to_bytes(table, column)
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{check} CHECK (length({column}) > 0)")


def _to_bytes_on_sqlite(table: str, column: str) -> None:
    """Said plainly: a batch would rebuild the table, and lose its checks on the way."""
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column}_bytes BLOB NOT NULL DEFAULT x''")
    op.execute(
        f"UPDATE {table} SET {column}_bytes = CAST(x'00' || {column} AS BLOB) WHERE {column} <> ''"  # noqa: S608
    )
    op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.execute(f"ALTER TABLE {table} RENAME COLUMN {column}_bytes TO {column}")


def _rebuild_on_sqlite(table: str, column: str) -> None:
    """The table as it was made, but for the column and what checks it."""
    said = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL")
    rows = op.get_bind().execute(said, {"table": table}).all()
    (made,) = (row.sql for row in rows if row.type == "table")
    made = _replace_once(made, f"{column} TEXT NOT NULL", f"{column} BLOB NOT NULL")
    made = _replace_once(made, f"{column} <> ''", f"length({column}) > 0")
    names = [row.name for row in op.get_bind().execute(sa.text(f"PRAGMA table_info({table})"))]
    read = [f"CAST(x'00' || {name} AS BLOB)" if name == column else name for name in names]
    op.execute(f"ALTER TABLE {table} RENAME TO {table}_plain")
    op.execute(made)
    op.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(read)} FROM {table}_plain"  # noqa: S608
    )
    op.execute(f"DROP TABLE {table}_plain")
    for row in rows:
        if row.type == "index":
            op.execute(row.sql)


def _replace_once(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise RuntimeError(f"a table is not as the migrations before this one made it: {old}")
    return text.replace(old, new)


def _mark(table: str, column: str, is_sqlite: bool) -> None:
    if is_sqlite:
        op.execute(f"UPDATE {table} SET {column} = CAST(x'00' || {column} AS BLOB)")  # noqa: S608
    else:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE bytea USING '\\x00'::bytea || {column}")
