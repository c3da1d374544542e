"""The one sqlite connection of an engine: the latch around it, Python functions in it, and their errors.

All databases of an engine live in one sqlite database (tables are named by key), so that a query may join tables
of several databases. A statement holds the latch while it runs; sessions meet only between statements, and in the
lock manager while one waits for another.
"""

import errno
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from ..engine import SqlError
from ..sql.parser import NOT_SUPPORTED, TOO_DEEP
from .convert import Environment
from .temporal import DateStyle

__all__ = ["FILE_SUFFIXES", "SessionEnvironment", "Store"]

_GUARD = ".lock"
FILE_SUFFIXES = ("", "-wal", "-shm", _GUARD)
"""Behind the path of a store: what names the files that belong to it."""

INTERRUPTED = -213
ISAM_INTERRUPTED = -157
NOT_IMPLEMENTED = -999
_TOO_DEEP = ("parser stack overflow", "Expression tree is too large")


class SessionEnvironment(Environment, Protocol):
    """What functions ask of the session on whose behalf sqlite is running."""

    user: str


class _Current:
    """Stands for the running session in conversions that outlive one statement."""

    def __init__(self) -> None:
        self.session: Any = None

    @property
    def date_style(self) -> DateStyle:
        return self.session.date_style  # type: ignore[no-any-return]  # the session's own annotation holds

    @property
    def codec(self) -> str:
        return self.session.codec  # type: ignore[no-any-return]  # the session's own annotation holds

    @property
    def ansi(self) -> bool:
        return self.session.ansi  # type: ignore[no-any-return]  # the session's own annotation holds

    def now(self) -> int:
        return self.session.now()  # type: ignore[no-any-return]  # the session's own annotation holds


class Store:
    """sqlite with Informix's functions.

    Args:
        path: file to keep everything in.

    Raises:
        OSError: the file is no sqlite database, or another process has it open.

    Attributes:
        latch: held by the session that is executing.
        changed: signalled when locks are released.
        env: the running session, as conversions see it.
    """

    def __init__(self, path: str = ":memory:") -> None:
        self._guard: sqlite3.Connection | None = None
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=1024)
        if path == ":memory:":
            self.db.execute("PRAGMA journal_mode = MEMORY")
            self.db.execute("PRAGMA synchronous = OFF")
        else:
            self._take(path)
        self.db.execute("PRAGMA temp_store = MEMORY")
        # The index that sqlite makes by itself for a join has a Bloom filter that hashes the length of text: up to
        # 3.40 it loses rows equal under COLLATE RTRIM only (tests/memory/test_text_joins.py). It cannot be
        # switched off alone.
        self.db.execute("PRAGMA automatic_index = OFF")
        # One sqlite transaction spans everything between two moments at which no session has changes pending;
        # Informix's transactions are kept by undo records (see undo.py).
        self.db.execute("BEGIN")
        self.latch = threading.RLock()
        self.changed = threading.Condition(self.latch)
        self.env = _Current()
        self._functions: dict[Any, str] = {}
        self._pending: Exception | None = None
        self._phase = threading.Lock()
        self._reading = self._writing = 0
        self._made = 0

    def _take(self, path: str) -> None:
        """Open a file for this store alone: catalogue and locks are in its memory. Raises OSError.

        An empty sqlite file beside it stays locked until the store is closed or its process has ended, so that
        others may go on reading the file itself.
        """
        self._guard = sqlite3.connect(f"{path}{_GUARD}", check_same_thread=False, isolation_level=None, timeout=0)
        try:
            self._guard.execute("BEGIN EXCLUSIVE")
            self.db.execute("PRAGMA journal_mode = WAL")
            self.db.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.Error as exc:
            self._guard.close()
            self.db.close()
            if "locked" in str(exc):
                raise OSError(errno.EBUSY, "another server uses it", path) from None
            raise OSError(errno.EIO, str(exc), path) from None

    # -------------------------------------------------------------------------------------------- functions

    def function(self, key: Any, arguments: int, body: Callable[..., Any], *, strict: bool = True) -> str:
        """Make a Python function callable from sqlite under a name of its own, once for each key.

        Args:
            key: identity of the function.
            arguments: their number, -1 for any.
            body: called with stored values.
            strict: NULL when any argument is NULL, without calling `body`.

        Returns:
            the name to write in SQL.
        """
        name = self._functions.get(key)
        if name is None:
            self._made += 1
            name = f"f{self._made}"
            self.db.create_function(name, arguments, self._guarded(body, strict=strict))
            self._functions[key] = name
        return name

    def aggregate(self, key: Any, arguments: int, make: type[Any]) -> str:
        """Make an aggregate (also usable as a window function when it has `value` and `inverse`)."""
        name = self._functions.get(key)
        if name is None:
            self._made += 1
            name = f"a{self._made}"
            store = self

            class Guarded(make):  # type: ignore[misc]  # the base is given at run time
                def step(self, *values: Any) -> None:
                    store.note(super().step, *values)

                def finalize(self) -> Any:
                    return store.note(super().finalize)

                def value(self) -> Any:
                    return store.note(super().value)

                def inverse(self, *values: Any) -> None:
                    store.note(super().inverse, *values)

            self.db.create_window_function(name, arguments, Guarded)
            self._functions[key] = name
        return name

    def note(self, call: Callable[..., Any], *values: Any) -> Any:
        """Call a function for sqlite and keep what it raises, because sqlite forgets it."""
        try:
            return call(*values)
        except Exception as error:
            if self._pending is None:
                self._pending = error
            raise

    def _guarded(self, body: Callable[..., Any], *, strict: bool) -> Callable[..., Any]:
        def strictly(*values: Any) -> Any:
            if None in values:
                return None
            try:
                return body(*values)
            except Exception as error:
                if self._pending is None:
                    self._pending = error
                raise

        def loosely(*values: Any) -> Any:
            try:
                return body(*values)
            except Exception as error:
                if self._pending is None:
                    self._pending = error
                raise

        return strictly if strict else loosely

    # -------------------------------------------------------------------------------------------- execution

    def run(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute a statement that changes something.

        Raises:
            SqlError: what a function of ours raised.
            sqlite3.IntegrityError: a unique index was violated.
        """
        self._pending = None
        with self._phase:
            self._writing += 1
        try:
            return self.db.execute(sql, values)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise self._explain(error) from error
        finally:
            with self._phase:
                self._writing -= 1

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Execute a query and return all its rows. Raises SqlError; -213 when interrupted."""
        self._pending = None
        self._reading += 1
        try:
            return self.db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._explain(error) from error
        finally:
            with self._phase:
                self._reading -= 1

    def many(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        """Execute a statement for each of several rows of values. Raises as `run`."""
        with self._phase:
            self._writing += 1
        try:
            self.db.executemany(sql, values)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise self._explain(error) from error
        finally:
            with self._phase:
                self._writing -= 1

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Keep interrupts away from what must be done to its end: undoing and committing."""
        with self._phase:
            self._writing += 1
        try:
            yield
        finally:
            with self._phase:
                self._writing -= 1

    def interrupt(self) -> None:
        """Abort the query that is running; never a change.

        sqlite rolls its whole transaction back when an INSERT, UPDATE or DELETE is interrupted, and that
        transaction holds everything. Changes are of single rows, hence short.
        """
        with self._phase:
            if self._reading and not self._writing:
                self.db.interrupt()

    def _explain(self, error: sqlite3.Error) -> Exception:
        pending, self._pending = self._pending, None
        if pending is not None:
            return pending
        text = str(error)
        if text.startswith(_TOO_DEEP):
            return SqlError(NOT_SUPPORTED, offset=1, token=TOO_DEEP)
        if text == "interrupted":
            return SqlError(INTERRUPTED, isam=ISAM_INTERRUPTED)
        if text == "integer overflow":
            return SqlError(-1284)
        return SqlError(NOT_IMPLEMENTED, token=text)

    def settle(self) -> None:
        """Make everything durable; called when no session has changes pending."""
        self.db.execute("COMMIT")
        self.db.execute("BEGIN")

    def close(self) -> None:
        """Close the connection."""
        with self.latch:
            self.db.execute("COMMIT")
            self.db.close()
            if self._guard is not None:
                self._guard.close()
