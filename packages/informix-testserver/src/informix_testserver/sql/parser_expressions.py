"""Parser layer: expressions and conditions, by precedence climbing (a Pratt parser).

`expression` parses a prefix, then applies infix and postfix rules as long as they bind tighter than what stands
to the left. Each rule is a method; the tables at the end of the module connect keys to rules.
"""

from collections.abc import Callable
from typing import Any, Final

from .ast import (
    Between,
    Binary,
    Case,
    Cast,
    CollectionConstructor,
    CollectionQuery,
    ColumnRef,
    Current,
    DatetimeLiteral,
    Exists,
    Expression,
    Extend,
    Frame,
    FrameBound,
    FunctionCall,
    HostVariable,
    InList,
    InQuery,
    IntervalLiteral,
    IsNull,
    Like,
    NamedArgument,
    NullLiteral,
    NumberLiteral,
    ObjectName,
    OrderItem,
    Parameter,
    Quantified,
    Query,
    QueryBody,
    RowConstructor,
    SequenceValue,
    SpecialValue,
    Star,
    StringLiteral,
    Subquery,
    Subscript,
    Substring,
    Trim,
    Unary,
    Units,
    When,
    Window,
)
from .ast.types import FIELD_CODES
from .lexer import DATETIME, END, INTERVAL, NUMBER, QUOTED, STRING, Token
from .parser_types import TypeParser

__all__ = ["SET_OPERATORS", "ExpressionParser"]

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

_AFTER_VALUE = frozenset(
    {",", ")", "=", "<>", "<", ">", "<=", ">=", "+", "*", "/", "||", "::", "]", ".", "[", END, ";"}
)
"""Keys that follow a complete value: a word such as CASE before one of them is a column's name."""


class ExpressionParser(TypeParser):
    """Value expressions and conditions; a condition is an expression of type BOOLEAN."""

    item_index = -1
    """Index of the word ITEM in ``MULTISET(SELECT ITEM …)``, where the query layer steps over it."""

    # ---- what the query layer adds

    def query(self) -> Query:
        """Parse a query. Implemented by the query layer."""
        raise NotImplementedError

    def query_from(self, body: QueryBody, pos: int) -> Query:
        """Parse the rest of a query whose first operand was read. Implemented by the query layer."""
        raise NotImplementedError

    def order_items(self) -> tuple[OrderItem, ...]:
        """Parse the items of ORDER BY. Implemented by the query layer."""
        raise NotImplementedError

    # ---- the climbing

    def expression(self, power: int = 0) -> Expression:
        """Parse an expression whose infix operators all bind tighter than `power`."""
        token = self.token
        if token.word:
            rule = PREFIX_WORDS.get(token.key)
            left = (rule(self) if rule is not None else None) or self._name_expression()
        else:
            prefix = PREFIX.get(token.key)
            if prefix is None:
                self.fail()
            left = prefix(self)
        infix = INFIX
        while True:
            entry = infix.get(self.key)
            if entry is None or entry[0] <= power:
                return left
            found = entry[1](self, left)
            if found is None:
                return left
            left = found

    def _operand(self) -> Expression:
        """Parse an operand of a comparison: anything but conditions."""
        return self.expression(COMPARISON)

    # ---- prefixes: literals and punctuation

    def _number(self) -> Expression:
        token = self.advance()
        return NumberLiteral(token.pos, token.value)

    def _string(self) -> Expression:
        if self.peek() == "." and self.tokens[self.index + 2].word:
            return self._name_expression()  # 'owner'.table.column
        token = self.advance()
        return StringLiteral(token.pos, token.value)

    def _parameter(self) -> Expression:
        token = self.advance()
        self.parameters += 1
        return Parameter(token.pos, self.parameters - 1)

    def _host_variable(self) -> Expression:
        token = self.advance()
        if token.key == "$":
            return HostVariable(token.pos, token.value)
        return HostVariable(token.pos, self.name())

    def _datetime(self) -> Expression:
        token = self.advance()
        return DatetimeLiteral(token.pos, token.value, self.qualifier(interval=False))

    def _interval(self) -> Expression:
        token = self.advance()
        return IntervalLiteral(token.pos, token.value, self.qualifier(interval=True))

    def _sign(self) -> Expression:
        token = self.advance()
        return Unary(token.pos, token.key, self.expression(CAST))

    def _not(self) -> Expression:
        token = self.advance()
        return Unary(token.pos, "NOT", self.expression(NOT - 1))

    def _parenthesis(self) -> Expression:
        """Parse ``(expression)`` or ``(query)``, which may be the first operand of a set operation."""
        token = self.advance()
        if self.key in ("SELECT", "WITH") and self.peek() not in _AFTER_VALUE:
            query = self.query()
            self.expect(")")
            return Subquery(token.pos, query)
        inner = self.expression()
        if isinstance(inner, Subquery) and (self.key in SET_OPERATORS or self.key in ("ORDER", "LIMIT")):
            inner = Subquery(token.pos, self.query_from(inner.query, inner.pos))
        self.expect(")")
        return inner

    # ---- prefixes: words with a meaning of their own. They return None when the word is a plain name here.

    def _null(self) -> Expression | None:
        if self.peek() in (".", "("):
            return None
        return NullLiteral(self.advance().pos)

    def _case(self) -> Expression | None:
        if self.peek() in _AFTER_VALUE or self.peek() == "FROM":
            return None
        token = self.advance()
        operand = None if self.key == "WHEN" else self.expression()
        whens = []
        while self.key == "WHEN":
            pos = self.advance().pos
            condition = self.expression()
            self.expect("THEN")
            whens.append(When(pos, condition, self.expression()))
        if not whens:
            self.fail()
        default = self.expression() if self.accept("ELSE") else None
        self.expect("END")
        return Case(token.pos, operand, tuple(whens), default)

    def _cast(self) -> Expression | None:
        if self.peek() != "(":
            return None
        token = self.advance()
        self.advance()
        operand = self.expression()
        self.expect("AS")
        data_type = self.data_type()
        self.expect(")")
        return Cast(token.pos, operand, data_type)

    def _exists(self) -> Expression | None:
        if self.peek() != "(":
            return None
        token = self.advance()
        return Exists(token.pos, self._query_in_parentheses())

    def _query_in_parentheses(self) -> Query:
        self.expect("(")
        query = self.query()
        self.expect(")")
        return query

    def _special(self) -> Expression | None:
        if self.peek() in (".", "("):
            return None
        token = self.advance()
        return SpecialValue(token.pos, SPECIAL_VALUES[token.key])

    def _current(self) -> Expression | None:
        if self.peek() in (".", "("):
            return None
        token = self.advance()
        return Current(token.pos, self.qualifier(interval=False) if self.at_field else None)

    def _sysdate(self) -> Expression | None:
        if self.peek() in (".", "("):
            return None
        return Current(self.advance().pos, sysdate=True)

    def _extend(self) -> Expression | None:
        if self.peek() != "(":
            return None
        token = self.advance()
        self.advance()
        operand = self.expression()
        qualifier = self.qualifier(interval=False) if self.accept(",") else None
        self.expect(")")
        return Extend(token.pos, operand, qualifier)

    def _trim(self) -> Expression | None:
        if self.peek() != "(":
            return None
        token = self.advance()
        self.advance()
        side = "BOTH"
        characters = None
        if self.key in ("LEADING", "TRAILING", "BOTH") and self.peek() not in _AFTER_VALUE:
            side = self.advance().key
            if self.accept("FROM"):
                return self._trim_operand(token, side, None)
        operand = self.expression()
        if self.accept("FROM"):
            characters = operand
            return self._trim_operand(token, side, characters)
        self.expect(")")
        return Trim(token.pos, side, None, operand)

    def _trim_operand(self, token: Token, side: str, characters: Expression | None) -> Expression:
        operand = self.expression()
        self.expect(")")
        return Trim(token.pos, side, characters, operand)

    def _substring(self) -> Expression | None:
        if self.peek() != "(":
            return None
        token = self.advance()
        self.advance()
        operand = self.expression()
        if self.accept("FROM"):
            start = self.expression()
            length = self.expression() if self.accept("FOR") else None
            self.expect(")")
            return Substring(token.pos, operand, start, length)
        arguments = [operand]
        while self.accept(","):
            arguments.append(self.expression())
        self.expect(")")
        return FunctionCall(token.pos, ObjectName(token.pos, token.value, name_pos=token.pos), tuple(arguments))

    def _collection(self) -> Expression | None:
        token = self.token
        if self.peek() == "{":
            self.advance()
            self.advance()
            items = () if self.key == "}" else self.comma_list(self.expression)
            self.expect("}")
            return CollectionConstructor(token.pos, token.key, items)
        if token.key == "MULTISET" and self.at("MULTISET", "(", "SELECT"):
            self.advance()
            self.advance()
            item = self.peek() == "ITEM" and self.peek(2) not in _AFTER_VALUE and self.peek(2) != "FROM"
            if item:
                self.item_index = self.index + 1
            query = self.query()
            self.expect(")")
            return CollectionQuery(token.pos, query, item)
        return None

    def _row(self) -> Expression | None:
        if self.peek() != "(":
            return None
        token = self.advance()
        return RowConstructor(token.pos, self.parenthesised(self.expression))

    def _unary_word(self) -> Expression | None:
        if self.peek() in _AFTER_VALUE:
            return None
        token = self.advance()
        return Unary(token.pos, token.key, self.expression(SIGN))

    # ---- names: columns, functions, sequences

    def _name_expression(self) -> Expression:
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
                return Star(star.pos, ColumnRef(token.pos, tuple(parts), database, server))
            name_pos = self.token.pos
            last = self.key
            parts.append(self.name())
            if last in ("NEXTVAL", "CURRVAL") and self.key not in (".", "("):
                owner = parts[-3] if len(parts) > 2 else None
                name = ObjectName(token.pos, parts[-2], owner, database, server, name_pos)
                return SequenceValue(token.pos, name, last)
        if self.key == "(":
            owner = parts[-2] if len(parts) > 1 else None
            return self.function_call(ObjectName(token.pos, parts[-1], owner, database, server, name_pos))
        return ColumnRef(token.pos, tuple(parts), database, server)

    def function_call(self, name: ObjectName) -> FunctionCall:
        """Parse a call's arguments and what may follow them, the name being read."""
        self.expect("(")
        quantifier = None
        arguments: tuple[Expression, ...] = ()
        if self.key == "*" and self.peek() == ")":
            arguments = (Star(self.advance().pos),)
        elif self.key != ")":
            if self.key in QUANTIFIERS and self.peek() not in _AFTER_VALUE:
                quantifier = QUANTIFIERS[self.advance().key]
            arguments = self.comma_list(self.argument)
        self.expect(")")
        nulls = None
        if self.key in ("IGNORE", "RESPECT") and self.peek() == "NULLS":
            nulls = self.advance().key
            self.advance()
        window = None
        if self.at("OVER", "("):
            window = self._window()
        return FunctionCall(name.pos, name, arguments, quantifier, nulls, window)

    def argument(self) -> Expression:
        """Parse an argument of a call: an expression or ``name = expression``."""
        if self.at_name and self.peek() == "=":
            pos = self.token.pos
            name = self.name()
            self.advance()
            return NamedArgument(pos, name, self.expression())
        return self.expression()

    def _window(self) -> Window:
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
                frame = Frame(unit.pos, unit.key, start, self._frame_bound())
            else:
                frame = Frame(unit.pos, unit.key, self._frame_bound())
        self.expect(")")
        return Window(token.pos, partition, order, frame)

    def _frame_bound(self) -> FrameBound:
        pos = self.token.pos
        if self.accept("CURRENT", "ROW"):
            return FrameBound(pos, "CURRENT ROW")
        unbounded = self.accept("UNBOUNDED")
        offset = None if unbounded else self.expression(COMPARISON)
        direction = self.accept_any(("PRECEDING", "FOLLOWING"))
        if direction is None:
            self.fail()
        return FrameBound(pos, f"UNBOUNDED {direction}" if unbounded else direction, offset)

    # ---- infix and postfix rules. They return None when the word does not continue the expression here.

    def _binary(self, left: Expression) -> Expression:
        token = self.advance()
        return Binary(left.pos, token.key, left, self.expression(INFIX[token.key][0]), token.pos)

    def _logical(self, left: Expression) -> Expression:
        """Parse a whole chain of AND or OR into a balanced tree: a thousand operands nest ten deep."""
        operator = self.key
        power = INFIX[operator][0]
        operands: list[tuple[Expression, int]] = []
        self._collect(left, operator, 0, operands)
        while self.key == operator:
            pos = self.advance().pos
            self._collect(self.expression(power), operator, pos, operands)
        return _balanced(operator, operands, 0, len(operands))

    def _collect(self, node: Expression, operator: str, pos: int, into: list[tuple[Expression, int]]) -> None:
        """Append a node, or its operands if it is a chain of `operator` itself, with the operator's position."""
        if isinstance(node, Binary) and node.operator == operator:
            self._collect(node.left, operator, pos, into)
            self._collect(node.right, operator, node.operator_pos, into)
        else:
            into.append((node, pos))

    def _comparison(self, left: Expression) -> Expression:
        token = self.advance()
        if self.key in ("ANY", "ALL", "SOME") and self.peek() == "(" and self.peek(2) in ("SELECT", "WITH", "("):
            quantifier = "ALL" if self.advance().key == "ALL" else "ANY"
            return Quantified(left.pos, left, token.key, quantifier, self._query_in_parentheses())
        return Binary(left.pos, token.key, left, self._operand(), token.pos)

    def _negatable(self, left: Expression) -> Expression | None:
        """Parse ``[NOT] IN | BETWEEN | LIKE | MATCHES …``."""
        if self.key == "NOT":
            rule = NEGATABLE.get(self.peek())
            if rule is None:
                return None
            self.advance()
            return rule(self, left, True)
        return NEGATABLE[self.key](self, left, False)

    def _in(self, left: Expression, negated: bool) -> Expression:
        self.advance()
        if self.key != "(":
            return InList(left.pos, left, (self._operand(),), negated)
        start = self.token.pos
        self.advance()
        if self.key in ("SELECT", "WITH") and self.peek() not in _AFTER_VALUE:
            query = self.query()
            self.expect(")")
            return InQuery(left.pos, left, query, negated)
        items = self.comma_list(self.expression)
        only = items[0]
        if len(items) == 1 and isinstance(only, Subquery):
            # ((SELECT …)) or ((SELECT …) UNION …): still a query
            query = self.query_from(only.query, start) if self.key != ")" else only.query
            self.expect(")")
            return InQuery(left.pos, left, query, negated)
        self.expect(")")
        return InList(left.pos, left, items, negated)

    def _between(self, left: Expression, negated: bool) -> Expression:
        self.advance()
        low = self._operand()
        self.expect("AND")
        return Between(left.pos, left, low, self._operand(), negated)

    def _like(self, left: Expression, negated: bool) -> Expression:
        kind = self.advance().key
        pattern = self._operand()
        escape = self._operand() if self.accept("ESCAPE") else None
        return Like(left.pos, left, kind, pattern, escape, negated)

    def _is(self, left: Expression) -> Expression:
        self.advance()
        negated = self.accept("NOT")
        self.expect("NULL")
        return IsNull(left.pos, left, negated)

    def _double_colon(self, left: Expression) -> Expression:
        self.advance()
        return Cast(left.pos, left, self.data_type())

    def _subscript(self, left: Expression) -> Expression:
        self.advance()
        start = self.expression()
        end = self.expression() if self.accept(",") else None
        self.expect("]")
        return Subscript(left.pos, left, start, end)

    def _units(self, left: Expression) -> Expression | None:
        if self.peek() not in FIELD_CODES:
            return None
        self.advance()
        return Units(left.pos, left, self.advance().key)


def _balanced(operator: str, operands: list[tuple[Expression, int]], low: int, high: int) -> Expression:
    """Join operands[low:high] by one operator into a tree of least depth; pairs hold the operator's position."""
    if high - low == 1:
        return operands[low][0]
    middle = (low + high) // 2
    left = _balanced(operator, operands, low, middle)
    right = _balanced(operator, operands, middle, high)
    return Binary(left.pos, operator, left, right, operands[middle][1])


_Prefix = Callable[[Any], Expression]
_PrefixWord = Callable[[Any], Expression | None]
_Infix = Callable[[Any, Expression], Expression | None]

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
    NUMBER: ExpressionParser._number,
    STRING: ExpressionParser._string,
    QUOTED: ExpressionParser._name_expression,
    DATETIME: ExpressionParser._datetime,
    INTERVAL: ExpressionParser._interval,
    "?": ExpressionParser._parameter,
    ":": ExpressionParser._host_variable,
    "$": ExpressionParser._host_variable,
    "(": ExpressionParser._parenthesis,
    "-": ExpressionParser._sign,
    "+": ExpressionParser._sign,
}

PREFIX_WORDS: dict[str, _PrefixWord] = {
    "NULL": ExpressionParser._null,
    "NOT": ExpressionParser._not,
    "CASE": ExpressionParser._case,
    "CAST": ExpressionParser._cast,
    "EXISTS": ExpressionParser._exists,
    "CURRENT": ExpressionParser._current,
    "SYSDATE": ExpressionParser._sysdate,
    "EXTEND": ExpressionParser._extend,
    "TRIM": ExpressionParser._trim,
    "SUBSTRING": ExpressionParser._substring,
    "SET": ExpressionParser._collection,
    "MULTISET": ExpressionParser._collection,
    "LIST": ExpressionParser._collection,
    "ROW": ExpressionParser._row,
    "PRIOR": ExpressionParser._unary_word,
    "CONNECT_BY_ROOT": ExpressionParser._unary_word,
    **dict.fromkeys(SPECIAL_VALUES, ExpressionParser._special),
}

NEGATABLE: dict[str, Callable[[Any, Expression, bool], Expression]] = {
    "IN": ExpressionParser._in,
    "BETWEEN": ExpressionParser._between,
    "LIKE": ExpressionParser._like,
    "MATCHES": ExpressionParser._like,
}

INFIX: dict[str, tuple[int, _Infix]] = {
    "OR": (OR, ExpressionParser._logical),
    "AND": (AND, ExpressionParser._logical),
    "NOT": (COMPARISON, ExpressionParser._negatable),
    **dict.fromkeys(NEGATABLE, (COMPARISON, ExpressionParser._negatable)),
    "IS": (COMPARISON, ExpressionParser._is),
    **dict.fromkeys(("=", "<>", "<", "<=", ">", ">="), (COMPARISON, ExpressionParser._comparison)),
    "||": (CONCATENATION, ExpressionParser._binary),
    "+": (ADDITION, ExpressionParser._binary),
    "-": (ADDITION, ExpressionParser._binary),
    "*": (MULTIPLICATION, ExpressionParser._binary),
    "/": (MULTIPLICATION, ExpressionParser._binary),
    "::": (CAST, ExpressionParser._double_colon),
    "UNITS": (POSTFIX, ExpressionParser._units),
    "[": (POSTFIX, ExpressionParser._subscript),
}
