"""Tables as text: read whatever a spreadsheet saves, and write what no spreadsheet executes."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SEPARATORS = (",", ";", "\t")
MOST_ROWS = 1000
# What a spreadsheet takes for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


class TableError(Exception):
    """`why`: empty, encoding, too_long, or quotes, with the line where it was noticed."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.why, self.line = why, line


@dataclass(frozen=True)
class Table:
    """Rows of cells, each with the line of the file it ends on. The first one is the header."""

    encoding: str
    separator: str
    rows: list[tuple[int, list[str]]]


def read_table(data: bytes) -> Table:
    """A table whose encoding and separator are found in it. Raises TableError."""
    text, encoding = decode(data)
    if not text.strip():
        raise TableError("empty")
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [cell.strip() for cell in cells]))
            if len(rows) > MOST_ROWS + 1:
                raise TableError("too_long", reader.line_num)
    except csv.Error as error:
        raise TableError("quotes", reader.line_num) from error
    return Table(encoding, separator, rows)


def decode(data: bytes) -> tuple[str, str]:
    """The text, and the name of its encoding: by its mark, as UTF-8, by its zeros, else as Windows-1252."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _decoded(data, codec), name
    # In UTF-16 every other byte of Latin text is zero: on which side says which one it is.
    for side, codec in ((0, "utf-16-be"), (1, "utf-16-le")):
        if data[side::2].count(0) > len(data) // 4:
            return _decoded(data, codec), "UTF-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(data, "cp1252"), "Windows-1252"
    return _decoded(data, "utf-8"), "UTF-8"


def write_rows(rows: Iterable[Sequence[object]]) -> str:
    """Lines of CSV. A text that a spreadsheet would run is shown with an apostrophe before it."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\r\n").writerows([[harmless(cell) for cell in row] for row in rows])
    return lines.getvalue()


def harmless(cell: object) -> object:
    """A number stays one; a text is never the beginning of a formula."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell


def _decoded(data: bytes, codec: str) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise TableError("encoding") from error
    if "\0" in text:
        raise TableError("encoding")
    return text


def _separator(text: str) -> str:
    """The one that stands most often in the first line, outside of quotes."""
    first = "".join(text.lstrip().splitlines()[0].split('"')[::2])
    return max(SEPARATORS, key=first.count)
