"""Encoders of ours against each other, in this process: parameters of BIND and rows of PUT."""

import statistics
from collections.abc import Callable
from typing import Any

from informix_types import encode_params, parse_type, reference
from informix_types.rowcode import param_encoder, row_encoder

from .streams import CONTEXT, TABLES, values
from .timing import ratio, rounds

ROWS = 5_000


def measure(count: int) -> dict[str, tuple[float, float]]:
    """Time all encoders on rows of mix5.

    Returns:
        nanoseconds a row (median), and how many times as fast as the plain encoder of its kind.
    """
    rows = list(values("mix5", ROWS))
    types = tuple(parse_type(text) for text, _ in TABLES["mix5"])
    fast_params, fast_rows = param_encoder(types, CONTEXT), row_encoder(types, CONTEXT)
    encoders: dict[str, Callable[[Any], Any]] = {
        "encode_params": lambda row: encode_params(row, types, CONTEXT),
        "param_encoder": fast_params,
        "encode_row": lambda row: reference.encode_row(types, row, CONTEXT),
        "row_encoder": fast_rows,
    }

    def all_rows(encode: Callable[[Any], Any]) -> Callable[[], None]:
        def run() -> None:
            for row in rows:
                encode(row)

        return run

    times = rounds({name: all_rows(encode) for name, encode in encoders.items()}, count)
    plain = {"param_encoder": "encode_params", "row_encoder": "encode_row"}
    return {
        name: (statistics.median(ts) / ROWS, ratio(times[plain.get(name, name)], ts)) for name, ts in times.items()
    }
