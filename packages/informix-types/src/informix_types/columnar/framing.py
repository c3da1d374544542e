"""Finds the rows of a fetch buffer and reads fields of all of them at once (performance.md, section 5).

Rows of one length lie at a fixed stride and need no search. Others are found by walking from head to head.
"""

from array import array
from struct import Struct
from typing import Any

from ..classes import mutable
from ..layout import RowFrame
from .optional import need_numpy

__all__ = ["Rows", "find_rows"]

Array = Any
HEAD = 8
"""Bytes of the message head: tag, warnings, size (sqli.md 4.1, TUPLE)."""
STEP = [HEAD + size + (size & 1) for size in range(256)]
"""Bytes of a message by the low byte of its size, pad included."""
LOW_BYTE = HEAD - 1
"""Offset of the size's lowest byte in a message."""


@mutable
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


def find_rows(buf: bytes, offset: int, frame: RowFrame, size: int | None, widest: int | None = None) -> Rows:
    """Find the complete row messages from `offset` on; stop before what is none.

    Args:
        buf: the fetch buffer.
        offset: where to begin.
        frame: the message head around a row; must be two 16-bit words and a 32-bit size (sqli.md 4.1).
        size: bytes of every row, None when they vary.
        widest: bytes of the longest possible row, None when that is not known.
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
    walk = _walk_bytes if widest is not None and widest < len(STEP) else _walk_words
    starts, sizes = [], []
    end, more = offset, True
    while more:
        walked, end = walk(buf, end)
        found, found_sizes, end, more = _verified(data, walked, end, frame)
        walk = _walk_words  # longer than described: measured with more care from there on
        starts.append(found)
        sizes.append(found_sizes)
    at = np.concatenate(starts) + HEAD if len(starts) > 1 else starts[0] + HEAD
    return Rows(data, len(at), 0, 0, at, np.concatenate(sizes), end)


def _walk_bytes(buf: bytes, offset: int) -> "tuple[array[int], int]":
    """Starts of the messages from `offset` on, all taken for rows below 256 bytes, and where the walk ended."""
    found = array("q")
    append, step, limit, at = found.append, STEP, len(buf), offset + LOW_BYTE
    while at < limit:
        append(at)
        at += step[buf[at]]
    return found, at - LOW_BYTE


def _walk_words(buf: bytes, offset: int) -> "tuple[array[int], int]":
    """The same for rows below 64 KiB."""
    found = array("q")
    append, step, limit, at = found.append, STEP, len(buf), offset + LOW_BYTE
    while at < limit:
        append(at)
        at += step[buf[at]] + (buf[at - 1] << 8)
    return found, at - LOW_BYTE


def _verified(data: Array, found: "array[int]", end: int, frame: RowFrame) -> tuple[Array, Array, int, bool]:
    """Keep what is a complete row, up to the first message that is none or was measured wrongly.

    Returns:
        starts and sizes of the rows, the offset behind them, and whether the walk goes on there: behind a long
        row that it had measured wrongly.
    """
    np = need_numpy()
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), end, False
    starts = np.frombuffer(found, np.int64) - LOW_BYTE
    everywhere = np.ndarray(max(len(data) - HEAD + 1, 0), "V8", data, 0, (1,))
    heads = everywhere[starts].view(">u8").astype(np.uint64)
    sizes = heads.astype(np.uint32).view(np.int32).astype(np.int64)
    following = starts + (HEAD + sizes + (sizes & 1))
    complete = (heads >> 32 == frame.tag << 16) & (sizes >= 0) & (following <= len(data))
    good = complete.copy()
    good[:-1] &= following[:-1] == starts[1:]
    good[-1] &= following[-1] == end
    if good.all():
        return starts, sizes, end, False
    first = int(good.argmin())
    if complete[first]:
        return starts[: first + 1], sizes[: first + 1], int(following[first]), True
    return starts[:first], sizes[:first], int(starts[first]), False
