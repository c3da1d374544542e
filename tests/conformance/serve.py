"""The server that the foreign clients are run against: databases, users and routines that the suites count on.

Prints one JSON line with its ports when it listens. Ends when its standard input is closed, with one more line a
server that lists what went wrong inside it or against the protocol.
"""

import argparse
import datetime
import json
import sys
from decimal import Decimal

from informix_testserver import TestServer
from informix_testserver.engine import SqlError
from informix_testserver.memory import MemoryEngine


def r_touch(number: int) -> None:
    """Return nothing: EXECUTE PROCEDURE without a result."""


def r_add(a: int, b: int) -> int:
    """Return one value."""
    return a + b


def r_rows(count: int) -> list[tuple[int, str]]:
    """Return several rows."""
    return [(i, f"row {i}") for i in range(1, count + 1)]


def r_types(amount: Decimal, text: str, day: datetime.date) -> tuple[Decimal, str, datetime.date]:
    """Return three values of three types."""
    return amount * 2, text.rstrip() + "!", day + datetime.timedelta(days=1)


def r_fail(text: str) -> None:
    """Raise an exception as `RAISE EXCEPTION -746, 0, text` does."""
    raise SqlError(-746, token=text)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", default="14.10")
    profile = parser.parse_args().profile
    engine = MemoryEngine()
    with (
        TestServer(port=0, engine=engine, profile=profile) as server,
        TestServer(port=0, databases=("utf8db",), profile=profile, db_locale="en_US.utf8") as utf8_server,
    ):
        address = {"host": server.host, "port": server.port, "utf8_port": utf8_server.port}
        print(json.dumps(address), flush=True)
        sys.stdin.read()
        for each in (server, utf8_server):
            errors = [*each.protocol_errors, *each.internal_errors]
            print(json.dumps([f"{type(e).__name__}: {e}" for e in errors]), flush=True)


if __name__ == "__main__":
    main()
