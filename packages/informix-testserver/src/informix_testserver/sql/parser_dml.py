"""Parser layer: statements that change rows, and calls of routines."""

from . import ast
from .lexer import QUOTED
from .parser_queries import QueryParser

__all__ = ["DmlParser"]


class DmlParser(QueryParser):
    """INSERT, UPDATE, DELETE, MERGE, EXECUTE, CALL."""

    # ---- INSERT

    def insert(self) -> ast.Insert:
        """Parse ``INSERT INTO table [(column, …)] VALUES … | SELECT … | EXECUTE …``."""
        token = self.expect("INSERT", "INTO")
        if self.key == "TABLE" and self.peek() == "(":
            self.unsupported("INSERT INTO TABLE(collection)", token.pos)
        table = self.object_name()
        columns: tuple[ast.Identifier, ...] = ()
        if self.key == "(" and self.peek() not in ("SELECT", "WITH", "("):
            columns = self.names_in_parentheses()
        return ast.Insert(token.pos, table, columns, self._insert_source())

    def _insert_source(self) -> ast.Values | ast.Query | ast.ExecuteRoutine:
        if self.key == "VALUES":
            return self._values()
        if self.key in ("SELECT", "WITH", "("):
            return self.query()
        if self.key == "EXECUTE":
            return self.execute()
        raise self.error()

    def _values(self) -> ast.Values:
        token = self.expect("VALUES")
        return ast.Values(token.pos, self.parenthesised(self.expression))

    # ---- UPDATE and DELETE

    def update(self) -> ast.Statement:
        """Parse ``UPDATE table SET assignment, … [FROM …] [WHERE …]``; UPDATE STATISTICS is a layer above."""
        token = self.expect("UPDATE")
        table = self._target()
        self.expect("SET")
        assignments = self._assignments()
        from_ = self.comma_list(self.table_expression) if self.accept("FROM") else ()
        return ast.Update(token.pos, table, assignments, self._where(), from_)

    def delete(self) -> ast.Delete:
        """Parse ``DELETE [FROM] table [WHERE …]``."""
        token = self.expect("DELETE")
        self.accept("FROM")
        table = self._target()
        if self.key == "USING":
            self.unsupported("DELETE … USING", self.token.pos)
        return ast.Delete(token.pos, table, self._where())

    def _target(self) -> ast.TableRef:
        """Parse the table that a statement changes: ``name [[AS] alias]``, ``ONLY (name)``."""
        pos = self.token.pos
        if self.key == "ONLY" and self.peek() == "(":
            self.advance()
            self.advance()
            name = self.object_name()
            self.expect(")")
            return ast.TableRef(pos, name, only=True)
        if self.key in ("SET", "WHERE", "FROM", "("):
            self.fail()
        return ast.TableRef(pos, self.object_name(), self._alias())

    def _where(self) -> ast.Expression | ast.CurrentOf | None:
        if not self.accept("WHERE"):
            return None
        if self.at("CURRENT", "OF"):
            token = self.advance()
            self.advance()
            return ast.CurrentOf(token.pos, self._cursor_name())
        return self.expression()

    def _cursor_name(self) -> str:
        """Parse a cursor's name; cursors keep the case their client gave them (sqli.md 5.9)."""
        token = self.token
        self.name()
        return token.value if token.key == QUOTED else self.text[token.pos - 1 : token.end]

    def _assignments(self) -> tuple[ast.Assignment, ...]:
        return self.comma_list(self._assignment)

    def _assignment(self) -> ast.Assignment:
        token = self.token
        if token.key == "(":
            targets = self.names_in_parentheses()
        elif token.key == "*":
            self.advance()
            targets = ()
        else:
            target = self.identifier()
            part = None
            if self.key == "[":
                part = self._subscript(ast.ColumnRef(target.pos, (target.name,)))
            self.expect("=")
            return ast.Assignment(token.pos, (target,), (self.expression(),), part)
        self.expect("=")
        values = self.parenthesised(self.expression)
        return ast.Assignment(token.pos, targets, values)

    # ---- MERGE

    def merge(self) -> ast.Merge:
        """Parse ``MERGE INTO target USING source ON condition WHEN [NOT] MATCHED THEN …``."""
        token = self.expect("MERGE", "INTO")
        target = self._target()
        self.expect("USING")
        source = self._table_primary()
        self.expect("ON")
        condition = self.expression()
        matched: ast.MergeUpdate | ast.MergeDelete | None = None
        not_matched: ast.MergeInsert | None = None
        while self.key == "WHEN":
            when = self.advance()
            if self.accept("NOT", "MATCHED", "THEN") and not_matched is None:
                not_matched = self._merge_insert(target)
            elif self.accept("MATCHED", "THEN") and matched is None:
                matched = self._merge_change(target)
            else:
                self.fail(when)
        if matched is None and not_matched is None:
            self.fail()
        return ast.Merge(token.pos, target, source, condition, matched, not_matched)

    def _merge_change(self, target: ast.TableRef) -> ast.MergeUpdate | ast.MergeDelete:
        token = self.token
        if self.accept("DELETE"):
            return ast.MergeDelete(token.pos)
        self.expect("UPDATE", "SET")
        return ast.MergeUpdate(token.pos, self.comma_list(lambda: self._merge_assignment(target)))

    def _merge_assignment(self, target: ast.TableRef) -> ast.Assignment:
        self._skip_qualifier(target)
        return self._assignment()

    def _skip_qualifier(self, target: ast.TableRef) -> None:
        """Skip ``target.`` before a column of the table that MERGE changes."""
        if self.peek() == "." and self.token.value.lower() == (target.alias or target.name.name).lower():
            self.advance()
            self.advance()

    def _merge_insert(self, target: ast.TableRef) -> ast.MergeInsert:
        def column() -> ast.Identifier:
            self._skip_qualifier(target)
            return self.identifier()

        token = self.expect("INSERT")
        columns = self.parenthesised(column) if self.key == "(" else ()
        return ast.MergeInsert(token.pos, columns, self._values())

    # ---- routines

    def execute(self) -> ast.ExecuteRoutine:
        """Parse ``EXECUTE PROCEDURE | FUNCTION name(argument, …) [INTO …]``."""
        token = self.expect("EXECUTE")
        kind = self.accept_any(("PROCEDURE", "FUNCTION"))
        if kind is None:
            self.unsupported(f"EXECUTE {self.token.key}".rstrip(), token.pos)
        return self._routine_call(token.pos, kind)

    def call(self) -> ast.ExecuteRoutine:
        """Parse ``CALL name(argument, …)``."""
        token = self.expect("CALL")
        return self._routine_call(token.pos, "CALL")

    def _routine_call(self, pos: int, kind: str) -> ast.ExecuteRoutine:
        name = self.object_name()
        self.expect("(")
        arguments = () if self.key == ")" else self.comma_list(self.argument)
        self.expect(")")
        into: tuple[ast.Expression, ...] = ()
        if self.accept("INTO"):
            into = self.comma_list(lambda: self.expression(99))
        return ast.ExecuteRoutine(pos, kind, name, arguments, into)
