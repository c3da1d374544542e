"""Value expressions and conditions."""

from dataclasses import field
from typing import TYPE_CHECKING

from informix_types.classes import frozen

from .node import Expression, Node, ObjectName
from .types import DataType, Qualifier

if TYPE_CHECKING:
    from .queries import OrderItem, Query

__all__ = [
    "Between",
    "Binary",
    "Case",
    "Cast",
    "CollectionConstructor",
    "CollectionQuery",
    "ColumnRef",
    "Current",
    "DatetimeLiteral",
    "Exists",
    "Extend",
    "Frame",
    "FrameBound",
    "FunctionCall",
    "HostVariable",
    "InList",
    "InQuery",
    "IntervalLiteral",
    "IsNull",
    "Like",
    "NamedArgument",
    "NullLiteral",
    "NumberLiteral",
    "Parameter",
    "Quantified",
    "RowConstructor",
    "SequenceValue",
    "SpecialValue",
    "Star",
    "StringLiteral",
    "Subquery",
    "Subscript",
    "Substring",
    "Trim",
    "Unary",
    "Units",
    "When",
    "Window",
]


@frozen
class NumberLiteral(Expression):
    """An unsigned number; the text is kept exactly (``007``, ``1.50``, ``1e-3``)."""

    text: str

    @property
    def is_integer(self) -> bool:
        """Whether the text consists of digits only."""
        return self.text.isdigit()


@frozen
class StringLiteral(Expression):
    """A character string, quotes removed and doubled quotes halved."""

    value: str


@frozen
class NullLiteral(Expression):
    """NULL."""


@frozen
class DatetimeLiteral(Expression):
    """``DATETIME (2026-06-20 12:34) YEAR TO MINUTE``: the text between the parentheses, stripped."""

    text: str
    qualifier: Qualifier


@frozen
class IntervalLiteral(Expression):
    """``INTERVAL (-3 12:00) DAY TO MINUTE``: the text between the parentheses, stripped, sign included."""

    text: str
    qualifier: Qualifier


@frozen
class Parameter(Expression):
    """The marker ``?``; `index` counts from 0 over the whole text."""

    index: int


@frozen
class HostVariable(Expression):
    """``:name`` or ``$name`` where a value is expected: only routine bodies and ESQL/C know such names."""

    name: str


@frozen
class ColumnRef(Expression):
    """``column``, ``table.column``, ``owner.table.column``, ``db@server:owner.table.column``, ``column.field``.

    What the leading parts mean is for the binder to find out.

    Attributes:
        parts: the dotted names, the last one usually the column.
        database: the part before a colon, or None.
        server: the part after ``@``, or None.
    """

    parts: tuple[str, ...]
    database: str | None = None
    server: str | None = None

    @property
    def name(self) -> str:
        """The last of the dotted names."""
        return self.parts[-1]


@frozen
class Star(Expression):
    """``*`` (no qualifier) or ``table.*`` in a select list; also the argument of ``COUNT(*)``."""

    qualifier: ColumnRef | None = None


@frozen
class Subscript(Expression):
    """``operand[start, end]``, 1-based and inclusive; ``operand[start]`` takes one character."""

    operand: Expression
    start: Expression
    end: Expression | None = None


@frozen
class Unary(Expression):
    """`operator`: ``-``, ``+``, ``NOT``, ``PRIOR``, ``CONNECT_BY_ROOT``."""

    operator: str
    operand: Expression


@frozen
class Binary(Expression):
    """`operator`: ``+ - * / ||``, ``= <> < <= > >=`` (``!=`` and ``==`` normalised), ``AND``, ``OR``.

    Attributes:
        operator_pos: 1-based offset of the operator.
    """

    operator: str
    left: Expression
    right: Expression
    operator_pos: int = field(default=0, compare=False)


@frozen
class IsNull(Expression):
    """``operand IS [NOT] NULL``."""

    operand: Expression
    negated: bool = False


@frozen
class Between(Expression):
    """``operand [NOT] BETWEEN low AND high``."""

    operand: Expression
    low: Expression
    high: Expression
    negated: bool = False


@frozen
class InList(Expression):
    """``operand [NOT] IN (item, …)``; a single collection item means membership in the collection."""

    operand: Expression
    items: tuple[Expression, ...]
    negated: bool = False


@frozen
class InQuery(Expression):
    """``operand [NOT] IN (SELECT …)``."""

    operand: Expression
    query: "Query"
    negated: bool = False


@frozen
class Like(Expression):
    """``operand [NOT] LIKE | MATCHES pattern [ESCAPE escape]``; `kind` is the keyword."""

    operand: Expression
    kind: str
    pattern: Expression
    escape: Expression | None = None
    negated: bool = False


@frozen
class Exists(Expression):
    """``EXISTS (SELECT …)``; NOT is a `Unary` around it."""

    query: "Query"


@frozen
class Quantified(Expression):
    """``operand operator ANY | ALL (SELECT …)``; SOME is ANY."""

    operand: Expression
    operator: str
    quantifier: str
    query: "Query"


@frozen
class Subquery(Expression):
    """A query in parentheses where a value is expected."""

    query: "Query"


@frozen
class When(Node):
    """``WHEN condition THEN result``; in the simple form of CASE, `condition` is the value to compare with."""

    condition: Expression
    result: Expression


@frozen
class Case(Expression):
    """``CASE [operand] WHEN … THEN … [ELSE default] END``."""

    operand: Expression | None
    whens: tuple[When, ...]
    default: Expression | None = None


@frozen
class Cast(Expression):
    """``CAST(operand AS type)`` and ``operand::type``."""

    operand: Expression
    type: DataType


@frozen
class NamedArgument(Expression):
    """``name = value`` in a routine's argument list."""

    name: str
    value: Expression


@frozen
class FrameBound(Node):
    """One end of a window frame.

    Attributes:
        kind: ``UNBOUNDED PRECEDING``, ``PRECEDING``, ``CURRENT ROW``, ``FOLLOWING``, ``UNBOUNDED FOLLOWING``.
        offset: of PRECEDING and FOLLOWING.
    """

    kind: str
    offset: Expression | None = None


@frozen
class Frame(Node):
    """``ROWS | RANGE [BETWEEN] start [AND end]``."""

    unit: str
    start: FrameBound
    end: FrameBound | None = None


@frozen
class Window(Node):
    """``OVER (PARTITION BY … ORDER BY … frame)``."""

    partition_by: tuple[Expression, ...] = ()
    order_by: "tuple[OrderItem, ...]" = ()
    frame: Frame | None = None


@frozen
class FunctionCall(Expression):
    """A call of a function, built-in or not, aggregates included: ``name([DISTINCT] argument, …) [OVER …]``.

    Attributes:
        name: name with owner and database if written; built-in names are folded to lower case like any other.
        arguments: `Star` alone for ``COUNT(*)``; may hold `NamedArgument`.
        quantifier: ``DISTINCT`` (also for UNIQUE), ``ALL`` or None.
        nulls: ``IGNORE`` or ``RESPECT`` of window functions, or None.
        window: OVER clause or None.
    """

    name: ObjectName
    arguments: tuple[Expression, ...] = ()
    quantifier: str | None = None
    nulls: str | None = None
    window: Window | None = None


@frozen
class Units(Expression):
    """``operand UNITS DAY``; `unit` is the field's name in upper case."""

    operand: Expression
    unit: str


@frozen
class Extend(Expression):
    """``EXTEND(operand [, YEAR TO SECOND])``."""

    operand: Expression
    qualifier: Qualifier | None = None


@frozen
class Current(Expression):
    """``CURRENT [YEAR TO SECOND]`` or SYSDATE; the default qualifiers are YEAR TO FRACTION(3) and (5)."""

    qualifier: Qualifier | None = None
    sysdate: bool = False


@frozen
class SpecialValue(Expression):
    """`kind`: TODAY, USER (also CURRENT_USER), DBSERVERNAME (also SITENAME), CURRENT_ROLE, DEFAULT_ROLE."""

    kind: str


@frozen
class SequenceValue(Expression):
    """``sequence.NEXTVAL`` or ``sequence.CURRVAL``; `kind` is the keyword."""

    sequence: ObjectName
    kind: str


@frozen
class Trim(Expression):
    """``TRIM([LEADING | TRAILING | BOTH] [characters] FROM operand)`` and ``TRIM(operand)``, which is BOTH."""

    side: str
    characters: Expression | None
    operand: Expression


@frozen
class Substring(Expression):
    """``SUBSTRING(operand FROM start [FOR length])``."""

    operand: Expression
    start: Expression
    length: Expression | None = None


@frozen
class CollectionConstructor(Expression):
    """``SET{…}``, ``MULTISET{…}``, ``LIST{…}``; `kind` is the keyword."""

    kind: str
    items: tuple[Expression, ...]


@frozen
class CollectionQuery(Expression):
    """``MULTISET(SELECT …)`` or ``MULTISET(SELECT ITEM …)``: the rows of a query as a collection."""

    query: "Query"
    item: bool = False


@frozen
class RowConstructor(Expression):
    """``ROW(value, …)``."""

    items: tuple[Expression, ...]
