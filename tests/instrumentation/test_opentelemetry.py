"""OpenTelemetry's generic DB-API instrumentation works with this driver, unchanged.

Runs in an environment of its own (``hatch run instrumentation:run``): the driver does not depend on it.
"""

from collections.abc import Iterator
from typing import Any

import informix_db
import pytest
from informix_testserver.server import TestServer
from opentelemetry.instrumentation.dbapi import trace_integration
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

ATTRIBUTES = {"database": "database", "user": "info.user", "host": "info.peer"}


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(informix_db, "connect", informix_db.connect)  # put back what the integration replaces
    trace_integration(
        informix_db, "connect", "informix", connection_attributes=ATTRIBUTES, tracer_provider=provider
    )
    yield exporter
    provider.shutdown()


def attributes(span: Any) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_statements_become_spans(spans: InMemorySpanExporter) -> None:
    with TestServer(port=0) as server:
        conn = informix_db.connect(server.url)
        cur = conn.cursor()
        cur.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(20))")
        cur.execute("INSERT INTO t VALUES (?, ?)", (1, "secret"))
        cur.executemany("INSERT INTO t VALUES (?, ?)", [(2, "b"), (3, "c")])
        conn.commit()
        cur.execute("SELECT name FROM t ORDER BY id")
        assert cur.fetchall() == [("secret",), ("b",), ("c",)]
        with pytest.raises(informix_db.IntegrityError):
            cur.execute("INSERT INTO t VALUES (1, 'again')")
        cur.close()
        conn.close()
    found = spans.get_finished_spans()
    assert [span.name for span in found] == ["CREATE", "INSERT", "INSERT", "SELECT", "INSERT"]
    said = attributes(found[1])
    assert said["db.statement"] == "INSERT INTO t VALUES (?, ?)"
    assert said["db.system"] == "informix"
    assert said["db.name"] == "testdb"
    assert said["db.user"] == "informix"
    assert said["net.peer.name"] == f"127.0.0.1:{server.port}"
    assert not any("secret" in str(attributes(span)) for span in found)
    assert [span.status.status_code for span in found[:4]] == [StatusCode.UNSET] * 4
    assert found[4].status.status_code is StatusCode.ERROR


def test_the_connection_keeps_its_ways(spans: InMemorySpanExporter) -> None:
    with TestServer(port=0) as server, informix_db.connect(server.url) as conn:
        with conn.transaction(), conn.cursor() as cur:
            cur.execute("CREATE TABLE t (id INTEGER)")
            cur.execute("INSERT INTO t VALUES (1)")
        assert conn.in_transaction is False
        assert list(conn.cursor().execute("SELECT id FROM t")) == [(1,)]
    assert len(spans.get_finished_spans()) == 3
