"""What a statement type does to the session: transactions and the current database (sqli.md 3.5, 5.10, 6.4)."""

import re
from typing import Final

from informix_types.classes import frozen

__all__ = [
    "BEGIN",
    "CLOSE_DATABASE",
    "COMMIT",
    "INERT",
    "ROLLBACK",
    "ROUTINE",
    "SELECT",
    "Effect",
    "statement_effect",
]

SELECT: Final = 2
BEGIN: Final = 34
COMMIT: Final = 35
ROLLBACK: Final = 36
ROUTINE: Final = 56
CLOSE_DATABASE: Final = 31
"""Statement types that DESCRIBE reports (sqli.md 6.4)."""

INERT: Final = frozenset({SELECT, 4, 5, 6})
"""SELECT, UPDATE, DELETE, INSERT: inside a transaction they change nothing that a session follows."""

_DATABASE: Final = 1
_CREATE_DATABASE: Final = 12
_START_DATABASE: Final = 38

_NAME = re.compile(r"\bdatabase\s+(?:if\s+not\s+exists\s+)?(?:'([^']*)'|\"([^\"]*)\"|([^\s;,]+))", re.IGNORECASE)


@frozen
class Effect:
    """Change of session state by a statement that succeeded; None and False mean no change."""

    in_transaction: bool | None = None
    opens_database: bool = False
    closes_database: bool = False
    database_name: str = ""


_NOTHING = Effect()
_EFFECTS: dict[int, Effect] = {
    BEGIN: Effect(in_transaction=True),
    COMMIT: Effect(in_transaction=False),
    ROLLBACK: Effect(in_transaction=False),
    CLOSE_DATABASE: Effect(in_transaction=False, closes_database=True),
}
_OPENERS = frozenset({_DATABASE, _CREATE_DATABASE, _START_DATABASE})


def statement_effect(statement_type: int | None, sql: str) -> Effect:
    """Return what success of this statement changes.

    The type decides; the text is only asked for the name of a database that the type says was opened.
    """
    if statement_type in _OPENERS:
        found = _NAME.search(sql)
        name = next((part for part in found.groups() if part), "") if found else ""
        return Effect(in_transaction=False, opens_database=True, database_name=name)
    return _EFFECTS.get(statement_type, _NOTHING) if statement_type is not None else _NOTHING
