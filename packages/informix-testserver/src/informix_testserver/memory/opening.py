"""Who may open which database: its name, other sessions in it, the client's locale."""

from typing import TYPE_CHECKING

from ..engine import SqlError
from .catalog import Database
from .names import DATABASE_NOT_FOUND, ISAM_NO_RECORD
from .syscatalog import locale_codec

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = ["available"]

IN_USE, ISAM_LOCKED, OTHER_LOCALE = -425, -107, -23197


def available(session: "MemorySession", name: str, *, exclusive: bool) -> Database:
    """Return the database of a name if a session may open it; the caller holds `MemoryEngine.registry`.

    Args:
        session: who asks.
        name: as the client wrote it: in quotes, with ``@server``.
        exclusive: nobody else may have it open.

    Raises:
        SqlError: the code of a malformed setting of the session; -329: there is no such database; -425: another
            session is in the way; -23197: its code set is not that of DB_LOCALE.
    """
    if session.bad_setting:
        raise SqlError(session.bad_setting)
    bare = name.strip().strip("'\"").partition("@")[0].strip().lower()
    database = session.engine.databases.get(bare)
    if database is None:
        raise SqlError(DATABASE_NOT_FOUND, isam=ISAM_NO_RECORD, token=bare)
    others = [s for s in session.engine.sessions.values() if s is not session and s.database is database]
    if (exclusive and others) or any(s.exclusive for s in others):
        raise SqlError(IN_USE, isam=ISAM_LOCKED, token=bare)
    wanted = session.environment.get("DB_LOCALE")
    if wanted and not _same_code_set(wanted, database):
        raise SqlError(OTHER_LOCALE, token=wanted)
    return database


def _same_code_set(locale: str, database: Database) -> bool:
    try:
        return locale_codec(locale) == database.codec
    except SqlError:
        return False
