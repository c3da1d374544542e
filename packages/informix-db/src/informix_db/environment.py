"""Which environment pairs travel in the login and which in SQ_INFO (sqli.md 2.2, 3.4)."""

from typing import Final

from informix_wire.buffer import encode_text

from .errors import DataError
from .settings import Settings

__all__ = ["info_pairs", "login_pairs"]

_IN_INFO: Final = frozenset(
    {"DBTEMP", "SUBQCACHESZ", "FET_BUF_SIZE", "OPTOFC", "OPT_GOAL", "PDQPRIORITY", "DBCENTURY"}
)
"""Names that JDBC sends in SQ_INFO instead of the login (sqli.md 3.4)."""
_UNSENT: Final = frozenset({"IFX_PAD_VARCHAR"})
"""Would make the server pad VARCHARs in rows (sqli.md 7.1); no value depends on it."""


def login_pairs(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return the pairs of the login request; what the application set replaces the defaults.

    Raises:
        DataError: a variable has a character that the client's code set lacks.
    """
    pairs = {
        "DBPATH": ".",
        "CLIENT_LOCALE": settings.client_locale,
        "CLNT_PAM_CAPABLE": "1",
        # ISO dates wherever the server turns a date into text or back.
        "DBDATE": "Y4MD-",
        # Without it UPDATE describes no target columns (sqli.md 6.1).
        "IFX_UPDDESC": "1",
        "NODEFDAC": "no",
    }
    if settings.db_locale is not None:
        pairs["DB_LOCALE"] = settings.db_locale
        # JDBC leaves DBDATE out then: the locale has a date format of its own (sqli.md 2.2).
        del pairs["DBDATE"]
    pairs.update({name: value for name, value in settings.env.items() if name not in _IN_INFO | _UNSENT})
    return _sendable(pairs, settings.encoding)


def info_pairs(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return the pairs of SQ_INFO (sqli.md 3.4). Raises as `login_pairs`."""
    pairs = {"DBTEMP": "/tmp", "SUBQCACHESZ": "10"}
    pairs.update({name: value for name, value in settings.env.items() if name in _IN_INFO})
    return _sendable(pairs, settings.encoding)


def _sendable(pairs: dict[str, str], encoding: str) -> tuple[tuple[str, str], ...]:
    for name, value in pairs.items():
        try:
            encode_text(name + value, encoding)
        except ValueError:
            raise DataError(
                f"the environment variable {name}={value!r} has a character that code set {encoding} lacks; "
                "see client_locale="
            ) from None
    return tuple(pairs.items())
