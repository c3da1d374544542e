import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;

/** Parameters of another type than their column: the server converts, or refuses with the right code. */
final class Conversions {
    interface Bind {
        void run(PreparedStatement p) throws SQLException;
    }

    static void all(Harness h) {
        ok(h, "int-into-varchar", "varchar(10)", p -> p.setInt(1, -42), "-42");
        ok(h, "int-into-char", "char(5)", p -> p.setInt(1, 7), "7");
        ok(h, "int-into-decimal", "decimal(10,2)", p -> p.setInt(1, 7), "7.00");
        ok(h, "int-into-smallint", "smallint", p -> p.setInt(1, 32767), "32767");
        ok(h, "int-into-float", "float", p -> p.setInt(1, 3), "3.0");
        ok(h, "bigint-into-int", "integer", p -> p.setLong(1, 2147483647L), "2147483647");
        ok(h, "bigint-into-int8", "int8", p -> p.setLong(1, -9000000000000000000L), "-9000000000000000000");
        ok(h, "bigint-into-decimal", "decimal(32,0)", p -> p.setLong(1, Long.MIN_VALUE + 1), "-9223372036854775807");
        ok(h, "decimal-into-int", "integer", p -> p.setBigDecimal(1, new BigDecimal("12.00")), "12");
        ok(h, "decimal-into-money", "money(8,2)", p -> p.setBigDecimal(1, new BigDecimal("12.345")), "12.35");
        ok(h, "decimal-rounds", "decimal(6,2)", p -> p.setBigDecimal(1, new BigDecimal("-1.005")), "-1.01");
        ok(h, "decimal-into-varchar", "varchar(20)", p -> p.setBigDecimal(1, new BigDecimal("1.25")), "1.25");
        ok(h, "double-into-decimal", "decimal(10,3)", p -> p.setDouble(1, 0.125), "0.125");
        ok(h, "text-into-int", "integer", p -> p.setString(1, " 42 "), "42");
        ok(h, "text-into-decimal", "decimal(8,3)", p -> p.setString(1, "-1.25e1"), "-12.500");
        ok(h, "text-into-date", "date", p -> p.setString(1, "2026-06-20"), "2026-06-20");
        ok(h, "text-into-datetime", "datetime year to minute", p -> p.setString(1, "2026-06-20 12:34"),
                "2026-06-20 12:34");
        ok(h, "text-into-boolean", "boolean", p -> p.setString(1, "t"), "t");
        ok(h, "date-into-datetime", "datetime year to second", p -> p.setDate(1, Date.valueOf("2026-06-20")),
                "2026-06-20 00:00:00");
        ok(h, "timestamp-into-date", "date", p -> p.setTimestamp(1, Timestamp.valueOf("2026-06-20 23:59:59")),
                "2026-06-20");
        ok(h, "timestamp-cut", "datetime year to minute",
                p -> p.setTimestamp(1, Timestamp.valueOf("2026-06-20 23:59:59.99999")), "2026-06-20 23:59");
        ok(h, "time-into-datetime", "datetime hour to minute", p -> p.setTime(1, Time.valueOf("23:59:00")), "23:59");
        ok(h, "date-into-varchar", "varchar(20)", p -> p.setDate(1, Date.valueOf("2026-06-20")), "2026-06-20");
        ok(h, "long-text-is-cut", "varchar(5)", p -> p.setString(1, "1234567"), "12345");
        ok(h, "long-text-is-cut-char", "char(3)", p -> p.setString(1, "1234567"), "123");
        ok(h, "boolean-object", "boolean", p -> p.setObject(1, Boolean.FALSE), "f");
        refused(h, "int-too-large", "smallint", p -> p.setInt(1, 40000), -1214);
        // not by setLong or setBigDecimal, which JDBC cuts to four bytes for an INTEGER column by itself
        refused(h, "text-too-large-for-int", "integer", p -> p.setString(1, "3000000000"), -1215);
        refused(h, "decimal-too-large", "decimal(4,2)", p -> p.setBigDecimal(1, new BigDecimal("123.4")), -1226);
        refused(h, "text-no-number", "integer", p -> p.setString(1, "12x"), -1213);
        refused(h, "text-no-date", "date", p -> p.setString(1, "2026-13-45"), -1205);
        refused(h, "text-no-datetime", "datetime year to second", p -> p.setString(1, "2026-06-20 25:00:00"), -1263);
        h.check("conversion/arithmetic", c -> Harness.equal("7.5|2|0.3333333333333333|-3|1.21|6|12.5", Harness.text(
                Harness.query(c, "select 15 / 2, 5 - 3, round(1.0 / 3, 16), -3, 1.1 * 1.1, 2 * 3, 10 + 2.5"
                        + " from systables where tabid = 1")), "results"));
        h.check("conversion/date-arithmetic", c -> Harness.equal(
                "2026-07-01|2026-06-19|11|2026-07-20|5 00:00:00|1-06", Harness.text(Harness.query(c,
                "select mdy(6,20,2026) + 11, mdy(6,20,2026) - 1, mdy(7,1,2026) - mdy(6,20,2026),"
                + " mdy(6,20,2026) + 1 units month,"
                + " datetime(2026-06-20 00:00:00) year to second - datetime(2026-06-15 00:00:00) year to second,"
                + " interval(1-03) year to month + interval(0-03) year to month"
                + " from systables where tabid = 1")).replace("        ", ""), "results"));
    }

    private static void ok(Harness h, String name, String type, Bind bind, String expected) {
        h.check("conversion/" + name, c -> {
            insert(c, type, bind);
            Harness.equal(expected, read(c), "value in a " + type);
        });
    }

    private static void refused(Harness h, String name, String type, Bind bind, int code) {
        h.check("conversion/" + name, c -> {
            Harness.fails(code, null, () -> insert(c, type, bind));
            Harness.equal("0", Harness.text(Harness.query(c, "select count(*) from cv_t")), "rows");
        });
    }

    private static void insert(Connection c, String type, Bind bind) throws SQLException {
        Harness.recreate(c, "cv_t", "v " + type);
        try (PreparedStatement p = c.prepareStatement("insert into cv_t values (?)")) {
            bind.run(p);
            Harness.equal(1, p.executeUpdate(), "count");
        }
    }

    private static String read(Connection c) throws SQLException {
        try (ResultSet r = c.createStatement().executeQuery("select v from cv_t")) {
            Harness.isTrue(r.next(), "row");
            String text = r.getString(1).strip();
            return r.getObject(1) instanceof Boolean b ? b ? "t" : "f" : text;
        }
    }
}
