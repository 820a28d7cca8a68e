"""The form rows have in a backup: lines of PostgreSQL's COPY, which both databases can write themselves.

A value is written the same whichever database it comes from: a UUID as 32 hex digits, a moment in UTC, truth
as 1 and 0. So a row's line says whether it is the same row, and rows can move from one to the other.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from app.errors import UpkeepError

VERSION_TABLE = "alembic_version"
# Where a backup of SQLite notes what changes meanwhile; one that was killed leaves it behind.
CHANGES = "backup_change"
NOT_ROWS = frozenset({VERSION_TABLE, CHANGES})
WHOLE = 2**128
# What COPY escapes, by character; the backslash first, so that none is escaped twice.
ESCAPES = {92: "\\\\", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
_PLAIN = {b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r", b"\\": b"\\"}


@dataclass(frozen=True)
class Table:
    """A table as it is in one database. `values`: SQL for each column, in the common form."""

    name: str
    columns: tuple[str, ...]
    values: tuple[str, ...]
    bytes_at: frozenset[int]

    def arranged(self, columns: Sequence[str]) -> "Table":
        """With its columns in another order. Raises UpkeepError when they are not the same ones."""
        if sorted(columns) != sorted(self.columns):
            raise UpkeepError(f"The table {self.name} has other columns in this backup.")
        at = [self.columns.index(column) for column in columns]
        values = tuple(self.values[one] for one in at)
        binary = frozenset(new for new, old in enumerate(at) if old in self.bytes_at)
        return Table(self.name, tuple(columns), values, binary)

    @property
    def listed(self) -> str:
        """The columns, for an INSERT or a COPY."""
        return ", ".join(f'"{column}"' for column in self.columns)


@dataclass
class Tally:
    """How many rows, and a sum over their lines that says whether they are the same rows in any order."""

    count: int = 0
    total: int = field(default=0)

    def add(self, lines: Iterable[bytes]) -> None:
        """Lines without their line ends."""
        for line in lines:
            self.count += 1
            self.total += int.from_bytes(hashlib.blake2b(line, digest_size=16).digest())

    def told(self) -> dict[str, int | str]:
        """For the manifest."""
        return {"count": self.count, "sum": f"{self.total % WHOLE:032x}"}


def find_tables(connection: sa.Connection) -> list[Table]:
    """All tables of Between, those first that others point at."""
    inspector = sa.inspect(connection)
    order = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name is not None]
    return [_describe(inspector, name) for name in order if name not in NOT_ROWS]


def unescape(value: bytes) -> bytes:
    """A value of a COPY line as it is."""
    if b"\\" not in value:
        return value
    first, *rest = value.split(b"\\")
    plain, literal = [first], False
    for piece in rest:
        if literal:
            plain.append(piece)
            literal = False
        elif piece:
            plain.append(_PLAIN[piece[:1]] + piece[1:])
        else:
            # Two backslashes with nothing between them: the piece after them is text.
            plain.append(b"\\")
            literal = True
    return b"".join(plain)


def _describe(inspector: sa.Inspector, name: str) -> Table:
    columns = inspector.get_columns(name)
    is_sqlite = inspector.dialect.name == "sqlite"
    value = _sqlite_value if is_sqlite else _postgresql_value
    return Table(
        name,
        tuple(column["name"] for column in columns),
        tuple(value(f'"{column["name"]}"', column["type"]) for column in columns),
        frozenset(at for at, column in enumerate(columns) if isinstance(column["type"], sa.LargeBinary)),
    )


def _sqlite_value(name: str, kind: sa.types.TypeEngine[object]) -> str:
    """An expression for a column's text in a COPY line, NULL where the column is."""
    if isinstance(kind, sa.LargeBinary):
        # Of NULL, hex makes an empty text, which is another value.
        return f"CASE WHEN {name} IS NOT NULL THEN '\\\\x' || lower(hex({name})) END"
    # A CHAR is a UUID's: hex.
    if isinstance(kind, sa.JSON) or (isinstance(kind, sa.String) and not isinstance(kind, sa.CHAR)):
        for code, escape in ESCAPES.items():
            name = f"replace({name}, char({code}), '{escape}')"
    return name


def _postgresql_value(name: str, kind: sa.types.TypeEngine[object]) -> str:
    """An expression for what COPY writes and escapes."""
    if isinstance(kind, sa.LargeBinary):
        return f"'\\x' || encode({name}, 'hex')"
    if isinstance(kind, sa.Uuid):
        return f"replace({name}::text, '-', '')"
    if isinstance(kind, sa.DateTime):
        return f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    return f"{name}::int" if isinstance(kind, sa.Boolean) else name
