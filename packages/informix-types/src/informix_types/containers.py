"""Python values of constructed types: ROW, SET, MULTISET, LIST."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from itertools import chain
from typing import Any, ClassVar, overload

__all__ = ["CollectionValue", "ListValue", "MultisetValue", "RowValue", "SetValue"]


class CollectionValue(Collection[Any]):
    """A value of type SET, MULTISET or LIST; immutable.

    Each kind behaves as the Python collection it is: `ListValue` is a Sequence and equals lists, `SetValue` is
    a Set and equals sets, `MultisetValue` compares without regard to order.

    Attributes:
        elements: the elements in the order in which they came.
        kind: ``SET``, ``MULTISET`` or ``LIST``.
    """

    __slots__ = ("elements",)
    kind: ClassVar[str] = ""
    elements: tuple[Any, ...]

    def __init__(self, elements: Iterable[Any] = ()) -> None:
        object.__setattr__(self, "elements", tuple(elements))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: cannot set {name}")

    def __reduce__(self) -> tuple[type["CollectionValue"], tuple[tuple[Any, ...]]]:
        return type(self), (self.elements,)

    @staticmethod
    def of(kind: str, elements: Iterable[Any]) -> "CollectionValue":
        """Make the value of a kind. Raises KeyError for other kinds."""
        return KINDS[kind.upper()](elements)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.elements)

    def __len__(self) -> int:
        return len(self.elements)

    def __contains__(self, value: object) -> bool:
        return value in self.elements

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self.elements)!r})"


class ListValue(CollectionValue, Sequence[Any]):
    """A LIST: ordered, with duplicates."""

    __slots__ = ()
    kind = "LIST"

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self.elements[index]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ListValue):
            return self.elements == other.elements
        if isinstance(other, list | tuple):
            return self.elements == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self.elements)

    def __add__(self, other: object) -> "ListValue":
        if not isinstance(other, ListValue | list | tuple):
            return NotImplemented
        return ListValue((*self.elements, *other))

    def __radd__(self, other: object) -> "ListValue":
        if not isinstance(other, list | tuple):
            return NotImplemented
        return ListValue((*other, *self.elements))


class SetValue(CollectionValue, Set[Any]):
    """A SET: no duplicates, no order. Elements may be unhashable."""

    __slots__ = ()
    kind = "SET"

    def __init__(self, elements: Iterable[Any] = ()) -> None:
        given = list(elements)
        try:
            super().__init__(dict.fromkeys(given))
        except TypeError:  # unhashable elements
            super().__init__(e for i, e in enumerate(given) if e not in given[:i])

    def __hash__(self) -> int:
        return self._hash()

    # __eq__, <=, &, | … come from collections.abc.Set and take any Set, `set` included. The methods of `frozenset`
    # take any iterables, as they do there.

    def union(self, *others: Iterable[Any]) -> "SetValue":
        """The elements of this set and of all others."""
        return SetValue(chain(self.elements, *others))

    def intersection(self, *others: Iterable[Any]) -> "SetValue":
        """The elements that all others have, too."""
        sets = [SetValue(other) for other in others]
        return SetValue(element for element in self.elements if all(element in other for other in sets))

    def difference(self, *others: Iterable[Any]) -> "SetValue":
        """The elements that no other has."""
        sets = [SetValue(other) for other in others]
        return SetValue(element for element in self.elements if not any(element in other for other in sets))

    def symmetric_difference(self, other: Iterable[Any]) -> "SetValue":
        """The elements that are in one of the two only."""
        there = SetValue(other)
        return self.difference(there).union(there.difference(self.elements))

    def issubset(self, other: Iterable[Any]) -> bool:
        """Whether the other has all elements of this set."""
        return self <= SetValue(other)

    def issuperset(self, other: Iterable[Any]) -> bool:
        """Whether this set has all elements of the other."""
        return self >= SetValue(other)


class MultisetValue(CollectionValue):
    """A MULTISET: duplicates, no order."""

    __slots__ = ()
    kind = "MULTISET"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Counter):
            other = MultisetValue(other.elements())
        if not isinstance(other, MultisetValue | list | tuple):
            return NotImplemented
        try:
            return Counter(self.elements) == Counter(other)
        except TypeError:  # unhashable elements
            rest = list(other)
            for element in self.elements:
                if element not in rest:
                    return False
                rest.remove(element)
            return not rest

    def __hash__(self) -> int:
        return hash(frozenset(Counter(self.elements).items()))

    def count(self, value: Any) -> int:
        """How often `value` occurs."""
        return self.elements.count(value)


KINDS: dict[str, type[CollectionValue]] = {"LIST": ListValue, "SET": SetValue, "MULTISET": MultisetValue}


class RowValue(Sequence[Any]):
    """A value of a ROW type: fields by position, by name and as attributes; immutable; equals tuples.

    Attributes:
        names: the fields' names; empty for a named row type, which the server describes by its name only.
    """

    __slots__ = ("_values", "names")
    names: tuple[str, ...]
    _values: tuple[Any, ...]

    def __init__(self, values: Iterable[Any], names: Iterable[str] = ()) -> None:
        object.__setattr__(self, "_values", tuple(values))
        object.__setattr__(self, "names", tuple(names))
        if self.names and len(self.names) != len(self._values):
            raise ValueError(f"{len(self._values)} values for {len(self.names)} fields")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"RowValue is immutable: cannot set {name}")

    def __reduce__(self) -> tuple[type["RowValue"], tuple[tuple[Any, ...], tuple[str, ...]]]:
        return type(self), (self._values, self.names)

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the row has no field {name}") from None

    @overload
    def __getitem__(self, key: int | str) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, key: int | str | slice) -> Any:
        if not isinstance(key, str):
            return self._values[key]
        # Unquoted names are lower-cased by the server (sqli.md 6.1).
        for name in (key, key.lower()):
            if name in self.names:
                return self._values[self.names.index(name)]
        raise KeyError(key)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, RowValue):
            return self._values == other._values
        if isinstance(other, tuple):
            return self._values == other
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._values)

    def keys(self) -> tuple[str, ...]:
        """Field names, so that ``dict(row)`` works. Raises TypeError when they are not known."""
        if self._values and not self.names:
            raise TypeError("the names of the row's fields are not known")
        return self.names

    def as_dict(self) -> dict[str, Any]:
        """Field names to values. Empty when the names are not known."""
        return dict(zip(self.names, self._values, strict=False))

    def __repr__(self) -> str:
        if not self.names:
            return f"RowValue({self._values!r})"
        return f"RowValue({', '.join(f'{n}={v!r}' for n, v in zip(self.names, self._values, strict=True))})"
