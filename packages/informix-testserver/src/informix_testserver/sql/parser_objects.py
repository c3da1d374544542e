"""Parser layer: CREATE, ALTER, DROP and RENAME of everything but tables' insides."""

from collections.abc import Callable
from typing import Any

from informix_testserver.engine import SqlError

from . import ast
from .lexer import END, STRING
from .parser_base import NOT_SUPPORTED
from .parser_tables import TABLE_KINDS, TableParser

__all__ = ["ObjectParser"]

_RENAMED = frozenset({"TABLE", "INDEX", "SEQUENCE", "DATABASE", "CONSTRAINT", "TRIGGER"})
_DROPPED = frozenset({"TABLE", "INDEX", "VIEW", "SYNONYM", "SEQUENCE", "TRIGGER", "TYPE", "ROLE"})
_ROUTINES = frozenset({"PROCEDURE", "FUNCTION", "ROUTINE"})


class ObjectParser(TableParser):
    """Definitions of schema objects."""

    # ---- CREATE

    def create(self) -> ast.Statement:
        """Parse a CREATE statement."""
        pos = self.expect("CREATE").pos
        or_replace = self.accept("OR", "REPLACE")
        if self.key in TABLE_KINDS and self.peek() == "TABLE":
            return self.create_table(pos, self.advance().key)
        if self.key == "TABLE":
            return self.create_table(pos, "STANDARD")
        if self.key in ("PUBLIC", "PRIVATE") and self.peek() == "SYNONYM":
            return self._create_synonym(pos, private=self.advance().key == "PRIVATE")
        if self.key in ("UNIQUE", "DISTINCT", "CLUSTER", "INDEX") and self.peek() != "TYPE":
            return self._create_index(pos)
        if self.key == "DBA" and self.peek() in _ROUTINES:
            self.advance()
        if self.key in ("PROCEDURE", "FUNCTION"):
            return self._create_routine(pos, or_replace)
        if self.key == "TRIGGER":
            return self._create_trigger(pos, or_replace)
        rule = CREATE.get(self.key)
        if rule is None or or_replace:
            raise self._refuse_object("CREATE", pos)
        found: ast.Statement = rule(self, pos)
        return found

    def _refuse_object(self, verb: str, pos: int) -> SqlError:
        """Return -513 for an object that Informix has and this server has not, else -201."""
        words = [self.token.value.upper()]
        if self.key in ("OPAQUE", "EXPLICIT", "IMPLICIT", "EXTERNAL", "USER", "ACCESS", "DEFAULT"):
            words.append(self.tokens[self.index + 1].value.upper())
        if self.key not in _KNOWN_OBJECTS:
            return self.error()
        return SqlError(NOT_SUPPORTED, offset=pos, token=" ".join([verb, *words]).rstrip())

    def _if_not_exists(self) -> bool:
        return self.accept("IF", "NOT", "EXISTS")

    def _create_index(self, pos: int) -> ast.CreateIndex:
        unique = self.accept("UNIQUE") or self.accept("DISTINCT")
        cluster = self.accept("CLUSTER")
        self.expect("INDEX")
        if_not_exists = self._if_not_exists()
        name = self.object_name()
        self.expect("ON")
        table = self.object_name()
        columns = self.parenthesised(self._index_column)
        method = None
        if self.accept("USING"):
            method = self.name()
            if self.key == "(":
                self._skip_balanced()
        disabled = False
        while True:
            if self.accept("DISABLED"):
                disabled = True
            elif not (self.skip_storage_option() or self._index_option()):
                break
        return ast.CreateIndex(pos, name, table, columns, unique, cluster, if_not_exists, method, disabled)

    def _index_column(self) -> ast.IndexColumn:
        pos = self.token.pos
        expression = self._name_expression()
        if self.token.word and self.key not in ("ASC", "DESC"):
            self.name()  # operator class
        descending = self.accept_any(("ASC", "DESC")) == "DESC"
        return ast.IndexColumn(pos, expression, descending)

    def _index_option(self) -> bool:
        if self.key == "FILLFACTOR":
            self.advance()
            self.integer()
        elif self.accept("HASH"):
            self.expect("ON")
            self.names_in_parentheses()
            self.expect("WITH")
            self.integer()
            self.expect("BUCKETS")
        elif not self.accept_any(("ONLINE", "ENABLED", "VISIBLE", "INVISIBLE")):
            if self.key != "FILTERING":
                return False
            self._mode()
        return True

    def _create_view(self, pos: int) -> ast.CreateView:
        self.expect("VIEW")
        if_not_exists = self._if_not_exists()
        name = self.object_name()
        columns: tuple[ast.Identifier, ...] = self.names_in_parentheses() if self.key == "(" else ()
        self.expect("AS")
        query = self.query()
        if query.into is not None or query.for_update or query.read_only:
            self.fail()
        check = self.accept("WITH", "CHECK", "OPTION")
        return ast.CreateView(pos, name, columns, query, check, if_not_exists, self.source(pos))

    def _create_synonym(self, pos: int, *, private: bool = False) -> ast.CreateSynonym:
        self.expect("SYNONYM")
        if_not_exists = self._if_not_exists()
        name = self.object_name()
        self.expect("FOR")
        return ast.CreateSynonym(pos, name, self.object_name(), private, if_not_exists)

    def _create_sequence(self, pos: int) -> ast.CreateSequence:
        self.expect("SEQUENCE")
        if_not_exists = self._if_not_exists()
        return ast.CreateSequence(pos, self.object_name(), self._sequence_options(), if_not_exists)

    def _sequence_options(self) -> ast.SequenceOptions:
        pos = self.token.pos
        found: dict[str, Any] = {}
        while self.key in _SEQUENCE_OPTIONS:
            word = self.advance().key
            name, needs, fixed = _SEQUENCE_OPTIONS[word]
            if name in found:
                self.fail(self.tokens[self.index - 1])
            if fixed is not None:
                found[name] = fixed
                continue
            if needs is not None:
                self.accept(needs)
            found[name] = self.signed_integer()
        return ast.SequenceOptions(pos, **found)

    def _create_database(self, pos: int) -> ast.CreateDatabase:
        self.expect("DATABASE")
        if_not_exists = self._if_not_exists()
        name = self.database_name()
        if self.accept("IN"):
            self.name()
        log = None
        if self.accept("WITH", "LOG"):
            log = "ANSI" if self.accept("MODE", "ANSI") else "LOG"
        elif self.accept("WITH", "BUFFERED", "LOG"):
            log = "BUFFERED LOG"
        if self.accept("NLSCASE") and self.accept_any(("SENSITIVE", "INSENSITIVE")) is None:
            self.fail()
        return ast.CreateDatabase(pos, name, log, if_not_exists)

    def _create_row_type(self, pos: int) -> ast.CreateRowType:
        self.expect("ROW", "TYPE")
        if_not_exists = self._if_not_exists()
        name = self.object_name()
        fields = self.row_fields() if self.key == "(" else ()
        under = self.object_name() if self.accept("UNDER") else None
        return ast.CreateRowType(pos, name, fields, under, if_not_exists)

    def _create_distinct_type(self, pos: int) -> ast.CreateDistinctType:
        self.expect("DISTINCT", "TYPE")
        if_not_exists = self._if_not_exists()
        name = self.object_name()
        self.expect("AS")
        return ast.CreateDistinctType(pos, name, self.data_type(), if_not_exists)

    def _create_role(self, pos: int) -> ast.CreateRole:
        self.expect("ROLE")
        if_not_exists = self._if_not_exists()
        return ast.CreateRole(pos, self.advance().value if self.key == STRING else self.name(), if_not_exists)

    def _create_schema(self, pos: int) -> ast.CreateSchema:
        self.expect("SCHEMA", "AUTHORIZATION")
        owner = self.advance().value if self.key == STRING else self.name()
        statements = []
        while self.key in ("CREATE", "GRANT"):
            statements.append(self.statement())
        return ast.CreateSchema(pos, owner, tuple(statements))

    def statement(self) -> ast.Statement:
        """Parse any statement. Implemented by the top layer."""
        raise NotImplementedError

    def _create_routine(self, pos: int, or_replace: bool) -> ast.CreateRoutine:
        """Recognise a routine; its body, which may hold semicolons, takes the rest of the text."""
        kind = self.advance().key
        if_not_exists = self._if_not_exists()
        name = self.object_name()
        if self.key != "(":
            self.fail()
        return ast.CreateRoutine(pos, kind, name, or_replace, if_not_exists, self._rest(pos))

    def _create_trigger(self, pos: int, or_replace: bool) -> ast.CreateTrigger:
        self.expect("TRIGGER")
        self._if_not_exists()
        name = self.object_name()
        return ast.CreateTrigger(pos, name, or_replace, self._rest(pos))

    def _rest(self, pos: int) -> str:
        """Step to the end of the text; return the source from `pos` on."""
        while self.key != END:
            self.advance()
        return self.source(pos, len(self.text)).rstrip()

    # ---- ALTER

    def alter(self) -> ast.Statement:
        """Parse ALTER TABLE, SEQUENCE and INDEX; refuse the others by name."""
        pos = self.expect("ALTER").pos
        if self.key == "TABLE":
            return self.alter_table(pos)
        if self.accept("SEQUENCE"):
            name = self.object_name()
            return ast.AlterSequence(pos, name, self._sequence_options())
        if self.key == "INDEX":
            return self._alter_index(pos)
        raise self._refuse_object("ALTER", pos)

    def _alter_index(self, pos: int) -> ast.AlterIndex:
        self.expect("INDEX")
        name = self.object_name()
        self.expect("TO")
        cluster = not self.accept("NOT")
        self.expect("CLUSTER")
        return ast.AlterIndex(pos, name, cluster)

    # ---- DROP

    def drop(self) -> ast.Statement:
        """Parse a DROP statement."""
        pos = self.expect("DROP").pos
        if self.accept("DATABASE"):
            if_exists = self.accept("IF", "EXISTS")
            return ast.DropDatabase(pos, self.database_name(), if_exists)
        specific = self.key == "SPECIFIC" and self.peek() in _ROUTINES
        if specific:
            self.advance()
        if self.key in _ROUTINES:
            return self._drop_routine(pos, specific)
        kind = "ROW TYPE" if self.accept("ROW", "TYPE") else self.accept_any(_DROPPED)
        if kind is None:
            raise self._refuse_object("DROP", pos)
        if_exists = self.accept("IF", "EXISTS")
        name = self.object_name()
        if kind == "INDEX":
            self.accept("ONLINE")
        mode = self.accept_any(("CASCADE", "RESTRICT"))
        return ast.DropObject(pos, kind, name, if_exists, mode == "RESTRICT")

    def _drop_routine(self, pos: int, specific: bool) -> ast.DropRoutine:
        kind = self.advance().key
        if_exists = self.accept("IF", "EXISTS")
        name = self.object_name()
        parameters = None
        if self.accept("("):
            parameters = () if self.key == ")" else self.comma_list(self.data_type)
            self.expect(")")
        return ast.DropRoutine(pos, kind, name, parameters, if_exists, specific)

    # ---- RENAME

    def rename(self) -> ast.Statement:
        """Parse RENAME TABLE, COLUMN, INDEX, SEQUENCE, DATABASE, CONSTRAINT, TRIGGER."""
        pos = self.expect("RENAME").pos
        if self.accept("COLUMN"):
            return self._rename_column(pos)
        kind = self.accept_any(_RENAMED)
        if kind is None:
            self.fail()
        name = self.object_name()
        self.expect("TO")
        return ast.RenameObject(pos, kind, name, self.identifier())

    def _rename_column(self, pos: int) -> ast.RenameColumn:
        """Parse ``table.column TO new``, where the table's name may bear an owner and a database."""
        token = self.token
        database = server = None
        if self.at_name and self.peek() in (":", "@"):
            database, server = self._database_prefix()
        parts: list[tuple[str, int]] = []
        while True:
            name_pos = self.token.pos
            value = self.advance().value if self.key == STRING and not parts else self.name()
            parts.append((value, name_pos))
            if not self.accept("."):
                break
        if not 2 <= len(parts) <= 3:  # [owner.]table.column
            self.fail(token)
        column, column_pos = parts.pop()
        table, table_pos = parts.pop()
        owner = parts[0][0] if parts else None
        self.expect("TO")
        return ast.RenameColumn(
            pos,
            ast.ObjectName(token.pos, table, owner, database, server, table_pos),
            ast.Identifier(column_pos, column),
            self.identifier(),
        )


_SEQUENCE_OPTIONS: dict[str, tuple[str, str | None, int | bool | None]] = {
    # word: (field, optional second word, fixed value)
    "START": ("start", "WITH", None),
    "RESTART": ("restart", "WITH", None),
    "INCREMENT": ("increment", "BY", None),
    "MAXVALUE": ("maximum", None, None),
    "NOMAXVALUE": ("no_maximum", None, True),
    "MINVALUE": ("minimum", None, None),
    "NOMINVALUE": ("no_minimum", None, True),
    "CYCLE": ("cycle", None, True),
    "NOCYCLE": ("cycle", None, False),
    "CACHE": ("cache", None, None),
    "NOCACHE": ("cache", None, 0),
    "ORDER": ("order", None, True),
    "NOORDER": ("order", None, False),
}

_KNOWN_OBJECTS = frozenset(
    [
        "ACCESS",
        "ACCESS_METHOD",
        "AGGREGATE",
        "CAST",
        "DEFAULT",
        "EXPLICIT",
        "EXTERNAL",
        "FRAGMENT",
        "FUNCTION",
        "IMPLICIT",
        "INDEX",
        "OPAQUE",
        "OPCLASS",
        "OPERATOR",
        "PROCEDURE",
        "ROUTINE",
        "SECURITY",
        "TRUSTED",
        "USER",
        "XADATASOURCE",
        "AUDIT",
        "TENANT",
        "DATABASE",
    ]
)

CREATE: dict[str, Callable[[Any, int], ast.Statement]] = {
    "VIEW": ObjectParser._create_view,
    "SYNONYM": ObjectParser._create_synonym,
    "SEQUENCE": ObjectParser._create_sequence,
    "DATABASE": ObjectParser._create_database,
    "ROW": ObjectParser._create_row_type,
    "DISTINCT": ObjectParser._create_distinct_type,
    "ROLE": ObjectParser._create_role,
    "SCHEMA": ObjectParser._create_schema,
}
