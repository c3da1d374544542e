import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.BatchUpdateException;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The less travelled parts of JDBC: every getter of the metadata, keys and counts of batches, properties. */
final class Details {
    private static final String TYPES = "i integer not null, s8 serial8, de decimal(12,3), mo money(9,2), ch char(11), "
            + "vc varchar(33), nv nvarchar(44), lv lvarchar(555), bo boolean, da date, "
            + "dt datetime year to fraction(3), th datetime hour to minute, fl float, sf smallfloat, bi bigint, si smallint";

    static void all(Harness h) {
        h.check("details/patterns", c -> {
            keyTables(c);
            DatabaseMetaData m = c.getMetaData();
            Harness.equal("\\", m.getSearchStringEscape(), "escape character");
            Harness.equal(List.of("d_kid", "dxkid"), names(m.getTables(null, null, "d_kid", null)), "_ is any character");
            Harness.equal(List.of("d_kid"), names(m.getTables(null, null, "d\\_kid", null)), "escaped");
            Harness.equal(List.of(), names(m.getTables(null, "nobody", "d%", null)), "nobody's tables");
            Harness.equal(List.of("sysdatabases"), names(m.getTables("sysmaster", null, "sysdatab%", null)),
                    "tables of another database");
            Harness.equal("k1 k2", String.join(" ", column(m.getColumns(null, null, "d\\_par", "k%"), 4)), "columns");
            Harness.equal("k1", String.join(" ", column(m.getColumns(null, null, "d_par", "_1"), 4)), "columns by _");
        });
        h.check("details/keys-of-several-columns", c -> {
            keyTables(c);
            DatabaseMetaData m = c.getMetaData();
            Harness.equal(Set.of("k2 1 d_par_pk", "k1 2 d_par_pk"),
                    parts(m.getPrimaryKeys(null, null, "d_par"), 4, 5, 6), "primary key");
            Set<String> toKey = Set.of("d_par.k2 d_kid.b 1 1 d_kid_fk d_par_pk", "d_par.k1 d_kid.a 2 1 d_kid_fk d_par_pk");
            Set<String> both = new TreeSet<>(toKey);
            both.add("d_par.u d_kid.pu 1 0 d_kid_fu d_par_u");
            Harness.equal(both, references(m.getImportedKeys(null, null, "d\\_kid")), "imported");
            both.add("d_par.k2 dxkid.b 1 1 dxkid_fk d_par_pk");
            both.add("d_par.k1 dxkid.a 2 1 dxkid_fk d_par_pk");
            Harness.equal(both, references(m.getExportedKeys(null, null, "d_par")), "exported");
            Harness.equal(Set.of("d_par.k2 dxkid.b 1 1 dxkid_fk d_par_pk", "d_par.k1 dxkid.a 2 1 dxkid_fk d_par_pk"),
                    references(m.getCrossReference(null, null, "d_par", null, null, "dxkid")), "between two tables");
            Harness.equal(Set.of("k1", "k2"), new TreeSet<>(column(m.getBestRowIdentifier(null, null, "d_par",
                    DatabaseMetaData.bestRowSession, true), 2)), "best row identifier");
            Harness.equal(List.of(), column(m.getVersionColumns(null, null, "d_par"), 2), "no column changes by itself");
        });
        h.check("details/privileges", c -> {
            keyTables(c);
            Harness.update(c, "grant select on d_par to bob");
            Harness.update(c, "grant update, delete on d_par to bob with grant option");
            Set<String> found = new TreeSet<>();
            for (String each : parts(c.getMetaData().getTablePrivileges(null, null, "d\\_par"), 5, 6, 7)) {
                if (each.startsWith("bob ")) {
                    found.add(each);
                }
            }
            Harness.equal(Set.of("bob SELECT NO", "bob UPDATE YES", "bob DELETE YES"), found, "table");
            Harness.update(c, "grant select (a, pu), update (b), references (a) on d_kid to ann");
            found.clear();
            for (String each : parts(c.getMetaData().getColumnPrivileges(null, null, "d_kid", "%"), 4, 6, 7)) {
                if (each.contains(" ann ")) {
                    found.add(each);
                }
            }
            Harness.equal(Set.of("a ann SELECT", "a ann REFERENCES", "pu ann SELECT", "b ann UPDATE"), found, "columns");
        });
        h.check("details/result-metadata", c -> {
            Harness.recreate(c, "d_types", TYPES);
            List<String> found = new ArrayList<>();
            try (PreparedStatement s = c.prepareStatement("select d_types.*, i + 1 as more, ch label from d_types")) {
                ResultSetMetaData m = s.getMetaData();
                for (int i = 1; i <= m.getColumnCount(); i++) {
                    found.add(m.getColumnLabel(i) + " " + m.getColumnType(i) + " " + m.getPrecision(i) + " "
                            + m.getScale(i) + " " + m.getColumnDisplaySize(i) + " "
                            + (m.isNullable(i) == ResultSetMetaData.columnNoNulls ? "not null" : "null")
                            + (m.isAutoIncrement(i) ? " auto" : "") + (m.isSigned(i) ? " signed" : "")
                            + (m.isCurrency(i) ? " currency" : "") + " " + m.getTableName(i));
                }
            }
            Harness.equal(String.join("\n",
                    "i " + Types.INTEGER + " 10 0 10 not null signed d_types",
                    "s8 " + Types.BIGINT + " 19 0 19 not null auto d_types",
                    "de " + Types.DECIMAL + " 12 3 12 null signed d_types",
                    "mo " + Types.DECIMAL + " 9 2 9 null currency d_types",
                    "ch " + Types.CHAR + " 11 0 11 null d_types", "vc " + Types.VARCHAR + " 33 0 33 null d_types",
                    "nv " + Types.VARCHAR + " 44 0 44 null d_types",
                    "lv " + Types.LONGVARCHAR + " 555 0 555 null d_types",
                    "bo " + Types.BOOLEAN + " 0 0 1 null d_types", "da " + Types.DATE + " 10 0 10 null d_types",
                    "dt " + Types.TIMESTAMP + " 23 3 23 null d_types", "th " + Types.TIME + " 5 0 5 null d_types",
                    "fl " + Types.DOUBLE + " 15 0 17 null signed d_types",
                    "sf " + Types.REAL + " 7 0 7 null signed d_types",
                    "bi " + Types.BIGINT + " 19 0 19 null signed d_types",
                    "si " + Types.SMALLINT + " 5 0 5 null signed d_types"),
                    String.join("\n", found.subList(0, 16)), "columns");
            Harness.isTrue(found.get(16).startsWith("more " + Types.INTEGER + " "), found.get(16));
            Harness.isTrue(found.get(17).startsWith("label " + Types.CHAR + " 11 "), found.get(17));
        });
        h.check("details/parameter-metadata", c -> {
            Harness.recreate(c, "d_types", TYPES);
            try (PreparedStatement s = c.prepareStatement("insert into d_types (i, de, mo, ch, vc, da, dt, fl, bi, si) "
                    + "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
                ParameterMetaData m = s.getParameterMetaData();
                List<Integer> types = new ArrayList<>();
                for (int i = 1; i <= m.getParameterCount(); i++) {
                    types.add(m.getParameterType(i));
                    Harness.equal(ParameterMetaData.parameterModeIn, m.getParameterMode(i), "mode of parameter " + i);
                }
                Harness.equal(List.of(Types.INTEGER, Types.DECIMAL, Types.DECIMAL, Types.CHAR, Types.VARCHAR, Types.DATE,
                        Types.TIMESTAMP, Types.DOUBLE, Types.BIGINT, Types.SMALLINT), types, "types");
                Harness.equal("12,3", m.getPrecision(2) + "," + m.getScale(2), "precision and scale");
            }
        });
        h.check("details/generated-keys", Details::generatedKeys);
        h.check("details/batch-counts", Details::batchCounts);
        h.check("details/limits", c -> {
            Harness.recreate(c, "d_many", "id integer, v varchar(20)");
            try (PreparedStatement s = c.prepareStatement("insert into d_many values (?, ?)")) {
                for (int i = 1; i <= 300; i++) {
                    s.setInt(1, i);
                    s.setString(2, "row " + i);
                    s.addBatch();
                }
                s.executeBatch();
            }
            for (int size : new int[] {0, 1, 7, 299, 300, 1_000_000}) {
                try (Statement s = c.createStatement()) {
                    s.setFetchSize(size);
                    Harness.equal(300, Harness.rows(s.executeQuery("select * from d_many")).size(), "fetch size " + size);
                }
                try (Statement s = c.createStatement()) {
                    s.setMaxRows(size);
                    Harness.equal(size == 0 ? 300 : Math.min(size, 300),
                            Harness.rows(s.executeQuery("select * from d_many")).size(), "rows at most " + size);
                }
            }
            try (Statement s = c.createStatement()) {
                s.setMaxFieldSize(3);
                ResultSet r = s.executeQuery("select v from d_many where id = 1");
                r.next();
                Harness.equal("row", r.getString(1), "field cut");
                s.closeOnCompletion();
                r.close();
                Harness.isTrue(s.isClosed(), "closed on completion");
            }
        });
        h.check("details/scroll-positions", c -> {
            try (Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY)) {
                ResultSet r = s.executeQuery("select tabid from systables where tabid between 1 and 5 order by 1");
                Harness.isTrue(r.isBeforeFirst() && r.next() && r.isFirst() && !r.isLast(), "first");
                Harness.isTrue(r.absolute(-2) && r.getInt(1) == 4 && r.getRow() == 4, "last but one");
                Harness.isTrue(r.relative(-2) && r.getInt(1) == 2, "two back");
                Harness.isTrue(r.last() && r.isLast() && r.getRow() == 5, "last");
                Harness.isTrue(!r.next() && r.isAfterLast() && r.previous() && r.getInt(1) == 5, "back from the end");
                Harness.isTrue(!r.absolute(99) && r.isAfterLast(), "far behind the end");
                Harness.isTrue(r.first() && !r.previous() && r.isBeforeFirst(), "before the first");
            }
        });
        h.check("details/updatable-forward", c -> {
            Harness.recreate(c, "d_upd", "id integer not null primary key, v varchar(20)");
            Harness.update(c, "insert into d_upd select tabid, 'old' from systables where tabid between 1 and 4");
            c.setAutoCommit(false);
            try (Statement s = c.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE)) {
                s.setCursorName("d_cursor");
                ResultSet r = s.executeQuery("select id, v from d_upd where id < 4 for update");
                Harness.isTrue(r.next(), "a row");
                r.updateString("v", "new");
                r.updateRow();
                Harness.isTrue(r.next(), "another row");
                r.deleteRow();
                Harness.isTrue(r.next(), "a third row");
                r.updateString("v", "taken back");
                r.cancelRowUpdates();
                Harness.equal("old", r.getString("v"), "cancelled");
            }
            c.commit();
            Harness.equal("1|new, 3|old, 4|old", Harness.text(Harness.query(c, "select * from d_upd order by 1")), "rows");
            c.commit();
        });
        h.check("details/clob-object", c -> {
            Harness.recreate(c, "d_lob", "id integer, b blob, c clob");
            Clob made = c.createClob();
            made.setString(1, "text of a clob");
            try (PreparedStatement s = c.prepareStatement("insert into d_lob values (?, ?, ?)")) {
                s.setInt(1, 1);
                s.setNull(2, Types.BLOB);
                s.setClob(3, made);
                s.executeUpdate();
                s.setInt(1, 2);
                s.setBinaryStream(2, new ByteArrayInputStream(new byte[100_000]), 100_000);
                s.setCharacterStream(3, new StringReader("x".repeat(70_000)), 70_000);
                s.executeUpdate();
            }
            try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("select b, c from d_lob order by id")) {
                r.next();
                Harness.equal(null, r.getBlob(1), "no blob");
                Clob read = r.getClob(2);
                Harness.isTrue(read.getSubString(1, 100).contains("text of a clob"), "text");
                Harness.equal("of", read.getSubString(read.position("of a", 1), 2), "position");
                r.next();
                Harness.equal(100_000, r.getBytes(1).length, "bytes");
                Harness.equal(70_000, r.getString(2).length(), "characters");
            }
        });
        if (!Harness.NARROW) {
            h.check("details/released-savepoint", c -> {
                Harness.recreate(c, "d_sp", "a integer");
                c.setAutoCommit(false);
                Savepoint first = c.setSavepoint("first");
                Harness.update(c, "insert into d_sp values (1)");
                Savepoint second = c.setSavepoint();
                Harness.update(c, "insert into d_sp values (2)");
                c.rollback(second);
                c.releaseSavepoint(first);
                c.commit();
                Harness.equal("1", Harness.text(Harness.query(c, "select a from d_sp")), "rows");
                c.commit();
            });
        }
        for (String property : new String[] {"IFX_PAD_VARCHAR=1", "IFX_PAD_VARCHAR=1;IFX_USEPUT=1", "IFX_USEPUT=1",
            "IFX_TRIMTRAILINGSPACES=1", "ENABLE_CACHE_TYPE=1", "IFX_AUTOFREE=1;OPTOFC=1", "FET_BUF_SIZE=1",
            "FET_BUF_SIZE=1000000", "IFX_BATCHUPDATE_PER_SPEC=0", "LOBCACHE=0", "LOBCACHE=-1", "IFX_XASPEC=Y",
            "NODEFDAC=yes", "DBMONEY=$,", "DBCENTURY=C", "CLIENT_LOCALE=de_de.8859-1", "CLIENT_LOCALE=en_us.utf8"}) {
            h.checkWith("details/property/" + property, "testdb", property.split(";"), c -> roundTrip(c, property));
        }
    }

    private static void keyTables(Connection c) throws SQLException {
        for (String table : new String[] {"d_kid", "dxkid", "d_par"}) {
            Harness.update(c, "drop table if exists " + table);
        }
        Harness.update(c, "create table d_par (k1 integer not null, k2 char(3) not null, u integer, "
                + "primary key (k2, k1) constraint d_par_pk, unique (u) constraint d_par_u)");
        Harness.update(c, "create table d_kid (id serial8, b char(3), a integer, pu integer, "
                + "foreign key (b, a) references d_par (k2, k1) constraint d_kid_fk, "
                + "foreign key (pu) references d_par (u) on delete cascade constraint d_kid_fu)");
        Harness.update(c, "create table dxkid (a integer, b char(3), "
                + "foreign key (b, a) references d_par constraint dxkid_fk)");
    }

    private static List<String> column(ResultSet result, int number) throws SQLException {
        List<String> found = new ArrayList<>();
        try (ResultSet r = result) {
            while (r.next()) {
                found.add(r.getString(number).strip());
            }
        }
        return found;
    }

    private static List<String> names(ResultSet tables) throws SQLException {
        return column(tables, 3);
    }

    /** Some columns of each row in one text. */
    private static Set<String> parts(ResultSet result, int... numbers) throws SQLException {
        Set<String> found = new TreeSet<>();
        try (ResultSet r = result) {
            while (r.next()) {
                List<String> row = new ArrayList<>();
                for (int number : numbers) {
                    row.add(r.getString(number).strip());
                }
                found.add(String.join(" ", row));
            }
        }
        return found;
    }

    private static Set<String> references(ResultSet keys) throws SQLException {
        Set<String> found = new TreeSet<>();
        for (String each : parts(keys, 3, 4, 7, 8, 9, 11, 12, 13)) {
            String[] p = each.split(" ");
            found.add(p[0] + "." + p[1] + " " + p[2] + "." + p[3] + " " + p[4] + " " + p[5] + " " + p[6] + " " + p[7]);
        }
        return found;
    }

    private static void generatedKeys(Connection c) throws SQLException {
        Harness.recreate(c, "d_keys", "id serial not null, v varchar(20)");
        String insert = "insert into d_keys (v) values (?)";
        try (PreparedStatement s = c.prepareStatement(insert, new int[] {1})) {
            s.setString(1, "by number");
            s.executeUpdate();
            Harness.equal("1", Harness.text(Harness.rows(s.getGeneratedKeys())), "by number");
        }
        try (PreparedStatement s = c.prepareStatement(insert, new int[] {2})) {
            s.setString(1, "no serial column");
            s.executeUpdate();
            Harness.equal("", Harness.text(Harness.rows(s.getGeneratedKeys())), "of another column");
        }
        try (PreparedStatement s = c.prepareStatement(insert, Statement.RETURN_GENERATED_KEYS)) {
            for (int i = 0; i < 3; i++) {
                s.setString(1, "batch");
                s.addBatch();
            }
            Harness.equal("[1, 1, 1]", Arrays.toString(s.executeBatch()), "counts");
            String keys = Harness.text(Harness.rows(s.getGeneratedKeys()));
            // Where the keys are described late, JDBC keeps those of the last row only (sqli.md 5.8).
            String late = "0, 0, 5";
            boolean alternative = "alternative".equals(System.getProperty("conformance.profile"));
            Harness.equal(alternative ? late : "3, 4, 5", keys, "of a batch");
        }
        try (Statement s = c.createStatement()) {
            s.executeUpdate("update d_keys set v = 'x' where id = 1", Statement.RETURN_GENERATED_KEYS);
            Harness.equal("", Harness.text(Harness.rows(s.getGeneratedKeys())), "of an update");
        }
    }

    private static void batchCounts(Connection c) throws Exception {
        Harness.recreate(c, "d_batch", "id integer not null primary key");
        Harness.update(c, "insert into d_batch values (1)");
        for (boolean commits : new boolean[] {true, false}) {
            c.setAutoCommit(commits);
            int base = commits ? 10 : 20;
            try (PreparedStatement s = c.prepareStatement("insert into d_batch values (?)")) {
                for (int id : new int[] {base, 1, base + 1}) {
                    s.setInt(1, id);
                    s.addBatch();
                }
                s.executeBatch();
                throw new AssertionError("a duplicate key in a batch went in");
            } catch (BatchUpdateException e) {
                Harness.equal(-268, e.getErrorCode(), "error");
                Harness.equal("23000", e.getSQLState(), "state");
                Harness.equal("[1]", Arrays.toString(e.getUpdateCounts()), "counts before the error");
            }
            String kept = commits ? "1, 10" : "1, 10, 20";
            Harness.equal(kept, Harness.text(Harness.query(c, "select id from d_batch order by 1")), "rows");
            if (!commits) {
                c.rollback();
            }
        }
        c.setAutoCommit(true);
        Harness.equal("1, 10", Harness.text(Harness.query(c, "select id from d_batch order by 1")), "after the rollback");
    }

    /** What goes in comes out, whatever the property. */
    private static void roundTrip(Connection c, String property) throws SQLException {
        Harness.recreate(c, "d_prop", "i integer, c char(5), v varchar(5), n nvarchar(9), d date, m money(8,2), "
                + "f smallfloat, l lvarchar(20), w varchar(3)");
        c.setAutoCommit(false);
        try (PreparedStatement s = c.prepareStatement("insert into d_prop values (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (int i = 0; i < 60; i++) {
                s.setInt(1, i);
                s.setString(2, "ab");
                s.setString(3, i % 3 == 0 ? null : i % 3 == 1 ? "" : "x ");
                s.setString(4, "n" + i);
                s.setDate(5, Date.valueOf("2024-02-29"));
                s.setBigDecimal(6, new BigDecimal("3.25"));
                s.setFloat(7, 1.5f);
                s.setString(8, "l" + i);
                s.setString(9, "end");
                s.addBatch();
            }
            Harness.equal(60, s.executeBatch().length, "counts");
        }
        c.commit();
        // With both properties JDBC itself sends VARCHARs with blanks up to their length (sqli.md 7.1).
        boolean blanks = property.contains("PAD") && property.contains("USEPUT");
        String padded = property.startsWith("IFX_TRIM") ? "ab" : "ab   ";
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("select * from d_prop order by i")) {
            for (int i = 0; i < 60; i++) {
                Harness.isTrue(r.next(), "row " + i);
                String v = i % 3 == 0 ? null : String.format(blanks ? "%-5s" : "%s", i % 3 == 1 ? "" : "x ");
                Harness.equal(List.of(i, padded, String.valueOf(v), String.format(blanks ? "%-9s" : "%s", "n" + i), Date.valueOf("2024-02-29"),
                        new BigDecimal("3.25"), 1.5f, "l" + i, "end"),
                        List.of(r.getInt(1), r.getString(2), String.valueOf(r.getString(3)), r.getString(4), r.getDate(5),
                        r.getBigDecimal(6), r.getFloat(7), r.getString(8), r.getString(9)), "row " + i);
            }
            Harness.isTrue(!r.next(), "no more rows");
        }
        c.commit();
    }
}
