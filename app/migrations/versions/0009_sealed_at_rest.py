"""Sealed at rest: keys of patients; every text about a patient becomes bytes, still plain, to be sealed at start"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
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
# When a record is erased, each row that goes is looked for here.
INDEXES = (("check_in_visit", "visit"), ("alert_answer", "check_in"), ("alert_words", "check_in"))
# Checks name this column, and SQLite drops no column that one names.
CHECKED = (("standing_plan", "words", "has_words"), ("dismissal", "words", "words_there"))
BYTES = (("envelope", "sealed"),)


def upgrade() -> None:
    _add_keys()
    _add_chain()
    _add_erasure()
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
    for table, of in INDEXES:
        op.create_index(f"ix_{table}_{of}", table, [f"{of}_id"])
    _note_plain()


def _note_plain() -> None:
    """In a new database there is nothing to seal, and no page that was ever written."""
    if not _has_rows("person"):
        return
    places = [f"{one[0]}.{one[1]}" for one in (*TEXTS, *CHECKED, *BYTES) if _has_rows(one[0])]
    left = sa.table("left_plain", sa.column("place", sa.Text()))
    op.bulk_insert(left, [{"place": place} for place in (*places, "free pages")])


def _has_rows(table: str) -> bool:
    return (
        op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)).first()
        is not None
    )


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


def _add_erasure() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "erasure",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", moment, nullable=True),
        sa.Column("erased_at", moment, nullable=True),
        sa.Column("late_items", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("why IN ('patient', 'staff', 'retention')", name=op.f("ck_erasure_why_known")),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_erasure_undone_by_somebody")
        ),
        sa.CheckConstraint(
            "erased_at IS NULL OR undone_at IS NULL", name=op.f("ck_erasure_erased_or_undone")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_erasure_clinic_id")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "membership_id"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_erasure_clinic_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_erasure_asked_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"], name=op.f("fk_erasure_undone_by")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_erasure")),
    )
    _index_while("uq_erasure_stands", "erasure", "undone_at IS NULL")
    op.create_index("ix_erasure_due_at", "erasure", ["due_at"])
    op.create_index("ix_erasure_membership_id", "erasure", ["membership_id"])
    op.create_table(
        "legal_hold",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("placed_by", sa.Uuid(), nullable=False),
        sa.Column("placed_at", moment, nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", moment, nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_legal_hold_lifted_by_somebody")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_legal_hold_has_reason")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_legal_hold_clinic_id")),
        *(
            sa.ForeignKeyConstraint(
                ["clinic_id", column],
                [f"{table}.clinic_id", f"{table}.id"],
                name=op.f(f"fk_legal_hold_clinic_id_{column}"),
            )
            for column, table in (
                ("patient_id", "patient"),
                ("placed_by", "membership"),
                ("lifted_by", "membership"),
            )
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_legal_hold")),
    )
    _index_while("uq_legal_hold_holds", "legal_hold", "lifted_at IS NULL")


def _index_while(name: str, table: str, condition: str) -> None:
    op.create_index(
        name,
        table,
        ["patient_id", "clinic_id"],
        unique=True,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
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
