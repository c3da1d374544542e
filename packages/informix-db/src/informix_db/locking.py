"""What SET ISOLATION and SET LOCK MODE take (Guide to SQL: Syntax), and how other drivers' URLs number it."""

import re
from typing import Final

from .errors import InterfaceError

__all__ = ["ISOLATION_LEVELS", "isolation_level", "isolation_number", "lock_mode", "lock_wait_number"]

ISOLATION_LEVELS: Final = (
    "DIRTY READ",
    "COMMITTED READ",
    "CURSOR STABILITY",
    "REPEATABLE READ",
    "COMMITTED READ LAST COMMITTED",
)
"""In the order in which JDBC's IFX_ISOLATION_LEVEL counts them, from 1."""
_RETAIN: Final = " RETAIN UPDATE LOCKS"
_NUMBERED: Final = re.compile(r"([0-5])(U?)", re.IGNORECASE)


def isolation_level(level: object) -> str:
    """Return the words of SET ISOLATION for a level: in any case, with blanks or underscores.

    Raises:
        InterfaceError: there is no such level.
    """
    words = " ".join(str(level).upper().replace("_", " ").split())
    if words.removesuffix(_RETAIN) not in ISOLATION_LEVELS:
        known = ", ".join(sorted(ISOLATION_LEVELS))
        raise InterfaceError(
            f"unknown isolation level {level!r}; known are {known}, each also with{_RETAIN} after it"
        )
    return words


def lock_mode(wait: object) -> str:
    """Return the words of SET LOCK MODE: True waits for ever, False not at all, a number so many seconds.

    Raises:
        InterfaceError: it is none of these.
    """
    if not isinstance(wait, int) or wait < 0:
        raise InterfaceError(f"lock mode must be True, False or a number of seconds, not {wait!r}")
    return "NOT WAIT" if wait is False else "WAIT" if wait is True else f"WAIT {wait}"


def isolation_number(text: str) -> str:
    """Read JDBC's IFX_ISOLATION_LEVEL: 1 to 5 in the order above, 0 as 2, with U for RETAIN UPDATE LOCKS.

    Seen in the statements that JDBC sends (sqli.md 3.6 [J]). Raises ValueError for anything else, which JDBC takes
    for one of these numbers silently.
    """
    match = _NUMBERED.fullmatch(text.strip())
    if match is None:
        raise ValueError("it is none of 0 to 5, with or without U")
    return ISOLATION_LEVELS[(int(match[1]) or 2) - 1] + (_RETAIN if match[2] else "")


def lock_wait_number(text: str) -> bool | int:
    """Read JDBC's IFX_LOCK_MODE_WAIT: -1 waits for ever, 0 not at all, else seconds (sqli.md 3.6 [J]).

    Raises ValueError for other negative numbers and what is no number.
    """
    seconds = int(text)
    if seconds < -1:
        raise ValueError("it is neither -1, 0 nor a number of seconds")
    return {-1: True, 0: False}.get(seconds, seconds)
