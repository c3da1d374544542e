import java.sql.Connection;
import java.sql.SQLException;

/** Kinds of databases: MODE ANSI, unlogged, created and dropped; several at once. */
final class Databases {
    private static final String[] NONE = {};

    static void all(Harness h) {
        h.checkWith("database/ansi", "ansidb", NONE, c -> {
            Harness.isTrue(c.getMetaData().supportsTransactions(), "supportsTransactions");
            // Informix's repeatable read, the default here, is what JDBC calls serializable
            Harness.equal(Connection.TRANSACTION_SERIALIZABLE, c.getTransactionIsolation(), "isolation");
            Harness.update(c, "drop table if exists d_ansi");
            Harness.update(c, "create table d_ansi (a integer)");
            c.setAutoCommit(false);
            Harness.update(c, "insert into d_ansi values (1)");
            c.commit();
            Harness.update(c, "insert into d_ansi values (2)");
            c.rollback();
            Harness.equal("1", Harness.text(Harness.query(c, "select a from d_ansi")), "rows");
            c.commit();
        });
        h.checkWith("database/ansi-autocommit", "ansidb", NONE, c -> {
            Harness.update(c, "drop table if exists d_ansia");
            Harness.update(c, "create table d_ansia (a integer)");
            Harness.update(c, "insert into d_ansia values (1)");
            try (Connection other = Harness.connect("ansidb")) {
                Harness.equal("1", Harness.text(Harness.query(other, "select a from d_ansia")), "seen by another");
            }
        });
        h.checkWith("database/unlogged", "plaindb", NONE, c -> {
            Harness.isTrue(!c.getMetaData().supportsTransactions(), "supportsTransactions");
            Harness.update(c, "drop table if exists d_plain");
            Harness.update(c, "create table d_plain (a integer)");
            Harness.update(c, "insert into d_plain values (1)");
            Harness.fails(-256, null, () -> Harness.update(c, "begin work"));
            try (Connection other = Harness.connect("plaindb")) {
                Harness.equal("1", Harness.text(Harness.query(other, "select a from d_plain")), "seen by another");
            }
        });
        h.run("database/create-and-drop", () -> {
            try (Connection c = Harness.connect("sysmaster")) {
                try {
                    Harness.update(c, "drop database d_new");
                } catch (SQLException absent) {
                    Harness.equal(-329, absent.getErrorCode(), "code");
                }
                Harness.update(c, "create database d_new with log");
                Harness.update(c, "create table d_t (a integer)");
                Harness.update(c, "insert into d_t values (5)");
                try (Connection other = Harness.connect("d_new")) {
                    Harness.isTrue(other.getMetaData().supportsTransactions(), "a log");
                    Harness.equal("5", Harness.text(Harness.query(other, "select a from d_t")), "row");
                }
                Harness.update(c, "close database");
                Harness.update(c, "drop database d_new");
                Harness.fails(-329, null, () -> Harness.connect("d_new").close());
            }
        });
        h.check("database/another-by-name", c -> {
            Harness.equal("1", Harness.text(Harness.query(c,
                    "select count(*) from sysmaster:sysdatabases where name = 'testdb'")), "row");
            Harness.update(c, "database plaindb");
            Harness.equal("plaindb", Harness.text(Harness.query(c,
                    "select dbinfo('dbname') from systables where tabid = 1")), "name");
        });
    }
}
