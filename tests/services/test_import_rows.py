"""What a file says, whatever wrote it: encodings, separators, days; and what no spreadsheet executes."""

from datetime import date

import pytest

from app.formats.delimited import TableError, harmless, read_table, write_rows
from app.services.import_rows import HeaderError, read_day, read_rows

TODAY = date(2026, 11, 21)
TEXT = "Nombre;Correo;Fecha;PHQ-9\r\nMaría Peña;m@example.com;2026-03-02;21\r\n"


@pytest.mark.parametrize(
    ("codec", "told"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_says_the_same_in_every_encoding(codec: str, told: str, separator: str) -> None:
    table = read_table(TEXT.replace(";", separator).encode(codec))
    (row,) = read_rows(table.rows, "ymd", TODAY)
    assert (table.encoding, table.separator) == (told, separator)
    assert (row.name, row.email, row.day, row.totals) == (
        "María Peña",
        "m@example.com",
        date(2026, 3, 2),
        {"phq9": 21},
    )
    assert row.wrong == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"name\r\n\x81\x8d", "encoding"),
        (b"name\0\r\nA", "encoding"),
        (b"\xff\xfen", "encoding"),
        (b'name,date\r\n"June,2026-01-01\r\n', "quotes"),
        (b"name\r\n" + b"June\r\n" * 1001, "too_long"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(TableError) as caught:
        read_table(data)
    assert caught.value.why == why


@pytest.mark.parametrize(
    ("typed", "order", "day"),
    [
        ("2026-03-02", "mdy", date(2026, 3, 2)),
        ("3/2/2026", "mdy", date(2026, 3, 2)),
        ("3/2/2026", "dmy", date(2026, 2, 3)),
        ("2.3.2026", "dmy", date(2026, 3, 2)),
        ("3/2/2026", "ymd", None),
        ("13/2/2026", "mdy", None),
        ("3/2/26", "mdy", None),
        ("2026-02-30", "ymd", None),
        ("2026-11-22", "ymd", None),
        ("1989-12-31", "ymd", None),
        ("٢٠٢٦-03-02", "ymd", None),
        ("45000", "ymd", None),
    ],
)
def test_a_day_is_read_in_the_order_that_was_said(typed: str, order: str, day: date | None) -> None:
    assert read_day(typed, order, TODAY) == day


def test_each_wrong_cell_is_named() -> None:
    table = read_table(
        b"name,email,language,date,phq9,gad7\n,,en,,,\nA,nobody,fr,2026-13-01,28,2.5\nB,,,,12,\n"
    )
    assert [row.wrong for row in read_rows(table.rows, "ymd", TODAY)] == [
        ["name"],
        ["email", "language", "phq9", "gad7", "day"],
        ["day"],
    ]


@pytest.mark.parametrize("header", [b"who,total\nA,1\n", b"name,name\nA,B\n"])
def test_the_columns_are_named_once(header: bytes) -> None:
    with pytest.raises(HeaderError):
        read_rows(read_table(header).rows, "ymd", TODAY)


def test_no_cell_begins_a_formula() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"):
        assert str(harmless(text)).startswith("'")
    assert write_rows([["June", 7, None, "a,b"]]) == 'June,7,,"a,b"\r\n'
