import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;

/** Commit, roll back, savepoints, isolation, two sessions. */
final class Transactions {
    static void all(Harness h) {
        h.check("transaction/commit", c -> {
            Harness.recreate(c, "t_com", "a integer");
            c.setAutoCommit(false);
            Harness.update(c, "insert into t_com values (1)");
            c.commit();
            Harness.update(c, "insert into t_com values (2)");
            c.commit();
            c.rollback();
            try (Connection other = Harness.connect("testdb")) {
                Harness.equal("1, 2", Harness.text(Harness.query(other, "select a from t_com order by a")), "rows");
            }
        });
        h.check("transaction/rollback", c -> {
            Harness.recreate(c, "t_rol", "a integer");
            Harness.update(c, "insert into t_rol values (1)");
            c.setAutoCommit(false);
            Harness.update(c, "insert into t_rol values (2)");
            Harness.update(c, "update t_rol set a = 9 where a = 1");
            Harness.equal("2, 9", Harness.text(Harness.query(c, "select a from t_rol order by a")), "inside");
            c.rollback();
            Harness.equal("1", Harness.text(Harness.query(c, "select a from t_rol order by a")), "after");
            c.rollback();
        });
        h.check("transaction/close-rolls-back", c -> {
            Harness.recreate(c, "t_clo", "a integer");
            Connection other = Harness.connect("testdb");
            other.setAutoCommit(false);
            Harness.update(other, "insert into t_clo values (1)");
            other.rollback();
            Harness.update(other, "insert into t_clo values (2)");
            try {
                other.close();
            } catch (SQLException open) {
                other.rollback(); // JDBC may refuse to close inside a transaction
                other.close();
            }
            Harness.equal("", Harness.text(Harness.query(c, "select a from t_clo")), "rows");
        });
        h.check("transaction/error-keeps-transaction", c -> {
            Harness.recreate(c, "t_err", "a integer not null primary key");
            c.setAutoCommit(false);
            Harness.update(c, "insert into t_err values (1)");
            Harness.fails(-268, "23000", () -> Harness.update(c, "insert into t_err values (1)"));
            Harness.update(c, "insert into t_err values (2)");
            c.commit();
            Harness.equal("1, 2", Harness.text(Harness.query(c, "select a from t_err order by a")), "rows");
            c.commit();
        });
        h.check("transaction/sql-text", c -> {
            Harness.recreate(c, "t_sql", "a integer");
            Harness.update(c, "begin work");
            Harness.update(c, "insert into t_sql values (1)");
            Harness.update(c, "rollback work");
            Harness.update(c, "begin work");
            Harness.update(c, "insert into t_sql values (2)");
            Harness.update(c, "commit work");
            Harness.equal("2", Harness.text(Harness.query(c, "select a from t_sql")), "rows");
        });
        h.check("transaction/errors", c -> {
            Harness.fails(-255, "IX000", () -> Harness.update(c, "commit work"));
            Harness.update(c, "begin work");
            Harness.fails(-535, "IX000", () -> Harness.update(c, "begin work"));
            // JDBC commits after a statement that fails in autocommit mode (sqli.md 5.5): the transaction is gone
            Harness.fails(-255, "IX000", () -> Harness.update(c, "rollback work"));
        });
        h.check("transaction/ddl-rolls-back", c -> {
            c.setAutoCommit(false);
            Harness.update(c, "create table t_ddl (a integer)");
            c.rollback();
            Harness.fails(-206, "42000", () -> Harness.query(c, "select * from t_ddl"));
            c.rollback();
        });
        h.check("transaction/savepoints", c -> {
            Harness.recreate(c, "t_sp", "a integer");
            c.setAutoCommit(false);
            if (Harness.NARROW) {
                noSavepoints(c);
                return;
            }
            Harness.update(c, "insert into t_sp values (1)");
            Savepoint first = c.setSavepoint("sp_first");
            Harness.update(c, "insert into t_sp values (2)");
            Savepoint second = c.setSavepoint("sp_second");
            Harness.update(c, "insert into t_sp values (3)");
            c.rollback(second);
            Harness.equal("1, 2", Harness.text(Harness.query(c, "select a from t_sp order by a")), "back to second");
            c.releaseSavepoint(second);
            c.rollback(first);
            Harness.update(c, "insert into t_sp values (4)");
            c.commit();
            Harness.equal("1, 4", Harness.text(Harness.query(c, "select a from t_sp order by a")), "at the end");
            c.commit();
        });
        h.check("transaction/unnamed-savepoint", c -> {
            Harness.recreate(c, "t_spu", "a integer");
            c.setAutoCommit(false);
            if (Harness.NARROW) {
                noSavepoints(c);
                return;
            }
            Harness.update(c, "insert into t_spu values (1)");
            Savepoint point = c.setSavepoint();
            Harness.update(c, "insert into t_spu values (2)");
            c.rollback(point);
            c.commit();
            Harness.equal("1", Harness.text(Harness.query(c, "select a from t_spu")), "rows");
            c.commit();
        });
        h.check("transaction/isolation", c -> {
            Harness.equal(Connection.TRANSACTION_READ_COMMITTED, c.getTransactionIsolation(), "default");
            for (int level : new int[] {Connection.TRANSACTION_READ_UNCOMMITTED,
                    Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE,
                    Connection.TRANSACTION_READ_COMMITTED}) {
                c.setTransactionIsolation(level);
                Harness.equal("1", Harness.text(Harness.query(c, "select 1 from systables where tabid = 1")), "row");
            }
        });
        h.check("transaction/lock-conflict", c -> {
            Harness.recreate(c, "t_lock", "a integer, b integer");
            Harness.update(c, "insert into t_lock values (1, 1)");
            c.setAutoCommit(false);
            Harness.update(c, "update t_lock set b = 2 where a = 1");
            try (Connection other = Harness.connect("testdb"); Statement s = other.createStatement()) {
                s.execute("set lock mode to not wait");
                try {
                    s.executeUpdate("update t_lock set b = 3 where a = 1");
                    throw new AssertionError("two writers of one row");
                } catch (SQLException e) {
                    int code = e.getErrorCode();
                    Harness.isTrue(code == -244 || code == -245 || code == -246 || code == -243 || code == -271
                            || code == -346 || code == -263 || code == -211, "lock code, got " + code);
                }
                c.commit();
                Harness.equal(1, s.executeUpdate("update t_lock set b = 4 where a = 1"), "after commit");
            }
            Harness.equal("4", Harness.text(Harness.query(c, "select b from t_lock")), "value");
            c.commit();
        });
        h.check("transaction/set-statements", c -> {
            for (String sql : new String[] {"set lock mode to wait 5", "set lock mode to not wait",
                    "set isolation to dirty read", "set isolation to committed read",
                    "set isolation to committed read last committed", "set isolation to cursor stability",
                    "set isolation to repeatable read", "set pdqpriority 10", "set optimization high",
                    "set explain off", "update statistics"}) {
                Harness.update(c, sql);
            }
        });
    }

    /** Without capability bit 56 JDBC refuses savepoints itself (sqli.md 3.3). */
    private static void noSavepoints(Connection c) {
        try {
            c.setSavepoint();
        } catch (SQLException e) {
            Harness.isTrue(e instanceof java.sql.SQLFeatureNotSupportedException, "refused: " + e);
            return;
        }
        throw new AssertionError("a savepoint without the capability");
    }
}
