"""Connecting, against a peer made of PDUs: what is sent, redirects, failover, right server name, PAM, locales."""

import os
import socket
from collections.abc import Callable
from typing import Any

import informix_db
import pytest
from informix_wire.pdu import DbOpen, Info, Message, Protocols
from informix_wire.pdu.login import LoginReply, Redirect

MakePeer = Callable[..., Any]
VERSION = "IBM Informix Dynamic Server Version 9.59.FC7W1"


def connect(port: int, **settings: Any) -> informix_db.Connection:
    settings = {
        "host": "127.0.0.1",
        "port": port,
        "user": "me",
        "password": "pw",
        "connect_timeout": 5.0,
        "client_locale": "en_US.8859-1",
        **settings,
    }
    return informix_db.connect(**settings)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_what_a_login_says(make_peer: MakePeer) -> None:
    peer = make_peer()
    # IFX_PAD_VARCHAR would change the form of rows (sqli.md 7.1): it stays here.
    env = {"DELIMIDENT": "Y", "OPTOFC": "1", "DBDATE": "DMY4/", "IFX_PAD_VARCHAR": "1"}
    with connect(peer.port, database="stores", server="ol_x", env=env, application_name="till") as conn:
        assert (conn.server_version, conn.server_name, conn.database) == (VERSION, "informix", "stores")
    (login,) = peer.logins
    assert (login.user, login.password, login.server, login.database) == ("me", "pw", "ol_x", None)
    assert dict(login.environment) == {
        "DBPATH": ".", "CLIENT_LOCALE": "en_US.8859-1", "CLNT_PAM_CAPABLE": "1", "DBDATE": "DMY4/",
        "IFX_UPDDESC": "1", "NODEFDAC": "no", "DELIMIDENT": "Y",
    }  # fmt: skip
    assert login.process is not None
    assert login.process.pid == os.getpid()
    assert login.service is not None
    assert login.service.text == "till"
    kinds = [type(group[0]) for group in peer.groups]
    assert kinds == [Protocols, Info, DbOpen]
    info = peer.groups[1][0]
    assert isinstance(info, Info)
    assert dict(info.pairs) == {"DBTEMP": "/tmp", "SUBQCACHESZ": "10", "OPTOFC": "1"}


def test_db_locale_replaces_dbdate(make_peer: MakePeer) -> None:
    peer = make_peer()
    connect(peer.port, db_locale="en_US.utf8", client_locale="en_US.utf8").close()
    environment = dict(peer.logins[0].environment)
    assert (environment["DB_LOCALE"], environment["CLIENT_LOCALE"]) == ("en_US.utf8", "en_US.utf8")
    assert "DBDATE" not in environment


def test_hosts_are_tried_in_order(make_peer: MakePeer) -> None:
    dead, peer = free_port(), make_peer()
    connect(9088, host=f"127.0.0.1:{dead},127.0.0.1:{peer.port}").close()
    assert len(peer.logins) == 1


def test_every_host_that_failed_is_named() -> None:
    one, two = free_port(), free_port()
    with pytest.raises(informix_db.OperationalError) as caught:
        connect(9088, host=f"127.0.0.1:{one},127.0.0.1:{two}")
    assert f":{one}" in str(caught.value)
    assert f":{two}" in str(caught.value)
    assert caught.value.is_retryable


def test_a_refusal_ends_the_search(make_peer: MakePeer) -> None:
    rejecting = make_peer(
        reply=LoginReply("informix", "V1.0", accepted=False, service_error=-952, messages=("me@here",))
    )
    other = make_peer()
    with pytest.raises(informix_db.OperationalError, match=r'-952: .*near "me@here"'):
        connect(9088, host=f"127.0.0.1:{rejecting.port},127.0.0.1:{other.port}")
    assert other.logins == []


def test_redirects_are_followed(make_peer: MakePeer) -> None:
    goal = make_peer()
    way = make_peer(reply=Redirect("informix", VERSION, server="ol_goal", host="127.0.0.1", port=str(goal.port)))
    with connect(way.port, server="ol_group") as conn:
        assert not conn.closed
    assert [login.server for login in way.logins] == ["ol_group"]
    assert [login.server for login in goal.logins] == ["ol_goal"]


def test_redirects_in_a_circle_end(make_peer: MakePeer) -> None:
    peer = make_peer()
    peer.reply = Redirect("informix", VERSION, server="ol_me", host="127.0.0.1", port=str(peer.port))
    with pytest.raises(informix_db.OperationalError, match="from server to server"):
        connect(peer.port)
    assert len(peer.logins) < 10


def test_the_servers_name_is_learned_when_none_was_given(
    make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INFORMIXSERVER", raising=False)
    peer = make_peer(reply=LoginReply("ol_real", "V1.0", accepted=False, service_error=-761))
    with pytest.raises(informix_db.OperationalError, match="-761"):
        connect(peer.port)
    assert [login.server for login in peer.logins] == ["informix", "ol_real"]
    peer.logins.clear()
    with pytest.raises(informix_db.OperationalError, match="calls itself 'ol_real'"):
        connect(peer.port, server="ol_mine")
    assert [login.server for login in peer.logins] == ["ol_mine"]


def test_an_unused_statement_reply_is_a_protocol_error(make_peer: MakePeer) -> None:
    def answer(_group: tuple[Message, ...]) -> list[Message]:
        return [Protocols(b"\0")]

    peer = make_peer(answer)
    conn = connect(peer.port)
    with pytest.raises(informix_db.ProtocolError, match="Protocols where only"):
        conn.execute("select 1 from t")
    assert conn.closed
    assert conn.broken
    conn.close()
