"""Generated row decoders and encoders: one function per shape, cached across connections.

They are derived from the same `Layout`s as `reference.py` and must agree with it on every input. The environment
variable ``INFORMIX_ROWCODE=reference`` switches them off.
"""

import os
from collections.abc import Callable, Sequence
from typing import Any

from ..column import ColumnType
from ..context import TypeContext
from ..layout import RowFrame
from ..reference import batch_decoder as reference_decoder
from .adaptive import AdaptiveDecoder, adaptive_decoder
from .decoder import Decoder
from .encoder import ParamEncoder, ParamEncoders, param_encoder
from .rowencoder import RowEncoder, row_encoder

__all__ = [
    "Decoder",
    "ParamEncoder",
    "ParamEncoders",
    "RowEncoder",
    "batch_decoder",
    "param_encoder",
    "row_encoder",
]

CACHE_SIZE = 512
"""Shapes whose functions are kept; a shape is the types, the context, the frame and the row maker."""
SMALL = 4096
"""Bytes of rows below which generating a function costs more than it saves (performance.md, section 10)."""

_cache: dict[Any, Decoder] = {}
"""Each operation on it is atomic; two threads that generate the same function at a time do no harm."""


def _known(key: tuple[Any, ...]) -> Decoder | None:
    try:
        return _cache.get(key)
    except TypeError:
        return None  # the user's row maker has no hash


def _compiled(columns: tuple[ColumnType, ...], ctx: TypeContext, frame: RowFrame, maker: Any) -> Decoder:
    key = (columns, ctx, frame, maker)
    decoder = _known(key)
    if decoder is None:
        decoder = adaptive_decoder(columns, ctx, frame, maker)
        try:
            _cache[key] = decoder
        except TypeError:
            return decoder
        for oldest in list(_cache)[:-CACHE_SIZE]:
            _cache.pop(oldest, None)
    return decoder


def batch_decoder(
    columns: Sequence[ColumnType],
    ctx: TypeContext,
    frame: RowFrame,
    factory: Callable[[tuple[Any, ...]], Any] | None = None,
) -> Decoder:
    """Return a function that decodes every complete row message of a buffer from an offset on.

    The contract is that of `reference.batch_decoder`, which does the work until enough bytes of rows came to make
    generating a function worth while.

    Args:
        columns: the row's types.
        ctx: how values are decoded.
        frame: the message head around a row.
        factory: makes the row object from the tuple; a `rows.RowMaker` is inlined; None leaves the tuple.

    Raises (the returned function):
        FramingError: a row is not consumed exactly or holds impossible bytes; names column and type.
        ConversionError: Python has no object for a value.
    """
    types = tuple(columns)
    reference = reference_decoder(types, ctx, frame, factory)
    if os.environ.get("INFORMIX_ROWCODE") == "reference" or not types:
        return reference
    current = reference
    if (known := _known((types, ctx, frame, factory))) is not None:
        return known
    seen = 0

    def decode(buf: bytes, offset: int = 0) -> tuple[list[Any], int]:
        nonlocal current, seen
        if current is reference:
            seen += len(buf) - offset
            if seen > SMALL:
                compiled = _compiled(types, ctx, frame, factory)
                # A method is called at half the cost of an object.
                current = compiled.decode if isinstance(compiled, AdaptiveDecoder) else compiled
        return current(buf, offset)

    return decode
