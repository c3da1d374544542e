"""What the server says about a statement: DESCRIBE, KEYDESCRIBE, KEYTUPLE, IDESCRIBE (sqli.md 4.7, 5.8, 6.1)."""

import struct
from typing import ClassVar, Self

from informix_types import ColumnType
from informix_types.classes import frozen

from ..buffer import MAX_LENGTH, Reader, Writer, decode_text, encode_text
from ..errors import ProtocolError
from ..tags import Tag
from .base import Message
from .rows import RowMessage

__all__ = [
    "Describe",
    "DescribedColumn",
    "InputDescribe",
    "InputParameter",
    "KeyDescribe",
    "KeyTuple",
    "RoutineInputDescribe",
]

_HEAD = struct.Struct(">hhi")
_START_TYPE_ID = struct.Struct(">iHi")
_REFERENCE_ALIGNMENT_SOURCE_LENGTH = struct.Struct(">hhii")
_TYPE_ID = struct.Struct(">Hi")


@frozen
class DescribedColumn:
    """One column of a DESCRIBE (sqli.md 6.1).

    Attributes:
        name: lower-cased unless delimited; ``(expression)`` and the like for expressions.
        type: everything about its type.
        start: byte position in a row of fixed-width columns; for a server that wants to please JDBC it matters.
        reference: seen non-zero for CLOB on GBase only.
        alignment: the same.
    """

    name: str
    type: ColumnType
    start: int = 0
    reference: int = 0
    alignment: int = 0


def _read_type_tail(r: Reader, word: int, extended_id: int) -> tuple[ColumnType, int, int]:
    """Read what follows the extended id of a column or parameter; returns type, reference, alignment."""
    owner, name = r.char(), r.char()
    reference, alignment, source, length = r.unpack(_REFERENCE_ALIGNMENT_SOURCE_LENGTH)
    return ColumnType(word & 0xFF, length, word & 0xFF00, extended_id, owner, name, source), reference, alignment


def _write_type_tail(w: Writer, column: ColumnType, reference: int, alignment: int) -> None:
    w.char(column.owner)
    w.char(column.extended_name)
    w.pack(_REFERENCE_ALIGNMENT_SOURCE_LENGTH, reference, alignment, column.source, column.encoded_length)


@frozen
class _Description(Message):
    """The layout that DESCRIBE and KEYDESCRIBE share (sqli.md 6.1).

    Attributes:
        statement_type: number by which statements are classified (sqli.md 6.4).
        statement_id: the id for `StatementId`.
        cost: the optimizer's estimate.
        tuple_size: bytes of a row; not exact for extended types (sqli.md 6.1).
        columns: result columns of a query, target columns of the markers of INSERT and UPDATE.
    """

    statement_type: int
    statement_id: int
    cost: int = 0
    tuple_size: int = 0
    columns: tuple[DescribedColumn, ...] = ()

    def _write(self, w: Writer) -> None:
        w.pack(_HEAD, self.statement_type, self.statement_id, self.cost)
        (w.i if w.caps.large_tuple else w.s)(self.tuple_size)
        w.s(len(self.columns))
        offl = w.i if w.caps.wide_offsets else w.s
        names = [encode_text(column.name, w.caps.encoding) + b"\0" for column in self.columns]
        offl(sum(map(len, names)))
        offset = 0
        for column, name in zip(self.columns, names, strict=True):
            offl(offset)
            offset += len(name)
            w.pack(_START_TYPE_ID, column.start, column.type.flags | column.type.code, column.type.extended_id)
            _write_type_tail(w, column.type, column.reference, column.alignment)
        w.padded(b"".join(names))

    @classmethod
    def _read(cls, r: Reader) -> Self:
        statement_type, statement_id, cost = r.unpack(_HEAD)
        tuple_size = r.i() if r.caps.large_tuple else r.s()
        count = r.count()
        offl = r.i if r.caps.wide_offsets else r.s
        names_size = offl()
        if not 0 <= names_size <= MAX_LENGTH:
            raise ProtocolError(f"DESCRIBE with impossible string table size {names_size}")
        # A wrong guess of a field width shows here first: a table without names, names without a table,
        # offsets outside of it (sqli.md 12 #6).
        if bool(count) != bool(names_size):
            raise ProtocolError(f"DESCRIBE of {count} columns with a string table of {names_size} bytes")
        heads = []
        for _ in range(count):
            name_offset = offl()
            if not 0 <= name_offset < names_size:
                raise ProtocolError(f"DESCRIBE with name offset {name_offset} in a table of {names_size} bytes")
            start, word, extended_id = r.unpack(_START_TYPE_ID)
            heads.append((name_offset, start, *_read_type_tail(r, word, extended_id)))
        table = r.padded(names_size)
        if count and table[-1]:
            raise ProtocolError("DESCRIBE with a string table that does not end in NUL")
        columns = tuple(
            DescribedColumn(
                decode_text(table[at : table.index(0, at)], r.caps.encoding), column, start, reference, alignment
            )
            for at, start, column, reference, alignment in heads
        )
        return cls(statement_type, statement_id, cost, tuple_size, columns)


class Describe(_Description):
    """SQ_DESCRIBE: type, id and columns of a statement (sqli.md 6.1)."""

    __slots__ = ()
    TAG: ClassVar[int] = Tag.SQ_DESCRIBE


class KeyDescribe(_Description):
    """SQ_KEYDESCRIBE: the columns of a KEYTUPLE, in the layout of DESCRIBE (sqli.md 5.8)."""

    __slots__ = ()
    TAG: ClassVar[int] = Tag.SQ_KEYDESCRIBE


class KeyTuple(RowMessage):
    """SQ_KEYTUPLE: the keys that an INSERT generated, as `KeyDescribe` describes them (sqli.md 5.8)."""

    __slots__ = ()
    TAG: ClassVar[int] = Tag.SQ_KEYTUPLE


@frozen
class InputParameter:
    """One parameter of an IDESCRIBE (sqli.md 4.7).

    Attributes:
        type: its type.
        reference, alignment: as in `DescribedColumn`.
        mode: only in RoutineInputDescribe: 0 IN, 1 OUT, 2 INOUT (sqli.md 5.13.1).
    """

    type: ColumnType
    reference: int = 0
    alignment: int = 0
    mode: int = 0


@frozen
class _InputDescription(Message):
    """The layout that IDESCRIBE and its routine form share (sqli.md 4.7).

    Attributes:
        parameters: their types in order.
        flags: 0 normally; on the wire only with bit 52.
        names: (mode, name) of each named argument; travels only when `flags` is not 0.
    """

    parameters: tuple[InputParameter, ...] = ()
    flags: int = 0
    names: tuple[tuple[int, str], ...] = ()

    _HAS_MODES: ClassVar[bool] = False

    @property
    def types(self) -> tuple[ColumnType, ...]:
        """Types of the parameters alone."""
        return tuple(parameter.type for parameter in self.parameters)

    def _write(self, w: Writer) -> None:
        w.s(len(self.parameters))
        if w.caps.named_parameters:
            w.s(self.flags)
            if self.flags:
                w.s(len(self.names))
                for mode, name in self.names:
                    w.b(mode)
                    w.char(name)
        for parameter in self.parameters:
            w.pack(_TYPE_ID, parameter.type.flags | parameter.type.code, parameter.type.extended_id)
            _write_type_tail(w, parameter.type, parameter.reference, parameter.alignment)
            if self._HAS_MODES:
                w.s(parameter.mode)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        count = r.count()
        flags = r.s() if r.caps.named_parameters else 0
        names = tuple((r.b(), r.char()) for _ in range(r.count())) if flags else ()
        parameters = []
        for _ in range(count):
            word, extended_id = r.unpack(_TYPE_ID)
            column, reference, alignment = _read_type_tail(r, word, extended_id)
            parameters.append(InputParameter(column, reference, alignment, r.s() if cls._HAS_MODES else 0))
        return cls(tuple(parameters), flags, names)


class InputDescribe(_InputDescription):
    """SQ_IDESCRIBE: the parameters of a statement, in reply to CIDESCRIBE (sqli.md 4.7)."""

    __slots__ = ()
    TAG: ClassVar[int] = Tag.SQ_IDESCRIBE


class RoutineInputDescribe(_InputDescription):
    """Tag 132: the parameters of a routine, like IDESCRIBE with the mode of each (sqli.md 5.13.1)."""

    __slots__ = ()
    TAG: ClassVar[int] = Tag.SQ_ROUTINE_IDESCRIBE
    _HAS_MODES = True
