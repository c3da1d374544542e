"""A type is in every table that must know it: who adds one is told here which tables still lack it.

What each table is for: docs/internals/contributing.md.
"""

import pytest
from informix_db import dbapi, description, input_types, unload_format
from informix_testserver import constructed, values
from informix_testserver.memory import convert, typenames, types
from informix_testserver.sql import parser_types
from informix_types import ColumnType, TypeCode, TypeContext, blocks, column, names, params, textforms, typetext
from informix_types.codecs import BY_CODE, codec_for
from informix_types.columnar.schema import arrow_type
from informix_types.layout import Family
from informix_types.qualifier import datetime_length, interval_length

LENGTHS = {
    TypeCode.DECIMAL: 10 << 8 | 2,
    TypeCode.MONEY: 10 << 8 | 2,
    TypeCode.DATETIME: datetime_length(0, 10),
    TypeCode.INTERVAL: interval_length(4, 10, 4),
    TypeCode.BYTE: 56,
    TypeCode.TEXT: 56,
}
COLUMNS = {code: ColumnType(code, LENGTHS.get(TypeCode(code), 8)) for code in BY_CODE}
FAMILIES = {code: codec_for(kind, TypeContext()).layout.family for code, kind in COLUMNS.items()}
NO_SCALARS = {Family.OPAQUE, Family.COLLECTION, Family.ROW, Family.NULL, Family.LOCATOR, Family.BLOB}
INTEGERS = {code for code, family in FAMILIES.items() if family in (Family.INTEGER, Family.INT8)}
NUMBERS = INTEGERS | {code for code, family in FAMILIES.items() if family in (Family.FLOAT, Family.DECIMAL)}
SCALARS = {code for code, family in FAMILIES.items() if family not in NO_SCALARS}
TEXTS = {code for code, family in FAMILIES.items() if family in (Family.CHAR, Family.VARCHAR, Family.LVARCHAR)}
DECIMALS = {code for code, family in FAMILIES.items() if family is Family.DECIMAL}
QUALIFIED = {TypeCode.DATETIME, TypeCode.INTERVAL}
SERIALS = {TypeCode.SERIAL, TypeCode.SERIAL8, TypeCode.BIGSERIAL}

TABLES = {
    "informix_types.column._FIXED_WIDTH": (column._FIXED_WIDTH, NUMBERS - DECIMALS),
    "informix_types.names._PLAIN, _SIZED, _DECIMALS": (
        {*names._PLAIN, *names._SIZED, *names._DECIMALS},
        SCALARS - QUALIFIED,
    ),
    "informix_types.names._PYTHON": (names._PYTHON, SCALARS - QUALIFIED),
    "informix_types.typetext._PLAIN, _CHARACTER, _DECIMALS": (
        {code for code, _ in (*typetext._PLAIN.values(), *typetext._CHARACTER.values())}
        | set(typetext._DECIMALS.values()),
        SCALARS - QUALIFIED - {TypeCode.BOOLEAN},
    ),
    "informix_types.params._INTEGERS": (params._INTEGERS, INTEGERS),
    "informix_types.params._NUMBERS": (params._NUMBERS, NUMBERS),
    "informix_types.params._SCALAR, _CHARACTER": (params._SCALAR | params._CHARACTER, SCALARS),
    "informix_types.blocks._ROW_FORM": (blocks._ROW_FORM, NUMBERS - DECIMALS),
    "informix_types.textforms._PARSERS": (textforms._PARSERS, SCALARS - TEXTS),
    "informix_db.description._INTEGER_DIGITS": (description._INTEGER_DIGITS, INTEGERS),
    "informix_db.dbapi.NUMBER": ({code for code in BY_CODE if code == dbapi.NUMBER}, NUMBERS),
    "informix_db.dbapi.STRING": ({code for code in BY_CODE if code == dbapi.STRING}, TEXTS),
    "informix_db.input_types._FORMS": (input_types._FORMS, INTEGERS | DECIMALS),
    "informix_db.unload_format._INTEGERS": (unload_format._INTEGERS, INTEGERS),
    "informix_testserver.memory.types._FAMILIES": (types._FAMILIES, SCALARS - {TypeCode.INTERVAL}),
    "informix_testserver.memory.convert._INT_LIMITS": (convert._INT_LIMITS, INTEGERS),
    "informix_testserver.memory.typenames._SIMPLE": (
        {kind.code for kind in typenames._SIMPLE.values()},
        NUMBERS - DECIMALS,
    ),
    "informix_testserver.values._MISFITS": (values._MISFITS, NUMBERS),
    "informix_testserver.constructed._ELEMENTS": (constructed._ELEMENTS, SCALARS - SERIALS - {TypeCode.BOOLEAN}),
}
"""Each table's codes, and those that must be among them."""


@pytest.mark.parametrize("table", TABLES)
def test_no_type_is_missing(table: str) -> None:
    has, needs = TABLES[table]
    assert {TypeCode(code).name for code in needs - {int(code) for code in has}} == set()


def test_the_test_servers_parser_knows_every_scalar_by_its_name() -> None:
    called = {
        kind.type_name.partition("(")[0].partition(" ")[0] for code, kind in COLUMNS.items() if code in SCALARS
    }
    assert called - {"DATETIME", "INTERVAL"} <= parser_types.BUILTIN_TYPES.keys()


@pytest.mark.parametrize("code", sorted(BY_CODE), ids=lambda code: TypeCode(code).name)
def test_every_type_has_an_arrow_type(code: int) -> None:
    pytest.importorskip("pyarrow")
    assert str(arrow_type(COLUMNS[code]))
