"""Memos of DECIMAL columns come and go by what the data is like; the rows stay those of the reference."""

import gc
import linecache
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from informix_types import (
    ConversionError,
    FramingError,
    RowFrame,
    TypeContext,
    TypeRegistry,
    parse_type,
    reference,
)
from informix_types.rowcode import adaptive, batch_decoder
from informix_types.rowcode.adaptive import AdaptiveDecoder, adaptive_decoder
from informix_types.rowcode.decoder import compile_decoder

FRAME = RowFrame(14)
CTX = TypeContext()
TYPES = tuple(parse_type(text) for text in ("INTEGER", "DECIMAL(10,2)", "MONEY(16,2)", "DECIMAL(8)"))


def messages(rows: list[Any], types: Any = TYPES) -> bytes:
    out = []
    for row in rows:
        payload = reference.encode_row(types, row, CTX)
        out.append(struct.pack(">hhi", 14, 0, len(payload)) + payload + b"\0" * (len(payload) & 1))
    return b"".join(out)


def rows(start: int, count: int) -> list[Any]:
    """The DECIMAL has seven values, the MONEY is always another one."""
    return [
        (n, Decimal(n % 7).scaleb(-2), Decimal(-n).scaleb(-2), Decimal(n)) for n in range(start, start + count)
    ]


def test_columns_of_new_values_lose_their_memo() -> None:
    decode = AdaptiveDecoder(TYPES, CTX, FRAME)
    assert decode.chosen == {1, 2}  # floating DECIMALs have none
    first = rows(1, adaptive.WATCHED - 1)
    assert decode(messages(first)) == (first, len(messages(first)))
    assert decode.chosen == {1, 2}
    second = rows(1000, 50)
    assert decode(messages(second))[0] == second
    assert decode.chosen == {1}
    third = rows(2000, 300)
    assert decode(messages(third))[0] == third
    assert decode.chosen == {1}


def test_they_get_another_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adaptive, "WATCHED", 256)
    monkeypatch.setattr(adaptive, "UNWATCHED", 600)
    decode = AdaptiveDecoder(TYPES, CTX, FRAME)
    decode(messages(rows(1, 300)))
    assert decode.chosen == {1}
    same = rows(5, 1) * 700
    assert decode(messages(same))[0] == same
    assert decode.chosen == {1, 2}
    decode(messages(same))
    assert decode.chosen == {1, 2}


def test_values_that_repeat_no_longer_are_noticed_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adaptive, "WATCHED", 100)
    decode = AdaptiveDecoder(TYPES, CTX, FRAME)
    one, new = messages(rows(5, 1)), [messages(rows(n, 1)) for n in range(1000, 1200)]
    for _ in range(1000):
        decode(one)
    assert decode.chosen == {1, 2}
    for message in new[:199]:
        decode(message)
    # The hundred rows that count were all new to the MONEY, whatever the thousand before them were.
    assert decode.chosen == {1}


def test_variants_are_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adaptive, "WATCHED", 256)
    monkeypatch.setattr(adaptive, "UNWATCHED", 300)
    compiled: list[Any] = []
    monkeypatch.setattr(
        adaptive, "compile_decoder", lambda *a: compiled.append(sorted(a[-1])) or compile_decoder(*a)
    )
    decode = AdaptiveDecoder(TYPES, CTX, FRAME)
    for start in range(0, 5000, 300):
        decode(messages(rows(start, 300)))
    assert compiled == [[1, 2], [1]]


def test_threads_share_a_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adaptive, "UNWATCHED", 500)
    monkeypatch.setattr(adaptive, "WATCHED", 20)
    decode = AdaptiveDecoder(TYPES, CTX, FRAME)
    work = [(rows(start, 60), messages(rows(start, 60))) for start in range(0, 600, 60)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def run(number: int) -> list[Any]:
        wrong = []
        for turn in range(60):
            wanted, buf = work[(number + turn) % len(work)]
            if decode(buf) != (wanted, len(buf)):
                wrong.append(turn)
        return wrong

    try:
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(run, range(4))) == [[]] * 4
    finally:
        sys.setswitchinterval(before)


def test_no_memo_where_there_is_nothing_to_remember() -> None:
    registry = TypeRegistry()
    registry.register_loader(5, str)
    for types, ctx in ((TYPES[:1], CTX), (TYPES[3:], CTX), (TYPES[1:2], TypeContext(adapters=registry.adapters))):
        assert not isinstance(adaptive_decoder(types, ctx, FRAME), AdaptiveDecoder)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.binary(min_size=6, max_size=6) | st.sampled_from([bytes(6), b"\xc1\x0c\x32\0\0\0"]), max_size=8),
    st.sampled_from(["DECIMAL(10,2)", "DECIMAL(9,1)", "MONEY(10,0)"]),
)
def test_memos_take_and_refuse_what_the_reference_does(payloads: list[bytes], text: str) -> None:
    types = (parse_type(text),)
    buf = b"".join(struct.pack(">hhi", 14, 0, 6) + payload for payload in payloads)

    def outcome(decode: Any) -> Any:
        try:
            return repr(decode(buf, 0))
        except (FramingError, ConversionError) as exc:
            return type(exc), str(exc)

    decode = AdaptiveDecoder(types, CTX, FRAME)
    wanted = outcome(reference.batch_decoder(types, CTX, FRAME))
    assert outcome(decode) == wanted
    assert outcome(decode) == wanted  # out of the memo
    assert decode.chosen == {0}


def test_a_known_shape_is_fast_from_the_first_row() -> None:
    types = (parse_type("INTEGER"), parse_type("DECIMAL(7,3)"))
    many = [(n, Decimal(n).scaleb(-3)) for n in range(500)]
    assert batch_decoder(types, CTX, FRAME)(messages(many, types), 0)[0] == many
    again = batch_decoder(types, CTX, FRAME)
    assert isinstance(again, AdaptiveDecoder)
    assert again is batch_decoder(types, CTX, FRAME)


def test_the_source_goes_with_the_function() -> None:
    decode: Any = compile_decoder((parse_type("INTEGER"), parse_type("NCHAR(77)")), CTX, FRAME)
    name = decode.__code__.co_filename
    assert name in linecache.cache
    del decode
    gc.collect()
    assert name not in linecache.cache
