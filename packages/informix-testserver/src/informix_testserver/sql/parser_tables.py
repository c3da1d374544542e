"""Parser layer: CREATE TABLE and ALTER TABLE with columns, constraints and storage options."""

from dataclasses import replace

from . import ast
from .lexer import END
from .parser_dml import DmlParser
from .parser_values import CAST

__all__ = ["TABLE_KINDS", "TableParser"]

TABLE_KINDS = frozenset({"STANDARD", "RAW", "STATIC", "OPERATIONAL", "TEMP", "SCRATCH"})

_TABLE_CONSTRAINTS = {
    "PRIMARY": ("KEY",),
    "FOREIGN": ("KEY",),
    "UNIQUE": ("(", "CONSTRAINT"),
    "DISTINCT": ("(", "CONSTRAINT"),
    "CHECK": ("(",),
}
"""First words of table constraints and what must follow, for a column may bear such a name."""

_COLUMN_CONSTRAINTS = frozenset(
    {"NOT", "NULL", "PRIMARY", "UNIQUE", "DISTINCT", "REFERENCES", "CHECK", "CONSTRAINT"}
)
_MODES = frozenset({"ENABLED", "DISABLED", "FILTERING", "NOVALIDATE"})
_WITH_OPTIONS = frozenset({"ROWIDS", "AUDIT", "CRCOLS", "VERCOLS", "REPLCHECK", "ERKEY"})
_SKIPPED_OPTIONS = frozenset({"FRAGMENT", "PARTITION", "PUT", "INIT"})
_AFTER_SKIPPED = {("EXTENT", "SIZE"), ("NEXT", "SIZE"), ("LOCK", "MODE"), ("WITH", "NO"), ("WITH", "ROWIDS")}
_ALTER_WORDS = frozenset({"TYPE", "COMPRESSED", "PUT", "CLUSTER"})


class TableParser(DmlParser):
    """Tables and their columns."""

    # ---- CREATE TABLE

    def create_table(self, pos: int, kind: str) -> ast.CreateTable:
        """Parse the rest of ``CREATE [kind] TABLE``, TABLE being the current token."""
        self.expect("TABLE")
        if_not_exists = self.accept("IF", "NOT", "EXISTS")
        name = self.object_name()
        columns: tuple[ast.ColumnDef, ...] = ()
        constraints: tuple[ast.Constraint, ...] = ()
        row_type = under = None
        query: ast.Query | None = None
        if self.accept("OF", "TYPE"):
            row_type = self.object_name()
            if self.key == "(":
                constraints = self.parenthesised(self._table_constraint)
        elif self.key != "AS":
            columns, constraints = self._table_elements()
        if self.accept("UNDER"):
            under = self.object_name()
        no_log = False
        lock_mode: str | None = None
        first_extent = next_extent = None
        words: list[str] = []
        while True:
            if self.at("WITH", "NO", "LOG"):
                self.expect("WITH", "NO", "LOG")
                no_log = True
            elif self.key == "WITH" and self.peek() in _WITH_OPTIONS:
                self.advance()
                words.append(self.advance().key)
                while self.key == "," or self.key in _WITH_OPTIONS:
                    if self.key != ",":
                        words.append(self.key)
                    self.advance()
            elif self.at("LOCK", "MODE"):
                lock_mode = self._lock_mode()
            elif self.at("EXTENT", "SIZE"):
                first_extent = self._extent()
            elif self.at("NEXT", "SIZE"):
                next_extent = self._extent()
            elif not self.skip_storage_option():
                break
        if self.accept("AS"):
            query = self.query()
            if self.accept("WITH", "NO", "LOG"):
                no_log = True
        return ast.CreateTable(
            pos,
            name,
            columns,
            constraints,
            kind,
            if_not_exists,
            no_log,
            query,
            row_type,
            under,
            lock_mode,
            tuple(words),
            first_extent,
            next_extent,
        )

    def _table_elements(self) -> tuple[tuple[ast.ColumnDef, ...], tuple[ast.Constraint, ...]]:
        columns: list[ast.ColumnDef] = []
        constraints: list[ast.Constraint] = []
        self.expect("(")
        while True:
            if self._at_table_constraint():
                constraints.append(self._table_constraint())
            else:
                columns.append(self._column())
            if not self.accept(","):
                break
        self.expect(")")
        return tuple(columns), tuple(constraints)

    def _column(self) -> ast.ColumnDef:
        """Parse ``name type [DEFAULT value] [constraint …]``."""
        pos = self.token.pos
        name = self.name()
        data_type = self.data_type()
        if data_type.name in ("BYTE", "TEXT") and self.accept("IN"):
            data_type = replace(data_type, space=self.name())
        default: ast.Expression | None = None
        constraints: list[ast.Constraint] = []
        while True:
            if self.key == "DEFAULT" and default is None:
                self.advance()
                default = self.expression(CAST - 1)
            elif self.key in _COLUMN_CONSTRAINTS:
                constraints.append(self._constraint(column=True))
            else:
                return ast.ColumnDef(pos, name, data_type, default, tuple(constraints))

    # ---- constraints

    def _at_table_constraint(self) -> bool:
        if self.key == "CONSTRAINT":
            return self.peek(2) in _TABLE_CONSTRAINTS or self.peek(2) == "."
        return self.peek() in _TABLE_CONSTRAINTS.get(self.key, ())

    def _table_constraint(self) -> ast.Constraint:
        return self._constraint(column=False)

    def _constraint(self, *, column: bool) -> ast.Constraint:
        """Parse a constraint with its name behind it (or, more leniently, before it) and its mode."""
        pos = self.token.pos
        name = self.object_name() if self.accept("CONSTRAINT") else None
        columns: tuple[ast.Identifier, ...] = ()
        references: ast.References | None = None
        condition: ast.Expression | None = None
        text = ""
        if column and self.accept("NOT"):
            self.expect("NULL")
            kind = "NOT NULL"
        elif column and self.accept("NULL"):
            kind = "NULL"
        elif self.accept("PRIMARY"):
            self.expect("KEY")
            kind = "PRIMARY KEY"
        elif self.accept("UNIQUE") or self.accept("DISTINCT"):
            kind = "UNIQUE"
        elif self.accept("CHECK"):
            kind = "CHECK"
            opening = self.expect("(")
            condition = self.expression()
            text = self.source(opening.pos + 1).strip()
            self.expect(")")
        elif column and self.key == "REFERENCES":
            kind = "FOREIGN KEY"
        elif not column and self.accept("FOREIGN"):
            self.expect("KEY")
            kind = "FOREIGN KEY"
        else:
            self.fail()
        if not column and kind != "CHECK":
            columns = self.names_in_parentheses()
        if kind == "FOREIGN KEY":
            references = self._references()
        if name is None and self.accept("CONSTRAINT"):
            name = self.object_name()
        return ast.Constraint(pos, kind, columns, name, references, condition, text, self._mode())

    def _references(self) -> ast.References:
        token = self.expect("REFERENCES")
        table = self.object_name()
        columns = self.names_in_parentheses() if self.key == "(" else ()
        return ast.References(token.pos, table, columns, self.accept("ON", "DELETE", "CASCADE"))

    def _mode(self) -> str | None:
        mode = self.accept_any(_MODES)
        if mode == "FILTERING" and self.key in ("WITH", "WITHOUT") and self.peek() == "ERROR":
            self.advance()
            self.advance()
        return mode

    # ---- storage options: parsed, without effect

    def skip_storage_options(self) -> None:
        """Step over any number of storage options."""
        while self.skip_storage_option():
            pass

    def skip_storage_option(self) -> bool:
        """Step over one storage option (dbspace, extents, LOCK MODE …); tell whether there was one."""
        if self.key == "IN":
            self.advance()
            self.name()
        elif self.key in ("EXTENT", "NEXT") and self.peek() == "SIZE":
            self._extent()
        elif self.at("LOCK", "MODE"):
            self._lock_mode()
        elif self.key == "COMPRESSED":
            self.advance()
        elif self.key == "USING" and self.peek() not in ("(", END):
            self.advance()
            self.name()
            if self.key == "(":
                self._skip_balanced()
        elif self.key in _SKIPPED_OPTIONS:
            self.advance()
            while self.key not in (END, ";", ")", "AS") and (self.key, self.peek()) not in _AFTER_SKIPPED:
                if self.key == "(":
                    self._skip_balanced()
                else:
                    self.advance()
        else:
            return False
        return True

    def _extent(self) -> int:
        """Parse ``EXTENT SIZE n`` or ``NEXT SIZE n``: kilobytes."""
        self.advance()
        self.expect("SIZE")
        return self.integer()

    def _skip_balanced(self) -> None:
        """Step over a parenthesis and everything inside."""
        self.expect("(")
        depth = 1
        while depth:
            if self.key == END:
                self.fail()
            depth += (self.key == "(") - (self.key == ")")
            self.advance()

    def _lock_mode(self) -> str:
        """Parse ``LOCK MODE [(] PAGE | ROW [)]``."""
        self.expect("LOCK", "MODE")
        parenthesis = self.accept("(")
        mode = self.accept_any(("PAGE", "ROW", "TABLE"))
        if mode is None:
            self.fail()
        if parenthesis:
            self.expect(")")
        return mode

    # ---- ALTER TABLE, TRUNCATE

    def alter_table(self, pos: int) -> ast.AlterTable:
        """Parse the rest of ALTER TABLE, TABLE being the current token."""
        self.expect("TABLE")
        table = self.object_name()
        actions = [*self._alter_action()]
        while self.accept(",") or self.key in ("ADD", "DROP", "MODIFY"):
            actions += self._alter_action()
        return ast.AlterTable(pos, table, tuple(actions))

    def _alter_action(self) -> list[ast.AlterAction]:
        token = self.token
        if self.accept("ADD"):
            return self._alter_add(token.pos)
        if self.accept("DROP"):
            return self._alter_drop(token.pos)
        if self.accept("MODIFY"):
            if self.key in ("NEXT", "EXTENT") and self.peek() == "SIZE":
                return [self._change_extents(token.pos)]
            columns = self.parenthesised(self._column) if self.key == "(" else (self._column(),)
            return [ast.ModifyColumn(column.pos, column) for column in columns]
        if self.at("LOCK", "MODE"):
            return [ast.ChangeLockMode(token.pos, self._lock_mode())]
        if self.key in ("NEXT", "EXTENT") and self.peek() == "SIZE":
            return [self._change_extents(token.pos)]
        if self.key in _ALTER_WORDS:
            return [self._alter_words(token.pos)]
        raise self.error()

    def _change_extents(self, pos: int) -> ast.ChangeExtents:
        first_extent = self._extent() if self.key == "EXTENT" else None
        return ast.ChangeExtents(pos, first_extent, self._extent() if self.at("NEXT", "SIZE") else None)

    def _alter_add(self, pos: int) -> list[ast.AlterAction]:
        if self.key in _WITH_OPTIONS and self.peek() in (END, ";", ","):
            return [ast.ChangeTable(pos, ("ADD", self.advance().key))]
        if self.key == "CONSTRAINT":
            self.advance()
            if self.key == "(":
                constraints = self.parenthesised(self._table_constraint)
            else:
                constraints = (self._added_constraint(),)
            return [ast.AddConstraint(constraint.pos, constraint) for constraint in constraints]
        if self.key == "(":
            return list(self.parenthesised(self._added_column))
        return [self._added_column()]

    def _added_constraint(self) -> ast.Constraint:
        """Parse ``[name] PRIMARY KEY (…) …`` after ``ADD CONSTRAINT``."""
        if self._at_table_constraint():
            return self._table_constraint()
        name = self.object_name()
        found = self._table_constraint()
        if found.name is not None:
            self.fail()
        return ast.Constraint(
            found.pos, found.kind, found.columns, name, found.references, found.condition, found.text, found.mode
        )

    def _added_column(self) -> ast.AlterAction:
        pos = self.token.pos
        column = self._column()
        return ast.AddColumn(pos, column, self.identifier() if self.accept("BEFORE") else None)

    def _alter_drop(self, pos: int) -> list[ast.AlterAction]:
        if self.key in _WITH_OPTIONS and self.peek() in (END, ";", ","):
            return [ast.ChangeTable(pos, ("DROP", self.advance().key))]
        if self.accept("CONSTRAINT"):
            names: tuple[ast.ObjectName, ...]
            names = self.parenthesised(self.object_name) if self.key == "(" else (self.object_name(),)
            return [ast.DropConstraint(name.pos, name) for name in names]
        columns = self.names_in_parentheses() if self.key == "(" else (self.identifier(),)
        return [ast.DropColumn(column.pos, column) for column in columns]

    def _alter_words(self, pos: int) -> ast.ChangeTable:
        """Collect the words of an action that has no effect here, to the next comma."""
        words = []
        while self.key not in (END, ";", ","):
            if self.key == "(":
                self._skip_balanced()
            else:
                words.append(self.advance().value.upper())
        return ast.ChangeTable(pos, tuple(words))

    def truncate(self) -> ast.Truncate:
        """Parse ``TRUNCATE [TABLE] name [DROP STORAGE | REUSE STORAGE] [KEEP STATISTICS]``."""
        token = self.expect("TRUNCATE")
        if self.key == "TABLE" and self.peek() not in (END, ";"):
            self.advance()
        table = self.object_name()
        for first in ("DROP", "REUSE"):
            self.accept(first, "STORAGE")
        self.accept("KEEP", "STATISTICS")
        return ast.Truncate(token.pos, table)
