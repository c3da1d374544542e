"""Finds the rows of a fetch buffer and reads fields of all of them at once (performance.md, section 5).

Rows of one length lie at a fixed stride and need no search. Others are found by walking from head to head.
"""

from array import array
from dataclasses import dataclass
from struct import Struct
from typing import Any

from ..layout import RowFrame
from .optional import need_numpy

__all__ = ["Rows", "find_rows"]

Array = Any
HEAD = 8
"""Bytes of the message head: tag, warnings, size (sqli.md 4.1, TUPLE)."""
STEP = [HEAD + size + (size & 1) for size in range(256)]
"""Bytes of a message by the low byte of its size, pad included."""
SMALL = 1 << 16
"""Rows below this size are walked by the two low bytes of the size."""


@dataclass(slots=True)
class Rows:
    """Complete row messages of a buffer.

    Attributes:
        data: the buffer as bytes (uint8 array).
        count: number of rows.
        start: offset of the first row's values.
        stride: distance of the rows, 0 when they differ; then `at` and `sizes` say where they are.
        at: offset of each row's values.
        sizes: bytes of each row.
        end: offset behind the last row.
    """

    data: Array
    count: int
    start: int
    stride: int
    at: Array
    sizes: Array
    end: int

    def field(self, dtype: str, offset: int, at: Array = None) -> Array:
        """Values of one fixed-width field of all rows, in native byte order.

        Args:
            dtype: numpy type as the wire has it, e.g. ``>i4``.
            offset: bytes from the row's begin, or from `at`.
            at: positions that the offset counts from, one a row; None: the begin of the rows.
        """
        np = need_numpy()
        kind = np.dtype(dtype)
        if self.stride and at is None:
            found = np.ndarray(self.count, kind, self.data, self.start + offset, (self.stride,))
        else:
            found = self.matrix(kind.itemsize, offset, at).view(kind)[:, 0]
        return found.astype(kind.newbyteorder("="))

    def matrix(self, width: int, offset: int, at: Array = None) -> Array:
        """Bytes of one field of all rows: an array of `count` times `width`, contiguous unless at a stride."""
        np = need_numpy()
        if not width:
            return np.zeros((self.count, 0), np.uint8)
        if self.stride and at is None:
            return np.ndarray((self.count, width), np.uint8, self.data, self.start + offset, (self.stride, 1))
        # A view of `width` bytes at every offset of the buffer, of which those of the rows are picked.
        everywhere = np.ndarray(max(len(self.data) - width + 1, 0), np.dtype((np.void, width)), self.data, 0, (1,))
        where = (self.at if at is None else at) + offset
        return everywhere[where].view(np.uint8).reshape(self.count, width)


def find_rows(buf: bytes, offset: int, frame: RowFrame, size: int | None) -> Rows:
    """Find the complete row messages from `offset` on; stop before what is none.

    Args:
        buf: the fetch buffer.
        offset: where to begin.
        frame: the message head around a row; must be two 16-bit words and a 32-bit size (sqli.md 4.1).
        size: bytes of every row, None when they vary.
    """
    np = need_numpy()
    data = np.frombuffer(buf, np.uint8)
    if size is not None:
        stride = HEAD + size + (size & 1)
        count = max(len(buf) - offset, 0) // stride
        if not count:
            return Rows(data, 0, offset, stride, None, None, offset)
        head = np.frombuffer(Struct(frame.head).pack(frame.tag, 0, size), np.uint8)
        good = (np.ndarray((count, HEAD), np.uint8, data, offset, (stride, 1)) == head).all(axis=1)
        count = int(count if good.all() else good.argmin())
        return Rows(data, count, offset + HEAD, stride, None, None, offset + count * stride)
    pieces = []
    end = offset
    while True:
        starts, end, more = _walk(buf, data, end, frame)
        pieces.append(starts)
        if not more:
            break
    found = np.concatenate(pieces)
    sizes = _sizes(data, found)
    return Rows(data, len(found), 0, 0, found + HEAD, sizes, end)


def _sizes(data: Array, starts: Array) -> Array:
    np = need_numpy()
    return data[starts[:, None] + np.arange(4, HEAD)].view(">i4")[:, 0].astype(np.int64)


def _walk(buf: bytes, data: Array, offset: int, frame: RowFrame) -> tuple[Array, int, bool]:
    """Starts of the row messages from `offset` on, the offset behind them, and whether the walk goes on there.

    The walk believes every size and looks at the two low bytes of it only; what it found is verified afterwards:
    the first message that is no complete row ends it. A row of 64 KiB or more is taken alone.
    """
    np = need_numpy()
    found = array("q")
    append, step, limit, at = found.append, STEP, len(buf) - HEAD + 1, offset
    while at < limit:
        append(at)
        at += step[buf[at + 7]] + (buf[at + 6] << 8)
    starts = np.frombuffer(found, np.int64) if found else np.zeros(0, np.int64)
    head = np.frombuffer(Struct(frame.head).pack(frame.tag, 0, 0), np.uint8)[:4]
    is_row = (data[starts[:, None] + np.arange(4)] == head).all(axis=1)
    sizes = _sizes(data, starts)
    ends = starts + HEAD + sizes + (sizes & 1)
    complete = is_row & (sizes >= 0) & (ends <= len(buf))
    good = complete & (sizes < SMALL)
    if good.all():
        return starts, at, False
    first = int(good.argmin())
    if complete[first]:
        return starts[: first + 1], int(ends[first]), True
    return starts[:first], int(starts[first]), False
