"""TO_CHAR of numbers: the results that the documentation of ESQL/C's masks shows, and Python's own grouping."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_testserver.engine import SqlError
from informix_testserver.memory.numberformat import format_number


@pytest.mark.parametrize(
    ("mask", "value", "text"),
    [
        ("#####", "0", "     "),
        ("&&&&&", "0", "00000"),
        ("*****", "0", "*****"),
        ("##,###", "12345", "12,345"),
        ("##,###", "1234", " 1,234"),
        ("##,###", "123", "   123"),
        ("##,###", "-1", "     1"),
        ("##,###", "0", "      "),
        ("##,###", "123456", "******"),
        ("&&,&&&", "1234", "01,234"),
        ("&&,&&&", "123", "000123"),
        ("&&,&&&", "0", "000000"),
        ("**,***", "1234", "*1,234"),
        ("**,***", "12", "****12"),
        ("##,###.##", "12345.67", "12,345.67"),
        ("##,###.##", "1234.56", " 1,234.56"),
        ("##,###.##", "0.12", "      .12"),
        ("##,###.##", "-0.01", "      .01"),
        ("##,###.##", "1", "     1.00"),
        ("##&.&&", "0.5", "  0.50"),
        ("##&.&&", "2.345", "  2.35"),
        ("##&.", "7", "  7."),
        ("-##,###.##", "-123.45", "-   123.45"),
        ("-##,##&.&&", "3", "      3.00"),
        ("+###", "12", "+ 12"),
        ("+###", "-12", "- 12"),
        ("-##&.&", "-0.04", "   0.0"),
        ("$**,***.**", "1234.5", "$*1,234.50"),
        ("###", "999.5", "***"),
    ],
)
def test_masks(mask: str, value: str, text: str) -> None:
    assert format_number(Decimal(value), mask) == text


@pytest.mark.parametrize("mask", ["", "99,999", "$$$.##", "--##", "<<<", "(##)", "###MI", ",###", "#.#.#"])
def test_doubtful_masks_are_refused_by_name(mask: str) -> None:
    with pytest.raises(SqlError) as caught:
        format_number(Decimal(1), mask)
    assert caught.value.sqlcode == -999
    assert mask in caught.value.token


@given(st.decimals(-(10**12), 10**12, places=2))
def test_grouping_is_pythons(value: Decimal) -> None:
    assert format_number(value, "-#,###,###,###,##&.&&").replace(" ", "") == f"{value + 0:,.2f}".replace(
        "-0.00", "0.00"
    )


def test_in_sql(db: Any) -> None:
    assert db.evaluate("to_char(1234.5, '##,##&.&&')") == " 1,234.50"
    assert db.evaluate("to_char(7, '&&&')") == "007"
    assert db.evaluate("to_char(2.5::float, '#&.&&')") == " 2.50"
    assert db.evaluate("to_char(12.345::money(8,3), '##.##')") == "12.35"
    assert db.evaluate("to_char('2024-03-01 14:05:00', '%d.%m.%Y %H:%M')") == "01.03.2024 14:05"
    assert db.fails("select to_char('7', '&&&') from sysmaster:sysdual") == (-999, 0)
    assert db.evaluate("to_char(null::int, '&&&')") is None
    assert db.fails("select to_char(1, '999') from sysmaster:sysdual") == (-999, 0)
