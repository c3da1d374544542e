"""Login, negotiation, PAM, databases, the session's end."""

from typing import Any

import pytest
from informix_wire.caps import FULL, NARROW
from informix_wire.errors import LoginRejected, ProtocolError, ServerError
from informix_wire.pdu.login import LoginRequest, Redirect, read_login_request
from informix_wire.pdu.pam import Accept, Ack, Challenge, Response
from informix_wire.pdu.rows import Tuple
from informix_wire.pdu.setup import DatabaseList, Exit, Protocols, Version
from informix_wire.pdu.status import Cost, Done, Eot, Err, XactStat
from informix_wire.session import Database, Session, SessionError, State
from informix_wire.talk import login, pam, setup, statement, transaction

REQUEST = LoginRequest("informix", "in4mix", "informix", (("DBPATH", "."),))
PAM_MASK = bytes.fromhex("bdbe9ffe7fbffeeff0")


@pytest.fixture
def fresh() -> Session:
    return Session()


@pytest.mark.parametrize("chunk", [0, 1])
@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("conacc_accepted_by_jdbc450", "IBM Informix Dynamic Server Version 9.59.FC7W1"),
        ("conacc_gbase_9.56.FC4G1AEE", None),
        ("conacc_gbase_9.56.FC4G1TL", None),
    ],
)
def test_login_accepted(
    fresh: Session, make_peer: Any, login_bytes: Any, name: str, version: str | None, chunk: int
) -> None:
    peer = make_peer(fresh, [(REQUEST.encode(), login_bytes[name])], chunk)
    accepted = peer.run(login.login(fresh, REQUEST))
    assert isinstance(accepted, login.LoginAccepted)
    assert accepted.version == fresh.server_version
    assert " Version " in accepted.version
    assert version in (None, accepted.version)
    assert (fresh.state, fresh.level) == (State.NEW, 316)
    assert fresh.server_name == accepted.server_name != ""
    assert peer.idle()


@pytest.mark.parametrize("chunk", [0, 1])
@pytest.mark.parametrize(
    "name", ["conrej_951_11.70_shape", "conrej_951_11.50_shape", "conrej_951_shown_by_jdbc450"]
)
def test_login_rejected(fresh: Session, make_peer: Any, login_bytes: Any, name: str, chunk: int) -> None:
    peer = make_peer(fresh, [(None, login_bytes[name])], chunk)
    with pytest.raises(LoginRejected) as caught:
        peer.run(login.login(fresh, REQUEST))
    assert caught.value.service_error == -951
    assert fresh.state is State.BROKEN


def test_login_redirected(fresh: Session, make_peer: Any, login_bytes: Any) -> None:
    peer = make_peer(fresh, [(None, login_bytes["redirect_followed_by_jdbc450"])])
    answer = peer.run(login.login(fresh, REQUEST))
    assert isinstance(answer, Redirect)
    assert answer.server
    assert answer.port.isdigit()
    assert fresh.state is State.BROKEN


@pytest.mark.parametrize(
    "reply",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x03\x00\x02\x02\x28", b"SSH-2.0-OpenSSH\r\n", bytes(40)],
)
@pytest.mark.parametrize("chunk", [0, 1])
def test_another_protocol(fresh: Session, make_peer: Any, reply: bytes, chunk: int) -> None:
    peer = make_peer(fresh, [(None, reply)], chunk)
    with pytest.raises(ProtocolError, match="does not speak SQLI"):
        peer.run(login.login(fresh, REQUEST))
    assert fresh.state is State.BROKEN


def test_login_text_is_in_the_sessions_encoding(make_peer: Any, login_bytes: Any) -> None:
    session = Session("utf-8")
    request = LoginRequest("jürgen", "größe", "srv")
    peer = make_peer(session, [(None, login_bytes["conacc_accepted_by_jdbc450"])])
    peer.run(login.login(session, request))
    sent, _ = read_login_request(peer.sent, 0, "utf-8")
    assert (sent.user, sent.password) == ("jürgen", "größe")
    assert session.caps.encoding == "utf-8"


# -- negotiation ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["bdbe9ffe7fb7ffeff0", "bdbe9ffe7fb7ffeff8", "bdbe9ffe7fb7ffefff"])
def test_full_dialect(fresh: Session, make_peer: Any, group: Any, answer: str) -> None:
    fresh.level = 316
    reply = group(Protocols(bytes.fromhex(answer)))
    peer = make_peer(fresh, [(bytes.fromhex("007e 0008 fffc7ffc3c8caa97 000c"), reply)], 1)
    caps = peer.run(setup.negotiate(fresh))
    assert caps is fresh.caps
    assert caps.long_text
    assert caps.large_fetch
    assert caps.bigint
    assert caps.wide_offsets
    assert caps.describe_input
    assert caps.generated_keys
    assert caps.savepoints
    assert not caps.large_tuple
    assert not caps.long_rowid
    assert not caps.pam
    assert fresh.state is State.READY


def test_a_short_answer_is_the_narrow_dialect(fresh: Session, make_peer: Any, group: Any) -> None:
    fresh.level = 316
    narrow = Protocols(bytes.fromhex("bdbe9ffe7fb7"))
    peer = make_peer(fresh, [(None, group(narrow))])
    caps = peer.run(setup.negotiate(fresh))
    assert not caps.long_text
    assert not caps.large_fetch
    assert caps.array_fetch
    request = bytes.fromhex("0001 0000 0003 616263 00 0016 0007 000b 000c")
    error = bytes.fromhex("000d ff37 0000 0002 0001 78 00 000c")
    peer = make_peer(fresh, [(request, error)])
    with pytest.raises(ServerError) as caught:
        peer.run(statement.command(fresh, "abc"))
    assert (caught.value.sqlcode, caught.value.offset, caught.value.token) == (-201, 2, "x")
    assert peer.idle()


def test_ancient_servers_are_asked_for_their_version(fresh: Session, make_peer: Any, message_bytes: Any) -> None:
    fresh.level = 307
    peer = make_peer(fresh, [(message_bytes["ids731_version_req"], message_bytes["ids731_version_reply"])])
    caps = peer.run(setup.negotiate(fresh))
    assert caps == NARROW
    assert fresh.server_version == "7.31.TD6"
    assert fresh.state is State.READY


def test_nothing_works_before_negotiation(fresh: Session, make_peer: Any) -> None:
    peer = make_peer(fresh, [])
    for conversation in (statement.command(fresh, "x"), setup.open_database(fresh, "x"), transaction.begin(fresh)):
        with pytest.raises(SessionError, match="new"):
            peer.run(conversation)
    assert peer.sent == b""


# -- PAM ------------------------------------------------------------------------------------------------


def pam_session(make_peer: Any, group: Any) -> Session:
    session = Session(level=316)
    peer = make_peer(session, [(None, group(Protocols(PAM_MASK)))])
    assert peer.run(setup.negotiate(session)).pam
    assert session.state is State.NEW
    return session


@pytest.mark.parametrize("chunk", [0, 1])
def test_pam_dialogue(make_peer: Any, group: Any, message_bytes: Any, chunk: int) -> None:
    session = pam_session(make_peer, group)
    asked: list[tuple[int, str]] = []

    def answer(style: int, text: str) -> str:
        asked.append((style, text))
        return {"Password:": "secret7", "Code:": "", "Hello": "ignored"}[text]

    script = [
        (message_bytes["pam_start"], message_bytes["pam_challenge"]),
        (message_bytes["pam_answer"], group(Challenge(4, "Hello")) + group(Challenge(2, "Code:"))),
        (group(Response("")), message_bytes["pam_accept"]),
    ]
    peer = make_peer(session, script, chunk)
    peer.run(pam.authenticate_pam(session, answer))
    assert asked == [(1, "Password:"), (4, "Hello"), (2, "Code:")]
    assert session.state is State.READY
    assert peer.idle()


def test_pam_refusal(make_peer: Any, group: Any) -> None:
    session = pam_session(make_peer, group)
    refused = group(Challenge(3, "Account locked")) + Exit().encode(FULL)
    script = [(group(Ack()), refused)]
    with pytest.raises(LoginRejected) as caught:
        make_peer(session, script).run(pam.authenticate_pam(session, lambda style, text: ""))
    assert caught.value.messages == ("Account locked",)
    assert session.state is State.BROKEN


def test_pam_callback_that_fails_ends_the_session(make_peer: Any, group: Any) -> None:
    for failing, kind in [(lambda style, text: {}[text], KeyError), (lambda style, text: "x" * 513, ValueError)]:
        session = pam_session(make_peer, group)
        peer = make_peer(session, [(None, group(Challenge(1, "Password:")))])
        with pytest.raises(kind):
            peer.run(pam.authenticate_pam(session, failing))
        assert session.state is State.BROKEN


def test_pam_error_and_nonsense(make_peer: Any, group: Any) -> None:
    session = pam_session(make_peer, group)
    with pytest.raises(ServerError):
        make_peer(session, [(None, group(Err(-1809)))]).run(pam.authenticate_pam(session, lambda s, t: ""))
    assert session.state is State.BROKEN
    for nonsense in (group(Done()), Challenge(1, "x").encode(FULL) + Accept().encode(FULL)):
        session = pam_session(make_peer, group)
        with pytest.raises(ProtocolError):
            make_peer(session, [(None, nonsense)]).run(pam.authenticate_pam(session, lambda s, t: ""))
        assert session.state is State.BROKEN


# -- databases -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("warn", "logged", "ansi"), [(0x14, False, False), (0x15, True, False), (0x17, True, True)]
)
def test_database_flags(session: Session, make_peer: Any, group: Any, warn: int, logged: bool, ansi: bool) -> None:
    session.database, session.in_transaction = None, True
    request = bytes.fromhex("0024 0006 73746f726573 0000 000c")
    peer = make_peer(session, [(request, group(Done(warn=warn), Cost()))])
    database = peer.run(setup.open_database(session, "stores"))
    assert (database.name, database.logged, database.ansi) == ("stores", logged, ansi)
    assert session.database == database
    assert not session.in_transaction


def test_a_database_that_does_not_open(session: Session, make_peer: Any, group: Any) -> None:
    peer = make_peer(session, [(bytes.fromhex("0024 0001 7800 0001 000c"), group(Err(-329, -111, 0, "x")))])
    with pytest.raises(ServerError) as caught:
        peer.run(setup.open_database(session, "x", exclusive=True))
    assert caught.value.token == "x"
    assert session.database == Database("testdb", 0x15)
    assert session.state is State.READY


def test_close_database_list_and_version(session: Session, make_peer: Any, group: Any, message_bytes: Any) -> None:
    peer = make_peer(
        session,
        [
            (bytes.fromhex("001a000c"), message_bytes["dblist_reply"]),
            (bytes.fromhex("001a000c"), group(DatabaseList(()))),
            (bytes.fromhex("0035000c"), group(Version("x"))),
            (bytes.fromhex("0025000c"), group()),
        ],
        1,
    )
    assert peer.run(setup.list_databases(session)) == ("stores", "sysmaster")
    assert peer.run(setup.list_databases(session)) == ()
    assert peer.run(setup.server_version(session)) == "x"
    peer.run(setup.close_database(session))
    assert session.database is None
    assert peer.idle()


def test_environment(session: Session, make_peer: Any, message_bytes: Any, group: Any) -> None:
    request = message_bytes["gbase_info"] + b"\0\x0c"
    peer = make_peer(session, [(request, group())])
    peer.run(setup.send_environment(session, [("DBTEMP", "/tmp"), ("SUBQCACHESZ", "10")]))
    assert peer.idle()


def test_a_reply_without_its_message_is_a_protocol_error(session: Session, make_peer: Any, group: Any) -> None:
    with pytest.raises(ProtocolError, match="holds no Version"):
        make_peer(session, [(None, group(Done()))]).run(setup.server_version(session))
    assert session.state is State.BROKEN


# -- the end -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        Exit().encode(FULL),
        Exit().encode(FULL) + Eot().encode(FULL),
        XactStat().encode(FULL) + Exit().encode(FULL),
        Eot().encode(FULL),
        b"\xff\xff rubbish",
    ],
)
def test_disconnect(session: Session, make_peer: Any, reply: bytes) -> None:
    peer = make_peer(session, [(bytes.fromhex("0038"), reply)])
    peer.run(setup.disconnect(session))
    assert session.state is State.CLOSED
    with pytest.raises(SessionError, match="closed"):
        peer.run(transaction.begin(session))


def test_disconnect_reads_over_what_was_still_owed(session: Session, make_peer: Any, group: Any) -> None:
    from informix_wire.session import Prepared
    from informix_wire.talk import fetch

    prepared = Prepared(2, 0, returns_rows=True)
    session.adopt(prepared)

    def decoder(buf: bytes, offset: int) -> Any:
        return [], offset

    def rows(buf: bytes, offset: int) -> Any:
        return (
            ([1], offset + 12)
            if buf[offset : offset + 2] == b"\0\x0e" and len(buf) - offset >= 12
            else ([], offset)
        )

    row = Tuple(0, b"\0\0\0\1")
    peer = make_peer(session, [(None, group(row)), (None, b""), (b"\0\x38", group(row, Done()) + b"\0\x38")])
    peer.run(fetch.open_cursor(session, prepared, "c", None, fetch_buffer=4096, decoder=rows, ahead=True))
    peer.run(setup.disconnect(session))
    assert peer.idle()


def test_disconnect_of_a_broken_session_says_nothing(session: Session, make_peer: Any) -> None:
    session.break_off()
    peer = make_peer(session, [])
    peer.run(setup.disconnect(session))
    assert peer.sent == b""
    assert session.state is State.CLOSED


def test_the_end_of_file_ends_disconnect(session: Session, make_peer: Any, starved: Any) -> None:
    peer = make_peer(session, [(b"\0\x38", b"")])
    conversation = setup.disconnect(session)
    with pytest.raises(starved):
        peer.run(conversation)
    conversation.close()
    assert session.state is State.CLOSED
