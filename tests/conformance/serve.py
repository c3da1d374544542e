"""The servers that the foreign clients are run against: databases, users and routines that the suites count on.

Prints one JSON line with its ports when it listens. Ends when its standard input is closed, with one more line a
server that lists what went wrong inside it or against the protocol.
"""

import argparse
import contextlib
import datetime
import json
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from informix_testserver import TestServer
from informix_testserver.engine import SqlError
from informix_testserver.memory import MemoryEngine
from informix_testserver.profiles import Profile, profile_named

TLS = Path(__file__).parent / "tls"
ECHO_OFF = 1
"""PAM style: prompt for a secret (sqli.md 2.6)."""


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


def r_out(
    amount: Decimal, text: str, day: datetime.date | None
) -> tuple[int, str, Decimal, str | None, datetime.date | None]:
    """Return two values and set three: an OUT, an INOUT (`text`) and an INOUT that may be NULL (`day`)."""
    later = None if day is None else day + datetime.timedelta(days=1)
    return 7, "returned", amount * 2, text.rstrip() + "!", later


def engine() -> MemoryEngine:
    """Make the main server's engine, which knows the routines."""
    made = MemoryEngine(("ansidb:ansi", "plaindb:unlogged"))
    made.register_routine("r_touch", r_touch, parameters=["integer"], kind="procedure")
    made.register_routine("r_add", r_add, parameters=["integer", "integer"], returns=["integer"])
    made.register_routine("r_rows", r_rows, parameters=["integer"], returns=["integer", "varchar(20)"], rows=True)
    made.register_routine(
        "r_types",
        r_types,
        parameters=["decimal(10,2)", "varchar(20)", "date"],
        returns=["decimal(10,2)", "varchar(20)", "date"],
    )
    made.register_routine(
        "r_out",
        r_out,
        parameters=["decimal(10,2)", "decimal(12,2)", "varchar(20)", "date"],
        modes=["in", "out", "inout", "inout"],
        returns=["integer", "varchar(20)"],
    )
    made.register_routine(
        "r_only_out",
        lambda n: n + 1,
        parameters=["integer", "integer"],
        modes=["out", "in"],
        kind="procedure",
        returns=[],
    )
    made.register_routine(
        "r_out_fails", r_fail, parameters=["integer", "varchar(50)"], modes=["out", "in"], returns=[]
    )
    made.register_routine("r_fail", r_fail, parameters=["varchar(50)"], returns=["integer"])
    return made


PROFILES = {
    "14.10": profile_named("14.10"),
    "alternative": replace(
        profile_named("12.10"),
        name="alternative",
        end_of_data="error",
        done_after_full_block=False,
        cumulative_rows=False,
        send_cost=False,
        insertdone_on_prepare=False,
        xactstat_on_dml=True,
        tupid_first=True,
        keys_with_prepare=False,
        exit_with_eot=True,
        normalised_datetimes=True,
        strict_ids=True,
    ),
    "narrow": profile_named("11.70"),
}
"""Servers to play: what real ones send; the other form wherever sqli.md permits two; the narrow dialect."""


def servers(profile: Profile) -> dict[str, TestServer]:
    """Name of the address to print → the server that listens there."""
    plain = TestServer(
        port=0, engine=engine(), profile=profile, tls=(TLS / "server.crt", TLS / "server.key"), tls_port=0
    )
    return {
        "port": plain,
        "utf8_port": TestServer(port=0, databases=("utf8db",), profile=profile, db_locale="en_US.utf8"),
        "pam_port": TestServer(port=0, profile=profile, pam=((ECHO_OFF, "Password: ", "pam secret"),)),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=PROFILES, default="14.10")
    running = servers(PROFILES[parser.parse_args().profile])
    with contextlib.ExitStack() as stack:
        for server in running.values():
            stack.enter_context(server)
        plain = running["port"]
        target = ("informix", plain.host, plain.port)
        running["redirect_port"] = stack.enter_context(TestServer(port=0, redirect=target))
        address = {name: server.port for name, server in running.items()}
        print(json.dumps({"host": plain.host, "tls_port": plain.tls_port, **address}), flush=True)
        sys.stdin.read()
        for name, server in running.items():
            errors = [*server.protocol_errors, *server.internal_errors]
            print(json.dumps([f"{name}: {type(e).__name__}: {e}" for e in errors]), flush=True)


if __name__ == "__main__":
    main()
