import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Timestamp;
import javax.sql.XAConnection;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;

/** The operations of operations.py as IBM's driver does them, through the recorder; each is marked by name. */
final class Operations {
    private static PrintWriter marks;
    private static BufferedReader answers;

    static int main() throws IOException {
        try (Socket control = new Socket("127.0.0.1", Integer.getInteger("conformance.marks"))) {
            marks = new PrintWriter(control.getOutputStream(), true, StandardCharsets.US_ASCII);
            answers = new BufferedReader(new InputStreamReader(control.getInputStream(), StandardCharsets.US_ASCII));
            run();
            mark("end");
            return 0;
        } catch (SQLException e) {
            System.err.println(e + " [" + e.getErrorCode() + "]");
            return 1;
        } catch (XAException e) {
            System.err.println(e + " [" + e.errorCode + "]");
            return 1;
        }
    }

    private static void mark(String name) throws IOException {
        marks.print(name + "\n");
        marks.flush();
        if (!"ok".equals(answers.readLine())) {
            throw new IOException("the recorder did not answer");
        }
    }

    private static void run() throws SQLException, IOException, XAException {
        mark("login_rejected");
        try {
            Harness.connectAs("informix", "wrong", "testdb").close();
        } catch (SQLException expected) {
            // the request is what we want
        }
        mark("login");
        Connection c = Harness.connect("testdb");
        mark("setup");
        Harness.recreate(c, "op_t", "id integer, name varchar(20), amount decimal(10,2), d date, f float");
        Harness.update(c, "insert into op_t values (1, 'one', 1.25, mdy(6,20,2026), 0.5)");
        Harness.update(c, "insert into op_t values (2, 'two', 2.50, mdy(6,21,2026), 1.5)");
        Harness.recreate(c, "op_fixed", "id integer, amount decimal(10,2), d date, f float");
        Harness.update(c, "insert into op_fixed values (1, 1.25, mdy(6,20,2026), 0.5)");

        mark("select_fixed");
        Harness.query(c, "select id, amount, d, f from op_fixed");
        mark("select_varchar");
        Harness.query(c, "select id, name from op_t");
        mark("select_empty");
        Harness.query(c, "select id from op_fixed where id = 99");
        mark("select_parameter_int");
        try (PreparedStatement p = c.prepareStatement("select id, amount from op_fixed where id = ?")) {
            p.setInt(1, 1);
            try (ResultSet r = p.executeQuery()) {
                Harness.rows(r);
            }
        }
        mark("insert_parameters");
        try (PreparedStatement p = c.prepareStatement("insert into op_t values (?, ?, ?, ?, ?)")) {
            p.setInt(1, 3);
            p.setString(2, "three");
            p.setBigDecimal(3, new BigDecimal("3.75"));
            p.setDate(4, Date.valueOf("2026-06-22"));
            p.setDouble(5, 2.5);
            p.executeUpdate();
        }
        mark("error_syntax");
        fail(c, "selec 1 from op_t");
        mark("error_table");
        fail(c, "select a from op_missing");
        mark("transaction_commit");
        c.setAutoCommit(false);
        try (PreparedStatement p = c.prepareStatement("update op_fixed set amount = ? where id = ?")) {
            p.setBigDecimal(1, new BigDecimal("9.50"));
            p.setInt(2, 1);
            p.executeUpdate();
        }
        c.commit();
        mark("transaction_rollback");
        try (PreparedStatement p = c.prepareStatement("update op_fixed set amount = ? where id = ?")) {
            p.setBigDecimal(1, new BigDecimal("-1"));
            p.setInt(2, 1);
            p.executeUpdate();
        }
        c.rollback();
        c.setAutoCommit(true);
        mark("batch");
        try (PreparedStatement p = c.prepareStatement("insert into op_fixed values (?, ?, ?, ?)")) {
            for (int i = 10; i < 13; i++) {
                p.setInt(1, i);
                p.setBigDecimal(2, new BigDecimal("0.25"));
                p.setDate(3, Date.valueOf("2026-06-22"));
                p.setDouble(4, 0.5);
                p.addBatch();
            }
            p.executeBatch();
        }
        mark("scroll");
        try (Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
                ResultSet r = s.executeQuery("select id, amount from op_fixed")) {
            r.last();
            r.absolute(1);
        }
        mark("parameter_types");
        Harness.recreate(c, "op_b", "id integer, b byte");
        Harness.recreate(c, "op_p", "b bigint, t datetime year to fraction(5), bo boolean, l lvarchar(300)");
        mark("bind_bigint");
        one(c, "insert into op_p (b) values (?)", p -> p.setLong(1, 5_000_000_000L));
        mark("bind_datetime");
        one(c, "insert into op_p (t) values (?)",
                p -> p.setTimestamp(1, Timestamp.valueOf("2026-06-20 12:34:56.78901")));
        mark("bind_boolean");
        one(c, "insert into op_p (bo) values (?)", p -> p.setBoolean(1, true));
        mark("bind_null");
        one(c, "insert into op_fixed (id) values (?)", p -> p.setNull(1, java.sql.Types.INTEGER));
        mark("bind_text");
        one(c, "insert into op_t (name) values (?)", p -> p.setString(1, "text"));
        mark("bind_lvarchar");
        one(c, "insert into op_p (l) values (?)", p -> p.setString(1, "x".repeat(299)));
        mark("bind_byte");
        byte[] data = new byte[1280];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) i;
        }
        one(c, "insert into op_b values (?, ?)", p -> {
            p.setInt(1, 1);
            p.setBytes(2, data);
        });
        mark("fetch_byte");
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("select b from op_b")) {
            while (r.next()) {
                r.getBytes(1);
            }
        }
        mark("execute_function");
        try (PreparedStatement p = c.prepareStatement("execute function r_add(?, ?)")) {
            p.setInt(1, 2);
            p.setInt(2, 40);
            try (ResultSet r = p.executeQuery()) {
                Harness.rows(r);
            }
        }
        mark("close");
        c.close();
        mark("bulk_insert_login");
        c = Harness.connect("testdb", "IFX_USEPUT=1");
        c.setAutoCommit(false);
        mark("bulk_insert");
        try (PreparedStatement p = c.prepareStatement("insert into op_fixed values (?, ?, ?, ?)")) {
            for (int i = 20; i < 23; i++) {
                p.setInt(1, i);
                p.setBigDecimal(2, new BigDecimal("0.25"));
                p.setDate(3, Date.valueOf("2026-06-22"));
                p.setDouble(4, 0.5);
                p.addBatch();
            }
            p.executeBatch();
        }
        c.commit();
        mark("bulk_insert_close");
        c.close();
        mark("more_login");
        c = Harness.connect("testdb");
        c.setAutoCommit(false);
        mark("savepoint");
        try (PreparedStatement p = c.prepareStatement("update op_fixed set amount = ? where id = ?")) {
            p.setBigDecimal(1, new BigDecimal("1.5"));
            p.setInt(2, 1);
            p.executeUpdate();
        }
        Savepoint point = c.setSavepoint("op_point");
        c.rollback(point);
        c.commit();
        mark("hold");
        try (Statement s = c.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY,
                ResultSet.HOLD_CURSORS_OVER_COMMIT);
                ResultSet r = s.executeQuery("select id, amount from op_fixed")) {
            r.next();
            c.commit();
        }
        mark("update_cursor");
        try (Statement s = c.createStatement(); Statement u = c.createStatement()) {
            s.setCursorName("op_cursor");
            try (ResultSet r = s.executeQuery("select id, amount from op_fixed for update")) {
                r.next();
                u.executeUpdate("update op_fixed set amount = 3 where current of op_cursor");
            }
        }
        c.commit();
        mark("interrupt_setup");
        Harness.update(c, "create temp table op_heavy (a integer) with no log");
        try (PreparedStatement p = c.prepareStatement("insert into op_heavy values (?)")) {
            for (int i = 0; i < 200; i++) {
                p.setInt(1, i);
                p.addBatch();
            }
            p.executeBatch();
        }
        c.commit();
        mark("interrupt");
        try (Statement s = c.createStatement()) {
            s.setQueryTimeout(1);
            s.executeQuery("select count(*) from op_heavy a, op_heavy b, op_heavy c, op_heavy d, op_heavy e"
                    + " where a.a + b.a + c.a + d.a + e.a = -1").close();
        } catch (SQLException expected) {
            // the request is what we want
        }
        mark("after_interrupt");
        Harness.query(c, "select id from op_fixed where id = 1");
        c.rollback();
        mark("more_close");
        c.close();
        mark("xa_login");
        XAConnection xa = Xa.source().getXAConnection();
        try {
            c = xa.getConnection();
            mark("xa_two_phase");
            Xa.Id id = new Xa.Id(0x1234, new byte[] {1, 2, 3, 4}, new byte[] {9, 8});
            xa.getXAResource().start(id, XAResource.TMNOFLAGS);
            Harness.update(c, "update op_fixed set amount = 4 where id = 1");
            xa.getXAResource().end(id, XAResource.TMSUCCESS);
            xa.getXAResource().prepare(id);
            xa.getXAResource().commit(id, false);
            mark("xa_close");
            c.close();
        } finally {
            xa.close();
        }
    }

    interface Bind {
        void run(PreparedStatement p) throws SQLException;
    }

    private static void one(Connection c, String sql, Bind bind) throws SQLException {
        try (PreparedStatement p = c.prepareStatement(sql)) {
            bind.run(p);
            p.executeUpdate();
        }
    }

    private static void fail(Connection c, String sql) {
        try (Statement s = c.createStatement()) {
            s.executeQuery(sql).close();
        } catch (SQLException expected) {
            // the request is what we want
        }
    }
}
