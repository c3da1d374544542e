"""What an engine may ask of the protocol side: client files by SQ_FILE, large objects (sqli.md 5.14, 5.15)."""

from typing import TYPE_CHECKING

from informix_wire import pdu

from .engine import SqlError
from .phases import OutOfOrder

if TYPE_CHECKING:
    from .session import Session

__all__ = ["Services"]

CLIENT_FILE_FAILED = -9810
"""Reported when the client refuses a step, with its operating-system error number, negative, as ISAM code. Which
codes a real server uses is not recorded (sqli.md 5.15)."""


class Services:
    """The `engine.SessionServices` of one session."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def _step(self, request: pdu.FileOp, answer: type[pdu.FileRead] | type[pdu.FileWrite] | None) -> int | bytes:
        """Send one step as a group of its own and return what the client answered (sqli.md 5.15)."""
        group = self._session.ask(request)
        if group and isinstance(group[0], pdu.Err):
            raise SqlError(CLIENT_FILE_FAILED, isam=-abs(group[0].sqlcode), token=request.name)
        if answer is None:
            if group:
                raise OutOfOrder(f"{type(group[0]).__name__} where an empty group answers SQ_FILE")
            return 0
        if len(group) != 1 or not isinstance(group[0], answer):
            raise OutOfOrder(f"SQ_FILE wants {answer.__name__} for an answer")
        reply = group[0]
        return reply.data if isinstance(reply, pdu.FileRead) else reply.total

    def read_client_file(self, name: str) -> bytes:
        """Read a whole file from the client: open, read, close."""
        self._step(pdu.FileOp(pdu.FileOperation.OPEN, name), None)
        data = self._step(pdu.FileOp(pdu.FileOperation.READ), pdu.FileRead)
        self._step(pdu.FileOp(pdu.FileOperation.CLOSE), None)
        assert isinstance(data, bytes)
        return data

    def write_client_file(self, name: str, data: bytes) -> None:
        """Write a file on the client: open, write, close."""
        self._step(pdu.FileOp(pdu.FileOperation.OPEN, name), None)
        written = self._step(pdu.FileOp(pdu.FileOperation.WRITE, data=data), pdu.FileWrite)
        self._step(pdu.FileOp(pdu.FileOperation.CLOSE), None)
        if written != len(data):
            raise SqlError(CLIENT_FILE_FAILED, token=name)

    def locator_data(self, locator: bytes) -> bytes:
        """Return the content that a locator names."""
        return self._session.large_objects.content(locator)

    def open_large_object(self, data: bytes, mode: int, *, clob: bool = False) -> int:  # noqa: ARG002 (any mode reads)
        """Open content of a row for reading; return the descriptor."""
        objects = self._session.large_objects
        return objects.open(objects.find(objects.snapshot(data, clob=clob)))

    def close_large_object(self, descriptor: int) -> int:
        """Close a descriptor; return 0."""
        self._session.large_objects.close(descriptor)
        return 0
