"""Types in envelopes that are no text: BOOLEAN, smart-LOB locators, opaque types (sqli.md 6.2, 7.1)."""

from collections.abc import Callable

from ..codes import TypeCode
from ..column import ColumnType
from ..context import TypeContext
from ..errors import FramingError
from ..layout import Family, Framing, Layout, NullRule, envelope
from ..values import LOCATOR_SIZE, BlobDescriptor, BlobLocator, ClobLocator
from .base import Codec, refuse

__all__ = ["blob_codec", "boolean_codec", "locator_codec", "null_codec", "opaque_codec"]

_BOOLEANS: dict[bytes, bool] = {b"t": True, b"f": False, b"T": True, b"F": False, b"\1": True, b"\0": False}
"""Both forms of a BOOLEAN's byte (sqli.md 12 #9)."""


def load_boolean(raw: bytes) -> bool:
    """Decode the byte of a BOOLEAN in either form. Raises FramingError."""
    try:
        return _BOOLEANS[raw]
    except KeyError:
        raise FramingError(f"BOOLEAN of bytes {raw.hex()}") from None


def boolean_codec(column: ColumnType, _ctx: TypeContext) -> Codec:
    """BOOLEAN: ``t``/``f`` as described (41), ``01``/``00`` after RET_TYPE 45."""
    true, false = (b"\1", b"\0") if column.code == TypeCode.BOOLEAN else (b"t", b"f")

    def dump(value: object) -> bytes:
        if not isinstance(value, bool):
            refuse(column, value)
        return true if value else false

    return Codec(column, envelope(Family.BOOLEAN), load_boolean, dump)


def load_locator(raw: bytes, cls: type[BlobLocator]) -> BlobLocator:
    """Decode a locator of 72 bytes, or in its text form of 144 hex digits. Raises FramingError."""
    if len(raw) == 2 * LOCATOR_SIZE:
        try:
            raw = bytes.fromhex(raw.decode("ascii"))
        except ValueError:
            raise FramingError("a smart-LOB locator in text form is not hexadecimal") from None
    if len(raw) != LOCATOR_SIZE:
        raise FramingError(f"a smart-LOB locator of {len(raw)} bytes")
    return cls(raw)


def locator_class(column: ColumnType) -> type[BlobLocator]:
    """BlobLocator or ClobLocator, by the extended name or id (sqli.md 6.2)."""
    return ClobLocator if column.built_in == "clob" else BlobLocator


def locator_codec(column: ColumnType, _ctx: TypeContext) -> Codec:
    """BLOB and CLOB: 72 bytes after RET_TYPE 44, else 144 hex digits."""
    cls = locator_class(column)

    def load(raw: bytes) -> BlobLocator:
        return load_locator(raw, cls)

    def dump(value: object) -> bytes:
        if type(value) is not cls:
            refuse(column, value)
        return value.data if column.code == TypeCode.SENDRECV else value.data.hex().encode("ascii")

    return Codec(column, envelope(Family.LOCATOR), load, dump)


def opaque_codec(column: ColumnType, _ctx: TypeContext) -> Codec:
    """Opaque types (BSON, LLD_…, user-defined): the envelope's bytes, untouched."""
    return Codec(column, envelope(Family.OPAQUE), bytes, _dump_bytes(column))


def counted_bytes_codec(column: ColumnType, _ctx: TypeContext) -> Codec:
    """A DISTINCT of VARCHAR whose content is not text (IDSSECURITYLABEL): the counted bytes, untouched."""
    layout = Layout(Family.OPAQUE, Framing.COUNTED, null_rule=NullRule.EQUAL, null=b"\0")
    return Codec(column, layout, bytes, _dump_bytes(column, limit=255))


def _dump_bytes(column: ColumnType, limit: int = 0) -> Callable[[object], bytes]:
    def dump(value: object) -> bytes:
        if not isinstance(value, bytes | bytearray | memoryview):
            refuse(column, value)
        raw = bytes(value)
        if limit and (len(raw) > limit or raw == b"\0"):
            refuse(column, value, "its bytes have no form there")
        return raw

    return dump


def blob_codec(column: ColumnType, _ctx: TypeContext) -> Codec:
    """BYTE and TEXT: the row holds a descriptor, with which the data is fetched (sqli.md 5.16)."""
    width = column.width or 0
    is_text = column.code == TypeCode.TEXT
    null = BlobDescriptor.build(0, null=True, width=width).data
    layout = Layout(Family.BLOB, Framing.FIXED, width, f"{width}s", NullRule.BLOB_FLAG, null)

    def load(raw: bytes) -> BlobDescriptor:
        return BlobDescriptor(raw, is_text)

    def dump(value: object) -> bytes:
        if not isinstance(value, BlobDescriptor) or len(value.data) != width:
            refuse(column, value)
        return value.data

    return Codec(column, layout, load, dump)


def null_codec(column: ColumnType, _ctx: TypeContext) -> Codec:
    """Type 9: a column that is NULL in every row."""
    width = column.encoded_length
    layout = Layout(Family.NULL, Framing.FIXED, width, f"{width}s", NullRule.ALWAYS, bytes(width))

    def load(_raw: bytes) -> None:
        return None

    def dump(value: object) -> bytes:
        refuse(column, value)

    return Codec(column, layout, load, dump)
