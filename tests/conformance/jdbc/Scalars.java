import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every scalar type of scalars.tsv: read a literal, write a parameter of the type, write it as text, compare by it. */
final class Scalars {
    record Scalar(String type, String literal, String kind, String value) {
        boolean isNull() {
            return kind.equals("null");
        }
    }

    static void all(Harness h) throws IOException {
        Map<String, List<Scalar>> byType = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of(System.getProperty("conformance.scalars")),
                StandardCharsets.UTF_8)) {
            if (!line.startsWith("#")) {
                String[] f = line.split("\t", -1);
                byType.computeIfAbsent(f[0], t -> new ArrayList<>()).add(new Scalar(f[0], f[1], f[2], f[3]));
            }
        }
        byType.forEach((type, scalars) -> {
            String kind = scalars.get(0).kind();
            h.check("scalar/literal/" + type, c -> literals(c, type, kind, scalars));
            h.check("scalar/parameter/" + type, c -> parameters(c, type, kind, scalars, false));
            h.check("scalar/text-parameter/" + type, c -> parameters(c, type, kind, scalars, true));
            h.check("scalar/where/" + type, c -> where(c, type, kind, scalars));
            h.check("scalar/rowwise/" + type, c -> rowwise(c, type, kind, scalars));
        });
        h.check("scalar/object-parameters", Scalars::objects);
        h.check("scalar/serials", Scalars::serials);
        h.check("scalar/long-lvarchar", Scalars::longLvarchar);
        h.check("scalar/twenty-columns", Scalars::twentyColumns);
        h.check("scalar/null-indicator", Scalars::wasNull);
    }

    private static void literals(Connection c, String type, String kind, List<Scalar> scalars) throws Exception {
        Harness.recreate(c, "sc_lit", "id integer, v " + type + ", tail integer");
        for (int i = 0; i < scalars.size(); i++) {
            Harness.equal(1, Harness.update(c, "insert into sc_lit values (" + i + ", " + scalars.get(i).literal()
                    + ", " + -i + ")"), "count");
        }
        check(c, "select id, v, tail from sc_lit order by id", kind, scalars);
    }

    private static void parameters(Connection c, String type, String kind, List<Scalar> scalars, boolean asText)
            throws Exception {
        Harness.recreate(c, "sc_par", "id integer, v " + type + ", tail integer");
        try (PreparedStatement p = c.prepareStatement("insert into sc_par values (?, ?, ?)")) {
            for (int i = 0; i < scalars.size(); i++) {
                p.setInt(1, i);
                if (asText) {
                    p.setString(2, asText(scalars.get(i), kind));
                } else {
                    bind(p, 2, scalars.get(i), kind);
                }
                p.setInt(3, -i);
                Harness.equal(1, p.executeUpdate(), "count for " + scalars.get(i));
            }
        }
        check(c, "select id, v, tail from sc_par order by id", kind, scalars);
    }

    /** The same column in a row of fixed width only, which JDBC addresses by the described start positions. */
    private static void rowwise(Connection c, String type, String kind, List<Scalar> scalars) throws Exception {
        Harness.recreate(c, "sc_row", "a smallint, v " + type + ", b bigint, w " + type + ", id integer");
        for (int i = 0; i < scalars.size(); i++) {
            String literal = scalars.get(i).literal();
            Harness.update(c, "insert into sc_row values (7, " + literal + ", 77, " + literal + ", " + i + ")");
        }
        try (PreparedStatement p = c.prepareStatement("select a, v, b, w from sc_row where id = ?")) {
            for (int i = 0; i < scalars.size(); i++) {
                p.setInt(1, i);
                try (ResultSet r = p.executeQuery()) {
                    Harness.isTrue(r.next(), "a row");
                    Harness.equal(7, r.getInt(1), "a");
                    value(r, 2, scalars.get(i), kind);
                    Harness.equal(77L, r.getLong(3), "b");
                    value(r, 4, scalars.get(i), kind);
                    Harness.isTrue(!r.next(), "one row");
                }
            }
        }
    }

    private static void where(Connection c, String type, String kind, List<Scalar> scalars) throws Exception {
        if (kind.startsWith("interval") || kind.equals("real")) {
            return; // JDBC has no setter for intervals; a binary float is no key
        }
        Harness.recreate(c, "sc_whe", "id integer, v " + type);
        for (int i = 0; i < scalars.size(); i++) {
            Harness.update(c, "insert into sc_whe values (" + i + ", " + scalars.get(i).literal() + ")");
        }
        try (PreparedStatement p = c.prepareStatement("select id from sc_whe where v = ?")) {
            for (int i = 0; i < scalars.size(); i++) {
                bind(p, 1, scalars.get(i), kind);
                try (ResultSet r = p.executeQuery()) {
                    String expected = scalars.get(i).isNull() ? "" : String.valueOf(i);
                    Harness.equal(expected, Harness.text(Harness.rows(r)), "ids where v = " + scalars.get(i));
                }
            }
        }
    }

    private static void check(Connection c, String sql, String kind, List<Scalar> scalars) throws Exception {
        try (PreparedStatement p = c.prepareStatement(sql); ResultSet r = p.executeQuery()) {
            for (int i = 0; i < scalars.size(); i++) {
                Harness.isTrue(r.next(), "row " + i);
                Harness.equal(i, r.getInt(1), "id");
                value(r, 2, scalars.get(i), kind);
                Harness.equal(-i, r.getInt(3), "the column after " + scalars.get(i));
            }
            Harness.isTrue(!r.next(), "no more rows");
        }
    }

    private static void value(ResultSet r, int column, Scalar s, String kind) throws SQLException {
        String what = s.type() + " " + s.literal();
        if (s.isNull()) {
            Harness.equal(null, r.getObject(column), what + " getObject");
            Harness.isTrue(r.wasNull(), what + " wasNull");
            Harness.equal(null, r.getString(column), what + " getString");
            return;
        }
        switch (kind) {
            case "int" -> {
                Harness.equal(Long.parseLong(s.value()), r.getLong(column), what + " getLong");
                Harness.equal(s.value(), r.getString(column), what + " getString");
            }
            case "real" -> Harness.equal(Float.parseFloat(s.value()), r.getFloat(column), what);
            case "float" -> Harness.equal(Double.parseDouble(s.value()), r.getDouble(column), what);
            case "decimal" -> {
                BigDecimal expected = new BigDecimal(s.value());
                BigDecimal actual = r.getBigDecimal(column);
                Harness.isTrue(expected.compareTo(actual) == 0, what + ": got " + actual);
                if (s.type().contains(",")) {
                    Harness.equal(expected.setScale(scale(s.type())), actual, what + " with its scale");
                }
            }
            case "text" -> Harness.equal(s.value(), r.getString(column), what);
            case "bool" -> Harness.equal(s.value().equals("true"), r.getBoolean(column), what);
            case "date" -> Harness.equal(s.value(), r.getDate(column).toString(), what);
            case "datetime" -> Harness.equal(Timestamp.valueOf(s.value()), r.getTimestamp(column), what);
            case "time" -> Harness.equal(s.value(), r.getTime(column).toString(), what);
            case "interval_seconds" -> Harness.isTrue(
                    new BigDecimal(s.value()).compareTo(seconds(r.getString(column), s.type())) == 0,
                    what + ": got " + r.getString(column));
            case "interval_months" -> Harness.equal(Long.parseLong(s.value()), months(r.getString(column)), what);
            default -> throw new AssertionError("kind " + kind);
        }
    }

    private static int scale(String type) {
        return Integer.parseInt(type.replaceAll(".*,(\\d+)\\)", "$1"));
    }

    private static void bind(PreparedStatement p, int index, Scalar s, String kind) throws SQLException {
        if (s.isNull()) {
            p.setNull(index, switch (kind) {
                case "int" -> Types.INTEGER;
                case "real" -> Types.REAL;
                case "float" -> Types.DOUBLE;
                case "decimal" -> Types.DECIMAL;
                case "bool" -> Types.BOOLEAN;
                case "date" -> Types.DATE;
                case "datetime" -> Types.TIMESTAMP;
                case "time" -> Types.TIME;
                default -> Types.VARCHAR;
            });
            return;
        }
        switch (kind) {
            case "int" -> {
                switch (s.type()) {
                    case "SMALLINT" -> p.setShort(index, Short.parseShort(s.value()));
                    case "INTEGER" -> p.setInt(index, Integer.parseInt(s.value()));
                    default -> p.setLong(index, Long.parseLong(s.value()));
                }
            }
            case "real" -> p.setFloat(index, Float.parseFloat(s.value()));
            case "float" -> p.setDouble(index, Double.parseDouble(s.value()));
            case "decimal" -> p.setBigDecimal(index, new BigDecimal(s.value()));
            case "text" -> p.setString(index, s.value());
            case "bool" -> p.setBoolean(index, s.value().equals("true"));
            case "date" -> p.setDate(index, Date.valueOf(s.value()));
            case "datetime" -> p.setTimestamp(index, Timestamp.valueOf(s.value()));
            case "time" -> p.setTime(index, Time.valueOf(s.value()));
            default -> p.setString(index, asText(s, kind));
        }
    }

    /** The value as text that the server converts. */
    private static String asText(Scalar s, String kind) {
        if (s.isNull()) {
            return null;
        }
        return switch (kind) {
            case "bool" -> s.value().equals("true") ? "t" : "f";
            case "interval_seconds", "interval_months" -> s.literal().replaceAll("^INTERVAL\\(([^)]*)\\).*", "$1");
            case "datetime", "time" -> s.literal().replaceAll("^DATETIME\\(([^)]*)\\).*", "$1");
            default -> s.value();
        };
    }

    /** Seconds of a day-time interval's text "D HH:MM:SS.F" with the fields of its type. */
    private static BigDecimal seconds(String text, String type) {
        String t = text.strip();
        boolean negative = t.startsWith("-");
        String[] fields = (negative ? t.substring(1) : t).strip().split("[ :]+");
        BigDecimal total = BigDecimal.ZERO;
        List<Integer> units = new ArrayList<>(List.of(86400, 3600, 60, 1));
        if (type.contains("HOUR(")) {
            units.remove(0);
        }
        for (int i = 0; i < fields.length; i++) {
            total = total.add(new BigDecimal(fields[i]).multiply(BigDecimal.valueOf(units.get(i))));
        }
        return negative ? total.negate() : total;
    }

    private static long months(String text) {
        String t = text.strip();
        boolean negative = t.startsWith("-");
        String[] fields = (negative ? t.substring(1) : t).strip().split("-");
        long total = Long.parseLong(fields[0].strip()) * 12 + Long.parseLong(fields[1].strip());
        return negative ? -total : total;
    }

    private static void objects(Connection c) throws Exception {
        Harness.recreate(c, "sc_obj", "id integer, i integer, b bigint, f float, d decimal(10,3), s varchar(30), "
                + "l lvarchar(100), t datetime year to fraction(5), dd date, bo boolean, c char(5)");
        try (PreparedStatement p = c.prepareStatement("insert into sc_obj values (?,?,?,?,?,?,?,?,?,?,?)")) {
            p.setObject(1, 1);
            p.setObject(2, 42);
            p.setObject(3, 1234567890123L);
            p.setObject(4, 2.25);
            p.setObject(5, new BigDecimal("12345.678"));
            p.setObject(6, "text");
            p.setObject(7, "long text");
            p.setObject(8, Timestamp.valueOf("2026-06-20 01:02:03.45678"));
            p.setObject(9, Date.valueOf("2026-06-20"));
            p.setObject(10, true);
            p.setObject(11, "ab");
            Harness.equal(1, p.executeUpdate(), "count");
            p.setObject(1, 2);
            for (int i = 2; i <= 11; i++) {
                p.setObject(i, null);
            }
            Harness.equal(1, p.executeUpdate(), "count of NULLs");
        }
        try (PreparedStatement p = c.prepareStatement("select * from sc_obj order by id");
                ResultSet r = p.executeQuery()) {
            Harness.isTrue(r.next(), "row 1");
            Harness.equal(42, r.getObject(2), "INTEGER object");
            Harness.equal(1234567890123L, r.getObject(3), "BIGINT object");
            Harness.equal(2.25, r.getObject(4), "FLOAT object");
            Harness.equal(new BigDecimal("12345.678"), r.getObject(5), "DECIMAL object");
            Harness.equal("text", r.getObject(6), "VARCHAR object");
            Harness.equal("long text", r.getObject(7), "LVARCHAR object");
            Harness.equal(Timestamp.valueOf("2026-06-20 01:02:03.45678"), r.getObject(8), "DATETIME object");
            Harness.equal(Date.valueOf("2026-06-20"), r.getObject(9), "DATE object");
            Harness.equal(true, r.getObject(10), "BOOLEAN object");
            Harness.equal("ab   ", r.getObject(11), "CHAR object");
            Harness.isTrue(r.next(), "row 2");
            for (int i = 2; i <= 11; i++) {
                Harness.equal(null, r.getObject(i), "NULL in column " + i);
            }
        }
    }

    private static void serials(Connection c) throws Exception {
        for (String type : List.of("serial", "serial8", "bigserial")) {
            Harness.recreate(c, "sc_ser", "id " + type + ", v varchar(10)");
            Harness.update(c, "insert into sc_ser values (0, 'one')");
            Harness.update(c, "insert into sc_ser (v) values ('two')");
            Harness.update(c, "insert into sc_ser values (10, 'ten')");
            Harness.update(c, "insert into sc_ser (v) values ('next')");
            Harness.equal("1|one, 2|two, 10|ten, 11|next",
                    Harness.text(Harness.query(c, "select * from sc_ser order by id")), type);
            try (ResultSet r = c.createStatement().executeQuery("select id from sc_ser")) {
                Harness.equal(type, r.getMetaData().getColumnTypeName(1), "type name");
            }
        }
    }

    private static void longLvarchar(Connection c) throws Exception {
        Harness.recreate(c, "sc_lvc", "id integer, v lvarchar(32000)");
        String text = "Informix ".repeat(3500);
        try (PreparedStatement p = c.prepareStatement("insert into sc_lvc values (?, ?)")) {
            for (int i = 0; i < 3; i++) {
                p.setInt(1, i);
                p.setString(2, text.substring(0, 31500 - i));
                Harness.equal(1, p.executeUpdate(), "count");
            }
        }
        try (ResultSet r = c.createStatement().executeQuery("select v, id from sc_lvc order by id")) {
            for (int i = 0; i < 3; i++) {
                Harness.isTrue(r.next(), "row " + i);
                Harness.equal(text.substring(0, 31500 - i), r.getString(1), "value " + i);
                Harness.equal(i, r.getInt(2), "id");
            }
        }
    }

    private static void twentyColumns(Connection c) throws Exception {
        Harness.recreate(c, "sc_20", "c1 smallint, c2 integer, c3 bigint, c4 int8, c5 smallfloat, c6 float, "
                + "c7 decimal(10,2), c8 decimal(16), c9 money(8,2), c10 char(7), c11 varchar(20), c12 nchar(3), "
                + "c13 nvarchar(9), c14 lvarchar(50), c15 boolean, c16 date, c17 datetime year to second, "
                + "c18 datetime hour to minute, c19 interval day(2) to second, c20 interval year(2) to month");
        Harness.update(c, "insert into sc_20 values (1, 2, 3, 4, 0.5, 0.25, 7.07, 8.5, 9.99, 'ten', 'eleven', 'xii', "
                + "'thirteen', 'fourteen', 't', mdy(1,16,2026), datetime(2026-01-17 17:17:17) year to second, "
                + "datetime(18:18) hour to minute, interval(19 19:19:19) day(2) to second, "
                + "interval(20-02) year(2) to month)");
        Harness.update(c, "insert into sc_20 (c2) values (2)");
        try (ResultSet r = c.createStatement().executeQuery("select * from sc_20 order by c1 desc")) {
            Harness.isTrue(r.next(), "row 1");
            if (r.getObject(1) == null) {
                Harness.isTrue(r.next(), "row 2");
            }
            Harness.equal("4", r.getString(4), "c4");
            Harness.equal(new BigDecimal("9.99"), r.getBigDecimal(9), "c9");
            Harness.equal("ten    ", r.getString(10), "c10");
            Harness.equal("fourteen", r.getString(14), "c14");
            Harness.equal(true, r.getBoolean(15), "c15");
            Harness.equal("18:18:00", r.getTime(18).toString(), "c18");
            Harness.equal("20-02", r.getString(20).strip(), "c20");
        }
        try (ResultSet r = c.createStatement().executeQuery("select * from sc_20 where c1 is null")) {
            Harness.isTrue(r.next(), "the row of NULLs");
            for (int i = 1; i <= 20; i++) {
                Harness.equal(i == 2 ? "2" : null, r.getString(i), "column " + i);
            }
        }
    }

    private static void wasNull(Connection c) throws Exception {
        Harness.recreate(c, "sc_wn", "a integer, b integer, c float, d varchar(5)");
        Harness.update(c, "insert into sc_wn values (null, 0, null, '')");
        try (ResultSet r = c.createStatement().executeQuery("select * from sc_wn")) {
            Harness.isTrue(r.next(), "row");
            Harness.equal(0, r.getInt("a"), "NULL getInt");
            Harness.isTrue(r.wasNull(), "a wasNull");
            Harness.equal(0, r.getInt("b"), "0 getInt");
            Harness.isTrue(!r.wasNull(), "b wasNull");
            Harness.equal(0.0, r.getDouble("c"), "NULL getDouble");
            Harness.isTrue(r.wasNull(), "c wasNull");
            Harness.equal("", r.getString("d"), "empty VARCHAR");
            Harness.isTrue(!r.wasNull(), "d wasNull");
        }
    }
}
