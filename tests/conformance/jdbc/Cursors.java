import static java.sql.ResultSet.CONCUR_READ_ONLY;
import static java.sql.ResultSet.CONCUR_UPDATABLE;
import static java.sql.ResultSet.HOLD_CURSORS_OVER_COMMIT;
import static java.sql.ResultSet.TYPE_FORWARD_ONLY;
import static java.sql.ResultSet.TYPE_SCROLL_INSENSITIVE;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;

/** Scrollable, holdable, updatable and named cursors. */
final class Cursors {
    static void all(Harness h) {
        h.check("cursor/scroll", c -> {
            fill(c, "c_scr", 10);
            try (Statement s = c.createStatement(TYPE_SCROLL_INSENSITIVE, CONCUR_READ_ONLY);
                    ResultSet r = s.executeQuery("select id, name from c_scr order by id")) {
                scroll(r);
            }
        });
        h.check("cursor/scroll-prepared", c -> {
            fill(c, "c_scp", 10);
            try (PreparedStatement p = c.prepareStatement("select id, name from c_scp where id <= ? order by id",
                    TYPE_SCROLL_INSENSITIVE, CONCUR_READ_ONLY)) {
                p.setInt(1, 10);
                try (ResultSet r = p.executeQuery()) {
                    scroll(r);
                }
            }
        });
        h.check("cursor/scroll-empty", c -> {
            fill(c, "c_sce", 0);
            try (Statement s = c.createStatement(TYPE_SCROLL_INSENSITIVE, CONCUR_READ_ONLY);
                    ResultSet r = s.executeQuery("select id from c_sce")) {
                Harness.isTrue(!r.last(), "last");
                Harness.isTrue(!r.first(), "first");
                Harness.isTrue(!r.absolute(1), "absolute");
                Harness.isTrue(!r.next(), "next");
            }
        });
        h.check("cursor/scroll-large", c -> {
            fill(c, "c_scl", 500);
            try (Statement s = c.createStatement(TYPE_SCROLL_INSENSITIVE, CONCUR_READ_ONLY);
                    ResultSet r = s.executeQuery("select id, name from c_scl order by id")) {
                for (int want : new int[] {500, 1, 250, 251, 249, 499, 2, 123}) {
                    Harness.isTrue(r.absolute(want), "absolute " + want);
                    Harness.equal(want, r.getInt(1), "id");
                    Harness.equal("name " + want, r.getString(2), "name");
                }
            }
        });
        h.check("cursor/hold-over-commit", c -> {
            fill(c, "c_hld", 400);
            c.setAutoCommit(false);
            try (Statement s = c.createStatement(TYPE_FORWARD_ONLY, CONCUR_READ_ONLY, HOLD_CURSORS_OVER_COMMIT)) {
                s.setFetchSize(10);
                try (ResultSet r = s.executeQuery("select id from c_hld order by id")) {
                    for (int i = 1; i <= 400; i++) {
                        Harness.isTrue(r.next(), "row " + i);
                        Harness.equal(i, r.getInt(1), "id");
                        if (i % 100 == 50) {
                            Harness.update(c, "update c_hld set name = 'x' where id = " + i);
                            c.commit();
                        }
                    }
                    Harness.isTrue(!r.next(), "end");
                }
            }
            c.commit();
        });
        h.check("cursor/named-positioned", c -> {
            fill(c, "c_pos", 5);
            c.setAutoCommit(false);
            try (Statement s = c.createStatement(); Statement u = c.createStatement()) {
                s.setCursorName("mycursor");
                try (ResultSet r = s.executeQuery("select id, name from c_pos for update")) {
                    Harness.isTrue(r.next(), "first row");
                    int id = r.getInt(1);
                    Harness.equal(1, u.executeUpdate("update c_pos set name = 'hit' where current of mycursor"),
                            "count");
                    Harness.equal(String.valueOf(id), Harness.text(Harness.query(c,
                            "select id from c_pos where name = 'hit'")), "which row");
                }
            }
            c.commit();
        });
        h.check("cursor/updatable", c -> {
            fill(c, "c_upd", 5);
            c.setAutoCommit(false);
            try (Statement s = c.createStatement(TYPE_SCROLL_INSENSITIVE, CONCUR_UPDATABLE);
                    ResultSet r = s.executeQuery("select id, name from c_upd")) {
                Harness.isTrue(r.next() && r.next(), "second row");
                int id = r.getInt(1);
                r.updateString("name", "changed");
                r.updateRow();
                Harness.isTrue(r.next(), "third row");
                int gone = r.getInt(1);
                r.deleteRow();
                c.commit();
                Harness.equal("changed", Harness.text(Harness.query(c, "select name from c_upd where id = " + id)),
                        "updated row");
                Harness.equal("0", Harness.text(Harness.query(c, "select count(*) from c_upd where id = " + gone)),
                        "deleted row");
                c.commit();
            }
        });
        h.check("cursor/updatable-insert", c -> {
            fill(c, "c_ins", 2);
            c.setAutoCommit(false);
            try (Statement s = c.createStatement(TYPE_SCROLL_INSENSITIVE, CONCUR_UPDATABLE);
                    ResultSet r = s.executeQuery("select id, name from c_ins")) {
                Harness.isTrue(r.next(), "row");
                r.moveToInsertRow();
                r.updateInt(1, 77);
                r.updateString(2, "new");
                r.insertRow();
                r.moveToCurrentRow();
            }
            c.commit();
            Harness.equal("new", Harness.text(Harness.query(c, "select name from c_ins where id = 77")), "new row");
            c.commit();
        });
        h.check("cursor/updatable-types", c -> {
            Harness.recreate(c, "c_typ", "id integer not null primary key, d decimal(8,2), s varchar(20), dt date, "
                    + "ts datetime year to second, f float, b bigint, bo boolean, l lvarchar(100)");
            Harness.update(c, "insert into c_typ (id) values (1)");
            c.setAutoCommit(false);
            try (Statement s = c.createStatement(TYPE_SCROLL_INSENSITIVE, CONCUR_UPDATABLE);
                    ResultSet r = s.executeQuery("select id, d, s, dt, ts, f, b, bo, l from c_typ")) {
                Harness.isTrue(r.next(), "row");
                r.updateBigDecimal("d", new BigDecimal("-12.34"));
                r.updateString("s", "it's");
                r.updateDate("dt", Date.valueOf("2026-06-20"));
                r.updateTimestamp("ts", Timestamp.valueOf("2026-06-20 12:34:56"));
                r.updateDouble("f", 0.25);
                r.updateLong("b", 5_000_000_000L);
                r.updateBoolean("bo", true);
                r.updateString("l", "long");
                r.updateRow();
            }
            c.commit();
            Harness.equal("1|-12.34|it's|2026-06-20|2026-06-20 12:34:56.0|0.25|5000000000|true|long", row(c), "row");
            c.commit();
        });
        h.check("cursor/five-thousand-rows", c -> {
            Harness.recreate(c, "c_big", "a integer, b char(30), d decimal(12,2), v varchar(60)");
            c.setAutoCommit(false);
            try (PreparedStatement p = c.prepareStatement("insert into c_big values (?, ?, ?, ?)")) {
                for (int i = 0; i < 5_000; i++) {
                    p.setInt(1, i);
                    p.setString(2, "row " + i);
                    p.setBigDecimal(3, BigDecimal.valueOf(i, 2));
                    p.setString(4, "x".repeat(i % 61));
                    p.addBatch();
                    if (i % 1000 == 999) {
                        p.executeBatch();
                    }
                }
            }
            c.commit();
            try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("select * from c_big order by a")) {
                for (int i = 0; i < 5_000; i++) {
                    Harness.isTrue(r.next(), "row " + i);
                    Harness.equal(i, r.getInt(1), "a");
                    Harness.equal("row " + i, r.getString(2).stripTrailing(), "b");
                    Harness.equal(BigDecimal.valueOf(i, 2), r.getBigDecimal(3), "d");
                    Harness.equal(i % 61, r.getString(4).length(), "v");
                }
                Harness.isTrue(!r.next(), "end");
            }
            c.commit();
        });
        h.check("cursor/commit-closes-others", c -> {
            fill(c, "c_cc", 2000);
            c.setAutoCommit(false);
            try (Statement s = c.createStatement(TYPE_FORWARD_ONLY, CONCUR_READ_ONLY,
                    ResultSet.CLOSE_CURSORS_AT_COMMIT)) {
                s.setFetchSize(10);
                ResultSet r = s.executeQuery("select id from c_cc");
                Harness.isTrue(r.next(), "a row");
                c.commit();
                try {
                    while (r.next()) {
                        r.getInt(1);
                    }
                    throw new AssertionError("the cursor is still open");
                } catch (SQLException closed) {
                    Harness.isTrue(closed.getErrorCode() != 0, "a code");
                }
            }
            Harness.equal("2000", Harness.text(Harness.query(c, "select count(*) from c_cc")), "next query");
            c.commit();
        });
        h.check("cursor/for-update-scroll", c -> {
            fill(c, "c_fus", 2);
            c.setAutoCommit(false);
            try (Statement s = c.createStatement(TYPE_SCROLL_INSENSITIVE, CONCUR_READ_ONLY)) {
                Harness.fails(-526, "IX000", () -> s.executeQuery("select id from c_fus for update").close());
            }
            c.rollback();
        });
        h.checkWith("cursor/autofree", "testdb", new String[] {"IFX_AUTOFREE=1"}, c -> {
            fill(c, "c_af", 30);
            for (int i = 0; i < 5; i++) {
                Harness.equal("30", Harness.text(Harness.query(c, "select count(*) from c_af")), "count");
                try (PreparedStatement p = c.prepareStatement("select name from c_af where id = ?")) {
                    p.setInt(1, 7);
                    try (ResultSet r = p.executeQuery()) {
                        Harness.equal("name 7", Harness.text(Harness.rows(r)), "row");
                    }
                }
            }
        });
        h.checkWith("cursor/optofc", "testdb", new String[] {"OPTOFC=1"}, c -> {
            fill(c, "c_of", 30);
            try (PreparedStatement p = c.prepareStatement("select name from c_of where id = ?")) {
                for (int i = 1; i <= 5; i++) {
                    p.setInt(1, i);
                    try (ResultSet r = p.executeQuery()) {
                        Harness.equal("name " + i, Harness.text(Harness.rows(r)), "row");
                    }
                }
            }
        });
        h.checkWith("cursor/fetch-buffer", "testdb", new String[] {"FET_BUF_SIZE=32767"}, c -> {
            fill(c, "c_fb", 2000);
            Harness.equal(2000, Harness.query(c, "select id, name from c_fb").size(), "rows");
        });
    }

    private static void fill(Connection c, String table, int n) throws Exception {
        Harness.recreate(c, table, "id integer not null primary key, name varchar(20)");
        try (PreparedStatement p = c.prepareStatement("insert into " + table + " values (?, ?)")) {
            for (int i = 1; i <= n; i++) {
                p.setInt(1, i);
                p.setString(2, "name " + i);
                p.addBatch();
            }
            if (n > 0) {
                p.executeBatch();
            }
        }
    }

    private static String row(Connection c) throws Exception {
        try (ResultSet r = c.createStatement().executeQuery("select * from c_typ")) {
            Harness.isTrue(r.next(), "row");
            return r.getInt(1) + "|" + r.getBigDecimal(2) + "|" + r.getString(3) + "|" + r.getDate(4) + "|"
                    + r.getTimestamp(5) + "|" + r.getDouble(6) + "|" + r.getLong(7) + "|" + r.getBoolean(8) + "|"
                    + r.getString(9);
        }
    }

    private static void scroll(ResultSet r) throws Exception {
        Harness.isTrue(r.isBeforeFirst(), "before first");
        Harness.isTrue(r.next(), "next");
        Harness.equal(1, r.getInt(1), "first id");
        Harness.isTrue(r.last(), "last");
        Harness.equal(10, r.getInt(1), "last id");
        Harness.equal(10, r.getRow(), "row number of the last");
        Harness.isTrue(r.absolute(4), "absolute");
        Harness.equal("name 4", r.getString(2), "name");
        Harness.isTrue(r.relative(2), "relative");
        Harness.equal(6, r.getInt(1), "id");
        Harness.isTrue(r.previous(), "previous");
        Harness.equal(5, r.getInt(1), "id");
        Harness.isTrue(r.absolute(-2), "absolute from the end");
        Harness.equal(9, r.getInt(1), "id");
        Harness.isTrue(r.relative(-3), "relative back");
        Harness.equal(6, r.getInt(1), "id");
        Harness.isTrue(r.first(), "first");
        Harness.equal(1, r.getInt(1), "id");
        Harness.isTrue(!r.previous(), "before the first");
        Harness.isTrue(r.next(), "next again");
        Harness.equal(1, r.getInt(1), "id");
        Harness.isTrue(!r.absolute(11), "beyond the end");
        r.beforeFirst();
        int sum = 0;
        while (r.next()) {
            sum += r.getInt(1);
        }
        Harness.equal(55, sum, "sum of the ids");
        Harness.isTrue(r.isAfterLast(), "after last");
        Harness.isTrue(r.previous(), "back to the last");
        Harness.equal(10, r.getInt(1), "id");
    }
}
