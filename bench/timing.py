"""How things are timed: CPU time, garbage collection off, variants interleaved, ratios of paired rounds."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

CALIBRATION_LOOPS = 100_000
Result = TypeVar("Result")
PATIENCE = 2
"""How often a timing during which the machine ran slow is repeated."""
SLOW_MACHINE = 1.25
"""A calibration loop that takes this many times its best marks such a timing."""

RETRY_SECONDS = 30.0
"""What all repetitions together may take: on a machine that is always slow they help nobody."""

_best_calibration = float("inf")
_retries = 0.0


def calibrate() -> float:
    """Time a fixed piece of work, about 1.5 ms; returns how much slower than its best it ran."""
    global _best_calibration  # noqa: PLW0603 (the machine's best is one number for the whole process)
    start = time.thread_time_ns()
    sum(range(CALIBRATION_LOOPS))
    taken = time.thread_time_ns() - start
    _best_calibration = min(_best_calibration, taken)
    return taken / _best_calibration


def steady(run: Callable[[], Result], cost: Callable[[Result], float]) -> Result:
    """Run something; a few times if the machine was in a slow phase before or behind it. Returns the best."""
    global _retries  # noqa: PLW0603 (one budget for the whole process)
    results: list[Result] = []
    while True:
        before, start = calibrate(), time.monotonic()
        results.append(run())
        _retries += time.monotonic() - start if len(results) > 1 else 0
        if max(before, calibrate()) < SLOW_MACHINE or len(results) > PATIENCE or _retries > RETRY_SECONDS:
            return min(results, key=cost)


def timed(function: Callable[[], object]) -> int:
    """CPU nanoseconds of one call, with garbage collection off."""

    def run() -> int:
        start = time.thread_time_ns()
        function()
        return time.thread_time_ns() - start

    gc.collect()
    gc.disable()
    try:
        return steady(run, float)
    finally:
        gc.enable()


def rounds(variants: Mapping[str, Callable[[], object]], count: int) -> dict[str, list[int]]:
    """Time every variant once a round, `count` rounds; one round before warms up."""
    for function in variants.values():
        function()
    times: dict[str, list[int]] = {name: [] for name in variants}
    for _ in range(count):
        for name, function in variants.items():
            times[name].append(timed(function))
    return times


def ratio(slow: Sequence[float], fast: Sequence[float]) -> float:
    """How many times as fast `fast` is: median of the ratios of paired rounds."""
    return statistics.median(a / b for a, b in zip(slow, fast, strict=True))
