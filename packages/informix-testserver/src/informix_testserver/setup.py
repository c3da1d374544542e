"""Set-up and end of a session: PROTOCOLS, PAM, INFO, DBOPEN, DBLIST, VERSION, EXIT (sqli.md 2.6, 3, 4.8)."""

from typing import TYPE_CHECKING

from informix_types.codesets import UnknownCodeset, codec_for_locale
from informix_wire import pdu
from informix_wire.caps import Capabilities

from .engine import DatabaseFlag, SqlError
from .phases import Phase

if TYPE_CHECKING:
    from .session import Session

__all__ = [
    "close_database",
    "info",
    "leave",
    "list_databases",
    "open_database",
    "pam_answer",
    "pam_start",
    "protocols",
    "version",
]

LOCALE_MISMATCH = -23197
DATABASE_ALREADY_NAMED = -759
QUESTIONS = (pdu.ChallengeStyle.ECHO_OFF, pdu.ChallengeStyle.ECHO_ON)
"""Challenge styles that want an answer (sqli.md 2.6)."""


def protocols(session: "Session", message: pdu.Protocols) -> None:
    """Answer the offer; what both sides have decides the widths from here on (sqli.md 3.2)."""
    pam = session.server.pam
    answer = session.profile.answer(pam=bool(pam))
    session.send(pdu.Protocols(answer))
    session.caps = Capabilities.negotiate(message.mask, answer, encoding=session.caps.encoding)
    session.pam_steps = list(pam)
    session.phase = Phase.PAM if pam else Phase.READY


def pam_start(session: "Session", _message: pdu.Ack) -> None:
    """Begin the PAM dialogue."""
    _pam_next(session)


def pam_answer(session: "Session", message: pdu.Response) -> None:
    """Check an answer; go on with the dialogue or refuse with EXIT."""
    _, _, expected = session.pam_steps.pop(0)
    if expected is not None and message.text != expected:
        session.send(pdu.Exit())
        session.send(pdu.Eot())
        session.phase = Phase.CLOSED
        return
    _pam_next(session)


def _pam_next(session: "Session") -> None:
    """Send the next challenge, or ACCEPT after the last one.

    Each challenge is a group of its own; one that wants no answer is followed by the next at once.
    """
    while session.pam_steps:
        style, text, _ = session.pam_steps[0]
        session.send(pdu.Challenge(style, text))
        if style in QUESTIONS:
            return
        session.pam_steps.pop(0)
        session.send(pdu.Eot())
    session.send(pdu.Accept())
    session.phase = Phase.READY


def info(session: "Session", message: pdu.Info) -> None:
    """Take environment variables; the reply is empty (sqli.md 3.4)."""
    session.environment.update(message.pairs)
    _ready(session)


def _ready(session: "Session") -> None:
    """Set-up without PROTOCOLS: the client speaks the ancient dialect (sqli.md 0.3)."""
    if session.phase is Phase.NEW:
        session.phase = Phase.READY


def version(session: "Session", _message: pdu.VersionRequest) -> None:
    """Say the version; JDBC uses the question as a ping (sqli.md 3.7)."""
    session.send(pdu.Version(session.profile.version.rpartition(" ")[2]))
    _ready(session)


def _codeset(locale: str) -> str:
    try:
        return codec_for_locale(locale)
    except UnknownCodeset:
        raise SqlError(LOCALE_MISMATCH, token=locale) from None


def enter_database(session: "Session", name: str, *, exclusive: bool = False) -> None:
    """Open a database and remember its flags; a DB_LOCALE that is not the database's is refused (sqli.md 9)."""
    if session.login_database:
        raise SqlError(DATABASE_ALREADY_NAMED)  # sqli.md 2.9
    wanted = session.environment.get("DB_LOCALE")
    mine = session.server.db_locale
    if wanted and mine and _codeset(wanted) != _codeset(mine):
        raise SqlError(LOCALE_MISMATCH)
    flags = session.engine.open_database(name, exclusive=exclusive)
    session.set_database(name, flags | DatabaseFlag.ALWAYS)
    _ready(session)


def open_database(session: "Session", message: pdu.DbOpen) -> None:
    """Open a database; DONE.warn carries its flags (sqli.md 3.5)."""
    enter_database(session, message.name, exclusive=bool(message.mode))
    session.done(warn=int(session.flags))


def close_database(session: "Session", _message: pdu.DbClose) -> None:
    """Close the database."""
    session.engine.close_database()
    session.set_database("", 0)
    session.done()


def list_databases(session: "Session", _message: pdu.DbList) -> None:
    """Name all databases (sqli.md 4.8)."""
    session.send(pdu.DatabaseList(tuple(session.engine.databases())))


def leave(session: "Session", _message: pdu.Exit) -> None:
    """Say goodbye; the caller closes the connection (sqli.md 4.8, 5.19).

    Locks and the database are free before the client hears it: what it does next cannot meet its own ghost.
    """
    session.end()
    session.send(pdu.Exit())
    if session.profile.exit_with_eot:
        session.send(pdu.Eot())
    session.phase = Phase.CLOSED
