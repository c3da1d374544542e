"""Row factories: what a result's rows are: tuples, named tuples, dicts, objects, single values.

A factory takes the column names of a result and returns a maker, which takes the tuple of a row's values. The
makers here also say how they look as source code, so that `rowcode` inlines them into the generated decoder and
asking for names costs little. Makers for the same names are equal: generated decoders, which are kept by types and
maker, are found again for the next result. Any other callable works as well, at the cost of a call a row.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import field
from functools import lru_cache
from keyword import iskeyword
from operator import itemgetter
from typing import Any, Generic, TypeVar
from unicodedata import normalize

from .classes import frozen

__all__ = [
    "Row",
    "RowFactory",
    "RowMaker",
    "class_row",
    "dict_row",
    "namedtuple_row",
    "python_names",
    "row_row",
    "scalar_row",
    "tuple_row",
]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
CLASSES = 256
"""Row classes that are kept, by their names."""
RowFactory = Callable[[Sequence[str]], Callable[[tuple[Any, ...]], Any]]
"""Takes the names of the columns, returns the function that makes a row from the tuple of its values."""


@frozen
class RowMaker(Generic[T_co]):
    """A maker that a generated decoder can inline.

    Attributes:
        source: the row expression: ``{values}`` is replaced by the comma-separated value expressions, ``{0}``,
            ``{1}`` … by single ones; ``MAKE`` is `make`.
        make: the object that `source` calls as ``MAKE``.
        call: the same without inlining; makers are equal when the other two are.
    """

    source: str
    make: Any
    call: Callable[[tuple[Any, ...]], T_co] = field(compare=False)

    def __call__(self, values: tuple[Any, ...]) -> T_co:
        """Make the row."""
        return self.call(values)


def python_names(names: Sequence[str]) -> tuple[str, ...]:
    """Turn column names into distinct identifiers: ``(count(*))`` becomes ``count``, a second ``id`` ``id_2``."""
    taken: set[str] = set()
    out: list[str] = []
    for index, name in enumerate(names):
        # Python compares identifiers in form NFKC.
        base = re.sub(r"\W+", "_", normalize("NFKC", name)).strip("_") or f"column_{index + 1}"
        if iskeyword(base):
            base = f"{base}_"
        elif not base.isidentifier():
            base = f"column_{base}" if f"column_{base}".isidentifier() else f"column_{index + 1}"
        unique, count = base, 1
        while unique in taken:
            count += 1
            unique = f"{base}_{count}"
        taken.add(unique)
        out.append(unique)
    return tuple(out)


def tuple_row(_names: Sequence[str]) -> RowMaker[tuple[Any, ...]]:
    """Rows are plain tuples: the default."""
    return RowMaker("({values},)", tuple, tuple)


@lru_cache(maxsize=CLASSES)
def _namedtuple_class(names: tuple[str, ...]) -> Any:
    fields = [name.lstrip("_") or "column" for name in python_names(names)]

    def reduce(row: tuple[Any, ...]) -> tuple[Any, ...]:
        # The class exists in this process only; the other side makes it from the names.
        return _rebuild_namedtuple, (names, tuple(row))

    bases = (namedtuple("Row", python_names(fields)),)
    return type("Row", bases, {"__slots__": (), "__reduce__": reduce})


def _rebuild_namedtuple(names: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    return _namedtuple_class(names)._make(values)


def namedtuple_row(names: Sequence[str]) -> RowMaker[Any]:
    """Rows are named tuples; names are made identifiers by `python_names`."""
    cls = _namedtuple_class(tuple(names))
    return RowMaker("NEW(MAKE, ({values},))", cls, cls._make)


def dict_row(names: Sequence[str]) -> RowMaker[dict[str, Any]]:
    """Rows are dicts by column name; of columns with the same name the last one wins, as in PEP 249 drivers."""
    keys = tuple(names)
    # Braces of the dict display are doubled for str.format.
    source = "{{" + ", ".join(f"{_braced(name)}: {{{index}}}" for index, name in enumerate(keys)) + "}}"
    return RowMaker(source, None, lambda values: dict(zip(keys, values, strict=True)))


def _braced(name: str) -> str:
    return repr(name).replace("{", "{{").replace("}", "}}")


def scalar_row(_names: Sequence[str]) -> RowMaker[Any]:
    """Rows are the value of their first column."""
    return RowMaker("{0}", None, itemgetter(0))


def class_row(cls: Callable[..., T]) -> Callable[[Sequence[str]], RowMaker[T]]:
    """Rows are what `cls` returns, called with the columns as keyword arguments (dataclasses, models)."""

    def factory(names: Sequence[str]) -> RowMaker[T]:
        keys = python_names(names)
        source = "MAKE(" + ", ".join(f"{name}={{{index}}}" for index, name in enumerate(keys)) + ")"
        return RowMaker(source, cls, lambda values: cls(**dict(zip(keys, values, strict=True))))

    return factory


class Row(tuple[Any, ...]):
    """A tuple whose columns are also attributes (``row.name``) and can be asked for by name (``row.get("name")``).

    Subclasses are made per list of names by `row_row`; indexing stays the tuple's own, so it costs nothing extra.
    A column named like a method of tuples or of this class (``count``, ``index``, ``keys``, ``get`` …) has no
    attribute: `get` and `as_dict` know it.
    """

    __slots__ = ()
    _names: tuple[str, ...] = ()

    def keys(self) -> tuple[str, ...]:
        """Column names as the server described them."""
        return self._names

    def get(self, name: str, default: Any = None) -> Any:
        """Value of the first column with this name, else `default`."""
        try:
            return self[self._names.index(name)]
        except ValueError:
            return default

    def as_dict(self) -> dict[str, Any]:
        """The row as a dict by column name."""
        return dict(zip(self._names, self, strict=True))

    def __reduce__(self) -> tuple[Any, ...]:
        # The class exists in this process only; the other side makes it from the names.
        return _rebuild_row, (self._names, tuple(self))

    def __repr__(self) -> str:
        return "Row(" + ", ".join(f"{name}={value!r}" for name, value in zip(self._names, self, strict=True)) + ")"


@lru_cache(maxsize=CLASSES)
def _row_class(names: tuple[str, ...]) -> type[Row]:
    members: dict[str, Any] = {"__slots__": (), "_names": names}
    for index, name in enumerate(python_names(names)):
        if not hasattr(Row, name):
            members[name] = property(itemgetter(index))
    return type("Row", (Row,), members)


def _rebuild_row(names: tuple[str, ...], values: tuple[Any, ...]) -> Row:
    return _row_class(names)(values)


def row_row(names: Sequence[str]) -> RowMaker[Row]:
    """Rows are `Row`: tuples with the columns as attributes."""
    cls = _row_class(tuple(names))
    return RowMaker("MAKE(({values},))", cls, cls)
