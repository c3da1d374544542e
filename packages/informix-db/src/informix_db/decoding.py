"""How the rows of one result become Python objects: decoder, row factory, BYTE and TEXT data."""

from collections.abc import Callable
from typing import Any, Final

from informix_types import BlobDescriptor, ColumnType, ConversionError, TypeCode, TypeContext
from informix_types.classes import frozen
from informix_types.reference import batch_decoder as reference_decoder
from informix_types.rowcode import batch_decoder
from informix_types.rows import RowFactory
from informix_wire.caps import Capabilities
from informix_wire.errors import ServerError
from informix_wire.rows import TUPLE_FRAME, RowPlan, row_plan
from informix_wire.session import Prepared, Session
from informix_wire.talk import fetch, statement
from informix_wire.talk.block import Decoder
from informix_wire.talk.large_object import fetch_blob

from .description import Column
from .statement_cache import Statement
from .steps import Work

__all__ = ["RowDecoding", "first_value_gen"]


_SMALL_BUFFER: Final = 4096
_BLOBS: Final = frozenset({TypeCode.BYTE, TypeCode.TEXT})


@frozen
class RowDecoding:
    """Everything about the rows of one result.

    Attributes:
        plan: the forms in which the columns travel.
        description: what `Cursor.description` says about them.
        decoder: decodes row messages; when there are BYTE or TEXT columns into tuples, else into row objects.
        make: makes the row object from a tuple, None for plain tuples.
        blobs: indices of BYTE and TEXT columns: their data is fetched by descriptor (sqli.md 5.16).
        context: how values are decoded.
        factory: what made `make`.
    """

    plan: RowPlan
    description: tuple[Column, ...]
    decoder: Decoder
    make: Callable[[tuple[Any, ...]], Any] | None
    blobs: tuple[int, ...]
    context: TypeContext
    factory: RowFactory | None

    @classmethod
    def make_for(
        cls, statement: Statement, caps: Capabilities, context: TypeContext, factory: RowFactory | None
    ) -> "RowDecoding":
        """Return the decoding of a statement's rows; kept with the statement for its next execution."""
        key = (context, factory)
        found = statement.decoders.get(key)
        if found is None:
            plan, description = statement.result(caps)
            blobs = tuple(i for i, column in enumerate(plan.types) if column.code in _BLOBS)
            make = factory([column.name for column in statement.prepared.columns]) if factory else None
            decoder = batch_decoder(plan.types, context, TUPLE_FRAME, None if blobs else make)
            found = statement.decoders[key] = cls(plan, description, decoder, make, blobs, context, factory)
        statement.decoding = found
        return found

    def fill_blobs_gen(self, session: Session, prepared: Prepared, rows: list[Any]) -> Work[list[Any]]:
        """Fetch the data of BYTE and TEXT columns; must happen while the rows' cursor is open (sqli.md 5.16)."""
        filled: list[Any] = []
        for row in rows:
            values = list(row)
            for index in self.blobs:
                descriptor = values[index]
                if isinstance(descriptor, BlobDescriptor):
                    data = yield from fetch_blob(session, prepared, descriptor.data)
                    values[index] = self._load(self.plan.types[index], data)
            filled.append(tuple(values) if self.make is None else self.make(tuple(values)))
        return filled

    def _load(self, column: ColumnType, data: bytes) -> Any:
        if column.code == TypeCode.TEXT:
            return data.decode(self.context.encoding, self.context.errors)
        return data


def first_value_gen(session: Session, sql: str, context: TypeContext) -> Work[Any]:
    """Run a query of the driver's own; return the first value of its first row, None when it fails or is empty."""
    try:
        prepared = yield from statement.prepare(session, sql, 0)
    except ServerError:
        return None
    try:
        plan = row_plan(prepared.columns, session.caps)
        block = yield from fetch.open_cursor(
            session,
            prepared,
            None,
            None,
            fetch_buffer=_SMALL_BUFFER,
            decoder=reference_decoder(plan.types, context, TUPLE_FRAME),
            ret_types=plan.ret_types,
        )
    except (ServerError, ConversionError):
        return None
    finally:
        session.queue_release(prepared)
    return block.rows[0][0] if block.rows else None
