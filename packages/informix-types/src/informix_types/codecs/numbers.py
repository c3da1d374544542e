"""Integers and binary floats (sqli.md 7.1)."""

import math
from struct import Struct
from struct import error as struct_error

from ..codes import TypeCode
from ..column import ColumnType
from ..context import TypeContext
from ..errors import FramingError
from ..layout import Family, Framing, Layout, NullRule, fixed
from .base import Codec, refuse

__all__ = ["float_codec", "int8_codec", "integer_codec"]

_INTEGER_FORMATS: dict[int, str] = {
    TypeCode.SMALLINT: "h",
    TypeCode.INTEGER: "i",
    TypeCode.SERIAL: "i",
    TypeCode.BIGINT: "q",
    TypeCode.BIGSERIAL: "q",
}
_FLOAT_FORMATS: dict[int, str] = {TypeCode.SMALLFLOAT: "f", TypeCode.FLOAT: "d"}
_INT8 = Struct(">hII")
INT8_MAX = 2**63 - 1
_NUMBERS = (float, int)
"""A tuple: ``float | int`` would make an object for every value."""


def integer_codec(column: ColumnType, _ctx: TypeContext) -> Codec:
    """SMALLINT, INTEGER, SERIAL, BIGINT, BIGSERIAL: two's complement, the lowest value is NULL."""
    fmt = _INTEGER_FORMATS[column.code]
    struct = Struct(">" + fmt)
    null = -(1 << (8 * struct.size - 1))

    def load(raw: bytes) -> int:
        return int.from_bytes(raw, "big", signed=True)

    def dump(value: object) -> bytes:
        if not isinstance(value, int):
            refuse(column, value)
        if value == null:
            refuse(column, value, "the lowest integer of this width means NULL")
        try:
            return struct.pack(value)
        except struct_error:
            refuse(column, value, "out of range")

    return Codec(column, fixed(Family.INTEGER, fmt, struct.pack(null)), load, dump)


def int8_codec(column: ColumnType, _ctx: TypeContext) -> Codec:
    """INT8 and SERIAL8: sign (1, -1, 0 = NULL), then low and high half of the magnitude."""
    layout = Layout(Family.INT8, Framing.FIXED, 10, "hII", NullRule.PREFIX, bytes(10), b"\0\0")

    def load(raw: bytes) -> int:
        sign, low, high = _INT8.unpack(raw)
        if sign not in (1, -1):
            raise FramingError(f"INT8 with sign {sign}: {raw.hex()}")
        magnitude: int = high << 32 | low
        value = magnitude if sign > 0 else -magnitude
        if magnitude > INT8_MAX:
            refuse(column, value, "out of range")
        return value

    def dump(value: object) -> bytes:
        if not isinstance(value, int):
            refuse(column, value)
        magnitude = abs(value)
        if magnitude > INT8_MAX:
            refuse(column, value, "out of range")
        return _INT8.pack(-1 if value < 0 else 1, magnitude & 0xFFFFFFFF, magnitude >> 32)

    return Codec(column, layout, load, dump)


def float_codec(column: ColumnType, _ctx: TypeContext) -> Codec:
    """SMALLFLOAT and FLOAT: IEEE 754; the NaN of all one bits is NULL, NaN and infinity are not sent."""
    fmt = _FLOAT_FORMATS[column.code]
    struct = Struct(">" + fmt)

    def load(raw: bytes) -> float:
        number: float = struct.unpack(raw)[0]
        return number

    def dump(value: object) -> bytes:
        if not isinstance(value, _NUMBERS):
            refuse(column, value)
        try:
            number = float(value)
            if not math.isfinite(number):
                refuse(column, value, "Informix has no such number")
            if isinstance(value, int) and int(number) != value:
                refuse(column, value, "the integer has no exact binary float")
            return struct.pack(number)
        except OverflowError:
            refuse(column, value, "out of range")

    return Codec(column, fixed(Family.FLOAT, fmt, b"\xff" * struct.size), load, dump)
