import com.informix.jdbcx.IfxXADataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import javax.sql.XAConnection;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** Distributed transactions through IfxXADataSource. */
final class Xa {
    record Id(int format, byte[] global, byte[] branch) implements Xid {
        static Id of(int n) {
            return new Id(0x1234, new byte[] {1, 2, 3, (byte) n}, new byte[] {9, (byte) n});
        }

        @Override
        public int getFormatId() {
            return format;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return global;
        }

        @Override
        public byte[] getBranchQualifier() {
            return branch;
        }
    }

    interface Body {
        void run(XAResource resource, Connection connection) throws Exception;
    }

    static void all(Harness h) {
        xa(h, "xa/one-phase", (x, c) -> {
            x.start(Id.of(1), XAResource.TMNOFLAGS);
            Harness.update(c, "insert into x_xa values (1)");
            x.end(Id.of(1), XAResource.TMSUCCESS);
            x.commit(Id.of(1), true);
            expect("1");
        });
        xa(h, "xa/two-phase", (x, c) -> {
            x.start(Id.of(2), XAResource.TMNOFLAGS);
            Harness.update(c, "insert into x_xa values (2)");
            x.end(Id.of(2), XAResource.TMSUCCESS);
            Harness.equal(XAResource.XA_OK, x.prepare(Id.of(2)), "prepare");
            Harness.isTrue(recovered(x, Id.of(2)), "recover finds the branch");
            x.commit(Id.of(2), false);
            Harness.isTrue(!recovered(x, Id.of(2)), "recover after commit");
            expect("2");
        });
        xa(h, "xa/rollback", (x, c) -> {
            x.start(Id.of(3), XAResource.TMNOFLAGS);
            Harness.update(c, "insert into x_xa values (3)");
            x.end(Id.of(3), XAResource.TMFAIL);
            x.rollback(Id.of(3));
            expect("");
        });
        xa(h, "xa/prepared-rollback", (x, c) -> {
            x.start(Id.of(4), XAResource.TMNOFLAGS);
            Harness.update(c, "insert into x_xa values (4)");
            x.end(Id.of(4), XAResource.TMSUCCESS);
            Harness.equal(XAResource.XA_OK, x.prepare(Id.of(4)), "prepare");
            x.rollback(Id.of(4));
            expect("");
        });
        xa(h, "xa/two-in-a-row", (x, c) -> {
            for (int i = 5; i <= 6; i++) {
                x.start(Id.of(i), XAResource.TMNOFLAGS);
                Harness.update(c, "insert into x_xa values (" + i + ")");
                x.end(Id.of(i), XAResource.TMSUCCESS);
                x.commit(Id.of(i), true);
            }
            expect("5, 6");
        });
        xa(h, "xa/read-only", (x, c) -> {
            x.start(Id.of(9), XAResource.TMNOFLAGS);
            Harness.query(c, "select a from x_xa");
            x.end(Id.of(9), XAResource.TMSUCCESS);
            int vote = x.prepare(Id.of(9));
            if (vote == XAResource.XA_OK) {
                x.commit(Id.of(9), false); // a server need not notice
            } else {
                Harness.equal(XAResource.XA_RDONLY, vote, "vote");
            }
        });
        xa(h, "xa/suspend-and-resume", (x, c) -> {
            x.start(Id.of(10), XAResource.TMNOFLAGS);
            Harness.update(c, "insert into x_xa values (10)");
            x.end(Id.of(10), XAResource.TMSUSPEND);
            x.start(Id.of(11), XAResource.TMNOFLAGS);
            Harness.update(c, "insert into x_xa values (11)");
            x.end(Id.of(11), XAResource.TMSUCCESS);
            x.rollback(Id.of(11));
            x.start(Id.of(10), XAResource.TMRESUME);
            Harness.update(c, "insert into x_xa values (12)");
            x.end(Id.of(10), XAResource.TMSUCCESS);
            x.commit(Id.of(10), true);
            expect("10, 12");
        });
        xa(h, "xa/joined-by-another", (x, c) -> {
            XAConnection second = source().getXAConnection();
            try (Connection other = second.getConnection()) {
                XAResource y = second.getXAResource();
                Harness.isTrue(x.isSameRM(y), "one resource manager");
                x.start(Id.of(16), XAResource.TMNOFLAGS);
                Harness.update(c, "insert into x_xa values (16)");
                code(XAException.XAER_DUPID, () -> y.start(Id.of(16), XAResource.TMNOFLAGS));
                x.end(Id.of(16), XAResource.TMSUCCESS);
                y.start(Id.of(16), XAResource.TMJOIN);
                Harness.update(other, "insert into x_xa values (17)");
                Harness.equal("16, 17", Harness.text(Harness.query(other, "select a from x_xa order by a")), "its rows");
                y.end(Id.of(16), XAResource.TMSUCCESS);
                Harness.equal(XAResource.XA_OK, x.prepare(Id.of(16)), "prepare");
                y.commit(Id.of(16), false);
                expect("16, 17");
            } finally {
                second.close();
            }
        });
        xa(h, "xa/wrong-state", (x, c) -> {
            for (int flag : new int[] {XAResource.TMJOIN, XAResource.TMRESUME}) {
                code(XAException.XAER_NOTA, () -> x.start(Id.of(18), flag));
            }
            code(XAException.XAER_NOTA, () -> x.end(Id.of(18), XAResource.TMSUCCESS));
            code(XAException.XAER_NOTA, () -> x.forget(Id.of(18)));
            x.start(Id.of(18), XAResource.TMNOFLAGS);
            code(XAException.XAER_PROTO, () -> x.prepare(Id.of(18)));
            code(XAException.XAER_PROTO, () -> x.commit(Id.of(18), true));
            code(XAException.XAER_PROTO, () -> x.start(Id.of(19), XAResource.TMNOFLAGS));
            x.end(Id.of(18), XAResource.TMSUCCESS);
            code(XAException.XAER_PROTO, () -> x.commit(Id.of(18), false));
            x.rollback(Id.of(18));
            c.setAutoCommit(true);
            Harness.update(c, "insert into x_xa values (20)");
            expect("20");
        });
        xa(h, "xa/isolated-until-commit", (x, c) -> {
            x.start(Id.of(13), XAResource.TMNOFLAGS);
            Harness.update(c, "insert into x_xa values (13)");
            x.end(Id.of(13), XAResource.TMSUCCESS);
            x.prepare(Id.of(13));
            try (Connection other = Harness.connect("testdb")) {
                Harness.update(other, "set isolation to dirty read");
                Harness.equal("13", Harness.text(Harness.query(other, "select a from x_xa")), "dirty read");
                Harness.update(other, "set isolation to committed read");
                try {
                    Harness.query(other, "select a from x_xa");
                    throw new AssertionError("a prepared branch does not hold its locks");
                } catch (SQLException locked) {
                    Harness.isTrue(locked.getErrorCode() != 0, "a code");
                }
            }
            x.commit(Id.of(13), false);
            expect("13");
        });
        h.run("xa/recovered-by-another", () -> {
            try (Connection c = Harness.connect("testdb")) {
                Harness.recreate(c, "x_xa", "a integer");
            }
            XAConnection first = source().getXAConnection();
            first.getXAResource().start(Id.of(14), XAResource.TMNOFLAGS);
            Connection c = first.getConnection();
            Harness.update(c, "insert into x_xa values (14)");
            first.getXAResource().end(Id.of(14), XAResource.TMSUCCESS);
            Harness.equal(XAResource.XA_OK, first.getXAResource().prepare(Id.of(14)), "prepare");
            c.close();
            first.close();
            XAConnection second = source().getXAConnection();
            try {
                Harness.isTrue(recovered(second.getXAResource(), Id.of(14)), "found by another connection");
                second.getXAResource().commit(Id.of(14), false);
            } finally {
                second.close();
            }
            expect("14");
        });
        h.run("xa/lost-before-prepare", () -> {
            try (Connection c = Harness.connect("testdb")) {
                Harness.recreate(c, "x_xa", "a integer");
            }
            XAConnection first = source().getXAConnection();
            Connection c = first.getConnection();
            first.getXAResource().start(Id.of(15), XAResource.TMNOFLAGS);
            Harness.update(c, "insert into x_xa values (15)");
            first.getXAResource().end(Id.of(15), XAResource.TMSUCCESS);
            first.close();
            try (Connection other = Harness.connect("testdb")) {
                Harness.update(other, "set lock mode to wait 10");
                Harness.equal("", Harness.text(Harness.query(other, "select a from x_xa")), "rolled back");
            }
        });
        xa(h, "xa/errors", (x, c) -> {
            try {
                x.commit(Id.of(7), true);
                throw new AssertionError("commit of an unknown branch");
            } catch (XAException e) {
                Harness.equal(XAException.XAER_NOTA, e.errorCode, "code");
            }
            x.start(Id.of(8), XAResource.TMNOFLAGS);
            Harness.fails(-700, "IX000", () -> Harness.update(c, "begin work"));
            x.end(Id.of(8), XAResource.TMSUCCESS);
            x.rollback(Id.of(8));
            expect("");
        });
    }

    private static void code(int expected, Harness.Action action) throws Exception {
        try {
            action.run();
        } catch (XAException e) {
            Harness.equal(expected, e.errorCode, "code");
            return;
        }
        throw new AssertionError("expected code " + expected + ", got none");
    }

    static IfxXADataSource source() throws SQLException {
        IfxXADataSource source = new IfxXADataSource();
        source.setIfxIFXHOST(Harness.HOST);
        source.setPortNumber(Integer.parseInt(Harness.PORT));
        source.setServerName("informix");
        source.setDatabaseName("testdb");
        source.setUser("informix");
        source.setPassword("in4mix");
        return source;
    }

    private static boolean recovered(XAResource resource, Xid id) throws XAException {
        Xid[] found = resource.recover(XAResource.TMSTARTRSCAN);
        return found != null && Arrays.stream(found).anyMatch(each -> same(each, id)); // null: JDBC's empty answer
    }

    private static boolean same(Xid a, Xid b) {
        return a.getFormatId() == b.getFormatId()
                && Arrays.equals(a.getGlobalTransactionId(), b.getGlobalTransactionId())
                && Arrays.equals(a.getBranchQualifier(), b.getBranchQualifier());
    }

    private static void xa(Harness h, String name, Body body) {
        h.run(name, () -> {
            try (Connection c = Harness.connect("testdb")) {
                Harness.recreate(c, "x_xa", "a integer");
            }
            XAConnection xa = source().getXAConnection();
            try {
                Connection connection = xa.getConnection();
                body.run(xa.getXAResource(), connection);
                connection.close();
            } finally {
                xa.close();
            }
        });
    }

    private static void expect(String rows) throws Exception {
        try (Connection c = Harness.connect("testdb")) {
            Harness.equal(rows, Harness.text(Harness.query(c, "select a from x_xa order by a")), "rows");
        }
    }
}
