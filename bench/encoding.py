"""Encoders of ours against each other, in this process: parameters of BIND and rows of PUT."""

import statistics
from collections.abc import Callable
from typing import Any

from informix_types import ColumnType, encode_params, parse_type, reference
from informix_types.rowcode import param_encoder, row_encoder

from .streams import CONTEXT, TABLES, values
from .timing import ratio, rounds

ROWS = 5_000


def _types() -> tuple[ColumnType, ...]:
    return tuple(parse_type(text) for text, _ in TABLES["mix5"])


def _over(rows: list[tuple[Any, ...]], encode: Callable[[Any], Any]) -> Callable[[], None]:
    def run() -> None:
        for row in rows:
            encode(row)

    return run


def encode_parameters(count: int) -> Callable[[], None]:
    """What an executemany that binds its rows has to encode."""
    return _over(list(values("mix5", count)), param_encoder((), CONTEXT))


def encode_rows(count: int) -> Callable[[], None]:
    """What an executemany by an insert cursor has to encode."""
    return _over(list(values("mix5", count)), row_encoder(_types(), CONTEXT))


def measure(count: int) -> dict[str, tuple[float, float]]:
    """Time all encoders on rows of mix5.

    Returns:
        nanoseconds a row (median), and how many times as fast as the plain encoder of its kind.
    """
    rows = list(values("mix5", ROWS))
    types = _types()
    fast_params, fast_rows = param_encoder(types, CONTEXT), row_encoder(types, CONTEXT)
    encoders: dict[str, Callable[[Any], Any]] = {
        "encode_params": lambda row: encode_params(row, types, CONTEXT),
        "param_encoder": fast_params,
        "encode_row": lambda row: reference.encode_row(types, row, CONTEXT),
        "row_encoder": fast_rows,
    }

    times = rounds({name: _over(rows, encode) for name, encode in encoders.items()}, count)
    plain = {"param_encoder": "encode_params", "row_encoder": "encode_row"}
    return {
        name: (statistics.median(ts) / ROWS, ratio(times[plain.get(name, name)], ts)) for name, ts in times.items()
    }
