"""`TypeRegistry`: users' loaders and dumpers, copy-on-write from global to connection to cursor.

A registry hands out immutable `Adapters` snapshots, which go into a `TypeContext`; changing a registry never
changes a snapshot that a running statement uses, nor a registry that was derived before.
"""

from collections.abc import Callable
from typing import Any

from .codes import TypeCode
from .context import NO_ADAPTERS, Adapters

__all__ = ["GLOBAL", "TypeRegistry"]


class TypeRegistry:
    """Loaders by type and dumpers by Python class.

    ``TypeRegistry(parent)`` starts with what `parent` has at that moment and is independent afterwards.

    Attributes:
        adapters: the current snapshot, for `TypeContext.with_adapters`; another one after each registration.
    """

    __slots__ = ("adapters",)

    def __init__(self, parent: "TypeRegistry | None" = None) -> None:
        self.adapters: Adapters = NO_ADAPTERS if parent is None else parent.adapters

    def register_loader(self, key: TypeCode | int | str, loader: Callable[[Any], Any] | None) -> None:
        """Set what a type's values are turned into after decoding.

        Args:
            key: a type code, or the name of an extended type (any case), which goes before its code.
            loader: called with the value as this package decodes it (bytes for opaque types), never with None;
                None removes the loader.

        Raises:
            TypeError: `loader` is not callable.
        """
        loaders: dict[int | str, Callable[[Any], Any]] = dict(self.adapters.loaders)
        where = key.lower() if isinstance(key, str) else int(key)
        if loader is None:
            loaders.pop(where, None)
        else:
            loaders[where] = _callable(loader)
        self.adapters = Adapters(loaders, self.adapters.dumpers)

    def register_dumper(self, cls: type, dumper: Callable[[Any], Any] | None) -> None:
        """Set what values of a class (and its subclasses) are sent as.

        Args:
            cls: the Python class.
            dumper: called with the value; returns one that can be sent by itself (str, Decimal, bytes, …), or a
                `TypedValue` that names the wire type too; None removes the dumper.

        Raises:
            TypeError: `dumper` is not callable or `cls` is no class.
        """
        if not isinstance(cls, type):
            raise TypeError(f"dumpers are registered by class, not by {cls!r}")
        dumpers = dict(self.adapters.dumpers)
        if dumper is None:
            dumpers.pop(cls, None)
        else:
            dumpers[cls] = _callable(dumper)
        self.adapters = Adapters(self.adapters.loaders, dumpers)


def _callable(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    if not callable(function):
        raise TypeError(f"{function!r} is not callable")
    return function


GLOBAL = TypeRegistry()
"""The registry that new connections start from."""
