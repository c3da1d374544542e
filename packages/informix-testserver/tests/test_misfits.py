"""What a client is told when an engine puts a value into a row that its described type has no room for."""

from decimal import Decimal
from typing import Any

import pytest
from informix_types import ColumnType, TypeCode
from informix_wire import pdu

INTEGER = ColumnType(TypeCode.INTEGER, 4)
CASES: list[tuple[ColumnType, Any, int]] = [
    (ColumnType(TypeCode.SMALLINT, 2), 2**15, -1214),
    (INTEGER, 10**10, -1215),
    (ColumnType(TypeCode.BIGINT, 8), 2**63, -1284),
    (ColumnType(TypeCode.INT8, 10), -(2**63), -1284),
    (ColumnType(TypeCode.DECIMAL, 32 << 8), Decimal(10) ** 32, -1226),
    (ColumnType(TypeCode.CHAR, 3), "longer", -1207),
]


@pytest.mark.parametrize(("kind", "value", "code"), CASES, ids=lambda v: getattr(v, "type_name", None))
def test_each_type_has_its_code(script: Any, client: Any, kind: ColumnType, value: Any, code: int) -> None:
    script.answer("select v from t", columns=[("n", INTEGER), ("v", kind)], rows=[(1, value)])
    client.ask(pdu.Prepare(0, "select v from t"), pdu.NDescribe(), pdu.WantDone())
    group = client.ask(pdu.StatementId(0), pdu.CursorName("c"), pdu.Open(), pdu.StatementId(0), pdu.NFetch(4096))
    assert isinstance(group[-1], pdu.Err), group
    assert group[-1].sqlcode == code
    assert kind.type_name in group[-1].token


@pytest.mark.parametrize("other", [INTEGER, ColumnType(TypeCode.BYTE, 56)], ids=["plain", "with a descriptor"])
@pytest.mark.parametrize("code", [TypeCode.VARCHAR, TypeCode.NVARCHAR])
def test_a_varchar_of_one_nul_is_sent_as_the_null_that_its_bytes_are(
    script: Any, client: Any, code: TypeCode, other: ColumnType
) -> None:
    """sqli.md 7.1: length 1 and a zero byte."""
    kind = ColumnType(code, 5)
    script.answer("select v from t", columns=[("n", other), ("v", kind)], rows=[(None, "\0")])
    client.ask(pdu.Prepare(0, "select v from t"), pdu.NDescribe(), pdu.WantDone())
    group = client.ask(pdu.StatementId(0), pdu.CursorName("c"), pdu.Open(), pdu.StatementId(0), pdu.NFetch(4096))
    assert isinstance(group[0], pdu.Tuple), group
    assert group[0].data.endswith(b"\x01\x00")
