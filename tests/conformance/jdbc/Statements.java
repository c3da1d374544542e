import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Statement;
import java.sql.Struct;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Queries, counts, generated keys, result metadata, several statements at once. */
final class Statements {
    static void all(Harness h) {
        h.check("statement/update-counts", c -> {
            Harness.recreate(c, "s_cnt", "a integer");
            for (int i = 0; i < 5; i++) {
                Harness.update(c, "insert into s_cnt values (" + i + ")");
            }
            Harness.equal(3, Harness.update(c, "update s_cnt set a = a + 10 where a >= 2"), "update");
            Harness.equal(0, Harness.update(c, "update s_cnt set a = 0 where a = 99"), "update of none");
            Harness.equal(2, Harness.update(c, "delete from s_cnt where a < 10"), "delete");
            Harness.equal(3, Harness.update(c, "insert into s_cnt select a + 100 from s_cnt"), "insert select");
            Harness.equal(6, Harness.update(c, "delete from s_cnt"), "delete of all");
        });
        h.check("statement/execute-tells-kind", c -> {
            Harness.recreate(c, "s_kind", "a integer");
            try (Statement s = c.createStatement()) {
                Harness.isTrue(!s.execute("insert into s_kind values (1)"), "insert is no query");
                Harness.equal(1, s.getUpdateCount(), "count");
                Harness.isTrue(s.execute("select a from s_kind"), "select is a query");
                Harness.equal("1", Harness.text(Harness.rows(s.getResultSet())), "rows");
            }
        });
        h.check("statement/prepared-reuse", c -> {
            Harness.recreate(c, "s_reuse", "a integer, b varchar(10)");
            try (PreparedStatement p = c.prepareStatement("insert into s_reuse values (?, ?)")) {
                for (int i = 0; i < 50; i++) {
                    p.setInt(1, i);
                    p.setString(2, "v" + i);
                    Harness.equal(1, p.executeUpdate(), "count");
                }
            }
            try (PreparedStatement p = c.prepareStatement("select b from s_reuse where a = ?")) {
                for (int i = 0; i < 50; i++) {
                    p.setInt(1, i);
                    try (ResultSet r = p.executeQuery()) {
                        Harness.equal("v" + i, Harness.text(Harness.rows(r)), "row " + i);
                    }
                }
            }
        });
        h.check("statement/several-open-results", c -> {
            Harness.recreate(c, "s_two", "a integer");
            for (int i = 0; i < 20; i++) {
                Harness.update(c, "insert into s_two values (" + i + ")");
            }
            try (Statement s1 = c.createStatement(); Statement s2 = c.createStatement();
                    PreparedStatement s3 = c.prepareStatement("select a * 10 from s_two where a = ?");
                    ResultSet r1 = s1.executeQuery("select a from s_two order by a");
                    ResultSet r2 = s2.executeQuery("select a from s_two order by a desc")) {
                for (int i = 0; i < 20; i++) {
                    Harness.isTrue(r1.next() && r2.next(), "rows");
                    Harness.equal(i, r1.getInt(1), "first");
                    Harness.equal(19 - i, r2.getInt(1), "second");
                    s3.setInt(1, i);
                    try (ResultSet r3 = s3.executeQuery()) {
                        Harness.equal(String.valueOf(i * 10), Harness.text(Harness.rows(r3)), "third");
                    }
                }
            }
        });
        h.check("statement/many-rows", c -> {
            Harness.recreate(c, "s_many", "a integer, b varchar(40)");
            c.setAutoCommit(false);
            try (PreparedStatement p = c.prepareStatement("insert into s_many values (?, ?)")) {
                for (int i = 0; i < 3000; i++) {
                    p.setInt(1, i);
                    p.setString(2, "row number " + i);
                    p.addBatch();
                }
                p.executeBatch();
            }
            c.commit();
            try (Statement s = c.createStatement()) {
                s.setFetchSize(100);
                try (ResultSet r = s.executeQuery("select a, b from s_many order by a")) {
                    for (int i = 0; i < 3000; i++) {
                        Harness.isTrue(r.next(), "row " + i);
                        Harness.equal(i, r.getInt(1), "a");
                        Harness.equal("row number " + i, r.getString(2), "b");
                    }
                    Harness.isTrue(!r.next(), "end");
                }
                s.setMaxRows(7);
                try (ResultSet r = s.executeQuery("select a, b from s_many order by a")) {
                    Harness.equal(7, Harness.rows(r).size(), "max rows");
                }
            }
            c.commit();
        });
        h.check("statement/close-early", c -> {
            try (Statement s = c.createStatement()) {
                for (int i = 0; i < 20; i++) {
                    try (ResultSet r = s.executeQuery("select tabname from systables order by tabid")) {
                        Harness.isTrue(r.next(), "a row");
                    }
                }
            }
        });
        h.check("statement/empty-result", c -> {
            Harness.equal("", Harness.text(Harness.query(c, "select * from systables where tabid = -1")), "rows");
        });
        h.check("statement/cast-parameter", c -> {
            try (PreparedStatement p = c.prepareStatement(
                    "select ?::integer, ?::varchar(20) from systables where tabid = 1")) {
                p.setInt(1, 5);
                p.setString(2, "five");
                try (ResultSet r = p.executeQuery()) {
                    Harness.equal("5|five", Harness.text(Harness.rows(r)), "row");
                }
            }
        });
        h.check("statement/collections", Statements::collections);
        h.check("statement/rows", Statements::rows);
        h.check("statement/warnings-and-limits", c -> {
            c.clearWarnings();
            try (Statement s = c.createStatement()) {
                s.setQueryTimeout(10);
                s.setMaxRows(3);
                s.setFetchSize(1);
                try (ResultSet r = s.executeQuery("select tabid from systables where tabid > 0 order by tabid")) {
                    Harness.equal("1, 2, 3", Harness.text(Harness.rows(r)), "rows");
                }
                s.setMaxRows(0);
                Harness.isTrue(s.execute("select tabid from systables where tabid in (1, 2) order by tabid"), "a result");
                Harness.equal("1, 2", Harness.text(Harness.rows(s.getResultSet())), "rows");
                Harness.isTrue(!s.getMoreResults() && s.getUpdateCount() == -1, "no more results");
            }
        });
        h.check("statement/result-metadata", Statements::resultMetadata);
        h.check("statement/prepared-metadata", c -> {
            Harness.recreate(c, "s_pm", "a integer, b varchar(17)");
            try (PreparedStatement p = c.prepareStatement("select a, b from s_pm where a = ?")) {
                Harness.equal(2, p.getMetaData().getColumnCount(), "columns before execution");
                Harness.equal("b", p.getMetaData().getColumnName(2), "name");
            }
            try (PreparedStatement p = c.prepareStatement("insert into s_pm values (?, ?)")) {
                ParameterMetaData m = p.getParameterMetaData();
                Harness.equal(2, m.getParameterCount(), "parameters");
            }
        });
        h.check("statement/generated-keys", c -> {
            for (String type : List.of("serial", "serial8", "bigserial")) {
                Harness.recreate(c, "s_gk", "id " + type + "(100), v varchar(10)");
                try (PreparedStatement p = c.prepareStatement("insert into s_gk (v) values (?)",
                        Statement.RETURN_GENERATED_KEYS)) {
                    for (int i = 0; i < 3; i++) {
                        p.setString(1, "v" + i);
                        Harness.equal(1, p.executeUpdate(), "count");
                        try (ResultSet r = p.getGeneratedKeys()) {
                            Harness.isTrue(r.next(), "a key of a " + type);
                            Harness.equal(100L + i, r.getLong(1), "key of a " + type);
                        }
                    }
                }
            }
        });
        h.check("statement/generated-keys-by-name", c -> {
            Harness.recreate(c, "s_gkn", "id serial, v varchar(10), w integer default 7");
            try (PreparedStatement p = c.prepareStatement("insert into s_gkn (v) values (?)",
                    new String[] {"id"})) {
                p.setString(1, "x");
                p.executeUpdate();
                try (ResultSet r = p.getGeneratedKeys()) {
                    Harness.isTrue(r.next(), "a key");
                    Harness.equal(1, r.getInt(1), "id");
                }
            }
            try (PreparedStatement p = c.prepareStatement("insert into s_gkn (v) values (?)", new int[] {1})) {
                p.setString(1, "y");
                p.executeUpdate();
                try (ResultSet r = p.getGeneratedKeys()) {
                    Harness.isTrue(r.next(), "a key");
                    Harness.equal(2, r.getInt(1), "id by position");
                }
            }
        });
        h.check("statement/generated-keys-of-statement", c -> {
            Harness.recreate(c, "s_gks", "id serial, v varchar(10)");
            try (Statement s = c.createStatement()) {
                s.executeUpdate("insert into s_gks values (0, 'a')", Statement.RETURN_GENERATED_KEYS);
                try (ResultSet r = s.getGeneratedKeys()) {
                    Harness.isTrue(r.next(), "a key");
                    Harness.equal(1, r.getInt(1), "id");
                }
            }
        });
        h.check("statement/prepared-survives-ddl", c -> {
            Harness.recreate(c, "s_ddl", "a integer");
            Harness.update(c, "insert into s_ddl values (1)");
            try (PreparedStatement p = c.prepareStatement("select * from s_ddl where a = ?")) {
                p.setInt(1, 1);
                try (ResultSet r = p.executeQuery()) {
                    Harness.equal("1", Harness.text(Harness.rows(r)), "before");
                }
                Harness.update(c, "alter table s_ddl add b integer default 5");
            }
            Harness.equal("1|5", Harness.text(Harness.query(c, "select * from s_ddl")), "after");
        });
    }

    private static void collections(Connection c) throws Exception {
        Harness.recreate(c, "s_coll", "id integer, s set(integer not null), l list(varchar(10) not null), "
                + "m multiset(decimal(8,2) not null)");
        Harness.update(c, "insert into s_coll values (1, set{1,2}, list{'a','b'}, multiset{1.5,1.5})");
        try (PreparedStatement p = c.prepareStatement("insert into s_coll (id, s, l) values (?, ?, ?)")) {
            p.setInt(1, 2);
            p.setString(2, "SET{3}");
            p.setString(3, "LIST{'c'}");
            Harness.equal(1, p.executeUpdate(), "count");
            p.setInt(1, 3);
            p.setObject(2, new HashSet<>(List.of(7, 8)));
            p.setObject(3, new ArrayList<>(List.of("x", "y", "x")));
            Harness.equal(1, p.executeUpdate(), "count of Java collections");
        }
        try (ResultSet r = c.createStatement().executeQuery("select s, id, l, m from s_coll order by id")) {
            Harness.isTrue(r.next(), "row 1");
            Harness.equal(Set.of(1, 2), r.getObject(1), "SET");
            Harness.equal(1, r.getInt(2), "id between");
            Harness.equal(List.of("a", "b"), r.getObject(3), "LIST");
            Harness.equal(List.of(new BigDecimal("1.50"), new BigDecimal("1.50")), r.getObject(4), "MULTISET");
            Harness.isTrue(r.next(), "row 2");
            Harness.equal(Set.of(3), r.getObject(1), "SET of a text");
            Harness.equal(null, r.getObject(4), "NULL");
            Harness.isTrue(r.next(), "row 3");
            Harness.equal(Set.of(7, 8), r.getObject(1), "SET of a java.util.Set");
            Harness.equal(List.of("x", "y", "x"), r.getObject(3), "LIST of a java.util.List");
        }
        Harness.equal("1", Harness.text(Harness.query(c, "select id from s_coll where 2 in s")), "found in the set");
        Harness.equal("2, 1, 2", Harness.text(Harness.query(c,
                "select cardinality(s) from s_coll order by id")), "sizes");
    }

    private static void rows(Connection c) throws Exception {
        Harness.update(c, "drop table if exists s_row");
        Harness.update(c, "drop row type if exists s_addr_t restrict");
        Harness.update(c, "create row type s_addr_t (street varchar(20), zip integer)");
        Harness.update(c, "create table s_row (id integer, a s_addr_t, r row(x integer, y varchar(10)))");
        Harness.update(c, "insert into s_row values (1, row('Main St', 12345)::s_addr_t, row(7, 'seven'))");
        try (ResultSet r = c.createStatement().executeQuery("select a, r, id from s_row")) {
            Harness.isTrue(r.next(), "row");
            Harness.equal("[Main St, 12345]", Arrays.toString(((Struct) r.getObject(1)).getAttributes()), "named");
            Harness.equal("[7, seven]", Arrays.toString(((Struct) r.getObject(2)).getAttributes()), "unnamed");
            Harness.equal(1, r.getInt(3), "id behind");
        }
    }

    private static void resultMetadata(Connection c) throws Exception {
        Harness.recreate(c, "s_md", "a integer not null, b varchar(17), c decimal(9,3), d datetime year to minute, "
                + "e char(6), f bigint, g boolean, h lvarchar(100), i date, j float, k money(7,2), l smallint");
        try (ResultSet r = c.createStatement().executeQuery("select * from s_md")) {
            ResultSetMetaData m = r.getMetaData();
            Harness.equal(12, m.getColumnCount(), "columns");
            String[] names = {"int", "varchar", "decimal", "datetime year to minute", "char", "bigint", "boolean",
                "lvarchar", "date", "float", "money", "smallint"};
            for (int i = 1; i <= names.length; i++) {
                Harness.equal(String.valueOf((char) ('a' + i - 1)), m.getColumnName(i), "name");
                String type = m.getColumnTypeName(i);
                Harness.isTrue(type.equals(names[i - 1]), "type of column " + i + ": " + type);
            }
            Harness.equal(9, m.getPrecision(3), "precision of the decimal");
            Harness.equal(3, m.getScale(3), "scale of the decimal");
            Harness.equal(17, m.getPrecision(2), "precision of the varchar");
            Harness.equal(ResultSetMetaData.columnNoNulls, m.isNullable(1), "NOT NULL");
            Harness.equal(ResultSetMetaData.columnNullable, m.isNullable(2), "nullable");
        }
    }
}
