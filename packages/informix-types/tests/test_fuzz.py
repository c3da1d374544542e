"""Coverage-guided fuzzing of the decoders: bounded, repeatable, without third-party tools.

Inputs that reach lines of the package that no input reached before are kept and mutated further. Whatever the
bytes, the outcome is a value or one of the three known errors; and a decoded value encodes to bytes that decode to
it again.
"""

import json
import random
import sys
from pathlib import Path

import informix_types
import pytest
from informix_types import (
    DEFAULT_CONTEXT,
    BlobDescriptor,
    ColumnType,
    ConversionError,
    FramingError,
    Incomplete,
    decode_block,
    decode_value,
    encode_value,
    parse_type,
)

ROUNDS = 30_000
PACKAGE = str(Path(informix_types.__file__).parent)
VECTORS = Path(__file__).parent / "vectors"
KNOWN = (Incomplete, FramingError, ConversionError)


def lines_of(function, *args):
    """Run a function; return the lines of the package that it ran through, and its result or known error."""
    seen = set()

    def local(frame, event, _arg):
        if event == "line":
            seen.add((frame.f_code.co_filename, frame.f_lineno))
        return local

    def trace(frame, event, _arg):
        return local if frame.f_code.co_filename.startswith(PACKAGE) else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        result = function(*args)
    except KNOWN as exc:
        result = exc
    finally:
        sys.settrace(before)
    return seen, result


def mutate(rng, raw):
    out = bytearray(raw)
    for _ in range(rng.randint(1, 4)):
        choice = rng.randrange(5)
        at = rng.randrange(len(out) + 1)
        if choice == 0 and out:
            out[at % len(out)] = rng.randrange(256)
        elif choice == 1 and out:
            out[at % len(out)] ^= 1 << rng.randrange(8)
        elif choice == 2:
            out[at:at] = rng.choice((b"\0", b"\xff", b"\x64", b"'", b"{", b",", b"SET{", b"NULL", bytes(4)))
        elif choice == 3:
            del out[at : at + rng.randint(1, 4)]
        else:
            out = out[: at + 1]
    return bytes(out[:400])


def fuzz(seeds, run, check, seed):
    rng = random.Random(seed)
    corpus, covered = [], set()
    for item in seeds:
        seen, _ = lines_of(run, *item)
        covered |= seen
        corpus.append(item)
    start = len(covered)
    for _ in range(ROUNDS):
        key, raw = rng.choice(corpus)
        mutant = mutate(rng, raw)
        seen, result = lines_of(run, key, mutant)
        check(key, mutant, result)
        if not seen <= covered:
            covered |= seen
            corpus.append((key, mutant))
    return len(corpus) - len(seeds), len(covered) - start


CONSTRUCTED = {
    "SET(INTEGER)": "SET{1,2}",
    "LIST(VARCHAR(5))": "LIST{'it''s',NULL}",
    "MULTISET(DECIMAL(5,2))": "MULTISET{1.50}",
    "ROW(a DATE, b LIST(INTERVAL DAY TO SECOND))": "ROW('2024-02-29',LIST{'1 02:03:04'})",
    "LIST(DATETIME YEAR TO FRACTION(3))": "LIST{'2024-02-29 01:02:03.456'}",
    "LIST(BOOLEAN)": "LIST{'t'}",
}


def row_seeds():
    vectors = json.loads((VECTORS / "values_row.json").read_text(encoding="utf-8"))["vectors"]
    seeds = []
    for v in vectors:
        column = ColumnType(
            v["type"], v["encoded_length"], 0, v.get("extended_id", 0), extended_name=v.get("extended_name", "")
        )
        seeds.append((column, bytes.fromhex(v["hex"])))
    for type_text, text in CONSTRUCTED.items():
        seeds.append((parse_type(type_text), b"\0" + len(text).to_bytes(4, "big") + text.encode()))
    return seeds


def run_row(column, raw):
    return decode_value(column, raw, 0, DEFAULT_CONTEXT)


def check_row(column, raw, result):
    if isinstance(result, KNOWN):
        return
    value, end = result
    assert 0 <= end <= len(raw), (column, raw)
    if value is None or isinstance(value, BlobDescriptor) or value != value:  # noqa: PLR0124 (NaN)
        return
    try:
        encoded = encode_value(column, value, DEFAULT_CONTEXT)
    except ConversionError:
        return  # infinity, more digits than described, text that looks like NULL: decoded as it is, never sent
    assert decode_value(column, encoded, 0, DEFAULT_CONTEXT) == (value, len(encoded)), (column, raw)


@pytest.mark.parametrize("seed", [1, 2])
def test_fuzz_row_values(seed):
    found, lines = fuzz(row_seeds(), run_row, check_row, seed)
    assert found > 0
    assert lines > 0


def run_block(_key, raw):
    return decode_block(raw, 0, DEFAULT_CONTEXT)


def check_block(_key, raw, result):
    if not isinstance(result, KNOWN):
        bound, end = result
        assert 0 < end <= len(raw)
        assert bound.type.type_name


@pytest.mark.parametrize("seed", [1, 2])
def test_fuzz_parameter_blocks(seed):
    vectors = json.loads((VECTORS / "values_bind.json").read_text(encoding="utf-8"))["vectors"]
    found, lines = fuzz([(None, bytes.fromhex(v["hex"])) for v in vectors], run_block, check_block, seed)
    assert found > 0
    assert lines > 0
