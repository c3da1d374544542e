"""Messages (PDUs): one file a family, each class with both directions beside each other.

`FROM_CLIENT` and `FROM_SERVER` map a tag to its class in that direction; `read_client` and `read_server` read the
next message of a stream through them. Login frames are no tagged messages: see `informix_wire.pdu.login`.
"""

import struct
from typing import Final

from ..caps import Capabilities
from ..errors import Incomplete, ProtocolError
from ..tags import Tag
from .base import TAG_LAYOUT, Message
from .bind import Bind, BlobBind
from .blob import BlobChunk, FetchBlob
from .describe import (
    Describe,
    DescribedColumn,
    InputDescribe,
    InputParameter,
    KeyDescribe,
    KeyTuple,
    RoutineInputDescribe,
)
from .fastpath import (
    DescribeRoutine,
    ExecuteRoutine,
    GetRoutine,
    RoutineArgument,
    RoutineHandle,
    RoutineParameters,
    RoutineReply,
    RoutineState,
)
from .lob import FileOp, FileOperation, FileRead, FileWrite, LoDataOperation, LoDataReply, LoDataRequest
from .pam import Accept, Ack, Challenge, ChallengeStyle, Response
from .rows import Direction, NFetch, Put, RetType, ScrollKind, SFetch, Tuple, TupleId
from .setup import DatabaseList, DbClose, DbList, DbOpen, Exit, Info, Protocols, Version, VersionRequest
from .statement import (
    AutoFree,
    CIDescribe,
    Close,
    Command,
    CursorName,
    Execute,
    Hold,
    KeyKind,
    KeyRequest,
    NDescribe,
    Open,
    Prepare,
    Release,
    Scroll,
    StatementId,
    WantDone,
)
from .status import Cost, Done, Eot, Err, Ignored86, InsertDone, PutErr, XactStat
from .transaction import Begin, Commit, ReleaseSavepoint, Rollback, RollbackToSavepoint, SetSavepoint
from .xa import (
    XaClose,
    XaCommit,
    XaEnd,
    XaForget,
    XaOpen,
    XaPrepare,
    XaRecover,
    XaReply,
    XaRollback,
    XaStart,
    Xid,
)

__all__ = [
    "FROM_CLIENT",
    "FROM_SERVER",
    "Accept",
    "Ack",
    "AutoFree",
    "Begin",
    "Bind",
    "BlobBind",
    "BlobChunk",
    "CIDescribe",
    "Challenge",
    "ChallengeStyle",
    "Close",
    "Command",
    "Commit",
    "Cost",
    "CursorName",
    "DatabaseList",
    "DbClose",
    "DbList",
    "DbOpen",
    "Describe",
    "DescribeRoutine",
    "DescribedColumn",
    "Direction",
    "Done",
    "Eot",
    "Err",
    "Execute",
    "ExecuteRoutine",
    "Exit",
    "FetchBlob",
    "FileOp",
    "FileOperation",
    "FileRead",
    "FileWrite",
    "GetRoutine",
    "Hold",
    "Ignored86",
    "Info",
    "InputDescribe",
    "InputParameter",
    "InsertDone",
    "KeyDescribe",
    "KeyKind",
    "KeyRequest",
    "KeyTuple",
    "LoDataOperation",
    "LoDataReply",
    "LoDataRequest",
    "Message",
    "NDescribe",
    "NFetch",
    "Open",
    "Prepare",
    "Protocols",
    "Put",
    "PutErr",
    "Release",
    "ReleaseSavepoint",
    "Response",
    "RetType",
    "Rollback",
    "RollbackToSavepoint",
    "RoutineArgument",
    "RoutineHandle",
    "RoutineInputDescribe",
    "RoutineParameters",
    "RoutineReply",
    "RoutineState",
    "SFetch",
    "Scroll",
    "ScrollKind",
    "SetSavepoint",
    "StatementId",
    "Tuple",
    "TupleId",
    "Version",
    "VersionRequest",
    "WantDone",
    "XaClose",
    "XaCommit",
    "XaEnd",
    "XaForget",
    "XaOpen",
    "XaPrepare",
    "XaRecover",
    "XaReply",
    "XaRollback",
    "XaStart",
    "XactStat",
    "Xid",
    "read_client",
    "read_server",
]


def _table(*classes: type[Message]) -> dict[int, type[Message]]:
    table: dict[int, type[Message]] = {int(cls.TAG): cls for cls in classes}
    assert len(table) == len(classes), "two messages of one direction share a tag"
    return table


FROM_CLIENT: Final = _table(
    *(
        Command,
        Prepare,
        CursorName,
        StatementId,
        Bind,
        BlobBind,
        Open,
        Execute,
        NFetch,
        SFetch,
        Scroll,
        Hold,
        AutoFree,
    ),
    *(Close, Release, NDescribe, WantDone, CIDescribe, KeyRequest, RetType, Put, FetchBlob, Eot),
    *(Begin, Commit, Rollback, SetSavepoint, ReleaseSavepoint, RollbackToSavepoint),
    *(Protocols, Info, DbOpen, DbClose, DbList, VersionRequest, Exit, Ack, Response),
    *(XaOpen, XaClose, XaStart, XaEnd, XaPrepare, XaCommit, XaRollback, XaForget, XaRecover),
    *(GetRoutine, DescribeRoutine, ExecuteRoutine, RoutineState, LoDataRequest, FileRead, FileWrite, Err),
)
"""Tag → class of every message that a client sends (sqli.md 4.1)."""

FROM_SERVER: Final = _table(
    *(Describe, Tuple, TupleId, Done, Cost, XactStat, InsertDone, Err, PutErr, Eot, Close, Ignored86),
    *(InputDescribe, RoutineInputDescribe, KeyDescribe, KeyTuple, BlobChunk),
    *(Protocols, DatabaseList, Version, Exit, Challenge, Accept),
    *(XaReply, RoutineHandle, RoutineParameters, RoutineReply, LoDataReply, FileOp),
)
"""Tag → class of every message that a server sends (sqli.md 4.1)."""


def _unknown(sender: str, buf: bytes, offset: int) -> ProtocolError:
    tag: int = TAG_LAYOUT.unpack_from(buf, offset)[0]
    name = Tag(tag).name if tag in Tag.__members__.values() else "no known tag"
    return ProtocolError(f"the {sender} sent tag {tag} ({name}) which no {sender} is known to send")


def read_server(buf: bytes, offset: int, caps: Capabilities) -> tuple[Message, int]:
    """Read the message that a server sent at `offset`, tag included.

    Returns:
        the message and the offset of the byte after it.

    Raises:
        Incomplete: `buf` ends before the message does.
        ProtocolError: unknown tag or impossible body; the connection cannot be used any more (sqli.md 5.18).
    """
    try:
        cls = FROM_SERVER[TAG_LAYOUT.unpack_from(buf, offset)[0]]
    except struct.error:
        raise Incomplete from None
    except KeyError:
        raise _unknown("server", buf, offset) from None
    return cls.decode(buf, offset + TAG_LAYOUT.size, caps)


def read_client(buf: bytes, offset: int, caps: Capabilities) -> tuple[Message, int]:
    """Read the message that a client sent at `offset`; otherwise like `read_server`."""
    try:
        cls = FROM_CLIENT[TAG_LAYOUT.unpack_from(buf, offset)[0]]
    except struct.error:
        raise Incomplete from None
    except KeyError:
        raise _unknown("client", buf, offset) from None
    return cls.decode(buf, offset + TAG_LAYOUT.size, caps)
