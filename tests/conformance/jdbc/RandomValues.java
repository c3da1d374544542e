import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** JDBC's codec and ours are independent: what one writes the other must read, for every width and sign. */
final class RandomValues {
    static void all(Harness h) {
        h.check("scalar/random-decimals", RandomValues::randomDecimals);
        h.check("scalar/random-rows", RandomValues::randomRows);
    }

    private static void randomDecimals(Connection c) throws Exception {
        Random random = new Random(20260620);
        int[][] shapes = {{1, 0}, {2, 1}, {3, 3}, {4, 1}, {5, 2}, {9, 0}, {9, 9}, {15, 7}, {16, 5}, {17, 16}, {31, 0},
            {31, 30}, {32, 0}, {32, 1}, {32, 17}, {32, 32}};
        for (int[] shape : shapes) {
            Harness.recreate(c, "sc_rd", "id integer, v decimal(" + shape[0] + "," + shape[1] + ")");
            List<BigDecimal> values = new ArrayList<>();
            try (PreparedStatement p = c.prepareStatement("insert into sc_rd values (?, ?)")) {
                for (int i = 0; i < 60; i++) {
                    int digits = 1 + random.nextInt(shape[0]);
                    BigInteger unscaled = new BigInteger(digits * 4, random).mod(BigInteger.TEN.pow(digits));
                    BigDecimal value = new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), shape[1]);
                    values.add(value);
                    p.setInt(1, i);
                    p.setBigDecimal(2, value);
                    p.addBatch();
                }
                p.executeBatch();
            }
            try (ResultSet r = c.createStatement().executeQuery("select id, v, v || '' from sc_rd order by id")) {
                for (BigDecimal value : values) {
                    Harness.isTrue(r.next(), "row");
                    Harness.equal(value, r.getBigDecimal(2), "value");
                    Harness.isTrue(value.compareTo(new BigDecimal(r.getString(3).strip())) == 0,
                            value + " as the server writes it: " + r.getString(3));
                }
            }
        }
    }

    private static void randomRows(Connection c) throws Exception {
        Random random = new Random(7);
        Harness.recreate(c, "sc_rr", "id integer, i integer, b bigint, i8 int8, f float, s varchar(60), "
                + "l lvarchar(400), d date, t datetime year to fraction(5), x char(9)");
        List<Object[]> rows = new ArrayList<>();
        try (PreparedStatement p = c.prepareStatement("insert into sc_rr values (?,?,?,?,?,?,?,?,?,?)")) {
            for (int n = 0; n < 300; n++) {
                Object[] row = {n, Math.max(random.nextInt(), -Integer.MAX_VALUE), Math.max(random.nextLong(),
                    -Long.MAX_VALUE), Math.max(random.nextLong(), -Long.MAX_VALUE), random.nextGaussian() * 1e6,
                    text(random, 60), text(random, 400),
                    Date.valueOf(LocalDate.of(1600, 1, 1).plusDays(random.nextInt(3_000_000))),
                    Timestamp.valueOf(LocalDateTime.of(1700, 1, 1, 0, 0).plusSeconds(random.nextInt())
                        .plusNanos(random.nextInt(100_000) * 10_000L)), text(random, 9)};
                for (int column = 1; column < row.length; column++) {
                    if (random.nextInt(8) == 0) {
                        row[column] = null;
                    }
                }
                rows.add(row);
                for (int column = 0; column < row.length; column++) {
                    p.setObject(column + 1, row[column]);
                }
                p.executeUpdate();
            }
        }
        try (ResultSet r = c.createStatement().executeQuery("select * from sc_rr order by id")) {
            for (Object[] row : rows) {
                Harness.isTrue(r.next(), "row");
                for (int column = 0; column < row.length; column++) {
                    Object expected = row[column];
                    Object actual = r.getObject(column + 1);
                    if (column == 9 && actual != null) {
                        actual = ((String) actual).stripTrailing();
                        expected = ((String) expected).stripTrailing();
                    }
                    if (column == 7 && actual != null) {
                        actual = actual.toString();
                        expected = expected.toString();
                    }
                    Harness.equal(expected, actual, "row " + row[0] + " column " + (column + 1));
                }
            }
        }
    }

    private static String text(Random random, int most) {
        StringBuilder out = new StringBuilder();
        int length = random.nextInt(most + 1);
        while (out.length() < length) {
            char c = (char) (random.nextInt(10) == 0 ? 160 + random.nextInt(96) : 32 + random.nextInt(95));
            out.append(c);
        }
        return out.toString();
    }
}
