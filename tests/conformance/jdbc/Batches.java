import java.math.BigDecimal;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Batches of statements and of parameters, their errors, bulk insert by insert cursor (IFX_USEPUT). */
final class Batches {
    private static final String[] PUT = {"IFX_USEPUT=1"};

    static void all(Harness h) {
        h.check("batch/statements", c -> {
            Harness.recreate(c, "b_st", "a integer");
            try (Statement s = c.createStatement()) {
                s.addBatch("insert into b_st values (1)");
                s.addBatch("insert into b_st values (2)");
                s.addBatch("update b_st set a = a + 10");
                s.addBatch("delete from b_st where a = 99");
                Harness.equal("[1, 1, 2, 0]", Arrays.toString(s.executeBatch()), "counts");
            }
            Harness.equal("11, 12", Harness.text(Harness.query(c, "select a from b_st order by a")), "rows");
        });
        h.check("batch/prepared", c -> prepared(c, "b_pr"));
        h.check("batch/prepared-large", c -> large(c, "b_lg", false));
        h.check("batch/prepared-update", c -> {
            Harness.recreate(c, "b_up", "a integer, b integer");
            for (int i = 0; i < 6; i++) {
                Harness.update(c, "insert into b_up values (" + i / 2 + ", 0)");
            }
            try (PreparedStatement p = c.prepareStatement("update b_up set b = ? where a = ?")) {
                for (int i = 0; i < 4; i++) {
                    p.setInt(1, i + 1);
                    p.setInt(2, i);
                    p.addBatch();
                }
                Harness.equal("[2, 2, 2, 0]", Arrays.toString(p.executeBatch()), "counts");
            }
            Harness.equal("0|1, 0|1, 1|2, 1|2, 2|3, 2|3",
                    Harness.text(Harness.query(c, "select a, b from b_up order by a")), "rows");
        });
        h.check("batch/statement-error", c -> {
            Harness.recreate(c, "b_ste", "a integer not null primary key");
            try (Statement s = c.createStatement()) {
                s.addBatch("insert into b_ste values (1)");
                s.addBatch("insert into b_ste values (2)");
                s.addBatch("insert into b_ste values (1)");
                s.addBatch("insert into b_ste values (3)");
                failed(s, -268, 2);
            }
            Harness.equal("1, 2", Harness.text(Harness.query(c, "select a from b_ste order by a")), "rows");
        });
        h.check("batch/prepared-error", c -> {
            Harness.recreate(c, "b_pre", "a integer not null primary key, b varchar(5)");
            try (PreparedStatement p = c.prepareStatement("insert into b_pre values (?, ?)")) {
                for (int a : new int[] {1, 2, 3, 2, 4}) {
                    p.setInt(1, a);
                    p.setString(2, "x");
                    p.addBatch();
                }
                failed(p, -268, 3);
            }
            Harness.equal("1, 2, 3", Harness.text(Harness.query(c, "select a from b_pre order by a")), "rows");
        });
        h.check("batch/syntax-error", c -> {
            Harness.recreate(c, "b_sx", "a integer");
            try (Statement s = c.createStatement()) {
                s.addBatch("insert into b_sx values (1)");
                s.addBatch("insert intoo b_sx values (2)");
                failed(s, -201, 1);
            }
            Harness.equal("1", Harness.text(Harness.query(c, "select a from b_sx")), "rows");
        });
        h.check("batch/error-in-transaction", c -> {
            Harness.recreate(c, "b_tx", "a integer not null primary key");
            c.setAutoCommit(false);
            try (PreparedStatement p = c.prepareStatement("insert into b_tx values (?)")) {
                for (int a : new int[] {1, 1, 2}) {
                    p.setInt(1, a);
                    p.addBatch();
                }
                failed(p, -268, 1);
            }
            c.rollback();
            Harness.equal("", Harness.text(Harness.query(c, "select a from b_tx")), "rows");
            c.commit();
        });
        h.check("batch/empty", c -> {
            try (Statement s = c.createStatement()) {
                Harness.equal(0, s.executeBatch().length, "counts");
            }
        });
        h.checkWith("useput/prepared", "testdb", PUT, c -> prepared(c, "b_put"));
        h.checkWith("useput/prepared-large", "testdb", PUT, c -> large(c, "b_putl", false));
        h.checkWith("useput/in-transaction", "testdb", PUT, c -> large(c, "b_putt", true));
        h.checkWith("useput/error", "testdb", PUT, c -> {
            Harness.recreate(c, "b_pute", "a integer not null primary key, b varchar(5)");
            try (PreparedStatement p = c.prepareStatement("insert into b_pute values (?, ?)")) {
                for (int a : new int[] {1, 2, 3, 2, 4}) {
                    p.setInt(1, a);
                    p.setString(2, "x");
                    p.addBatch();
                }
                try {
                    p.executeBatch();
                    throw new AssertionError("no error");
                } catch (java.sql.SQLException e) {
                    Harness.equal(-268, e.getErrorCode(), "code");
                }
            }
            Harness.equal("1", Harness.text(Harness.query(c, "select 1 from systables where tabid = 1")), "next");
        });
        h.checkWith("useput/rollback", "testdb", PUT, c -> {
            Harness.recreate(c, "b_putr", "a integer");
            c.setAutoCommit(false);
            try (PreparedStatement p = c.prepareStatement("insert into b_putr values (?)")) {
                for (int a = 0; a < 10; a++) {
                    p.setInt(1, a);
                    p.addBatch();
                }
                p.executeBatch();
            }
            c.rollback();
            Harness.equal("0", Harness.text(Harness.query(c, "select count(*) from b_putr")), "rows");
            c.commit();
        });
        h.checkWith("useput/all-types", "testdb", PUT, c -> allTypes(c, "b_puta"));
        h.check("batch/all-types", c -> allTypes(c, "b_ata"));
    }

    private static void failed(Statement s, int code, int good) throws Exception {
        try {
            if (s instanceof PreparedStatement p) {
                p.executeBatch();
            } else {
                s.executeBatch();
            }
        } catch (BatchUpdateException e) {
            int before = 0;
            for (int count : e.getUpdateCounts()) {
                before += count == Statement.EXECUTE_FAILED ? 0 : 1;
            }
            Harness.equal(code, e.getErrorCode(), "code");
            Harness.equal(good, before, "counts before the error " + Arrays.toString(e.getUpdateCounts()));
            return;
        }
        throw new AssertionError("no BatchUpdateException");
    }

    private static void prepared(Connection c, String table) throws Exception {
        Harness.recreate(c, table, "a integer, b varchar(20), d decimal(8,2)");
        try (PreparedStatement p = c.prepareStatement("insert into " + table + " values (?, ?, ?)")) {
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 5; i++) {
                    p.setInt(1, round * 5 + i);
                    p.setString(2, i == 3 ? null : "row" + i);
                    p.setBigDecimal(3, new BigDecimal(i + ".25"));
                    p.addBatch();
                }
                Harness.equal(5, p.executeBatch().length, "counts"); // with IFX_USEPUT they are not counts of rows
            }
        }
        Harness.equal("0|row0|0.25, 3|null|3.25, 9|row4|4.25", Harness.text(Harness.query(c,
                "select a, b, d from " + table + " where a in (0, 3, 9) order by a")), "rows");
        Harness.equal("10", Harness.text(Harness.query(c, "select count(*) from " + table)), "count");
    }

    private static void large(Connection c, String table, boolean transaction) throws Exception {
        Harness.recreate(c, table, "a integer, b varchar(60)");
        c.setAutoCommit(!transaction);
        int n = 5000;
        try (PreparedStatement p = c.prepareStatement("insert into " + table + " values (?, ?)")) {
            for (int i = 0; i < n; i++) {
                p.setInt(1, i);
                p.setString(2, "the text of row number " + i);
                p.addBatch();
            }
            Harness.equal(n, p.executeBatch().length, "counts");
        }
        if (transaction) {
            c.commit();
        }
        Harness.equal(n + "|" + IntStream.range(0, n).asLongStream().sum(), Harness.text(Harness.query(c,
                "select count(*), sum(a) from " + table)), "count and sum");
        Harness.equal("the text of row number 4711", Harness.text(Harness.query(c,
                "select b from " + table + " where a = 4711")), "a row");
        if (transaction) {
            c.commit();
        }
    }

    private static void allTypes(Connection c, String table) throws Exception {
        Harness.recreate(c, table, "a smallint, b integer, c bigint, d int8, e smallfloat, f float, g decimal(10,3), "
                + "h money(8,2), i char(6), j varchar(20), k lvarchar(80), l boolean, m date, "
                + "n datetime year to fraction(3), o nchar(4), p nvarchar(9)");
        String insert = "insert into " + table + " values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
        int[] types = {Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.BIGINT, Types.REAL, Types.DOUBLE,
            Types.DECIMAL, Types.DECIMAL, Types.CHAR, Types.VARCHAR, Types.VARCHAR, Types.BOOLEAN, Types.DATE,
            Types.TIMESTAMP, Types.CHAR, Types.VARCHAR};
        try (PreparedStatement p = c.prepareStatement(insert)) {
            for (int i = 1; i <= 2; i++) {
                p.setShort(1, (short) -i);
                p.setInt(2, i * 1000);
                p.setLong(3, i * 10_000_000_000L);
                p.setLong(4, -i * 10_000_000_000L);
                p.setFloat(5, i + 0.5f);
                p.setDouble(6, i + 0.1);
                p.setBigDecimal(7, new BigDecimal("-1234.567"));
                p.setBigDecimal(8, new BigDecimal("99.95"));
                p.setString(9, "ch" + i);
                p.setString(10, "odd");
                p.setString(11, "a longer text " + i);
                p.setBoolean(12, i == 1);
                p.setDate(13, Date.valueOf("2026-06-20"));
                p.setTimestamp(14, Timestamp.valueOf("2026-06-20 12:34:56.789"));
                p.setString(15, "nc");
                p.setString(16, "nvc");
                p.addBatch();
            }
            for (int i = 0; i < types.length; i++) {
                p.setNull(i + 1, types[i]);
            }
            p.addBatch();
            p.executeBatch();
        }
        Harness.equal("-1|1000|10000000000|-10000000000|-1234.567|99.95|ch1|odd|a longer text 1|nc|nvc, "
                + "-2|2000|20000000000|-20000000000|-1234.567|99.95|ch2|odd|a longer text 2|nc|nvc",
                Harness.text(Harness.query(c, "select a, b, c, d, g, h, i, j, k, o, p from " + table
                        + " where a is not null order by b")), "rows");
        try (var r = c.createStatement().executeQuery("select e, f, l, m, n from " + table + " where a = -2")) {
            Harness.isTrue(r.next(), "row");
            Harness.equal(2.5f, r.getFloat(1), "e");
            Harness.equal(2.1, r.getDouble(2), "f");
            Harness.equal(false, r.getBoolean(3), "l");
            Harness.equal(Date.valueOf("2026-06-20"), r.getDate(4), "m");
            Harness.equal(Timestamp.valueOf("2026-06-20 12:34:56.789"), r.getTimestamp(5), "n");
        }
        try (var r = c.createStatement().executeQuery("select * from " + table + " where b is null")) {
            Harness.isTrue(r.next(), "the row of NULLs");
            for (int i = 1; i <= types.length; i++) {
                Harness.equal(null, r.getObject(i), "column " + i);
            }
        }
    }
}
