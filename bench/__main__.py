"""``python -m bench``: decodes, fetches, inserts, asks; prints ratios and which of the bars are met.

Usage: python -m bench [--rows N] [--rounds N] [--only decoding|drivers]
"""

import argparse
import platform
import statistics
import sys

from . import decoding, drivers
from .encoding import measure as measure_encoding
from .streams import TABLES, make_stream
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


def decode(rows: int, rounds: int, bars: Bars) -> dict[str, float]:
    """Our decoders against each other; returns nanoseconds a row of rowcode by table."""
    costs = {}
    for name in TABLES:
        stream = make_stream(name, rows)
        times, ratios = decoding.measure(stream, rounds)
        costs[name] = times["rowcode"]
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
    return costs


def encode(rounds: int) -> None:
    """Our parameter and row encoders against the plain ones."""
    print("\nencoding rows of int, text, decimal, date, float")
    _line("encoder", "ns/row", "x plain")
    for variant, (taken, times) in measure_encoding(rounds).items():
        _line(variant, f"{taken:,.0f}", f"{times:.2f}")


def compare(rows: int, rounds: int, costs: dict[str, float], bars: Bars) -> None:
    """Both drivers from end to end."""
    with drivers.both_drivers(rows) as (ours, theirs):
        print(
            f"\ninformix-db {ours.version} and {theirs.name} {theirs.version}, each by its DB-API, CPU time of the client"
        )
        _line("operation", "ours", "theirs", "ratio", "ratio (wall)")
        for name in DRIVER_TABLES:
            found = drivers.measure(ours, theirs, f"fetch {name}", rounds)
            per_row = [statistics.median(ts) / rows for ts in found["cpu"]]
            ratios = [ratio(found[kind][1], found[kind][0]) for kind in ("cpu", "wall")]
            _line(f"fetch {name}", *(f"{t:,.0f} ns" for t in per_row), *(f"{r:.2f}" for r in ratios))
            bars.append((f"fetching {name}, end to end", ratios[0], 5.0 if name == "mix5" else 4.0))
            if name in costs:
                # What receiving, statements and lists cost us is taken from theirs as well.
                rest = max(per_row[0] - costs[name], 0.0)
                bars.append(
                    (
                        f"decoding {name}, without the rest of a fetch",
                        (per_row[1] - rest) / costs[name],
                        5.0 if name == "mix5" else 4.0,
                    )
                )
        for command, count, bar in ((f"insert mix5 {INSERTS}", INSERTS, 5.0), (f"point {POINTS}", POINTS, 1.0)):
            found = drivers.measure(ours, theirs, command, rounds)
            per_row = [statistics.median(ts) / count for ts in found["cpu"]]
            ratios = [ratio(found[kind][1], found[kind][0]) for kind in ("cpu", "wall")]
            what = "executemany" if command.startswith("insert") else "point select"
            _line(what, *(f"{t:,.0f} ns" for t in per_row), *(f"{r:.2f}" for r in ratios))
            bars.append((f"{what}, end to end", ratios[0], bar))


def main() -> int:
    """Run everything that was asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of each stream")
    parser.add_argument("--rounds", type=int, default=5, help="timings of each variant")
    parser.add_argument("--only", choices=("decoding", "drivers"), help="half of the run")
    options = parser.parse_args()
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {options.rows:,} rows, {options.rounds} rounds"
    )
    bars: Bars = []
    costs: dict[str, float] = {}
    if options.only != "drivers":
        costs = decode(options.rows, options.rounds, bars)
        encode(options.rounds)
    if options.only != "decoding":
        compare(options.rows, options.rounds, costs, bars)
    print("\nbars")
    for what, reached, wanted in bars:
        print(f"  {'met ' if reached >= wanted else 'MISSED'}  {what}: {reached:.2f} (wanted {wanted:.2f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
