"""Decoders of ours against each other, in this process: reference, generated, with names, by columns."""

import statistics
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import Any

from informix_types import reference
from informix_types.columnar import ColumnarDecoder
from informix_types.rowcode import batch_decoder
from informix_types.rows import dict_row, namedtuple_row, row_row
from informix_wire.rows import TUPLE_FRAME

from .streams import COLUMNAR_CHUNK, CONTEXT, Stream
from .timing import ratio, rounds

REFERENCE_ROWS = 5_000
"""The reference decoder sees only the first rows of a stream: it is slow and its cost does not change."""


COLUMNAR = find_spec("pyarrow") is not None and find_spec("numpy") is not None
"""Whether the extra informix-types[arrow] is here; the columnar decoders are left out without it."""


def run_over(
    stream: Stream, chunks: Iterable[bytes], expected: int, decode: Callable[..., Any]
) -> Callable[[], None]:
    pieces = list(chunks)

    def run() -> None:
        count = 0
        for chunk in pieces:
            rows, end = decode(chunk, 0)
            count += len(rows)
            assert end == len(chunk)
        assert count == expected, stream.name

    return run


def _columns(stream: Stream) -> Callable[[], None]:
    pieces = list(stream.chunks(COLUMNAR_CHUNK))
    decoder = ColumnarDecoder(stream.types, stream.names, CONTEXT, TUPLE_FRAME)

    def run() -> None:
        count = 0
        for chunk in pieces:
            batch, end = decoder.decode(chunk)
            count += batch.num_rows
            assert end == len(chunk)
        assert count == stream.rows, stream.name

    return run


def _arrays(stream: Stream) -> Callable[[], None]:
    pieces = list(stream.chunks(COLUMNAR_CHUNK))
    decoder = ColumnarDecoder(stream.types, stream.names, CONTEXT, TUPLE_FRAME)

    def run() -> None:
        count = 0
        for chunk in pieces:
            columns, end = decoder.decode_numpy(chunk)
            count += len(columns[0][0])
            assert end == len(chunk)
        assert count == stream.rows, stream.name

    return run


def measure(stream: Stream, count: int) -> tuple[dict[str, float], dict[str, float]]:
    """Time all decoders on a stream.

    Returns:
        nanoseconds a row (median), and how many times as fast as the reference each one is.
    """
    few = min(REFERENCE_ROWS, stream.rows)
    types = stream.types
    variants: dict[str, Callable[[], object]] = {
        "reference": run_over(
            stream, stream.chunks(rows=few), few, reference.batch_decoder(types, CONTEXT, TUPLE_FRAME)
        ),
        "rowcode": run_over(stream, stream.chunks(), stream.rows, batch_decoder(types, CONTEXT, TUPLE_FRAME)),
    }
    for factory in (row_row, namedtuple_row, dict_row):
        decode = batch_decoder(types, CONTEXT, TUPLE_FRAME, factory(stream.names))
        variants[factory.__name__] = run_over(stream, stream.chunks(), stream.rows, decode)
    if COLUMNAR:
        variants["numpy"] = _arrays(stream)
        variants["Arrow"] = _columns(stream)
    times = rounds(variants, count)
    per_row = {name: [t / (few if name == "reference" else stream.rows) for t in ts] for name, ts in times.items()}
    medians = {name: statistics.median(ts) for name, ts in per_row.items()}
    return medians, {name: ratio(per_row["reference"], ts) for name, ts in per_row.items()} | {
        f"{name}/rowcode": ratio(ts, per_row["rowcode"]) for name, ts in per_row.items()
    }
