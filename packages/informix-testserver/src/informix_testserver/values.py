"""Values between wire and engine: parameter blocks in, rows out, with descriptors and locators traded for data.

Uses the reference codecs of informix-types only, so that the driver's generated decoders are checked by them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from operator import call
from typing import TYPE_CHECKING, Any

from informix_types import ColumnType, TypeCode
from informix_types.errors import ConversionError, FramingError
from informix_types.reference import value_decoder, value_encoder
from informix_types.values import BlobDescriptor, BlobLocator, ClobLocator

from .constructed import CONSTRUCTED, decode_constructed, encode_constructed, is_constructed
from .engine import Parameter, SqlError
from .statement import OpenCursor

if TYPE_CHECKING:
    from .session import Session

__all__ = [
    "RowEncoder",
    "decode_parameters",
    "is_blob",
    "is_large_object",
    "put_decoder",
    "resolved",
    "row_encoder",
]

_SENDRECV = int(TypeCode.SENDRECV)
BYTES_TYPES = frozenset({TypeCode.BYTE, TypeCode.TEXT})
CHAR_TYPES = frozenset({TypeCode.CHAR, TypeCode.NCHAR})
VARCHAR_TYPES = frozenset({TypeCode.VARCHAR, TypeCode.NVARCHAR})
DOES_NOT_FIT = -1207
MAX_VARCHAR = 255
"""What the length byte of a VARCHAR can say (sqli.md 7.1)."""
LARGE_OBJECT_NAMES = frozenset({"blob", "clob"})
LARGE_OBJECT_CODES = frozenset({TypeCode.UDTFIXED, TypeCode.SENDRECV})
"""As described and as RET_TYPE asks for them (sqli.md 4.5, 6.2)."""
SHORT_DESCRIPTOR, LONG_DESCRIPTOR = 56, 68
"""BYTE and TEXT descriptors without and with bit 70 (sqli.md 5.16)."""


def is_blob(column: ColumnType) -> bool:
    """Tell BYTE and TEXT."""
    return column.code in BYTES_TYPES


def is_large_object(column: ColumnType) -> bool:
    """Tell BLOB and CLOB."""
    return column.code in LARGE_OBJECT_CODES and column.extended_name in LARGE_OBJECT_NAMES


def decode_parameters(session: "Session", count: int, blocks: bytes) -> tuple[list[Parameter], list[int]]:
    """Decode the blocks of BIND or of a routine call (sqli.md 7.2); locators stay locators.

    Returns:
        the parameters, and the indexes of those whose data BBIND will bring.

    Raises:
        FramingError: the blocks contradict themselves.
    """
    parameters, _ = session.decode_blocks(blocks, 0, count)
    pending: list[int] = []
    for index, (kind, value, is_default, blob_pending) in enumerate(parameters):
        if blob_pending:
            pending.append(index)
        elif kind.code == _SENDRECV and is_constructed(kind, value):
            parameters[index] = Parameter(*decode_constructed(value, session.types), is_default)
    return parameters, pending


def resolved(session: "Session", parameters: Sequence[Parameter]) -> list[Parameter]:
    """Replace locators by their objects' content, which is what engines take; everything else stays.

    Raises:
        SqlError: -9810: a locator names no object.
    """
    return [_with_content(session, p) if isinstance(p.value, BlobLocator) else p for p in parameters]


def _with_content(session: "Session", locator: Parameter) -> Parameter:
    return Parameter(locator.type, session.large_objects.content(locator.value.data), locator.is_default)


def put_decoder(session: "Session", types: Sequence[ColumnType]) -> Callable[[bytes, int], list[list[Parameter]]]:
    """Return the function that decodes the rows of a PUT: the row format of TUPLE, several times (sqli.md 5.7).

    It takes the payload and the number of rows, and raises FramingError when they contradict each other.
    """
    columns = [(column, value_decoder(column, session.types), _padded_size(session, column)) for column in types]

    def decode(payload: bytes, rows: int) -> list[list[Parameter]]:
        decoded: list[list[Parameter]] = []
        offset = 0
        for _ in range(rows):
            row: list[Parameter] = []
            for column, decode_column, size in columns:
                start = offset
                value, offset = decode_column(payload, start)
                if size:
                    offset = start + size
                parameter = Parameter(column, value)
                row.append(_with_content(session, parameter) if isinstance(value, BlobLocator) else parameter)
            decoded.append(row)
        if offset != len(payload):
            raise FramingError(f"PUT of {len(payload)} bytes holds {offset} bytes of columns")
        return decoded

    return decode


def _padded_size(session: "Session", column: ColumnType) -> int:
    """Return the bytes of a VARCHAR that travels with all that the column can hold, else 0 (sqli.md 7.1)."""
    padded = column.code in VARCHAR_TYPES and session.environment.get("IFX_PAD_VARCHAR") == "1"
    return column.max_length + 1 if padded else 0


RowEncoder = Callable[[Sequence[Any], OpenCursor | None], bytes]
"""Encodes one row payload, without its pad; the cursor keeps BYTE and TEXT data for FETCHBLOB."""


def row_encoder(session: "Session", types: Sequence[ColumnType]) -> RowEncoder:
    """Return the encoder of rows of these types (sqli.md 7.1)."""
    if not any(is_blob(column) or is_large_object(column) for column in types):
        plain = [_plain_encoder(session, column) for column in types]

        def encode_plain(values: Sequence[Any], _cursor: OpenCursor | None) -> bytes:
            if len(values) != len(plain):
                raise ValueError(f"{len(values)} values for {len(plain)} columns")
            try:
                return b"".join(map(call, plain, values))
            except ConversionError:
                shown = _as_shown(types, values)
                if shown != list(values):
                    return encode_plain(shown, _cursor)
                raise _misfit(types, plain, values) from None

        return encode_plain
    columns = [_column_encoder(session, column) for column in types]

    def encode_row(values: Sequence[Any], cursor: OpenCursor | None) -> bytes:
        try:
            return b"".join([encode(value, cursor) for encode, value in zip(columns, values, strict=True)])
        except ConversionError:
            shown = _as_shown(types, values)
            if shown != list(values):
                return encode_row(shown, cursor)
            alone = [partial(_without_cursor, encode) for encode in columns]
            raise _misfit(types, alone, values) from None

    return encode_row


def _as_shown(types: Sequence[ColumnType], values: Sequence[Any]) -> list[Any]:
    """Return values as the wire can show them: a VARCHAR of one NUL has the bytes of NULL (sqli.md 7.1)."""
    return [
        None if value == "\0" and column.code in VARCHAR_TYPES else value
        for column, value in zip(types, values, strict=True)
    ]


def _without_cursor(encode: Callable[[Any, OpenCursor | None], bytes], value: Any) -> bytes:
    return encode(value, None)


_MISFITS: dict[int, int] = {
    TypeCode.SMALLINT: -1214,
    TypeCode.INTEGER: -1215,
    TypeCode.SERIAL: -1215,
    TypeCode.INT8: -1284,
    TypeCode.SERIAL8: -1284,
    TypeCode.BIGINT: -1284,
    TypeCode.BIGSERIAL: -1284,
    TypeCode.SMALLFLOAT: -1222,
    TypeCode.FLOAT: -1223,
    TypeCode.DECIMAL: -1226,
    TypeCode.MONEY: -1226,
    TypeCode.DATETIME: -1265,
    TypeCode.INTERVAL: -1265,
}
"""What Informix says of a value that a type has no room for (sqli.md 10.1); -1207 for all other types."""


def _misfit(
    types: Sequence[ColumnType], encoders: Sequence[Callable[[Any], bytes]], values: Sequence[Any]
) -> SqlError:
    """Return the error of the first value that an engine or a routine has put into a row that cannot hold it."""
    for column, encode, value in zip(types, encoders, values, strict=True):
        try:
            encode(value)
        except ConversionError as exc:
            return SqlError(_MISFITS.get(column.code, DOES_NOT_FIT), token=str(exc)[:80])
    raise AssertionError("every value fits")


def _plain_encoder(session: "Session", column: ColumnType) -> Callable[[Any], bytes]:
    """Return the encoder of a column without data outside of the row.

    Lengths are counted in the database's code set; in the client's a text may need more bytes than the column
    has. A CHAR then comes with fewer blanks; a VARCHAR or LVARCHAR comes whole, since its own length goes before
    it.
    """
    if column.code == TypeCode.SENDRECV and column.source in CONSTRUCTED:
        described = replace(column, code=column.source, source=0)
        return lambda value: encode_constructed(described, value, session.types)
    if column.code in VARCHAR_TYPES:
        encode = value_encoder(replace(column, encoded_length=MAX_VARCHAR), session.types)
        size = _padded_size(session, column)
        return (lambda value: encode(value).ljust(size, b"\0")) if size else encode
    if column.built_in == "lvarchar":
        return value_encoder(replace(column, encoded_length=0), session.types)
    encode = value_encoder(column, session.types)
    codec, width = session.types.encoding, column.width or 0
    if column.code not in CHAR_TYPES:
        return encode

    def fitted(value: Any) -> bytes:
        if isinstance(value, str) and not value.isascii() and len(value.encode(codec, "replace")) > width:
            value = value.rstrip(" ")
        return encode(value)

    return fitted


def _column_encoder(session: "Session", column: ColumnType) -> Callable[[Any, OpenCursor | None], bytes]:
    if is_blob(column):
        return lambda value, cursor: _descriptor(session, column, value, cursor)
    encode = _plain_encoder(session, column)
    if not is_large_object(column):
        return lambda value, _cursor: encode(value)

    def by_locator(value: Any, _cursor: OpenCursor | None) -> bytes:
        if value is not None and not isinstance(value, BlobLocator):
            value = _locator(session, column, value)
        return encode(value)

    return by_locator


def _as_bytes(session: "Session", value: Any) -> bytes:
    return value.encode(session.types.encoding, "replace") if isinstance(value, str) else bytes(value)


def _descriptor(session: "Session", column: ColumnType, value: Any, cursor: OpenCursor | None) -> bytes:
    """Return the descriptor that stands for a BYTE or TEXT value; its start position is the key to the data."""
    width = LONG_DESCRIPTOR if session.caps.long_rowid else SHORT_DESCRIPTOR
    text = column.code == TypeCode.TEXT
    if value is None:
        return BlobDescriptor.build(0, is_text=text, null=True, width=width).data
    data = _as_bytes(session, value)
    start = 1
    if cursor is not None:
        start = cursor.next_blob
        if cursor.blobs is None:
            cursor.blobs = {}
        cursor.blobs[start] = data
        cursor.next_blob += max(len(data), 1)
    return BlobDescriptor.build(len(data), start=start, is_text=text, width=width).data


def _locator(session: "Session", column: ColumnType, value: Any) -> BlobLocator:
    """Return a locator for the content of a BLOB or CLOB."""
    clob = column.extended_name == "clob"
    data = session.large_objects.snapshot(_as_bytes(session, value), clob=clob)
    return ClobLocator(data) if clob else BlobLocator(data)
