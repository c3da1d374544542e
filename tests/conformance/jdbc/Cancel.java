import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;

/** Statement.cancel and query time-outs: urgent data on the socket, error -213, connection usable afterwards. */
final class Cancel {
    static void all(Harness h) {
        h.check("cancel/from-another-thread", c -> {
            heavy(c);
            try (Statement s = c.createStatement()) {
                Thread thread = new Thread(() -> {
                    try {
                        Thread.sleep(1500); // long after the query has begun
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
                timedOut(() -> s.executeQuery(SLOW).next());
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
                timedOut(() -> s.executeQuery(SLOW).next());
            }
            c.commit();
            Harness.equal("1", Harness.text(Harness.query(c, "select a from x_tx")), "rows");
            c.commit();
        });
        h.check("cancel/update", c -> {
            heavy(c);
            Harness.recreate(c, "x_upd", "a integer");
            Harness.update(c, "insert into x_upd values (1)");
            try (Statement s = c.createStatement()) {
                s.setQueryTimeout(1);
                timedOut(() -> s.executeUpdate("update x_upd set a = (" + SLOW + ")"));
            }
            Harness.equal("1", Harness.text(Harness.query(c, "select a from x_upd")), "unchanged");
        });
        h.check("cancel/waiting-for-a-lock", c -> {
            Harness.recreate(c, "x_lock", "a integer");
            Harness.update(c, "insert into x_lock values (1)");
            c.setAutoCommit(false);
            Harness.update(c, "update x_lock set a = 2");
            try (Connection other = Harness.connect("testdb"); Statement s = other.createStatement()) {
                s.execute("set lock mode to wait");
                s.setQueryTimeout(1);
                timedOut(() -> s.executeUpdate("update x_lock set a = 3"));
            }
            c.commit();
            Harness.equal("2", Harness.text(Harness.query(c, "select a from x_lock")), "value");
            c.commit();
        });
        h.check("cancel/time-out-not-reached", c -> {
            try (Statement s = c.createStatement()) {
                s.setQueryTimeout(20);
                for (int i = 0; i < 20; i++) {
                    s.executeQuery("select 1 from systables where tabid = 1").close();
                }
            }
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

    /** JDBC's timer sends the urgent byte; the server's -213 becomes JDBC's own code for a time-out. */
    private static void timedOut(Harness.Action action) throws Exception {
        SQLException e = Harness.fails(-80505, "IX000", action);
        Harness.isTrue(e.getCause() instanceof SQLTimeoutException || e instanceof SQLTimeoutException, "class " + e);
    }

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
