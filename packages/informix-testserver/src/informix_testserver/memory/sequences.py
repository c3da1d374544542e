"""NEXTVAL and CURRVAL: a row takes one number from a sequence, however often the statement names it.

HCL documentation, "NEXTVAL and CURRVAL Operators": a statement increments a sequence once for each row that it
returns or changes; every NEXTVAL and CURRVAL of the sequence in it has that number, in whatever order they stand.
"""

import itertools
from dataclasses import replace
from typing import Any

from .binder import Binder
from .catalog import Table
from .expr import Expr

__all__ = ["RowMarks", "RowNumbers"]

_blocks = itertools.count(1)


class RowNumbers:
    """What the row at hand has taken from sequences; every session has one.

    sqlite does not say where a row begins. So each value that takes a number is evaluated behind a mark of its
    own, and all marks of a block are evaluated once a row: one that comes again, or of another block, begins one.
    """

    def __init__(self) -> None:
        self.block = 0
        self.marks: set[int] = set()
        self.numbers: dict[int, int] = {}

    def mark(self, block: int, number: int) -> int:
        """Note a mark; forget the numbers when it begins another row. Returns 1, which is true in SQL."""
        if block != self.block or number in self.marks:
            self.block = block
            self.marks.clear()
            self.numbers.clear()
        self.marks.add(number)
        return 1

    def next_value(self, engine: Any, sequence: Table) -> int:
        """Return the row's number of a sequence. Raises SqlError when there is none left."""
        number = self.numbers.get(sequence.key)
        if number is None:
            number = self.numbers[sequence.key] = engine.next_value(sequence)
        return number


class RowMarks:
    """Puts marks in front of the values of one select list, SET clause or VALUES that name a sequence."""

    def __init__(self, b: Binder) -> None:
        self.b = b
        self.block = next(_blocks)
        self.count = 0
        self.before = b.sequence_uses

    def __call__(self, value: Expr) -> Expr:
        """Return a value that was bound just now, behind a mark if it names a sequence."""
        b = self.b
        if b.sequence_uses == self.before:
            return value
        self.before = b.sequence_uses
        self.count += 1

        def note(block: int, number: int) -> int:
            numbers: RowNumbers = b.env_session().row_numbers
            return numbers.mark(block, number)

        mark = b.call("row mark", note, [str(self.block), str(self.count)])
        return replace(value, sql=f"(CASE WHEN {mark} THEN {value.sql} END)")
