import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Statement.cancel and query time-outs: urgent data on the socket, error -213, connection usable afterwards. */
final class Cancel {
    static void all(Harness h) {
        h.check("cancel/from-another-thread", c -> {
            heavy(c);
            try (Statement s = c.createStatement()) {
                Thread thread = new Thread(() -> {
                    try {
                        Thread.sleep(500);
                        s.cancel();
                    } catch (SQLException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
                thread.start();
                Harness.fails(-213, "IX000", () -> s.executeQuery(SLOW).next());
                thread.join();
            }
            Harness.equal("1", Harness.text(Harness.query(c, "select 1 from systables where tabid = 1")), "next query");
        });
        h.check("cancel/query-timeout", c -> {
            heavy(c);
            try (Statement s = c.createStatement()) {
                s.setQueryTimeout(1);
                try {
                    s.executeQuery(SLOW).next();
                    throw new AssertionError("no time-out");
                } catch (SQLException e) {
                    Harness.isTrue(e.getErrorCode() == -213 || e.getErrorCode() == -79732
                            || e instanceof java.sql.SQLTimeoutException || e.getErrorCode() != 0,
                            "code " + e.getErrorCode());
                }
            }
            Harness.equal("1", Harness.text(Harness.query(c, "select 1 from systables where tabid = 1")), "next query");
        });
        h.check("cancel/keeps-transaction", c -> {
            heavy(c);
            Harness.recreate(c, "x_tx", "a integer");
            c.setAutoCommit(false);
            Harness.update(c, "insert into x_tx values (1)");
            try (Statement s = c.createStatement()) {
                s.setQueryTimeout(1);
                try {
                    s.executeQuery(SLOW).next();
                    throw new AssertionError("no time-out");
                } catch (SQLException expected) {
                    Harness.isTrue(expected.getErrorCode() != 0, "a code");
                }
            }
            c.commit();
            Harness.equal("1", Harness.text(Harness.query(c, "select a from x_tx")), "rows");
            c.commit();
        });
        h.check("cancel/when-idle", c -> {
            try (Statement s = c.createStatement()) {
                s.cancel();
            }
            Harness.equal("1", Harness.text(Harness.query(c, "select 1 from systables where tabid = 1")), "next query");
        });
    }

    /** 200 to the fifth power of combinations: no server ends it while we wait. */
    private static final String SLOW = "select count(*) from x_heavy a, x_heavy b, x_heavy c, x_heavy d, x_heavy e "
            + "where a.a + b.a + c.a + d.a + e.a = -1";

    private static void heavy(Connection c) throws Exception {
        Harness.recreate(c, "x_heavy", "a integer");
        try (Statement s = c.createStatement()) {
            for (int i = 0; i < 200; i++) {
                s.addBatch("insert into x_heavy values (" + i + ")");
            }
            s.executeBatch();
        }
    }
}
