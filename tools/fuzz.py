"""Fuzzes the decoders guided by coverage (atheris) for a bounded time; any finding fails the run.

Whatever the bytes: only the documented errors may come out of a decoder, generated decoders agree with the
reference on values and errors, and a message that was read whole is never read from fewer bytes. The input of a
finding is kept in `.envs/fuzz/`; ``--target NAME FILE`` runs it again.

Usage: python tools/fuzz.py [--seconds N] [--only TARGET]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TYPE_VECTORS = ROOT / "packages" / "informix-types" / "tests" / "vectors"
WIRE_VECTORS = ROOT / "packages" / "informix-wire" / "tests" / "vectors"
LONGEST_INPUT = 512
SLACK_SECONDS = 60
"""What starting, instrumenting and the last input may take beyond the time asked for."""

COLUMNS = (
    *("SMALLINT", "INTEGER", "BIGINT", "INT8", "SMALLFLOAT", "FLOAT", "DATE", "CHAR(5)", "VARCHAR(20)", "BOOLEAN"),
    *(
        "NVARCHAR(255)",
        "LVARCHAR(40)",
        "DECIMAL(10,2)",
        "DECIMAL(5,1)",
        "MONEY(16,2)",
        "DECIMAL(32,9)",
        "DECIMAL(9)",
    ),
    *("DATETIME YEAR TO SECOND", "DATETIME YEAR TO FRACTION(5)", "DATETIME YEAR TO FRACTION(3)", "BYTE"),
    *("DATETIME YEAR TO DAY", "DATETIME HOUR TO SECOND", "DATETIME MONTH TO DAY", "INTERVAL YEAR(4) TO MONTH"),
    *("INTERVAL DAY(9) TO FRACTION(5)", "INTERVAL HOUR TO MINUTE", "LIST(INTEGER NOT NULL)", "ROW(a INTEGER)"),
)
"""What the rows of the target ``rows`` are made of."""
CONTEXTS: tuple[dict[str, Any], ...] = (
    {"encoding": "utf-8"},
    {"encoding": "iso8859-1", "trim_char": True},
    {"encoding": "cp1252", "errors": "replace"},
    {"encoding": "utf-8", "cut_partial_char": True},
)


# -- targets: what is done with one input --


def rows_target() -> Callable[[bytes], None]:
    """Rows: byte 0 says how many columns follow, one byte each, then a context and how the rest is framed."""
    from informix_types import ConversionError, FramingError, TypeContext, parse_type, reference
    from informix_types.rowcode.adaptive import AdaptiveDecoder
    from informix_types.rowcode.decoder import compile_decoder
    from informix_wire.rows import TUPLE_FRAME

    known = (FramingError, ConversionError)
    types = [parse_type(text) for text in COLUMNS]
    contexts = [TypeContext(**settings) for settings in CONTEXTS]

    @lru_cache(maxsize=4096)
    def decoders(columns: tuple[Any, ...], ctx: Any) -> tuple[Any, ...]:
        return (
            reference.batch_decoder(columns, ctx, TUPLE_FRAME),
            compile_decoder(columns, ctx, TUPLE_FRAME),
            AdaptiveDecoder(columns, ctx, TUPLE_FRAME),
        )

    def outcome(decode: Any, buf: bytes) -> Any:
        try:
            rows, end = decode(buf, 0)
        except known as exc:
            return type(exc), str(exc)
        return repr(rows), end

    def run(data: bytes) -> None:
        count = data[0] % 3 + 1 if data else 1
        if len(data) < count + 3:
            return
        columns = tuple(types[index % len(types)] for index in data[1 : count + 1])
        ctx = contexts[data[count + 1] % len(contexts)]
        rest = data[count + 3 :]
        if data[count + 2] % 4:  # else the rest is framed by the fuzzer
            message = b"\0\x0e\0\0" + len(rest).to_bytes(4, "big") + rest + bytes(len(rest) & 1)
            rest = message * (data[count + 2] % 4 * 2)
        results = {outcome(decode, rest) for decode in decoders(columns, ctx)}
        if len(results) != 1:
            raise AssertionError(f"decoders differ on {[c.type_name for c in columns]}: {results}")

    return run


def blocks_target() -> Callable[[bytes], None]:
    """Parameter blocks: byte 0 says the context."""
    from informix_types import ConversionError, FramingError, Incomplete, TypeContext, decode_block

    contexts = [TypeContext(**settings) for settings in CONTEXTS]

    def run(data: bytes) -> None:
        ctx = contexts[data[0] % len(contexts)] if data else contexts[0]
        try:
            _, end = decode_block(data, 1, ctx)
        except (Incomplete, FramingError, ConversionError):
            return
        must_wait_or_fail(lambda short: decode_block(short, 1, ctx), data, end, (FramingError, ConversionError))

    return run


def must_wait_or_fail(
    read: Callable[[bytes], Any], data: bytes, end: int, errors: tuple[type[Exception], ...]
) -> None:
    """Read the same with its last byte, and with half of it, cut off: never a value."""
    from informix_types import Incomplete

    for cut in (end - 1, end // 2):
        try:
            read(data[:cut])
        except (Incomplete, *errors):
            continue
        raise AssertionError(f"read from {cut} bytes what has {end}")


def messages_target() -> Callable[[bytes], None]:
    """Messages of both directions: byte 0 says which one, and the dialect."""
    from informix_types import Incomplete
    from informix_wire.caps import FULL, NARROW
    from informix_wire.errors import ProtocolError
    from informix_wire.pdu import read_client, read_server

    def run(data: bytes) -> None:
        if not data:
            return
        caps = FULL if data[0] & 2 else NARROW
        read = read_client if data[0] & 1 else read_server
        offset = 1
        try:
            while offset < len(data):
                start = offset
                _, offset = read(data, start, caps)
                must_wait_or_fail(
                    lambda short: read(short, 0, caps), data[start:], offset - start, (ProtocolError,)
                )
        except (Incomplete, ProtocolError):
            pass

    return run


def logins_target() -> Callable[[bytes], None]:
    """Login requests and their answers."""
    from informix_types import Incomplete
    from informix_wire.errors import ProtocolError
    from informix_wire.pdu.login import read_login_reply, read_login_request

    def run(data: bytes) -> None:
        for read in (read_login_reply, read_login_request):
            try:
                _, end = read(data)
            except (Incomplete, ProtocolError):
                continue
            if not data.startswith(b"sq"):  # the text form ends where its line does
                must_wait_or_fail(read, data, end, (ProtocolError,))

    return run


TARGETS: dict[str, Callable[[], Callable[[bytes], None]]] = {
    "rows": rows_target,
    "blocks": blocks_target,
    "messages": messages_target,
    "logins": logins_target,
}


# -- seeds: recorded bytes --


def _vectors(path: Path) -> list[dict[str, Any]]:
    vectors: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["vectors"]
    return vectors


def seeds(target: str) -> Iterable[bytes]:
    """Inputs to begin with, from the recorded vectors."""
    if target == "rows":
        for vector in _vectors(TYPE_VECTORS / "values_row.json"):
            for index in range(len(COLUMNS)):
                yield bytes((0, index, 0, 1)) + bytes.fromhex(vector["hex"])
    elif target == "blocks":
        for vector in _vectors(TYPE_VECTORS / "values_bind.json"):
            yield b"\0" + bytes.fromhex(vector["hex"])
    elif target == "messages":
        for name in ("messages.json", "client_groups.json"):
            for vector in _vectors(WIRE_VECTORS / name):
                direction = 1 if vector["dir"] == "c2s" else 0
                dialect = 0 if vector.get("caps") == [] else 2
                yield bytes((direction | dialect,)) + bytes.fromhex(vector["hex"])
    else:
        for vector in _vectors(WIRE_VECTORS / "login.json"):
            yield bytes.fromhex(vector["hex"])


# -- one process a target --


def fuzz(target: str, arguments: list[str]) -> None:
    """Run one target in this process; atheris ends the process itself."""
    import atheris

    with atheris.instrument_imports(include=["informix_types", "informix_wire"]):
        run = TARGETS[target]()
    atheris.Setup([sys.argv[0], *arguments], run)
    atheris.Fuzz()


def _passes(name: str, command: list[str], seconds: int) -> bool:
    """Run the process of one target; say how much it did, or all that it said when it found something."""
    try:
        done = subprocess.run(
            command, check=False, timeout=seconds, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    except subprocess.TimeoutExpired:
        print(f"{name}: an input took too long", flush=True)
        return False
    if done.returncode:
        print(done.stdout[-10_000:], flush=True)
        return False
    for line in done.stdout.splitlines():
        if line.startswith(("stat::number_of_executed_units", "stat::new_units_added")):
            print(f"   {line}", flush=True)
    return True


def main() -> int:
    """Run all targets one after the other, the time shared equally."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="time for all targets together")
    parser.add_argument("--only", choices=TARGETS, help="one target")
    parser.add_argument("--target", choices=TARGETS, help=argparse.SUPPRESS)
    options, rest = parser.parse_known_args()
    if options.target:
        fuzz(options.target, rest)
        return 0
    names = [options.only] if options.only else list(TARGETS)
    seconds = max(options.seconds // len(names), 1)
    failed = []
    for name in names:
        print(f"== {name}: {seconds} s", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            corpus = Path(folder) / "corpus"
            corpus.mkdir()
            for number, seed in enumerate(seeds(name)):
                (corpus / f"seed{number}").write_bytes(seed[:LONGEST_INPUT])
            artifacts = ROOT / ".envs" / "fuzz"
            artifacts.mkdir(parents=True, exist_ok=True)
            command = [
                *(sys.executable, __file__, "--target", name, f"-max_total_time={seconds}"),
                *(f"-max_len={LONGEST_INPUT}", f"-artifact_prefix={artifacts}{os.sep}{name}-"),
                *("-print_final_stats=1", "-verbosity=0", str(corpus)),
            ]
            if not _passes(name, command, seconds + SLACK_SECONDS):
                failed.append(name)
    print(f"fuzz: failed {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
