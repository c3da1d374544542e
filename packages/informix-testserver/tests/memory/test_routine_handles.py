"""Handles of the fast path outlive what they stood for (sqli.md 5.13: they are valid for the connection)."""

from typing import Any

import pytest
from informix_testserver.engine import SqlError


def test_a_handle_runs_the_routine_that_has_the_name_now(db: Any) -> None:
    db.engine.register_routine("f", lambda: 1, returns="int")
    handle = db.session.find_routine("function f()")
    db.engine.register_routine("f", lambda: "two", returns="char(5)")
    (found,) = db.session.call_routine(handle, [])
    assert (found.value, found.type.type_name) == ("two  ", "CHAR(5)")
    db.run("drop function f")
    with pytest.raises(SqlError, match="-674"):
        db.session.call_routine(handle, [])


def test_a_routine_that_takes_other_values_now(db: Any) -> None:
    db.engine.register_routine("f", lambda: 1, returns="int")
    handle = db.session.find_routine("function f()")
    db.engine.register_routine("f", lambda x: x, parameters=["int"], returns="int")
    with pytest.raises(SqlError, match="-674"):
        db.session.call_routine(handle, [])
    assert db.session.call_routine(handle, db.bound((5,)))[0].value == 5
