"""What can go wrong on the wire, in terms of the protocol; the driver maps it to PEP 249."""

from informix_types import FramingError, Incomplete

__all__ = ["FramingError", "Incomplete", "LoginRejected", "ProtocolError", "ServerError"]


class ProtocolError(FramingError):
    """The peer broke the protocol: unknown tag, impossible length, message out of order (sqli.md 5.18).

    No recovery is possible: the connection must be closed.
    """


class ServerError(Exception):
    """The server answered SQ_ERR (sqli.md 4.6); the group was read to its end and the session is usable.

    Attributes:
        sqlcode: Informix SQL code, negative.
        isam: ISAM code that refines it, 0 for none.
        offset: position in the SQL text, 1-based, 0 for none (sqli.md 12 #8).
        token: object name or the text of a user-defined error.
        sqlstate: only for -937, else None.
        text: only for -937, else None.
        rows_done: rows that DONE messages reported before the error in the same group, one entry each
            (sqli.md 5.6).
    """

    def __init__(
        self,
        sqlcode: int,
        isam: int = 0,
        offset: int = 0,
        token: str = "",
        *,
        sqlstate: str | None = None,
        text: str | None = None,
        rows_done: tuple[int, ...] = (),
    ) -> None:
        super().__init__(sqlcode, isam, offset, token)
        self.sqlcode = sqlcode
        self.isam = isam
        self.offset = offset
        self.token = token
        self.sqlstate = sqlstate
        self.text = text
        self.rows_done = rows_done


class LoginRejected(Exception):
    """The login reply was a reject (sqli.md 2.3).

    Attributes:
        service_error: the sqlcode (-951, -952, -761 …), 0 when the server gave no diagnostics.
        os_error: the operating-system error, 0 for none.
        messages: diagnostic texts of the reply.
        server_name: name that the server calls itself.
    """

    def __init__(self, service_error: int, os_error: int, messages: tuple[str, ...], server_name: str) -> None:
        super().__init__(service_error, os_error, messages, server_name)
        self.service_error = service_error
        self.os_error = os_error
        self.messages = messages
        self.server_name = server_name
