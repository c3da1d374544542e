"""SQ_FILE: the server works on client files in the middle of a reply; only what was registered is served.

The steps come while a statement with `lotofile`, `filetoblob` or `filetoclob` runs (sqli.md 5.15);
`reply.advance` reads each with its EOT (`step_end`) and hands out `serve_file` as what to do next.
"""

from typing import Final, Protocol

from ..caps import Capabilities
from ..errors import ProtocolError
from ..pdu import read_server
from ..pdu.base import Message
from ..pdu.lob import FileOp, FileOperation, FileRead, FileWrite
from ..pdu.status import Eot, Err
from ..session import Session
from .core import Conversation, send

__all__ = ["ClientFiles", "serve_file", "step_end"]

EOT: Final = b"\x00\x0c"
NO_SUCH_FILE: Final = 2
INPUT_OUTPUT_ERROR: Final = 5
"""Operating-system error numbers ENOENT and EIO, the language of refusals (sqli.md 5.15)."""


class ClientFiles(Protocol):
    """What the server may read and write; set as `Session.files`.

    The server has at most one file open at a time: no step names one. Every method refuses by raising `OSError`
    with an ``errno``; a name that the application did not register must be refused.
    """

    def open(self, name: str, mode: int, flags: int, offset: int) -> None:
        """Open a file; flags 1 = must not exist yet; `offset` in bytes."""

    def close(self) -> None:
        """Close it."""

    def read(self, amount: int) -> bytes:
        """Read up to `amount` bytes, all for -1."""

    def write(self, data: bytes) -> int:
        """Write; return the number of bytes written."""


def step_end(buf: bytes, offset: int, caps: Capabilities) -> int:
    """Return the end of the EOT that belongs to a SQ_FILE step and stands at `offset`, behind it.

    Step and EOT are consumed together or not at all: an EOT alone would look like the end of the reply to whoever
    goes on after an abandoned conversation.

    Raises:
        Incomplete: the step's EOT has not arrived.
        ProtocolError: something else stands behind the step.
    """
    end, offset = read_server(buf, offset, caps)
    if not isinstance(end, Eot):
        raise ProtocolError(f"the server sent {type(end).__name__} where the EOT of a SQ_FILE step was due")
    return offset


def serve_file(session: Session, step: FileOp) -> Conversation[None]:
    """Do one step of the dialogue and answer it."""
    answer = _act(session, step)
    yield from send(session, (answer.encode(session.caps) if answer else b"") + EOT)


def _act(session: Session, step: FileOp) -> Message | None:
    """Return the answer to a step; None is an empty group."""
    files = session.files
    if files is None:
        return Err(NO_SUCH_FILE)
    try:
        if step.operation == FileOperation.OPEN:
            files.open(step.name, step.mode, step.flags, step.offset)
        elif step.operation == FileOperation.CLOSE:
            files.close()
        elif step.operation == FileOperation.READ:
            return FileRead(files.read(step.amount))
        else:
            return FileWrite(files.write(step.data))
    except OSError as exc:
        session.file_error = exc
        return Err(exc.errno or INPUT_OUTPUT_ERROR)
    except Exception as exc:  # noqa: BLE001 - a fault of the application's file must not break the stream
        session.file_error = exc
        return Err(INPUT_OUTPUT_ERROR)
    return None
