"""From an Informix code to an exception: class, SQLSTATE, meaning and hint come from ``data/errors.json``."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from . import errors

__all__ = ["annotate", "error_from_code", "mark_place"]

_REFINED_BY_ISAM: Final = frozenset({-233, -242, -243, -244, -245, -246, -250, -263, -271, -346, -348, -378})
"""Codes that only say that a row operation failed: class and SQLSTATE are the ISAM code's (errors.json, notes)."""

_CANCELLED: Final = -213
_TEXT_IN_TOKEN: Final = frozenset({-746})
"""The token is the text given to RAISE EXCEPTION (errors.json)."""
_WIDEST_LINE: Final = 100
"""Characters of the SQL line that a message shows around the marked place."""


@cache
def _table() -> dict[tuple[str, int], dict[str, Any]]:
    """Read errors.json once, on the first error."""
    text = files(__package__).joinpath("data/errors.json").read_text(encoding="utf-8")
    return {(entry["kind"], entry["code"]): entry for entry in json.loads(text)["errors"]}


def mark_place(statement: str, offset: int) -> str:
    """Return the line of `statement` that holds character `offset` (1-based) with a caret line under it.

    The offset is clamped to the text (sqli.md 12 #8); "" when there is no offset or no text.
    """
    if offset <= 0 or not statement.strip():
        return ""
    at = min(offset, len(statement)) - 1
    start = statement.rfind("\n", 0, at) + 1
    stop = statement.find("\n", at)
    line = statement[start : len(statement) if stop < 0 else stop].rstrip("\r")
    column = at - start
    first = max(0, column - _WIDEST_LINE // 2)
    shown = line[first : first + _WIDEST_LINE]
    # Tabs stay tabs in front of the caret, so that it stands right under its character.
    indent = "".join("\t" if c == "\t" else " " for c in shown[: column - first])
    return f"    {shown}\n    {indent}^"


def _class_for(entry: dict[str, Any] | None, sqlcode: int) -> type[errors.DatabaseError]:
    if sqlcode == _CANCELLED:
        return errors.StatementCancelled
    if entry is None or entry["pep249"] is None:
        return errors.DatabaseError
    cls: type[errors.DatabaseError] = getattr(errors, entry["pep249"])
    return cls


def error_from_code(
    sqlcode: int,
    isam: int = 0,
    *,
    offset: int = 0,
    near: str = "",
    statement: str | None = None,
    sqlstate: str | None = None,
    text: str | None = None,
    detail: str = "",
) -> errors.DatabaseError:
    """Build the exception for a code that the server sent in SQ_ERR or in a login reject.

    Args:
        sqlcode: the SQL code.
        isam: the ISAM code, 0 for none.
        offset: place in `statement`, 1-based characters, 0 for none.
        near: the token of SQ_ERR.
        statement: the SQL text as the application wrote it.
        sqlstate: SQLSTATE from the packet (-937), else the table's is taken.
        text: message text from the packet (-937).
        detail: further words for the message.
    """
    near = near.rstrip("\0 ")
    table = _table()
    entry = table.get(("sql", sqlcode))
    isam_entry = table.get(("isam", isam)) if isam else None
    # The server's own statement of the reason is preferred where the SQL code states none.
    decisive = isam_entry if isam_entry and (sqlcode in _REFINED_BY_ISAM or entry is None) else entry

    head = str(sqlcode)
    if text:
        head += f": {text.rstrip(chr(0))}"
    elif sqlcode in _TEXT_IN_TOKEN and near:
        head += f": {near}"
    else:
        meaning = entry["meaning"] if entry else f"look it up with: finderr {sqlcode}"
        head += f": {meaning}"
        if near:
            head += f', near "{near}"'
    if isam:
        head += f" (ISAM {isam}: {isam_entry['meaning']})" if isam_entry else f" (ISAM {isam})"
    parts = [head]
    if detail:
        parts.append(detail)
    place = mark_place(statement, offset) if statement else ""
    if place:
        parts.append(place)

    error = _class_for(decisive, sqlcode)("\n".join(parts))
    error.sqlcode = sqlcode
    error.isam = isam
    error.sqlstate = sqlstate or (decisive["sqlstate"] if decisive else None)
    error.offset = offset
    error.near = near
    error.statement = statement
    if decisive:
        error.is_retryable = decisive["retryable"]
        error.retry = decisive["retry"]
    hint_entry = entry if entry and entry["hint"] else decisive
    error.hint = hint_entry["hint"] if hint_entry else None
    if error.hint:
        error.add_note(f"hint: {error.hint}")  # a traceback shows it, str() does not
    return error


def annotate(error: errors.Error, *, statement: str | None = None, row: int | None = None) -> None:
    """Add what only the caller knows to an error that is on its way: the statement, the failing row's index."""
    if statement is not None and error.statement is None:
        error.statement = statement
    if row is not None and error.row is None:
        error.row = row
        error.args = (f"row {row}: {error.args[0] if error.args else ''}", *error.args[1:])
