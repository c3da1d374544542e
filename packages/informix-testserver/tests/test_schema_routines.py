"""The routines that JDBC calls for DatabaseMetaData; the driver itself checks them in tests/conformance."""

import pytest
from informix_testserver.memory import MemoryEngine


@pytest.fixture
def session():
    engine = MemoryEngine()
    engine.register_routine("f", lambda a, _b: a, parameters=["integer", "varchar(10)"], returns=["date"])
    session = engine.connect("informix", {})
    session.open_database("testdb")
    session.execute(
        session.prepare(
            "create table t (i serial not null, d decimal(12,3), c varchar(33), l lvarchar(555), b boolean,"
            " t datetime year to fraction(3), s char(4) default 'it')"
        )
    )
    yield session
    session.close()
    engine.close()


def rows(session, sql):
    cursor = session.open(session.prepare(sql))
    found = []
    while (row := cursor.fetch()) is not None:
        found.append(tuple(value.rstrip() if isinstance(value, str) else value for value in row))
    cursor.close()
    return found


def test_columns(session):
    sql = (
        "select c.colname, get_data_type(c.coltype, c.extended_id, 0),"
        " informix.schema_coltypename(c.coltype, c.extended_id),"
        " informix.schema_precision(c.coltype, c.extended_id, c.collength),"
        " informix.schema_numscale(c.coltype, c.collength), schema_numprecradix(c.coltype),"
        " schema_isnullable(c.coltype), schema_nullable(c.coltype), schema_isautoincr(c.coltype),"
        " schema_charlen(c.coltype, c.extended_id, c.collength)"
        " from systables t, syscolumns c where t.tabid = c.tabid and t.tabname = 't' order by c.colno"
    )
    assert rows(session, sql) == [
        ("i", 4, "serial", 10, 0, 10, 0, "NO", "YES", 0),
        ("d", 3, "decimal", 12, 3, 10, 1, "YES", "NO", 0),
        ("c", 12, "varchar", 33, 0, 0, 1, "YES", "NO", 33),
        ("l", -1, "lvarchar", 555, 0, 0, 1, "YES", "NO", 555),
        ("b", 16, "boolean", 1, 0, 0, 1, "YES", "NO", 0),
        ("t", 93, "datetime", 0x110D, 3, 0, 1, "YES", "NO", 0),
        ("s", 1, "char", 4, 0, 0, 1, "YES", "NO", 4),
    ]


def test_default(session):
    sql = (
        "select get_default_value(c.coltype, c.extended_id, c.collength, d.default)"
        " from systables t, syscolumns c, sysdefaults d"
        " where t.tabname = 't' and c.tabid = t.tabid and d.tabid = t.tabid and d.colno = c.colno"
    )
    assert rows(session, sql) == [("it",)]


def test_routines(session):
    sql = (
        "select p.procname, b.seqno, ifx_param_types(p.procid), ifx_ret_types(p.procid)"
        " from sysprocedures p, sysprocbody b where b.procid = p.procid and b.datakey = 'T'"
    )
    assert rows(session, sql) == [("f", 1, "integer,varchar(10)", "date")]


def test_named_row_types_and_their_fields(session):
    session.execute(session.prepare("create row type addr_t (street varchar(20), zip integer)"))
    sql = "select extended_id, mode, name, type from sysxtdtypes where mode = 'R'"
    assert rows(session, sql) == [(2048, "R", "addr_t", 22)]
    sql = (
        "select seqno, levelno, parent_no, fieldname, fieldno, type, length from sysattrtypes"
        " where extended_id = 2048 order by seqno"
    )
    assert rows(session, sql) == [
        (1, 0, 0, None, 0, 22, 0),
        (2, 1, 1, "street", 1, 13, 20),
        (3, 1, 1, "zip", 2, 2, 4),
    ]
