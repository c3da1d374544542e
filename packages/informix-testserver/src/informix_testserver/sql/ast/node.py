"""The base of all syntax-tree nodes, and names: what every other module of the tree is built from."""

from dataclasses import field

from informix_types.classes import frozen

__all__ = ["Expression", "Identifier", "Node", "ObjectName", "Statement", "TableExpression"]


@frozen
class Node:
    """Any part of a parsed statement.

    Two nodes are equal when they say the same; the position takes no part in comparison and hash, so a select
    item can be found again in GROUP BY by equality. Identify nodes by `id()` where the place matters.

    Attributes:
        pos: 1-based character offset of the node's first token in the statement's text, for `SqlError.offset`.
    """

    pos: int = field(compare=False)


@frozen
class Expression(Node):
    """A value expression or condition (conditions are expressions of type BOOLEAN)."""


@frozen
class TableExpression(Node):
    """Anything that stands in FROM."""


@frozen
class Statement(Node):
    """A complete statement."""


@frozen
class Identifier(Node):
    """A single name: column, alias, constraint, savepoint, grantee.

    Attributes:
        name: folded to lower case, unless it was delimited (sqli.md 8 #12).
    """

    name: str

    def __str__(self) -> str:
        """Return the name."""
        return self.name


@frozen
class ObjectName(Node):
    """The name of a table, view, synonym, index, sequence, routine, type: ``db@server:owner.name``.

    Attributes:
        name: the object's own name.
        owner: as written (an owner may stand in quotes of either kind, which keep its case), or None.
        database: or None for the current one.
        server: or None for this one.
        name_pos: 1-based offset of the last component.
    """

    name: str
    owner: str | None = None
    database: str | None = None
    server: str | None = None
    name_pos: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """Return the name as Informix writes it."""
        text = f"{self.owner}.{self.name}" if self.owner else self.name
        if self.database is None:
            return text
        return f"{self.database}@{self.server}:{text}" if self.server else f"{self.database}:{text}"
