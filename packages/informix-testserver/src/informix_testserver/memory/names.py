"""Names to objects: what tables, views, synonyms and sequences a session's names mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..engine import SqlError
from ..sql import ast
from .catalog import Database, Table
from .catalog import Sequence as SequenceState

if TYPE_CHECKING:
    from .engine import MemoryEngine

__all__ = ["NameSpace", "owned"]

NO_DATABASE, NO_TABLE, DATABASE_NOT_FOUND, ISAM_NO_RECORD = -349, -206, -329, -111
SERVER_UNKNOWN = -930


def owned(database: Database, table: Table, owner: str | None) -> bool:
    """Whether an object is the one that a name means, for its owner if the name gives one.

    An owner that is given is checked in every database (HCL documentation, "Owner name"); that letter case counts
    only in MODE ANSI is inferred.
    """
    if not owner or (database.ansi and table.system):
        return True
    return owner == table.owner if database.ansi else owner.lower() == table.owner.lower()


class NameSpace:
    """The current database and the temporary tables of a session.

    Attributes:
        temporary: temporary tables, which hide others of their name.
    """

    def __init__(self, engine: "MemoryEngine") -> None:
        self.engine = engine
        self.server_name = engine.server_name
        self.database: Database | None = None
        self.temporary: dict[str, Table] = {}

    def _opened(self) -> Database:
        if self.database is None:
            raise SqlError(NO_DATABASE)
        return self.database

    @contextmanager
    def in_database(self, name: str) -> Iterator[None]:
        """Resolve names as the definition of a view or synonym means them: in its database, never temporary."""
        saved = self.database, self.temporary
        if name:
            self.database, self.temporary = self.engine.databases.get(name, self.database), {}
        try:
            yield
        finally:
            self.database, self.temporary = saved

    def home_of(self, name: ast.ObjectName) -> Database:
        """Return the database that a name belongs to. Raises SqlError -329, -349."""
        if name.server is not None and name.server.lower() != self.server_name.lower():
            raise SqlError(SERVER_UNKNOWN, token=name.server, offset=name.pos)
        if name.database is None:
            return self._opened()
        found = self.engine.databases.get(name.database.lower())
        if found is None:
            raise SqlError(DATABASE_NOT_FOUND, isam=ISAM_NO_RECORD, token=name.database, offset=name.pos)
        return found

    def find(self, name: ast.ObjectName) -> Table | None:
        """Find a table, view, synonym or sequence by name.

        Raises:
            SqlError: -329, -349, -930: the database is not there.
            LockConflict: another session's open transaction has made, changed or dropped what the name means.
        """
        if name.database is None and name.owner is None and name.name in self.temporary:
            return self.temporary[name.name]
        database = self.home_of(name)
        self.engine.locks.check_name(self, database.number, "table", name.name)
        found = database.tables.get(name.name)
        return found if found is not None and owned(database, found, name.owner) else None

    def table(self, name: ast.ObjectName) -> Table:
        """Find a table or view, synonyms followed. Raises SqlError -206."""
        found = self.find(name)
        hops = 0
        while found is not None and found.kind in ("P", "S") and found.target is not None and hops < 16:
            with self.in_database(found.database):
                found, hops = self.find(found.target), hops + 1
        if found is None:
            raise SqlError(NO_TABLE, isam=ISAM_NO_RECORD, offset=name.name_pos or name.pos, token=str(name))
        if found.system:
            from .syscatalog import make

            make(self.engine, found)
        return found

    def sequence_table(self, name: ast.ObjectName) -> Table:
        """Find a sequence. Raises SqlError -206."""
        found = self.table(name)
        if found.sequence is None:
            raise SqlError(NO_TABLE, isam=ISAM_NO_RECORD, offset=name.pos, token=str(name))
        return found

    def sequence(self, name: ast.ObjectName) -> SequenceState:
        """Find a sequence's state. Raises SqlError -206."""
        state = self.sequence_table(name).sequence
        assert state is not None, name
        return state
