"""Parser layer: what an expression can start with, up to names and function calls.

Each rule is a method; the tables at the end of the module connect keys to rules.
"""

from collections.abc import Callable
from typing import Any, Final

from . import ast
from .lexer import DATETIME, END, INTERVAL, NUMBER, QUOTED, STRING, Token
from .parser_types import TypeParser

__all__ = [
    "AFTER_VALUE",
    "CAST",
    "COMPARISON",
    "PREFIX",
    "PREFIX_WORDS",
    "QUANTIFIERS",
    "SET_OPERATORS",
    "ValueParser",
]

# Binding powers, weakest first. Informix: UNITS and signs bind tighter than "::", which binds tighter than "*".
OR: Final = 1
AND: Final = 2
NOT: Final = 3
COMPARISON: Final = 4
CONCATENATION: Final = 5
ADDITION: Final = 6
MULTIPLICATION: Final = 7
CAST: Final = 8
SIGN: Final = 9
POSTFIX: Final = 10

SET_OPERATORS: Final = frozenset({"UNION", "INTERSECT", "MINUS", "EXCEPT"})

AFTER_VALUE = frozenset({",", ")", "=", "<>", "<", ">", "<=", ">=", "*", "/", "||", "::", "]", ".", "[", END, ";"})
"""Keys that only follow a complete value (a sign may begin one): a word such as CASE before them is a name."""


class ValueParser(TypeParser):
    """Literals, names, calls and everything else that begins an expression."""

    item_index = -1
    """Index of the word ITEM in ``MULTISET(SELECT ITEM …)``, where the query layer steps over it."""

    # ---- what higher layers add

    def expression(self, power: int = 0) -> ast.Expression:
        """Parse an expression whose infix operators all bind tighter than `power`; the next layer's."""
        raise NotImplementedError

    def query(self) -> ast.Query:
        """Parse a query. Implemented by the query layer."""
        raise NotImplementedError

    def query_from(self, body: ast.QueryBody, pos: int) -> ast.Query:
        """Parse the rest of a query whose first operand was read. Implemented by the query layer."""
        raise NotImplementedError

    def order_items(self) -> tuple[ast.OrderItem, ...]:
        """Parse the items of ORDER BY. Implemented by the query layer."""
        raise NotImplementedError

    # ---- prefixes: literals and punctuation

    def _number(self) -> ast.Expression:
        token = self.advance()
        return ast.NumberLiteral(token.pos, token.value)

    def _string(self) -> ast.Expression:
        if self.peek() == "." and (self.tokens[self.index + 2].word or self.peek(2) == QUOTED):
            return self._name_expression()  # 'owner'.table.column
        token = self.advance()
        return ast.StringLiteral(token.pos, token.value)

    def _parameter(self) -> ast.Expression:
        token = self.advance()
        self.parameters += 1
        return ast.Parameter(token.pos, self.parameters - 1)

    def _host_variable(self) -> ast.Expression:
        token = self.advance()
        if token.key == "$":
            return ast.HostVariable(token.pos, token.value)
        return ast.HostVariable(token.pos, self.name())

    def _datetime(self) -> ast.Expression:
        token = self.advance()
        return ast.DatetimeLiteral(token.pos, token.value, self.qualifier(interval=False))

    def _interval(self) -> ast.Expression:
        token = self.advance()
        return ast.IntervalLiteral(token.pos, token.value, self.qualifier(interval=True))

    def _sign(self) -> ast.Expression:
        token = self.advance()
        return ast.Unary(token.pos, token.key, self.expression(CAST))

    def _not(self) -> ast.Expression:
        token = self.advance()
        return ast.Unary(token.pos, "NOT", self.expression(NOT - 1))

    def _parenthesis(self) -> ast.Expression:
        """Parse ``(expression)`` or ``(query)``, which may be the first operand of a set operation."""
        token = self.advance()
        if self.at_query:
            query = self.query()
            self.expect(")")
            return ast.Subquery(token.pos, query)
        inner = self.expression()
        if isinstance(inner, ast.Subquery) and (self.key in SET_OPERATORS or self.key in ("ORDER", "LIMIT")):
            inner = ast.Subquery(token.pos, self.query_from(inner.query, inner.pos))
        self.expect(")")
        return inner

    # ---- prefixes: words with a meaning of their own. They return None when the word is a plain name here.

    def _null(self) -> ast.Expression | None:
        if self.peek() in (".", "("):
            return None
        return ast.NullLiteral(self.advance().pos)

    def _unfinished_literal(self) -> ast.Expression | None:
        """Refuse ``DATETIME (…)`` without a qualifier, which the lexer does not take for a literal."""
        if self.peek() == "(":
            self.fail(self.tokens[self.index + 1])
        return None

    def _case(self) -> ast.Expression | None:
        if self.peek() in AFTER_VALUE or self.peek() == "FROM":
            return None
        token = self.advance()
        operand = None if self.key == "WHEN" else self.expression()
        whens = []
        while self.key == "WHEN":
            pos = self.advance().pos
            condition = self.expression()
            self.expect("THEN")
            whens.append(ast.When(pos, condition, self.expression()))
        if not whens:
            self.fail()
        default = self.expression() if self.accept("ELSE") else None
        self.expect("END")
        return ast.Case(token.pos, operand, tuple(whens), default)

    def _cast(self) -> ast.Expression | None:
        if self.peek() != "(":
            return None
        token = self.advance()
        self.advance()
        operand = self.expression()
        self.expect("AS")
        data_type = self.data_type()
        self.expect(")")
        return ast.Cast(token.pos, operand, data_type)

    def _exists(self) -> ast.Expression | None:
        if self.peek() != "(":
            return None
        token = self.advance()
        return ast.Exists(token.pos, self._query_in_parentheses())

    @property
    def at_query(self) -> bool:
        """Whether a query begins here: SELECT always does, WITH unless it can only be a column."""
        return self.key == "SELECT" or (self.key == "WITH" and self.peek() not in AFTER_VALUE)

    def _query_in_parentheses(self) -> ast.Query:
        self.expect("(")
        query = self.query()
        self.expect(")")
        return query

    def _special(self) -> ast.Expression | None:
        if self.peek() in (".", "("):
            return None
        token = self.advance()
        return ast.SpecialValue(token.pos, SPECIAL_VALUES[token.key])

    def _current(self) -> ast.Expression | None:
        if self.peek() in (".", "("):
            return None
        token = self.advance()
        return ast.Current(token.pos, self.qualifier(interval=False) if self.at_field else None)

    def _sysdate(self) -> ast.Expression | None:
        if self.peek() in (".", "("):
            return None
        token = self.advance()
        return ast.Current(token.pos, self.qualifier(interval=False) if self.at_field else None, sysdate=True)

    def _extend(self) -> ast.Expression | None:
        if self.peek() != "(":
            return None
        token = self.advance()
        self.advance()
        operand = self.expression()
        qualifier = self.qualifier(interval=False) if self.accept(",") else None
        self.expect(")")
        return ast.Extend(token.pos, operand, qualifier)

    def _trim(self) -> ast.Expression | None:
        if self.peek() != "(":
            return None
        token = self.advance()
        self.advance()
        side = "BOTH"
        characters = None
        if self.key in ("LEADING", "TRAILING", "BOTH") and self.peek() not in AFTER_VALUE:
            side = self.advance().key
            if self.accept("FROM"):
                return self._trim_operand(token, side, None)
        operand = self.expression()
        if self.accept("FROM"):
            characters = operand
            return self._trim_operand(token, side, characters)
        self.expect(")")
        return ast.Trim(token.pos, side, None, operand)

    def _trim_operand(self, token: Token, side: str, characters: ast.Expression | None) -> ast.Expression:
        operand = self.expression()
        self.expect(")")
        return ast.Trim(token.pos, side, characters, operand)

    def _substring(self) -> ast.Expression | None:
        if self.peek() != "(":
            return None
        token = self.advance()
        self.advance()
        operand = self.expression()
        if self.accept("FROM"):
            start = self.expression()
            length = self.expression() if self.accept("FOR") else None
            self.expect(")")
            return ast.Substring(token.pos, operand, start, length)
        arguments = [operand]
        while self.accept(","):
            arguments.append(self.expression())
        self.expect(")")
        return ast.FunctionCall(
            token.pos, ast.ObjectName(token.pos, token.value, name_pos=token.pos), tuple(arguments)
        )

    def _collection(self) -> ast.Expression | None:
        token = self.token
        if self.peek() == "{":
            self.advance()
            self.advance()
            items = () if self.key == "}" else self.comma_list(self.expression)
            self.expect("}")
            return ast.CollectionConstructor(token.pos, token.key, items)
        if token.key == "MULTISET" and self.at("MULTISET", "(", "SELECT"):
            self.advance()
            self.advance()
            item = self.peek() == "ITEM" and self.peek(2) not in AFTER_VALUE and self.peek(2) != "FROM"
            if item:
                self.item_index = self.index + 1
            query = self.query()
            self.expect(")")
            return ast.CollectionQuery(token.pos, query, item)
        return None

    def _row(self) -> ast.Expression | None:
        if self.peek() != "(":
            return None
        token = self.advance()
        return ast.RowConstructor(token.pos, self.parenthesised(self.expression))

    def _unary_word(self) -> ast.Expression | None:
        if self.peek() in AFTER_VALUE:
            return None
        token = self.advance()
        return ast.Unary(token.pos, token.key, self.expression(SIGN))

    # ---- names: columns, functions, sequences

    def _name_expression(self) -> ast.Expression:
        """Parse what starts with a name: a column, ``table.*``, a function call, a sequence's value."""
        token = self.token
        if self.key in NEVER_NAMES and self.peek() != ".":
            self.fail()
        database = server = None
        if self.peek() in (":", "@") and self.key != STRING:
            database, server = self._database_prefix()
        parts = [self.advance().value]
        name_pos = token.pos
        while self.key == ".":
            self.advance()
            if self.key == "*":
                star = self.advance()
                return ast.Star(star.pos, ast.ColumnRef(token.pos, tuple(parts), database, server))
            name_pos = self.token.pos
            last = self.key
            parts.append(self.name())
            if last in ("NEXTVAL", "CURRVAL") and self.key not in (".", "("):
                owner = parts[-3] if len(parts) > 2 else None
                name = ast.ObjectName(token.pos, parts[-2], owner, database, server, name_pos)
                return ast.SequenceValue(token.pos, name, last)
        if self.key == "(":
            owner = parts[-2] if len(parts) > 1 else None
            return self.function_call(ast.ObjectName(token.pos, parts[-1], owner, database, server, name_pos))
        return ast.ColumnRef(token.pos, tuple(parts), database, server)

    def function_call(self, name: ast.ObjectName) -> ast.FunctionCall:
        """Parse a call's arguments and what may follow them, the name being read."""
        self.expect("(")
        quantifier = nulls = None
        arguments: tuple[ast.Expression, ...] = ()
        if self.key == "*" and self.peek() == ")":
            arguments = (ast.Star(self.advance().pos),)
        elif self.key != ")":
            if self.key in QUANTIFIERS and self.peek() not in AFTER_VALUE:
                quantifier = QUANTIFIERS[self.advance().key]
            arguments = (self.argument(),)
            nulls = self._nulls()
            if self.accept(","):
                arguments += self.comma_list(self.argument)
        self.expect(")")
        if nulls is None:
            nulls = self._nulls()
        window = None
        if self.at("OVER", "("):
            window = self._window()
        return ast.FunctionCall(name.pos, name, arguments, quantifier, nulls, window)

    def _nulls(self) -> str | None:
        """Parse ``IGNORE NULLS``, ``RESPECT NULLS``, which stand behind the first argument or behind them all."""
        if self.key not in ("IGNORE", "RESPECT") or self.peek() != "NULLS":
            return None
        kind = self.advance().key
        self.advance()
        return kind

    def argument(self) -> ast.Expression:
        """Parse an argument of a call: an expression or ``name = expression``."""
        if self.at_name and self.peek() == "=":
            pos = self.token.pos
            name = self.name()
            self.advance()
            return ast.NamedArgument(pos, name, self.expression())
        return self.expression()

    def _window(self) -> ast.Window:
        token = self.advance()
        self.expect("(")
        partition = self.comma_list(self.expression) if self.accept("PARTITION", "BY") else ()
        order = self.order_items() if self.accept("ORDER", "BY") else ()
        frame = None
        if self.key in ("ROWS", "RANGE"):
            unit = self.advance()
            if self.accept("BETWEEN"):
                start = self._frame_bound()
                self.expect("AND")
                frame = ast.Frame(unit.pos, unit.key, start, self._frame_bound())
            else:
                frame = ast.Frame(unit.pos, unit.key, self._frame_bound())
        self.expect(")")
        return ast.Window(token.pos, partition, order, frame)

    def _frame_bound(self) -> ast.FrameBound:
        pos = self.token.pos
        if self.accept("CURRENT", "ROW"):
            return ast.FrameBound(pos, "CURRENT ROW")
        unbounded = self.accept("UNBOUNDED")
        offset = None if unbounded else self.expression(COMPARISON)
        direction = self.accept_any(("PRECEDING", "FOLLOWING"))
        if direction is None:
            self.fail()
        return ast.FrameBound(pos, f"UNBOUNDED {direction}" if unbounded else direction, offset)


_Prefix = Callable[[Any], ast.Expression]
_PrefixWord = Callable[[Any], ast.Expression | None]

QUANTIFIERS = {"DISTINCT": "DISTINCT", "UNIQUE": "DISTINCT", "ALL": "ALL"}

SPECIAL_VALUES = {
    "TODAY": "TODAY",
    "USER": "USER",
    "CURRENT_USER": "USER",
    "SITENAME": "DBSERVERNAME",
    "DBSERVERNAME": "DBSERVERNAME",
    "CURRENT_ROLE": "CURRENT_ROLE",
    "DEFAULT_ROLE": "DEFAULT_ROLE",
}

NEVER_NAMES = frozenset({"SELECT", "FROM", "WHERE", "AND", "OR", "THEN", "WHEN", "ELSE", "UNION", "HAVING"})
"""Words that start no expression unless a dot follows; after a comma too many they are the error's place."""

PREFIX: dict[str, _Prefix] = {
    NUMBER: ValueParser._number,
    STRING: ValueParser._string,
    QUOTED: ValueParser._name_expression,
    DATETIME: ValueParser._datetime,
    INTERVAL: ValueParser._interval,
    "?": ValueParser._parameter,
    ":": ValueParser._host_variable,
    "$": ValueParser._host_variable,
    "(": ValueParser._parenthesis,
    "-": ValueParser._sign,
    "+": ValueParser._sign,
}

PREFIX_WORDS: dict[str, _PrefixWord] = {
    "NULL": ValueParser._null,
    "DATETIME": ValueParser._unfinished_literal,
    "INTERVAL": ValueParser._unfinished_literal,
    "NOT": ValueParser._not,
    "CASE": ValueParser._case,
    "CAST": ValueParser._cast,
    "EXISTS": ValueParser._exists,
    "CURRENT": ValueParser._current,
    "SYSDATE": ValueParser._sysdate,
    "EXTEND": ValueParser._extend,
    "TRIM": ValueParser._trim,
    "SUBSTRING": ValueParser._substring,
    "SET": ValueParser._collection,
    "MULTISET": ValueParser._collection,
    "LIST": ValueParser._collection,
    "ROW": ValueParser._row,
    "PRIOR": ValueParser._unary_word,
    "CONNECT_BY_ROOT": ValueParser._unary_word,
    **dict.fromkeys(SPECIAL_VALUES, ValueParser._special),
}
