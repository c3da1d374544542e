import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/** Several sessions at once: locks, waiting, deadlock, threads; what the login's properties change. */
final class Sessions {
    static void all(Harness h) {
        h.check("session/waits-for-a-lock", c -> {
            Harness.recreate(c, "y_wait", "a integer not null primary key, b integer");
            Harness.update(c, "insert into y_wait values (1, 1)");
            c.setAutoCommit(false);
            Harness.update(c, "update y_wait set b = 2 where a = 1");
            AtomicReference<Exception> problem = new AtomicReference<>();
            Thread waiter = new Thread(() -> {
                try (Connection other = Harness.connect("testdb")) {
                    Harness.update(other, "set lock mode to wait 15");
                    Harness.update(other, "update y_wait set b = b + 10 where a = 1");
                } catch (SQLException e) {
                    problem.set(e);
                }
            });
            waiter.start();
            waiter.join(500);
            Harness.isTrue(waiter.isAlive(), "the other session waits");
            c.commit();
            waiter.join(15_000);
            Harness.isTrue(!waiter.isAlive(), "it went on");
            Harness.equal(null, problem.get(), "its error");
            Harness.equal("12", Harness.text(Harness.query(c, "select b from y_wait")), "value");
            c.commit();
        });
        h.check("session/lock-timeout", c -> {
            Harness.recreate(c, "y_time", "a integer not null primary key, b integer");
            Harness.update(c, "insert into y_time values (1, 1)");
            c.setAutoCommit(false);
            Harness.update(c, "update y_time set b = 2 where a = 1");
            try (Connection other = Harness.connect("testdb")) {
                Harness.update(other, "set lock mode to wait 1");
                lockError(() -> Harness.update(other, "update y_time set b = 3 where a = 1"), -154);
            }
            c.rollback();
        });
        h.check("session/deadlock", c -> {
            Harness.recreate(c, "y_dead", "a integer not null primary key, b integer");
            Harness.update(c, "insert into y_dead values (1, 0)");
            Harness.update(c, "insert into y_dead values (2, 0)");
            try (Connection other = Harness.connect("testdb")) {
                for (Connection each : new Connection[] {c, other}) {
                    Harness.update(each, "set lock mode to wait");
                    each.setAutoCommit(false);
                }
                Harness.update(c, "update y_dead set b = 1 where a = 1");
                Harness.update(other, "update y_dead set b = 2 where a = 2");
                ConcurrentLinkedQueue<SQLException> errors = new ConcurrentLinkedQueue<>();
                Thread second = new Thread(() -> {
                    try {
                        Harness.update(other, "update y_dead set b = 2 where a = 1");
                        other.commit();
                    } catch (SQLException e) {
                        errors.add(e);
                        rollback(other);
                    }
                });
                second.start();
                second.join(300);
                try {
                    Harness.update(c, "update y_dead set b = 1 where a = 2");
                    c.commit();
                } catch (SQLException e) {
                    errors.add(e);
                    rollback(c);
                }
                second.join(15_000);
                Harness.isTrue(!second.isAlive(), "both ended");
                Harness.equal(1, errors.size(), "victims");
                Harness.equal(-143, isam(errors.peek()), "ISAM code of a deadlock");
            }
        });
        h.check("session/threads", c -> {
            Harness.recreate(c, "y_thr", "t integer, n integer");
            List<Thread> threads = new ArrayList<>();
            ConcurrentLinkedQueue<Exception> errors = new ConcurrentLinkedQueue<>();
            for (int t = 0; t < 8; t++) {
                int number = t;
                Thread thread = new Thread(() -> {
                    try (Connection own = Harness.connect("testdb");
                            PreparedStatement p = own.prepareStatement("insert into y_thr values (?, ?)")) {
                        Harness.update(own, "set lock mode to wait 20");
                        own.setAutoCommit(false);
                        for (int n = 0; n < 50; n++) {
                            p.setInt(1, number);
                            p.setInt(2, n);
                            p.executeUpdate();
                            if (n % 10 == 9) {
                                own.commit();
                            }
                        }
                        own.commit();
                    } catch (SQLException e) {
                        errors.add(e);
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join(20_000);
            }
            Harness.isTrue(errors.isEmpty(), "errors " + errors);
            Harness.equal("400|9800", Harness.text(Harness.query(c, "select count(*), sum(n) from y_thr")), "rows");
        });
        h.check("session/dirty-read", c -> {
            Harness.recreate(c, "y_dirty", "a integer");
            c.setAutoCommit(false);
            Harness.update(c, "insert into y_dirty values (1)");
            try (Connection other = Harness.connect("testdb")) {
                Harness.update(other, "set isolation to dirty read");
                Harness.equal("1", Harness.text(Harness.query(other, "select a from y_dirty")), "dirty read");
                Harness.update(other, "set isolation to committed read last committed");
                Harness.equal("", Harness.text(Harness.query(other, "select a from y_dirty")), "last committed");
            }
            c.rollback();
        });
        h.check("session/temporary-tables-are-its-own", c -> {
            try (Connection other = Harness.connect("testdb")) {
                for (Connection each : new Connection[] {c, other}) {
                    Harness.update(each, "create temp table y_tmp (a integer) with no log");
                    Harness.update(each, "insert into y_tmp values (" + (each == c ? 1 : 2) + ")");
                }
                Harness.equal("1", Harness.text(Harness.query(c, "select a from y_tmp")), "own");
                Harness.equal("2", Harness.text(Harness.query(other, "select a from y_tmp")), "other");
            }
        });
        h.check("session/others-ddl-under-a-prepared-statement", c -> {
            Harness.recreate(c, "y_ddl", "a integer");
            Harness.update(c, "insert into y_ddl values (1)");
            try (PreparedStatement p = c.prepareStatement("select a from y_ddl where a = ?")) {
                p.setInt(1, 1);
                try (ResultSet r = p.executeQuery()) {
                    Harness.equal("1", Harness.text(Harness.rows(r)), "before");
                }
                try (Connection other = Harness.connect("testdb")) {
                    Harness.update(other, "alter table y_ddl add b integer");
                }
                try (ResultSet r = p.executeQuery()) {
                    Harness.equal("1", Harness.text(Harness.rows(r)), "after");
                } catch (SQLException e) {
                    Harness.equal(-710, e.getErrorCode(), "the one error that is allowed");
                }
            }
        });
        h.checkWith("session/properties", "testdb", new String[] {"FET_BUF_SIZE=16384", "PDQPRIORITY=10", "OPTOFC=0",
            "DBDATE=DMY4.", "IFX_LOCK_MODE_WAIT=5", "OPT_GOAL=-1"}, c -> {
                Harness.recreate(c, "y_prop", "d date");
                Harness.update(c, "insert into y_prop values ('20.06.2026')");
                Harness.equal("20.06.2026", Harness.text(Harness.query(c, "select d from y_prop")), "a date");
                Harness.equal("20.06.2026", Harness.text(Harness.query(c, "select d || '' from y_prop")), "as text");
            });
        h.checkWith("session/isolation-property", "testdb", new String[] {"IFX_ISOLATION_LEVEL=1U"}, c -> {
            try (Statement s = c.createStatement()) {
                s.executeQuery("select 1 from systables where tabid = 1").close();
            }
        });
    }

    private static void lockError(Harness.Action action, int isam) throws Exception {
        try {
            action.run();
        } catch (SQLException e) {
            Harness.isTrue(List.of(-240, -243, -244, -245, -246, -346).contains(e.getErrorCode()), "code " + e);
            Harness.equal(isam, isam(e), "ISAM code");
            return;
        }
        throw new AssertionError("no lock error");
    }

    private static Integer isam(SQLException e) {
        return e.getCause() instanceof SQLException cause ? (Integer) cause.getErrorCode() : null;
    }

    private static void rollback(Connection c) {
        try {
            c.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
