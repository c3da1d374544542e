"""Logins: accept, reject, redirect, PAM, text form, locales, and what does not speak SQLI."""

import base64
import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from informix_testserver import PROFILES, SqlError, TestServer
from informix_wire import pdu
from informix_wire.caps import OFFER_JDBC
from informix_wire.pdu.login import LoginReply, LoginRequest, Redirect


def refusal(client):
    reply = client.log_in()
    assert isinstance(reply, LoginReply)
    assert not reply.accepted
    with pytest.raises(EOFError):
        client.receive()
    return reply


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ({"user": "nobody"}, -951),
        ({"password": "wrong"}, -952),
        ({"password": None}, -956),
        ({"server": "other"}, -761),
        ({"environment": (("CLIENT_LOCALE", "en_US.klingon"),)}, -23101),
    ],
)
def test_rejects(server, connect, login, code):
    reply = refusal(connect(server, **login))
    assert (reply.service_error, reply.net_flag, reply.capabilities) == (code, 1, (0, 0, 0))
    assert reply.server_name == ("informix" if code == -761 else "asfecho")
    if code in (-951, -952):
        assert reply.messages == (f"{login.get('user', 'informix')}@localhost",)


def test_a_test_can_order_a_reject_without_diagnostics(server, connect):
    server.faults.reject_login(0, os_error=11)
    reply = refusal(connect(server))
    assert (reply.service_error, reply.os_error) == (0, 11)
    assert connect(server).log_in().accepted


def test_aliases_and_users(serve, connect):
    server = serve(users={"ann": "secret", "guest": None}, aliases=("informix_tcp",))
    assert connect(server, user="ann", password="secret", server="informix_tcp").log_in().accepted
    assert connect(server, user="guest", password=None).log_in().accepted
    assert refusal(connect(server)).service_error == -951
    assert server.url == f"informix://ann:secret@127.0.0.1:{server.port}/testdb?server=informix"


def test_redirect(serve, connect):
    server = serve(redirect=("informix2", "192.0.2.7", 9090))
    reply = connect(server).log_in()
    assert isinstance(reply, Redirect)
    assert (reply.server, reply.host, reply.port) == ("informix2", "192.0.2.7", "9090")


def test_a_database_in_the_login_makes_dbopen_fail(server, connect):
    client = connect(server, database="testdb")
    assert client.log_in().accepted
    client.negotiate()
    assert client.ask(pdu.DbOpen("testdb")) == [pdu.Err(-759)]


def test_the_accept_announces_the_profile(serve, connect):
    for name, profile in PROFILES.items():
        reply = connect(serve(profile=name)).log_in()
        assert reply.version == profile.version
    reply = connect(serve(profile=replace(PROFILES["11.70"], short_tail=True, cap_1=307))).log_in()
    assert reply.binding is None
    assert reply.capabilities == (307, 0, 0)


def test_profiles_decide_the_widths(serve, connect):
    widths = {}
    for name in PROFILES:
        client = connect(serve(profile=name))
        client.log_in()
        client.negotiate(OFFER_JDBC + b"\x06")
        caps = client.caps
        widths[name] = (caps.long_text, caps.wide_offsets, caps.large_fetch, caps.large_tuple, caps.long_rowid)
    assert widths == {
        "11.70": (False, False, False, False, False),
        "12.10": (True, True, True, False, False),
        "14.10": (True, True, True, False, False),
        "15": (True, True, True, True, True),
    }


def test_pam_dialogue(serve, connect):
    steps = [(1, "Password:", "secret7"), (4, "Welcome", None), (2, "Code:", None)]
    client = connect(serve(pam=steps))
    client.log_in()
    client.negotiate()
    assert client.caps.pam
    assert client.ask(pdu.Ack()) == [pdu.Challenge(1, "Password:")]
    assert client.ask(pdu.Response("secret7")) == [pdu.Challenge(4, "Welcome")]
    assert client.read_group() == [pdu.Challenge(2, "Code:")]
    assert client.ask(pdu.Response("anything")) == [pdu.Accept()]
    assert client.ask(pdu.DbOpen("testdb"))[0] == pdu.Done(0x15)


def test_pam_refuses_a_wrong_answer(serve, connect):
    client = connect(serve(pam=[(1, "Password:", "right")]))
    client.log_in()
    client.negotiate()
    client.ask(pdu.Ack())
    assert client.ask(pdu.Response("wrong")) == [pdu.Exit()]


def test_nothing_but_pam_is_legal_during_pam(serve, connect):
    server = serve(pam=[(1, "Password:", "right")])
    client = connect(server)
    client.log_in()
    client.negotiate()
    client.send(pdu.DbOpen("testdb"))
    with pytest.raises(EOFError):
        client.receive()
    assert "DbOpen while the connection is PAM" in str(server.protocol_errors.pop())


@pytest.mark.parametrize("late_nul", [False, True])
def test_text_login(server, connect, load_vectors, late_nul):
    (vector,) = [v for v in load_vectors("login") if v["id"] == "textlogin_body_csdk9350"]
    body = bytes.fromhex(vector["hex"]).replace(b"\0\x08demo_on\0", b"\0\x09informix\0")
    text = base64.b64encode(body, altchars=b"._").rstrip(b"=")
    line = (
        b"sqAYIBPQAAsqlexec informix -pin4mix 9.350 AAA#B000000 -dstores -fIEEEI CLIENT_LOCALE=en_US.8859-1 :"
        + text
    )
    client = connect(server)
    client.sock.sendall(line + (b"" if late_nul else b"\0"))
    reply = client.login_reply()
    assert (reply.accepted, reply.text_form) == (True, True)
    if late_nul:
        client.sock.sendall(b"\0")
    client.negotiate(bytes.fromhex("fffe9ffe74aa52"))
    assert client.ask(pdu.DbOpen("testdb"))[0] == pdu.Done(0x15)
    (request,) = server.logins
    assert (request.user, request.password, request.server) == ("informix", "in4mix", "informix")


def test_an_ancient_client_needs_no_protocols(server, connect):
    client = connect(server, capability=307)
    client.log_in()
    assert client.ask(pdu.VersionRequest()) == [pdu.Version("9.56.FC12W1")]
    assert client.ask(pdu.Info((("DBTIME", "%d/%M/%Y"),))) == []
    assert client.ask(pdu.DbOpen("testdb")) == [pdu.Done(0x15), pdu.Cost(1, 1)]


def test_statements_before_protocols_are_ignored(server, connect):
    client = connect(server)
    client.log_in()
    client.send(pdu.Prepare(0, "select 1 from t"), pdu.NDescribe(), pdu.WantDone())
    client.negotiate()  # its reply is the first that comes
    assert client.ask(pdu.DbOpen("testdb"))[0] == pdu.Done(0x15)


def test_exit_with_eot_is_accepted_as_well(server, connect):
    client = connect(server).start()
    client.send(pdu.Exit())
    assert client.read_group() == [pdu.Exit()]
    with pytest.raises(EOFError):
        client.receive()


def test_db_locale_of_another_database_is_refused(serve, connect):
    server = serve(db_locale="en_US.8859-1")
    client = connect(server, environment=(("DB_LOCALE", "en_US.utf8"),))
    client.log_in()
    client.negotiate()
    assert client.ask(pdu.DbOpen("testdb")) == [pdu.Err(-23197)]
    client = connect(server, environment=(("DB_LOCALE", "en_US.819"),))
    client.log_in()
    client.negotiate()
    assert client.ask(pdu.DbOpen("testdb"))[0] == pdu.Done(0x15)


def test_text_travels_in_the_code_set_of_the_client(script, serve, connect):
    script.answer("select 'äöü€' from t", error_at="prepare", error=SqlError(-206, token="äöü€"))
    client = connect(serve(), environment=(("CLIENT_LOCALE", "en_US.utf8"),)).start()
    client.caps = client.caps.with_encoding("utf-8")
    group = client.ask(pdu.Prepare(0, "select 'äöü€' from t"), pdu.NDescribe(), pdu.WantDone())
    assert group == [pdu.Err(-206, 0, 0, "äöü€")]


@pytest.mark.parametrize(
    "hello",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        bytes.fromhex("16030100"),
        b"\0\x03\0\0",
        bytes.fromhex("00410d3c1000") + bytes(59),
    ],
)
def test_a_stranger_is_hung_up_on(server, connect, hello):
    client = connect(server)
    client.sock.sendall(hello)
    with pytest.raises(EOFError):
        client.receive()
    assert "SQLI" in str(server.protocol_errors.pop())


def test_an_unknown_tag_ends_the_connection(server, connect):
    client = connect(server).start()
    client.sock.sendall(b"\x0f\x0f\0\x0c")
    with pytest.raises(EOFError):
        client.receive()
    assert "3855" in str(server.protocol_errors.pop())


CERTIFICATE = Path(__file__).parent / "tls" / "cert.pem", Path(__file__).parent / "tls" / "key.pem"
"""Self-signed for localhost and 127.0.0.1, made for these tests."""


def test_tls_listener_beside_the_plain_one(serve, connect):
    server = serve(tls=CERTIFICATE, tls_port=0)
    assert server.tls_port not in (0, server.port)
    assert connect(server).log_in().accepted
    client = connect(server, port=server.tls_port)
    context = ssl.create_default_context(cafile=CERTIFICATE[0])
    client.sock = context.wrap_socket(client.sock, server_hostname="localhost")
    client.start()
    assert client.ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]


def test_a_plain_client_on_the_tls_port_is_hung_up_on(serve, connect):
    server = serve(tls=CERTIFICATE)
    client = connect(server)
    client.sock.sendall(LoginRequest("informix", "in4mix", "informix").encode())
    client.rest()  # an alert at most
    with socket.create_connection((server.host, server.port), timeout=10):
        pass  # it still listens


def test_tls_port_needs_a_certificate():
    with pytest.raises(ValueError, match="tls_port needs tls"):
        TestServer(port=0, tls_port=0)
