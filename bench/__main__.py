"""``python -m bench``: decodes, fetches, inserts, asks; prints ratios and which of the bars are met.

Usage: python -m bench [--rows N] [--rounds N] [--only decoding|drivers|testserver]
"""

import argparse
import platform
import statistics
import sys

from informix_types.rowcode import batch_decoder
from informix_wire.rows import TUPLE_FRAME

from . import decoding, drivers, encoding, testserver
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
        for variant in ("row_row", "namedtuple_row") if name in DRIVER_TABLES else ():
            bars.append(
                (f"{variant} on {name}: share of tuples' speed", 1 / ratios[f"{variant}/rowcode"], 1 / 1.15)
            )
        if "Arrow" in times:
            bars.append((f"Arrow on {name}: times tuples", 1 / ratios["Arrow/rowcode"], 3.0))


def encode(rounds: int) -> None:
    """Our parameter and row encoders against the plain ones."""
    print("\nencoding rows of int, text, decimal, date, float")
    _line("encoder", "ns/row", "x plain")
    for variant, (taken, times) in encoding.measure(rounds).items():
        _line(variant, f"{taken:,.0f}", f"{times:.2f}")


def _report(what: str, times: dict[str, list[int]], count: int) -> float:
    """Print a line about both drivers; returns the ratio of their CPU times."""
    per_row = [statistics.median(times[name]) / count for name in ("ours", "theirs")]
    cpu, wall = ratio(times["theirs"], times["ours"]), ratio(times["theirs wall"], times["ours wall"])
    _line(what, *(f"{taken:,.0f} ns" for taken in per_row), f"{cpu:.2f}", f"{wall:.2f}")
    return cpu


def _alone(what: str, times: dict[str, list[int]], count: int) -> float:
    """Print a line about coding alone; returns how many times theirs ours is as fast.

    Theirs cannot be called from outside: it is taken to be their whole less what all but coding costs ours.
    """
    ours = statistics.median(times["local"]) / count
    times_as_fast = statistics.median(
        (their - max(our - local, 0)) / local
        for our, their, local in zip(times["ours"], times["theirs"], times["local"], strict=True)
    )
    _line(what, f"{ours:,.0f} ns", "", f"{times_as_fast:.2f}")
    return times_as_fast


def compare(rows: int, rounds: int, bars: Bars) -> None:
    """Both drivers from end to end; their decoder and encoder as far as they can be told from the rest."""
    with drivers.both_drivers(rows) as (ours, theirs):
        print(f"\ninformix-db {ours.version} and {theirs.name} {theirs.version}, each by its DB-API, in turn")
        _line("operation", "ours (CPU)", "theirs (CPU)", "ratio (CPU)", "ratio (wall)")
        for name in DRIVER_TABLES:
            stream = make_stream(name, rows)
            decoder = batch_decoder(stream.types, CONTEXT, TUPLE_FRAME)
            local = decoding.run_over(stream, stream.chunks(), stream.rows, decoder)
            times = drivers.measure(ours, theirs, f"fetch {name}", rounds, local)
            _report(f"fetch {name}", times, rows)
            reached = _alone("  decoding", times, rows)
            bars.append((f"rowcode on {name}: times their decoder", reached, 5.0 if name == "mix5" else 4.0))
        _report("fetchall mix5", drivers.measure(ours, theirs, "fetchall mix5", rounds), rows)
        for what, encode in (("insert", encoding.encode_rows), ("update", encoding.encode_parameters)):
            times = drivers.measure(ours, theirs, f"{what} mix5 {INSERTS}", rounds, encode(INSERTS))
            _report(f"{what} many", times, INSERTS)
            reached = _alone("  encoding", times, INSERTS)
            bars.append((f"encoding to {what} many: times theirs", reached, 5.0))
        times = drivers.measure(ours, theirs, f"point {POINTS}", rounds)
        bars.append(("point select: times theirs", _report("point select", times, POINTS), 1.0))


def serve(rounds: int, bars: Bars) -> None:
    """The test server: start-up and statements a second."""
    starts = testserver.start_times(rounds)
    print(f"\ntest server: listens {starts.installed:.3f} s after its command, {starts.checkout:.3f} s here")
    print(f"  {starts.embedded:.4f} s in a process that has imported it")
    bars.append(("test server's start, the time allowed / its time", testserver.START_BAR / starts.installed, 1.0))
    placements = testserver.placements(rounds)
    _line("a second", "placed freely", "on one CPU")
    for name in placements[0]:
        reached = [rates[name] for rates in placements]
        _line(name, *(f"{rate:,.0f}" for rate in reached))
        if name in testserver.BARS:
            bars.append((f"test server, {name}, a second", max(reached), testserver.BARS[name]))


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
