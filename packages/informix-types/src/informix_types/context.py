"""`TypeContext`: everything besides the type that a value's decoding and encoding depend on.

A context is frozen and hashable: together with the column types it is the key under which codecs and generated
row decoders are cached.
"""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import tzinfo
from typing import Any, Self

from .classes import frozen

__all__ = ["DEFAULT_CONTEXT", "Adapters", "TypeContext"]

Loader = Callable[[Any], Any]
Dumper = Callable[[Any], Any]


class Adapters:
    """An immutable snapshot of user-registered loaders and dumpers (made by `registry.TypeRegistry`).

    Two snapshots with the same functions are equal, so that caches are shared between connections.

    Attributes:
        loaders: by type code (int) or lower-case extended name (str); called with the default value, never None.
        dumpers: by Python class; called with the value, return one that the driver can send by itself.
    """

    __slots__ = ("_hash", "dumpers", "loaders")

    def __init__(
        self, loaders: Mapping[int | str, Loader] | None = None, dumpers: Mapping[type, Dumper] | None = None
    ) -> None:
        self.loaders: Mapping[int | str, Loader] = dict(loaders or {})
        self.dumpers: Mapping[type, Dumper] = dict(dumpers or {})
        try:
            self._hash = hash((frozenset(self.loaders.items()), frozenset(self.dumpers.items())))
        except TypeError:
            self._hash = id(self)  # a callable that is not hashable: the snapshot is equal to itself only

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Adapters):
            return NotImplemented
        same = self._hash == other._hash and self.loaders == other.loaders and self.dumpers == other.dumpers
        return self is other or same

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Adapters({len(self.loaders)} loaders, {len(self.dumpers)} dumpers)"

    def __bool__(self) -> bool:
        return bool(self.loaders or self.dumpers)


NO_ADAPTERS = Adapters()


@frozen
class TypeContext:
    """How values are decoded and encoded on one connection or cursor.

    Attributes:
        encoding: Python codec of character data: the code set of CLIENT_LOCALE (sqli.md 9).
        errors: what happens to undecodable bytes and unencodable characters: ``strict`` (ConversionError) or
            another name of `codecs.register_error`.
        trim_char: strip the trailing blanks of CHAR and NCHAR. They are part of the value (sqli.md 7.1), hence
            off by default. VARCHAR and LVARCHAR are never trimmed.
        cut_partial_char: drop the bytes of a multi-byte character that the end of a CHAR or VARCHAR cuts in
            two (lengths count bytes, sqli.md 12 #30) instead of handing them to `errors`.
        strict_fractions: refuse a datetime, time or timedelta whose sixth fraction digit is not zero. Informix
            has five at most; off, the sixth is dropped, as servers do on assignment (sqli.md 7.2).
        timezone: zone into which time-zone-aware datetimes are converted before they are sent without it
            (Informix has no zone). None refuses them.
        normalised_datetimes: drop leading zero pairs when a DATETIME is encoded into a row, as servers do
            (sqli.md 7.4). A server that must please clients which ignore the head sets False. Decoding takes both.
        adapters: loaders and dumpers that the user registered.
    """

    encoding: str = "iso8859-1"
    errors: str = "strict"
    trim_char: bool = False
    cut_partial_char: bool = False
    strict_fractions: bool = False
    timezone: tzinfo | None = None
    normalised_datetimes: bool = True
    adapters: Adapters = field(default=NO_ADAPTERS)

    def __hash__(self) -> int:
        # Cheaper than all fields, and contexts are looked up for every value; __eq__ compares all.
        return hash((self.encoding, self.errors, self.adapters))

    def with_encoding(self, encoding: str, errors: str | None = None) -> Self:
        """Return the same context for another codec (and error handler)."""
        return replace(self, encoding=encoding, errors=self.errors if errors is None else errors)

    def with_adapters(self, adapters: Adapters) -> Self:
        """Return the same context with other loaders and dumpers."""
        return replace(self, adapters=adapters)


DEFAULT_CONTEXT = TypeContext()
"""ISO 8859-1, strict, no adapters: what a session has before it knows its locale."""
