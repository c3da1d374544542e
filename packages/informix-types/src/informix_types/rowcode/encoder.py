"""Generates one function per shape of parameters that encodes a row of them into the blocks of BIND (sqli.md 7.2).

A shape is the Python classes of a row's values together with what is known of their targets. What each class looks
like is taken from blocks that `encode_params` made for sample values; a row that does not fit the plain case (an
integer too large, text too long, a decimal with exponent) goes to `encode_params` itself.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from struct import Struct
from typing import Any

from ..classes import frozen
from ..codecs.temporal import DATE_EPOCH
from ..column import ColumnType
from ..context import TypeContext
from ..params import MAX_CHAR, Binding, encode_params
from .decimals import plain_decimal
from .source import SLOW, compile_source

__all__ = ["ParamEncoder", "ParamEncoders", "param_encoder"]

ParamEncoder = Callable[[Sequence[Any]], Binding]
MAX_SHAPES = 64
"""Shapes that one encoder keeps; rows of further shapes are encoded by `encode_params`."""


@frozen
class Part:
    """One parameter of a generated encoder.

    Attributes:
        prepare: statements that make what is packed from the value ``{v}``; they raise for others than plain ones.
        format: struct format; ``{n}`` is the length that is known at run time only.
        packed: the packed expressions behind the block's constant head; those of a variable part end in the name
            of its bytes, for which ``{n}s`` stands at the end of the format.
        length: expression of that length, empty when the size is fixed.
        head: the constant bytes at the block's beginning.
    """

    prepare: tuple[str, ...]
    format: str
    packed: tuple[str, ...]
    length: str
    head: bytes


def _text(target: ColumnType | None, ctx: TypeContext, sample: bytes) -> Part:
    del target
    prepare = (
        f"b{{i}} = {{v}}.encode({ctx.encoding!r}, {ctx.errors!r})",
        "n{i} = len(b{i})",
        f"if n{{i}} > {MAX_CHAR} or b{{i}}[:1] == NUL: return SLOWLY(values)",
    )
    return Part(prepare, "H{n}s", ("n{i}", "b{i}"), "n{i}", sample[:-4])


def _fixed(
    prepare: tuple[str, ...], fmt: str, value: str
) -> Callable[[ColumnType | None, TypeContext, bytes], Part]:
    size = Struct(">" + fmt).size

    def part(_target: ColumnType | None, _ctx: TypeContext, sample: bytes) -> Part:
        return Part(prepare, fmt, (value,), "", sample[:-size])

    return part


def _decimal(_target: ColumnType | None, _ctx: TypeContext, sample: bytes) -> Part:
    # The sample 1.5 ends in: precision word, length 3, three digits bytes, pad.
    head = sample[:-8]
    scale_word = "0" if sample[-8:-6] == b"\0\0" else "s{i}"
    prepare = ("_, s{i}, b{i} = DECIMAL({v})", "n{i} = len(b{i})")
    return Part(prepare, "HH{n}s", (scale_word, "n{i}", "b{i}"), "n{i}", head)


def _datetime(_target: ColumnType | None, ctx: TypeContext, sample: bytes) -> Part:
    check = "if {v}.tzinfo is not None" + (" or {v}.microsecond % 10" if ctx.strict_fractions else "")
    prepare = (check + ": return SLOWLY(values)", "u{i} = {v}.microsecond", "y{i} = {v}.year")
    packed = (
        "y{i} // 100",
        "y{i} % 100",
        "{v}.month",
        "{v}.day",
        "{v}.hour",
        "{v}.minute",
        "{v}.second",
        "u{i} // 10000",
        "u{i} // 100 % 100",
        "u{i} // 10 % 10 * 10",
    )
    # Head, length 11 and the exponent byte are constant; the pad ends the block.
    return Part(prepare, "10Bx", packed, "", sample[:-11])


_SAMPLES: dict[type, tuple[Any, Callable[[ColumnType | None, TypeContext, bytes], Part]]] = {
    int: (1, _fixed(("if not -2147483648 < {v} < 2147483648: return SLOWLY(values)",), "i", "{v}")),
    float: (1.0, _fixed(("if {v} - {v} != 0.0: return SLOWLY(values)",), "d", "{v}")),
    str: ("a", _text),
    date: (date(2000, 1, 1), _fixed((), "i", f"{{v}}.toordinal() - {DATE_EPOCH}")),
    datetime: (datetime(2000, 1, 1), _datetime),
    Decimal: (Decimal("1.5"), _decimal),
}
_BLOCK_HEADS: dict[type, frozenset[int]] = {
    int: frozenset({2}),
    float: frozenset({3}),
    str: frozenset({0}),
    date: frozenset({7}),
    datetime: frozenset({10}),
    Decimal: frozenset({5, 8}),
}
"""Wire types for which the parts above hold (sqli.md 7.2); a target that wants another one goes slowly."""
_CONSTANTS: dict[type, tuple[Any, ...]] = {type(None): (None,), bool: (True, False)}
"""Classes of which every value has one block."""


def _part(cls: type, target: ColumnType | None, ctx: TypeContext) -> Part | None:
    """Return the part of one parameter, None when its class has no plain case."""
    if cls in _CONSTANTS:
        blocks = [encode_params((value,), (target,), ctx).blocks for value in _CONSTANTS[cls]]
        if len(blocks) == 1:
            return Part((), "", (), "", blocks[0])
        prepare = (f"b{{i}} = {blocks[0]!r} if {{v}} else {blocks[1]!r}", "n{i} = len(b{i})")
        return Part(prepare, "{n}s", ("b{i}",), "n{i}", b"")
    found = _SAMPLES.get(cls)
    if found is None:
        return None
    sample, make = found
    binding = encode_params((sample,), (target,), ctx)
    if binding.blobs or binding.blocks[1] not in _BLOCK_HEADS[cls]:
        return None
    return make(target, ctx, binding.blocks)


def _compile(
    classes: tuple[type, ...], targets: Sequence[ColumnType | None], ctx: TypeContext, slowly: ParamEncoder
) -> ParamEncoder:
    """Return the encoder of rows of just these classes: `slowly` where one has no plain case."""
    parts: list[Part] = []
    for index, cls in enumerate(classes):
        part = _part(cls, targets[index] if index < len(targets) else None, ctx)
        if part is None:
            return slowly
        parts.append(part)
    names: dict[str, Any] = {
        "BINDING": Binding,
        "DECIMAL": plain_decimal,
        "NEW": tuple.__new__,  # what `Binding` itself calls, by a function in Python
        "NUL": b"\0",
        "SLOW": SLOW,
        "SLOWLY": slowly,
    }
    body = ["".join(f"v{i}, " for i in range(len(parts))) + "= values"]
    for index, part in enumerate(parts):
        body += [line.format(v=f"v{index}", i=index) for line in part.prepare]
    *lines, blocks = _segments(parts, names)
    body += [*lines, f"return NEW(BINDING, ({len(parts)}, {blocks}, ()))"]
    text = ["def encode(values):", "    try:", *("        " + line for line in body)]
    text += ["    except SLOW: pass", "    return SLOWLY(values)"]
    return compile_source("encode", "\n".join(text) + "\n", names)


def _segments(parts: Sequence[Part], names: dict[str, Any]) -> list[str]:
    """Lines of which the last is an expression for the blocks: one `pack` for all between two variable parts.

    One `pack` for everything, found by the lengths of the variable parts, is no faster, and the lengths combine in
    too many ways.
    """
    lines: list[str] = []
    pieces: list[str] = []
    formats, packed = ">", list[str]()
    for index, part in enumerate(parts):
        formats += f"{len(part.head)}s" if part.head else ""
        packed += [repr(part.head)] if part.head else []
        values = [value.format(v=f"v{index}", i=index) for value in part.packed]
        if not part.length:
            formats += part.format
            packed += values
            continue
        # A variable part ends in its bytes, which are padded to even length.
        formats += part.format.removesuffix("{n}s")
        packed += values[:-1]
        if packed:
            names[f"S{index}"] = Struct(formats).pack
            pieces.append(f"S{index}({', '.join(packed)})")
        lines.append(f"if {part.length.format(i=index)} & 1: {values[-1]} += NUL")
        pieces.append(values[-1])
        formats, packed = ">", []
    if packed:
        names["REST"] = Struct(formats).pack
        pieces.append(f"REST({', '.join(packed)})")
    return [*lines, pieces[0] if len(pieces) == 1 else f"b''.join(({', '.join(pieces)}))"]


class ParamEncoders(dict[tuple[type, ...], ParamEncoder]):
    """Encoders by the classes of a row's values, each made when it is first asked for by its key.

    They do what `encode_params` does, but fast.

    Args:
        targets: what is known about each marker's type; None, or a shorter sequence, where nothing is known.
        ctx: how values are encoded. With dumpers registered every row goes through `encode_params`.

    Raises (the encoders):
        ConversionError: a value cannot be sent exactly; names the parameter (1-based).
    """

    def __init__(self, targets: Sequence[ColumnType | None], ctx: TypeContext) -> None:
        super().__init__()
        self._targets, self._ctx = tuple(targets), ctx
        self._slowly: ParamEncoder = partial(encode_params, targets=self._targets, ctx=ctx)

    def __missing__(self, classes: tuple[type, ...]) -> ParamEncoder:
        if len(self) >= MAX_SHAPES:
            return self._slowly
        plain = not classes or self._ctx.adapters.dumpers
        encode = self._slowly if plain else _compile(classes, self._targets, self._ctx, self._slowly)
        self[classes] = encode
        return encode


def param_encoder(targets: Sequence[ColumnType | None], ctx: TypeContext) -> ParamEncoder:
    """Return a function that encodes the parameters of one execution, of any classes, as `ParamEncoders` do."""
    encoders = ParamEncoders(targets, ctx)
    return lambda values: encoders[tuple(map(type, values))](values)
