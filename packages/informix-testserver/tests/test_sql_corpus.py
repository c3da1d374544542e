"""Statements as dbschema, applications, ORMs and other drivers write them: each parses and survives unparsing."""

from pathlib import Path

import pytest
from informix_testserver.sql import ast, parse, statement_type
from informix_testserver.sql.unparse import unparse

STATEMENTS = (Path(__file__).parent / "sql_statements.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("text", STATEMENTS)
def test_statement(text: str) -> None:
    found = parse(text).statement
    assert 1 <= statement_type(found) <= 161
    if not isinstance(found, ast.CreateRoutine):
        assert parse(unparse(found), delimident=True).statement == found


def test_no_statement_is_lost() -> None:
    assert len(STATEMENTS) == len(set(STATEMENTS)) > 200
