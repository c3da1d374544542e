"""The command ``informix-testserver``: ``serve`` runs the embedded server until SIGINT or SIGTERM."""

import argparse
import os
import signal
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from informix_types.codesets import UnknownCodeset, codec_for_locale

from ._version import __version__
from .engine import SqlError
from .memory.catalog import database_mode
from .profiles import PROFILES
from .server import DEFAULT_PASSWORD, DEFAULT_PORT, DEFAULT_USER, TestServer

__all__ = ["main"]

_LOAD_HELP = "SQL (in UTF-8) to run in testdb at start; with --data only when the folder holds no databases yet"


def _port(text: str) -> int:
    """Read a port number for `argparse`."""
    if not (text.isdecimal() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")
    return int(text)


def _name(text: str) -> str:
    """Read a user's, server's or host's name for `argparse`."""
    if not text or any(character.isspace() for character in text):
        raise argparse.ArgumentTypeError(f"{text!r} is no name: empty, or with blanks")
    return text


def _database(text: str) -> str:
    """Read a database's name, with a mode behind a colon, for `argparse`."""
    try:
        database_mode(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(str(exc)) from None
    return text


def _locale(text: str) -> str:
    """Read a locale for `argparse`."""
    try:
        codec_for_locale(text)
    except UnknownCodeset as exc:
        raise argparse.ArgumentTypeError(str(exc)) from None
    return text


def _parser() -> argparse.ArgumentParser:
    # With a width, argparse does not import shutil and its compression modules to ask the terminal for one.
    formatter = partial(argparse.HelpFormatter, width=100)
    parser = argparse.ArgumentParser(
        prog="informix-testserver",
        description="An embedded Informix (SQLI) server on sqlite3 for demos and tests.",
        formatter_class=formatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="listen until interrupted", formatter_class=formatter)
    add = serve.add_argument
    add("--host", type=_name, default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=_port, default=DEFAULT_PORT, help="port, 0 = any free one (default: %(default)s)")
    add(
        "--user",
        action="append",
        type=_name,
        metavar="NAME",
        help=f"user who may log in; repeatable (default: {DEFAULT_USER})",
    )
    add(
        "--password",
        action="append",
        metavar="TEXT",
        help=f"password of the user at the same place, or of all users (default: {DEFAULT_PASSWORD})",
    )
    add(
        "--server-name", type=_name, default="informix", metavar="NAME", help="DBSERVERNAME (default: %(default)s)"
    )
    add(
        "--database",
        action="append",
        default=[],
        type=_database,
        metavar="NAME[:MODE]",
        help="a database to create besides testdb and sysmaster, logged, or by MODE unlogged or ansi; repeatable",
    )
    add(
        "--db-locale",
        type=_locale,
        metavar="LOCALE",
        help="locale of the databases, such as de_DE.utf8 (default: en_US.8859-1)",
    )
    add("--tls-cert", type=Path, metavar="FILE", help="certificate: the listener speaks TLS")
    add("--tls-key", type=Path, metavar="FILE", help="its private key")
    add("--tls-port", type=_port, metavar="PORT", help="speak TLS on this port and plain SQLI on --port")
    add("--profile", choices=sorted(PROFILES), default="12.10", help="release to play (default: %(default)s)")
    add("--load", action="append", default=[], type=Path, metavar="FILE.sql", help=_LOAD_HELP)
    add("--data", type=Path, metavar="DIR", help="keep the databases in this folder (default: in memory)")
    return parser


def _users(names: Sequence[str] | None, passwords: Sequence[str] | None) -> dict[str, str]:
    """Bring the users and passwords of the command line together."""
    users, secrets = names or [DEFAULT_USER], passwords or [DEFAULT_PASSWORD]
    if len(set(users)) < len(users):
        raise SystemExit("the same --user twice")
    if len(secrets) == 1:
        secrets = list(secrets) * len(users)
    if len(secrets) != len(users):
        raise SystemExit(f"{len(users)} users, {len(secrets)} passwords: one for each, or one for all")
    return dict(zip(users, secrets, strict=True))


def _load(server: TestServer, path: Path) -> None:
    """Run the statements of a file in ``testdb``; a failure ends the command."""
    try:
        server.run_script(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise SystemExit(f"{path}: {exc.strerror}") from None
    except UnicodeDecodeError as exc:
        raise SystemExit(f"{path}: no UTF-8 at byte {exc.start}") from None
    except SqlError as exc:
        isam = f", ISAM {exc.isam}" if exc.isam else ""
        near = f" near {exc.token!r}" if exc.token else ""
        raise SystemExit(f"{path}: error {exc.sqlcode}{isam}{near} in {' '.join(exc.__notes__)}") from None


def _serve(options: argparse.Namespace) -> None:
    if bool(options.tls_cert) != bool(options.tls_key):
        raise SystemExit("--tls-cert and --tls-key go together")
    if options.tls_port is not None and not options.tls_cert:
        raise SystemExit("--tls-port needs --tls-cert and --tls-key")
    try:
        server = TestServer(
            options.host,
            options.port,
            users=_users(options.user, options.password),
            databases=options.database,
            db_locale=options.db_locale,
            data_dir=options.data,
            profile=options.profile,
            tls=(options.tls_cert, options.tls_key) if options.tls_cert else None,
            tls_port=options.tls_port,
            server_name=options.server_name,
        )
    except OSError as exc:  # ssl.SSLError is one
        raise SystemExit(f"cannot use {options.tls_cert} and {options.tls_key}: {exc}") from None
    try:
        _run(server, options)
    finally:
        server.close()


def _holds_data(folder: Path) -> bool:
    from .memory.persistence import path_in

    return os.path.exists(path_in(folder))


def _run(server: TestServer, options: argparse.Namespace) -> None:
    """Load, listen, wait for a signal."""
    kept = options.data is not None and _holds_data(options.data)
    try:
        server.engine  # noqa: B018 - made here, where what is wrong with the folder can be said
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else exc
        raise SystemExit(f"cannot keep data in {options.data}: {reason}") from None
    if not kept:
        try:
            for path in options.load:
                _load(server, path)
        except SystemExit:
            # A folder with half of it would keep the next start from loading the rest.
            server.close()
            if options.data is not None:
                from .memory.persistence import remove

                remove(options.data)
            raise
    try:
        server.start()
    except OSError as exc:
        raise SystemExit(f"cannot listen on {options.host}:{options.port}: {exc.strerror}") from None
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    tls = f", TLS on port {server.tls_port}" if server.tls_port else ""
    print(f"informix-testserver {__version__} listens: {server.url}{tls}", flush=True)
    stop.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    _serve(_parser().parse_args(arguments))
    return 0
