"""`Codec`: one type in one context, from the bytes of a value to its Python object and back."""

from collections.abc import Callable
from typing import Any, NoReturn

from ..classes import frozen
from ..column import ColumnType
from ..errors import ConversionError
from ..layout import Layout

__all__ = ["Codec", "refuse"]


@frozen
class Codec:
    """How one column type is read and written in one `TypeContext`.

    Attributes:
        type: the column type.
        layout: how the value lies in a row; framing and NULL are handled by it, outside of the codec.
        load: bytes of a value that is not NULL (without count or envelope) to the Python value. Raises
            FramingError for impossible bytes, ConversionError where Python has no object.
        dump: Python value (not None) to those bytes; FIXED layouts get exactly `layout.width` bytes. Raises
            ConversionError when the value does not fit exactly.
        loader: the user's loader, applied to what `load` returned; None without one.
    """

    type: ColumnType
    layout: Layout
    load: Callable[[bytes], Any]
    dump: Callable[[Any], bytes]
    loader: Callable[[Any], Any] | None = None


def refuse(column: ColumnType, value: object, why: str = "") -> NoReturn:
    """Raise the ConversionError for a value that does not go into a column."""
    try:
        shown = repr(value)
    except ValueError:  # an integer beyond sys.set_int_max_str_digits
        shown = f"a huge {type(value).__name__}"
    if len(shown) > 80:
        shown = shown[:77] + "…"
    reason = why or f"a {type(value).__name__} cannot be stored there"
    raise ConversionError(f"{shown} does not fit {column.type_name}: {reason}")
