"""``python -m bench``: decodes, fetches, inserts, asks; prints ratios and which of the bars are met.

Usage: python -m bench [--rows N] [--rounds N] [--only decoding|drivers|testserver]
"""

import argparse
import platform
import statistics
import sys

from informix_types.rowcode import batch_decoder
from informix_wire.rows import TUPLE_FRAME

from . import decoding, drivers, testserver
from .encoding import measure as measure_encoding
from .streams import CONTEXT, TABLES, make_stream
from .timing import ratio

DRIVER_TABLES = ("mix5", "int5", "mix20")
INSERTS = 5_000
POINTS = 500

Bars = list[tuple[str, float, float]]
"""What was measured, the ratio, and the ratio that it should reach."""


def _line(*cells: object) -> None:
    print(
        "  ".join(f"{cell!s:<{width}}" for cell, width in zip(cells, (16, 12, 12, 12, 12), strict=False)).rstrip()
    )


def decode(rows: int, rounds: int, bars: Bars) -> None:
    """Our decoders against each other."""
    for name in TABLES:
        stream = make_stream(name, rows)
        times, ratios = decoding.measure(stream, rounds)
        print(f"\n{name}: {len(stream.types)} columns, {len(stream.data) / stream.rows:.0f} bytes a row")
        _line("decoder", "ns/row", "rows/s", "x reference", "x rowcode")
        for variant, taken in times.items():
            against = 1 / ratios[f"{variant}/rowcode"]
            _line(variant, f"{taken:,.0f}", f"{1e9 / taken:,.0f}", f"{ratios[variant]:.2f}", f"{against:.2f}")
        for variant in ("row_row", "namedtuple_row"):
            bars.append(
                (f"{variant} on {name}: share of tuples' speed", 1 / ratios[f"{variant}/rowcode"], 1 / 1.15)
            )
        bars.append((f"Arrow on {name}: times tuples", 1 / ratios["Arrow/rowcode"], 3.0))


def encode(rounds: int) -> None:
    """Our parameter and row encoders against the plain ones."""
    print("\nencoding rows of int, text, decimal, date, float")
    _line("encoder", "ns/row", "x plain")
    for variant, (taken, times) in measure_encoding(rounds).items():
        _line(variant, f"{taken:,.0f}", f"{times:.2f}")


def _report(what: str, times: dict[str, list[int]], count: int) -> float:
    """Print a line about both drivers; returns the ratio of their CPU times."""
    per_row = [statistics.median(times[name]) / count for name in ("ours", "theirs")]
    cpu, wall = ratio(times["theirs"], times["ours"]), ratio(times["theirs wall"], times["ours wall"])
    _line(what, *(f"{taken:,.0f} ns" for taken in per_row), f"{cpu:.2f}", f"{wall:.2f}")
    return cpu


def compare(rows: int, rounds: int, bars: Bars) -> None:
    """Both drivers from end to end; their decoder is their fetch less what all but decoding costs ours."""
    with drivers.both_drivers(rows) as (ours, theirs):
        print(f"\ninformix-db {ours.version} and {theirs.name} {theirs.version}, each by its DB-API, in turn")
        _line("operation", "ours (CPU)", "theirs (CPU)", "ratio (CPU)", "ratio (wall)")
        for name in DRIVER_TABLES:
            bar = 5.0 if name == "mix5" else 4.0
            stream = make_stream(name, rows)
            decoder = batch_decoder(stream.types, CONTEXT, TUPLE_FRAME)
            local = decoding.run_over(stream, stream.chunks(), stream.rows, decoder)
            times = drivers.measure(ours, theirs, f"fetch {name}", rounds, local)
            bars.append((f"fetch of {name} from end to end", _report(f"fetch {name}", times, rows), bar))
            alone = statistics.median(
                (their - max(our - decode, 0)) / decode
                for our, their, decode in zip(times["ours"], times["theirs"], times["local"], strict=True)
            )
            _line("  decoding only", f"{statistics.median(times['local']) / rows:,.0f} ns", "", f"{alone:.2f}")
            bars.append((f"rowcode on {name} against their decoder", alone, bar))
        for what, command, count, bar in (
            ("fetchall mix5", "fetchall mix5", rows, 1.0),
            ("insert many", f"insert mix5 {INSERTS}", INSERTS, 5.0),
            ("update many", f"update mix5 {INSERTS}", INSERTS, 5.0),
            ("point select", f"point {POINTS}", POINTS, 1.0),
        ):
            times = drivers.measure(ours, theirs, command, rounds)
            bars.append((f"{what} from end to end", _report(what, times, count), bar))


def serve(rounds: int, bars: Bars) -> None:
    """The test server: start-up and statements a second."""
    command, embedded = testserver.start_times(rounds)
    print(
        f"\ntest server: listens {command:.3f} s after its command, {embedded:.3f} s where it is imported already"
    )
    bars.append(("test server's start, share of the time allowed", testserver.START_BAR / command, 1.0))
    for name, rate in testserver.rates(rounds).items():
        _line(name, f"{rate:,.0f}/s")
        if name in testserver.BARS:
            bars.append((f"test server, {name}, a second", rate, testserver.BARS[name]))


def main() -> int:
    """Run everything that was asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of each stream")
    parser.add_argument("--rounds", type=int, default=5, help="timings of each variant")
    parser.add_argument("--only", choices=("decoding", "drivers", "testserver"), help="part of the run")
    options = parser.parse_args()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"{python}, {options.rows:,} rows, {options.rounds} rounds")
    bars: Bars = []
    if options.only in (None, "decoding"):
        decode(options.rows, options.rounds, bars)
        encode(options.rounds)
    if options.only in (None, "drivers"):
        compare(options.rows, options.rounds, bars)
    if options.only in (None, "testserver"):
        serve(options.rounds, bars)
    print("\nbars")
    for what, reached, wanted in bars:
        print(f"  {'met ' if reached >= wanted else 'MISSED'}  {what}: {reached:.2f} (wanted {wanted:.2f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
