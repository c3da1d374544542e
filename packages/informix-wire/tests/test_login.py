"""Login frames against recorded ones, cut, bent, and foreign (sqli.md 2)."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_wire.errors import FramingError, Incomplete, ProtocolError
from informix_wire.pdu.login import (
    LoginReply,
    LoginRequest,
    ProcessInfo,
    Redirect,
    ServiceInfo,
    read_login_reply,
    read_login_request,
)

VECTORS = json.loads((Path(__file__).parent / "vectors" / "login.json").read_text())["vectors"]
BY_ID = {vector["id"]: vector for vector in VECTORS}


def of_kind(*kinds):
    chosen = [vector for vector in VECTORS if vector["kind"] in kinds]
    assert chosen
    return pytest.mark.parametrize("vector", chosen, ids=[vector["id"] for vector in chosen])


def tail_of(decoded, marker):
    return next((block[1] for block in decoded["tail"] if block[0] == marker), None)


def check_tail(message, decoded):
    process, service = tail_of(decoded, 107), tail_of(decoded, 116)
    if process is None:
        assert message.process is None
    else:
        assert message.process == ProcessInfo(
            process["pid"],
            process["thread"],
            process["host"],
            process["tty"],
            process["cwd"],
            process["reserved"],
        )
    expected = service and ServiceInfo(service["uid"], service["gid"], service.get("text"))
    assert message.service == expected


@of_kind("login_request")
def test_recorded_request(vector):
    raw, decoded = bytes.fromhex(vector["hex"]), vector["decoded"]
    request, end = read_login_request(raw)
    assert end == len(raw) == decoded["total"]
    assert (request.user, request.password) == (decoded["user"], decoded["password"])
    assert (request.server, request.database) == (decoded["server"], decoded["database"])
    assert [list(pair) for pair in request.environment] == decoded["env"]
    assert (request.level, request.serial) == (decoded["version"], decoded["serial"])
    assert request.capability == decoded["caps"][0]
    assert request.options == decoded["connect_options"]
    assert not request.text_form
    check_tail(request, decoded)
    assert request.encode() == raw


@of_kind("login_reply")
def test_recorded_reply(vector):
    raw, decoded = bytes.fromhex(vector["hex"]), vector["decoded"]
    reply, end = read_login_reply(raw)
    assert isinstance(reply, LoginReply)
    assert end == len(raw) == decoded["total"]
    assert reply.accepted == (decoded["type"] == 2)
    assert (reply.version, reply.serial, reply.server_name) == (
        decoded["version"],
        decoded["serial"],
        decoded["server"],
    )
    assert list(reply.capabilities) == decoded["caps"]
    assert reply.service_error == decoded["service_error"]
    assert reply.os_error == decoded["os_error"]
    assert reply.warnings == decoded["warnings"]
    assert list(reply.messages) == [text for _, text in decoded["messages"]]
    binding = tail_of(decoded, 110)
    assert reply.binding == (binding and bytes.fromhex(binding["data"]))
    check_tail(reply, decoded)
    assert reply.encode() == raw


@of_kind("login_redirect")
def test_recorded_redirect(vector):
    raw, decoded = bytes.fromhex(vector["hex"]), vector["decoded"]
    redirect, end = read_login_reply(raw)
    assert isinstance(redirect, Redirect)
    assert end == len(raw)
    assert (redirect.server, redirect.host, redirect.port) == (
        decoded["server"],
        decoded["host"],
        str(decoded["port"]),
    )
    assert redirect.encode() == raw


@of_kind("login_reply_prefix")
def test_beginning_of_a_reply_waits_for_the_rest(vector):
    raw = bytes.fromhex(vector["hex"])
    assert int.from_bytes(raw[:2], "big") == vector["decoded"]["total"] > len(raw)
    with pytest.raises(Incomplete):
        read_login_reply(raw)


def text_login_around(body, words="sqlexec informix -pin4mix 9.350 AAA#B000000 -dstores -fIEEEI A=b :"):
    return b"sqAYIBPQAA" + words.encode() + base64.b64encode(body, b"._").rstrip(b"=")


@of_kind("text_login")
def test_text_login(vector):
    raw = bytes.fromhex(vector["hex"])
    request, end = read_login_request(raw)
    body = BY_ID[vector["decoded"]["body_id"]]["decoded"]
    credentials = vector["decoded"]["credentials"]
    assert end == len(raw)
    assert request.text_form
    assert (request.user, request.password) == (credentials["user"], credentials["password"])
    assert request.database == credentials["database"]
    assert request.server == body["server"]
    assert request.capability == body["caps"][0]
    assert dict(request.environment)["DBPATH"] == "//srv"
    assert dict(request.environment)["CLNT_PAM_CAPABLE"] == "1"
    assert len(request.environment) == 8
    check_tail(request, body)


@of_kind("text_login_body")
def test_text_login_around_the_recorded_body(vector):
    body = bytes.fromhex(vector["hex"])
    raw = text_login_around(body)
    for trailer, expected_end in ((b"", len(raw)), (b"\0", len(raw) + 1)):
        request, end = read_login_request(raw + trailer)
        assert end == expected_end
        assert request.server == vector["decoded"]["server"]
        assert request.environment == (("A", "b"),)
        check_tail(request, vector["decoded"])


@pytest.mark.parametrize(
    ("words", "user", "password", "database", "environment"),
    [
        ("sqlexec joe -pa b 9.350 AAA#B000000 -fIEEEI :", "joe", "a b", None, ()),
        ("sqlexec joe 9.350 AAA#B000000 -d -fIEEEI :", "joe", None, None, ()),
        (
            "sqlexec joe -pp 9.350 AAA#B000000 -dx -fIEEEI DBPATH=a:b DBDATE=D M Y :",
            "joe",
            "p",
            "x",
            (("DBPATH", "a:b"), ("DBDATE", "D M Y")),
        ),
    ],
)
def test_text_login_words(words, user, password, database, environment):
    body = bytes.fromhex(BY_ID["textlogin_body_csdk9350"]["hex"])
    request, _ = read_login_request(text_login_around(body, words))
    assert (request.user, request.password, request.database) == (user, password, database)
    assert request.environment == environment


@of_kind("login_request", "login_reply", "login_redirect", "text_login")
def test_frame_cut_anywhere_waits(vector):
    raw = bytes.fromhex(vector["hex"])
    read = read_login_request if vector["dir"] == "c2s" else read_login_reply
    whole = len(raw) - (vector["kind"] == "text_login")  # its closing NUL is optional
    for cut in range(whole):
        with pytest.raises(Incomplete):
            read(raw[:cut])
    message, end = read(b"??" + raw + b"more", 2)
    assert end == 2 + len(raw)
    assert message == read(raw)[0]


@of_kind("login_request", "login_reply", "login_redirect")
def test_frame_that_ends_too_early_is_refused(vector):
    raw = bytes.fromhex(vector["hex"])
    read = read_login_request if vector["dir"] == "c2s" else read_login_reply
    for cut in range(6, len(raw) - 2):
        with pytest.raises(ProtocolError):
            read(cut.to_bytes(2, "big") + raw[2:cut])


@given(st.sampled_from([v for v in VECTORS if v["kind"] != "text_login_body"]), st.data())
def test_garbled_frames_never_raise_anything_else(vector, data):
    raw = bytearray.fromhex(vector["hex"])
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=4)):
        raw[at] = data.draw(st.integers(0, 255))
    read = read_login_request if vector["dir"] == "c2s" else read_login_reply
    try:
        message, end = read(bytes(raw))
    except (FramingError, Incomplete):
        return
    assert 0 < end <= len(raw)
    repr(message)


@pytest.mark.parametrize(
    ("first_bytes", "named"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP"),
        (bytes.fromhex("15030300020228"), "TLS"),
        (bytes.fromhex("0015d0020001000f1219"), "DRDA"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
        (bytes.fromhex("4a0000000a382e30"), "MySQL"),
        (b"E\0\0\0\x60SFATAL\0", "does not speak SQLI"),
        (b"\0\0\0\0", "does not speak SQLI"),
        (bytes.fromhex("0005023c1000"), "does not speak SQLI"),
        (bytes.fromhex("0100013c1000"), "does not speak SQLI"),  # a request is no answer
    ],
)
def test_port_of_another_protocol_is_named_from_its_first_bytes(first_bytes, named):
    with pytest.raises(ProtocolError, match=f"does not speak SQLI.*{named}|{named}"):
        read_login_reply(first_bytes)
    with pytest.raises(Incomplete):
        read_login_reply(first_bytes[:3])


@pytest.mark.parametrize(
    ("first_bytes", "named"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "HTTP"),
        (bytes.fromhex("16030100f8010000f40303"), "TLS"),
        (b"sqxx....", "impossible header"),
    ],
)
def test_server_refuses_foreign_clients(first_bytes, named):
    with pytest.raises(ProtocolError, match=named):
        read_login_request(first_bytes + b"........")


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        (b"sqAYIBPQAAsqlexec joe 9.350 AAA#B000000 \0", "without its binary part"),
        (b"sqAYIBPQAA" + b"x" * 70000, "without its binary part"),
        (text_login_around(bytes.fromhex(BY_ID["textlogin_body_csdk9350"]["hex"]), "login joe :"), "known order"),
        (b"sqAYIBPQAAsqlexec joe 9.350 AAA#B000000 :AG0AAAA9\0", "middle of a field"),
    ],
)
def test_impossible_text_logins_are_refused(raw, named):
    with pytest.raises(ProtocolError, match=named):
        read_login_request(raw)


def test_text_login_with_an_unknown_block_ends_with_its_base64():
    body = bytes.fromhex(BY_ID["textlogin_body_csdk9350"]["hex"])
    raw = text_login_around(body[:-2] + bytes.fromhex("006f0002abcd007f"))
    request, end = read_login_request(raw + b"\0")
    assert end == len(raw) + 1
    assert request.server == "demo_on"


def redirect_frame(text, *, end=b"\0\x7f"):
    raw = bytes.fromhex(BY_ID["redirect_followed_by_jdbc450"]["hex"])
    at = raw.index(b"\0\x67\0\0")
    frame = raw[:at] + b"\0\x67\0\0" + len(text).to_bytes(2, "big") + text + end
    return len(frame).to_bytes(2, "big") + frame[2:]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"s2|h2|9089", ("s2", "h2", "9089")),
        (b"s2:h2:9089", ("s2", "h2", "9089")),
        (b"s2=h2=9089", ("s2", "h2", "9089")),
        (b"label=s2|h2|9089", ("s2", "h2", "9089")),
        (b"label|s2|h2|9089", ("s2", "h2", "9089")),
        (b"s2|2001:db8::7|9089", ("s2", "2001:db8::7", "9089")),
        (b"s2|h2|9089\0", ("s2", "h2", "9089")),
    ],
)
def test_redirect_forms(text, expected):
    redirect, _ = read_login_reply(redirect_frame(text, end=b""))
    assert (redirect.server, redirect.host, redirect.port) == expected


@pytest.mark.parametrize("text", [b"", b"s2", b"s2|h2", b"a|b|c|d|e", b"s2||9089"])
def test_impossible_redirects_are_refused(text):
    with pytest.raises(ProtocolError, match="redirect"):
        read_login_reply(redirect_frame(text))


def test_unknown_marker_is_skipped_and_kept():
    known = LoginReply("srv", "v", accepted=False, service_error=-952, unknown=bytes.fromhex("006f0002abcd"))
    reply, end = read_login_reply(known.encode())
    assert reply == known
    assert end == len(known.encode())


def test_password_is_in_no_repr():
    request = LoginRequest("joe", "sesame", "srv")
    assert "sesame" not in repr(request)
    assert "sesame" not in str(request)
    assert b"sesame" in request.encode()


def test_request_in_a_multibyte_locale():
    request = LoginRequest("jürgen", "pässwörd", "srv", (("NAME", "müller"),))
    raw = request.encode("utf-8")
    assert read_login_request(raw, 0, "utf-8") == (request, len(raw))


def test_reply_to_a_text_login_has_its_family():
    raw = LoginReply("srv", "v", text_form=True).encode()
    assert raw[3] == 0x3D
    reply, _ = read_login_reply(raw)
    assert reply.text_form
    assert replace(reply, text_form=False).encode()[3] == 0x3C
