"""Generates one function per result shape that decodes a whole buffer of row messages (performance.md, section 1).

The row is cut into segments at its variable-length columns; each segment is one `struct` call that also reads the
length of the next variable column. All lengths are checked against the message's size before any value is made: a
row is consumed exactly or goes to the reference decoder, which says what is wrong with it.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from struct import Struct, calcsize
from struct import error as struct_error
from typing import Any

from ..codecs.text import MAX_COUNTED
from ..column import ColumnType
from ..context import TypeContext
from ..layout import Framing, RowFrame
from ..packed import BCD
from ..reference import batch_decoder as reference_decoder
from ..rows import RowMaker
from .expressions import Piece, piece_for
from .source import SLOW, compile_source
from .tables import YEARS, Memo, StructTable, parse_decimal

__all__ = ["Decoder", "compile_decoder"]

Decoder = Callable[[bytes, int], tuple[list[Any], int]]

_COMMON: dict[str, Any] = {
    "BCD": BCD,
    "DATE": datetime.date,
    "DATETIME": datetime.datetime,
    "NEW": tuple.__new__,
    "PARSE": parse_decimal,
    "TIME": datetime.time,
    "YEARS": YEARS,
}
HEAD = 8
"""Bytes of the message head: tag, warnings, size (sqli.md 4.1, TUPLE)."""
RAW = "RAW_ROWS(memoryview(buf)[o:q])"
"""Source of the tuples of all values as they are on the wire."""


class _Source:
    """The pieces of one generated function while it is being written."""

    def __init__(
        self, columns: Sequence[ColumnType], ctx: TypeContext, maker: Any, memos: Mapping[int, Memo]
    ) -> None:
        self.names: dict[str, Any] = {}
        self.values: list[str] = []
        self.reads: list[str] = []
        self.checks: list[str] = []
        self.lengths: list[str] = []
        self.fixed = 0
        self.simple = True
        self.raw: list[str] = []
        pieces = [piece_for(column, ctx, memos.get(index)) for index, column in enumerate(columns)]
        self._build(pieces)
        self.row = self._row_expression(maker, self.values)
        self.raw_rows = ""
        if self.simple and all(piece.null for piece in pieces):
            self._build_raw_rows(maker, {piece.null for piece in pieces})

    @property
    def payload(self) -> int:
        """Bytes of a row without its variable parts; `fixed` counts the head too."""
        return self.fixed - HEAD

    def _row_expression(self, maker: Any, values: list[str]) -> str:
        joined = ", ".join(values)
        if maker is None:
            return f"({joined},)"
        if isinstance(maker, RowMaker):
            self.names["MAKE"] = maker.make
            return maker.source.format(*values, values=joined)
        self.names["MAKE"] = maker
        return f"MAKE(({joined},))"

    def _build_raw_rows(self, maker: Any, nulls: set[bytes]) -> None:
        """Rows of numbers only: where no NULL's bytes occur, `struct` makes the tuples."""
        # A longer pattern that holds a shorter one needs no search of its own.
        self.nulls = sorted(null for null in nulls if not any(other != null and other in null for other in nulls))
        targets = ", ".join(self.raw)
        row = self._row_expression(maker, self.raw)
        whole = row.replace(f"({targets},)", "row")
        if whole == "row":
            self.raw_rows = f"list({RAW})"
        elif whole == "MAKE(row)":
            self.raw_rows = f"list(map(MAKE, {RAW}))"
        elif not any(name in whole for name in self.raw):
            self.raw_rows = f"[{whole} for row in {RAW}]"
        else:
            self.raw_rows = f"[{row} for {targets}, in {RAW}]"

    def _build(self, pieces: list[Piece]) -> None:
        """Walk the columns; `formats` and `targets` collect the segment that is open."""
        formats, targets = "ii", ["tw", "n"]
        reader: tuple[Piece, str] | None = None  # the value at the head of the open segment, and its variable
        number = 0
        for index, piece in enumerate(pieces):
            if piece.framing is Framing.FIXED:
                parts = [f"c{index}_{k}" for k in range(len(piece.formats))]
                formats += "".join(piece.formats)
                targets += parts
                self.raw += parts
                self._value(index, piece, parts)
                continue
            self.simple = False
            length = f"l{index}"
            if piece.framing is Framing.COUNTED:
                formats, targets = formats + "B", [*targets, length]
            else:
                formats, targets = formats + "BI", [*targets, f"i{index}", length]
                self.checks.append(f"(i{index} > 1 or (i{index} and {length}))")
            self._close(number, formats, targets, reader)
            number += 1
            self.lengths.append(length)
            formats, targets, reader = "", [], (piece, f"c{index}_0")
            self._value(index, piece, [f"c{index}_0"])
        self._close(number, formats, targets, reader, last=True)

    def _value(self, index: int, piece: Piece, parts: list[str]) -> None:
        renamed = {name: f"{name}{index}" for name in piece.names}
        self.names |= {renamed[name]: value for name, value in piece.names.items()}
        value = piece.expression.format(*parts, **renamed)
        if piece.framing is Framing.ENVELOPE:
            value = f"({value} if not i{index} else None)"
        self.values.append(value)

    def _close(
        self,
        number: int,
        formats: str,
        targets: list[str],
        reader: tuple[Piece, str] | None,
        *,
        last: bool = False,
    ) -> None:
        """Write the read of one segment; it begins with the variable value that `reader` names, if any."""
        size = calcsize(">" + formats)
        self.fixed += size
        left = ", ".join(targets)
        if reader is None:
            self.names["U0"] = Struct(">" + formats).unpack_from
            self.reads += [f"{left}, = U0(buf, o)"] + ([] if last else [f"p = o + {size}"])
            self.first_formats, self.first_targets = formats, left
            return
        piece, variable = reader
        length = "l" + variable[1:-2]
        if not targets:
            if piece.limit < MAX_COUNTED:
                self.checks.append(f"{length} > {piece.limit}")
            self.reads += [f"{variable} = buf[p:p + {length}]"] + ([] if last else [f"p += {length}"])
        elif piece.framing is Framing.COUNTED:
            self.names[f"U{number}"] = StructTable("", formats, piece.limit)
            self.reads += [f"{variable}, {left} = U{number}[{length}](buf, p)"]
            self.reads += [] if last else [f"p += {length} + {size}"]
        else:
            self.names[f"U{number}"] = Struct(">" + formats).unpack_from
            self.reads += [f"{variable} = buf[p:p + {length}]", f"{left}, = U{number}(buf, p + {length})"]
            self.reads += [] if last else [f"p += {length} + {size}"]


def _merge_first_reads(source: _Source) -> None:
    """Read head, first text and its neighbours with one call: the length is peeked at its fixed place."""
    if source.simple or len(source.reads) < 3 or "U1[" not in source.reads[2]:
        return
    formats, table = source.first_formats, source.names["U1"]
    if not formats.endswith("B") or not isinstance(table, StructTable):
        return
    offset = calcsize(">" + formats) - 1
    source.names["U0"] = StructTable(formats, table.suffix, table.limit)
    variable, left = source.reads[2].split(" = ")[0].split(", ", 1)
    length = source.lengths[0]
    reads = [f"{source.first_targets}, {variable}, {left} = U0[buf[o + {offset}]](buf, o)"]
    if len(source.reads) > 3:
        step = calcsize(">" + formats) + calcsize(">" + table.suffix)
        reads.append(f"p = o + {step} + {length}")
        reads += source.reads[4:]
    source.reads = reads
    del source.names["U1"]


def _write(source: _Source) -> str:
    """Return the text of the function `decode`."""
    size = " + ".join([str(source.payload), *source.lengths])
    checks = "".join(f" or {check}" for check in source.checks)
    lines = [
        "def decode(buf, o=0):",
        "    out = []",
        "    append = out.append",
        "    end = len(buf)",
        *(_strided(source) if source.simple else ()),
        f"    last = end - {source.fixed}",
        "    while True:",
        "        try:",
        "            while o <= last:",
        *(f"                {read}" for read in source.reads),
        f"                q = o + {HEAD} + n + (n & 1)",
        f"                if tw != TAG or n != {size} or q > end{checks}: break",
        f"                append({source.row})",
        "                o = q",
        "        except SLOW: pass",
        "        if not buf.startswith(PLAIN, o): return out, o",
        "        rows, q = ONE_ROW(buf, o)",
        "        if not rows: return out, o",
        "        append(rows[0])",
        "        o = q",
    ]
    return "\n".join(lines) + "\n"


def _strided(source: _Source) -> list[str]:
    """Rows of one length: `iter_unpack` over all whole rows whose eight head bytes are right."""
    stride = source.fixed + (source.fixed & 1)
    formats = source.first_formats + "x" * (source.fixed & 1)
    source.names["ROWS"] = Struct(">" + formats).iter_unpack
    targets = source.first_targets
    made = f"[{source.row} for {targets} in ROWS(memoryview(buf)[o:q])]"
    if source.raw_rows:
        source.names["RAW_ROWS"] = Struct(f">{HEAD}x{formats[2:]}").iter_unpack
        absent = " and ".join(f"buf.find({null!r}, o, q) < 0" for null in source.nulls)
        made = f"{source.raw_rows} if {absent} else {made}"
    return [
        f"    count = (end - o) // {stride}",
        "    if count > 3:",
        "        try:",
        "            for j in range(8):",
        f"                column = buf[o + j:o + count * {stride}:{stride}]",
        "                good = HEAD[j:j + 1]",
        "                if column != good * count: count -= len(column.lstrip(good))",
        "                if not count: break",
        f"            q = o + count * {stride}",
        f"            out = {made}",
        "            append = out.append",
        "            o = q",
        "        except SLOW: pass",
    ]


def _one_row(
    columns: Sequence[ColumnType], ctx: TypeContext, frame: RowFrame, maker: Any
) -> Callable[[bytes, int], tuple[list[Any], int]]:
    """The reference decoder for one message: what is wrong with it, or that it is none."""
    decode = reference_decoder(columns, ctx, frame, maker)
    head = Struct(frame.head)

    def slow(buf: bytes, offset: int) -> tuple[list[Any], int]:
        try:
            _, _, size = head.unpack_from(buf, offset)
        except struct_error:
            return [], offset
        rows, end = decode(buf[offset : offset + head.size + max(size, 0) + (size & 1)], 0)
        return rows, offset + end

    return slow


def compile_decoder(
    columns: Sequence[ColumnType],
    ctx: TypeContext,
    frame: RowFrame,
    maker: Any = None,
    memos: Mapping[int, Memo] | None = None,
) -> Decoder:
    """Generate and compile a decoder; its source is visible in tracebacks.

    Args:
        columns, ctx, frame: as in `batch_decoder`.
        maker: makes the row object from the tuple; None leaves the tuple.
        memos: for DECIMAL columns, by index, where their values are looked up by their bytes.

    Raises:
        ConversionError: a type has no known layout.
    """
    source = _Source(columns, ctx, maker, memos or {})
    _merge_first_reads(source)
    text = _write(source)
    names = _COMMON | source.names
    names |= {
        "TAG": frame.tag << 16,
        "HEAD": Struct(frame.head).pack(frame.tag, 0, source.payload),
        "SLOW": SLOW,
        "ONE_ROW": _one_row(columns, ctx, frame, maker),
        "PLAIN": Struct(">Hh").pack(frame.tag, 0),
    }
    return compile_source("decode", text, names, (tuple(columns), ctx, frame))
