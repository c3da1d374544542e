import static java.sql.Statement.RETURN_GENERATED_KEYS;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Log in and out, meet errors and go on. */
final class Basics {
    static void all(Harness h) {
        h.check("login/simple-query", c -> Harness.equal("1", Harness.text(Harness.query(c,
                "select 1 from systables where tabid = 1")), "row"));
        h.check("login/is-valid", c -> Harness.isTrue(c.isValid(5), "isValid"));
        h.run("login/close-twice", () -> {
            Connection c = Harness.connect("testdb");
            c.close();
            c.close();
            Harness.isTrue(c.isClosed(), "isClosed");
        });
        h.run("login/many-connections", () -> {
            Connection[] open = new Connection[10];
            for (int i = 0; i < open.length; i++) {
                open[i] = Harness.connect("testdb");
            }
            for (int i = 0; i < open.length; i++) {
                Harness.equal(String.valueOf(i), Harness.text(Harness.query(open[i],
                        "select " + i + " from systables where tabid = 1")), "row of connection " + i);
                open[i].close();
            }
        });
        h.run("login/bad-password", () -> Harness.fails(-952, "IX000",
                () -> Harness.connectAs("informix", "wrong", "testdb").close()));
        h.run("login/unknown-user", () -> Harness.fails(-951, "IX000",
                () -> Harness.connectAs("nobody", "in4mix", "testdb").close()));
        h.run("login/unknown-database", () -> Harness.fails(-329, "IX000",
                () -> Harness.connect("no_such_db").close()));
        h.run("login/no-database", () -> {
            try (Connection c = Harness.connect(null)) {
                Harness.update(c, "database testdb");
                Harness.equal("1", Harness.text(Harness.query(c, "select 1 from systables where tabid = 1")), "row");
            }
        });
        h.run("login/tls", () -> at("conformance.tls_port", Harness.tls()));
        h.run("login/redirect", () -> at("conformance.redirect_port"));
        h.run("login/pam", () -> at("conformance.pam_port", "IFX_PAM_CLASS=PamAnswer"));
        h.run("login/pam-refused", () -> {
            try {
                at("conformance.pam_port", "IFX_PAM_CLASS=PamAnswer$Wrong");
                throw new AssertionError("a wrong answer was accepted");
            } catch (SQLException expected) {
                Harness.isTrue(expected.getErrorCode() != 0, "a code");
            }
        });
        h.run("login/unlogged-database", () -> {
            try (Connection c = Harness.connect("sysmaster")) {
                Harness.isTrue(!c.getMetaData().supportsTransactions(), "supportsTransactions");
                Harness.equal("testdb", Harness.text(Harness.query(c,
                        "select name from sysdatabases where name = 'testdb'")), "row");
            }
        });

        h.check("error/syntax", c -> goOn(c, -201, "42000", "selec 1 from systables"));
        h.check("error/syntax-at-end", c -> goOn(c, -201, "42000", "select 1 from"));
        h.check("error/unknown-table", c -> {
            SQLException e = goOn(c, -206, "42000", "select * from no_such_table");
            Harness.isTrue(e.getMessage().contains("no_such_table"), "message names the table: " + e.getMessage());
        });
        h.check("error/unknown-column", c -> {
            SQLException e = goOn(c, -217, "IX000", "select no_such_column from systables");
            Harness.isTrue(e.getMessage().contains("no_such_column"), "message names the column: " + e.getMessage());
        });
        h.check("error/duplicate-key", c -> {
            Harness.recreate(c, "e_dup", "id integer not null primary key, v varchar(10)");
            Harness.update(c, "insert into e_dup values (1, 'a')");
            SQLException e = goOnUpdate(c, -268, "23000", "insert into e_dup values (1, 'b')");
            Harness.equal(-100, e.getCause() instanceof SQLException isam ? isam.getErrorCode() : null, "ISAM code");
            Harness.equal("1|a", Harness.text(Harness.query(c, "select * from e_dup")), "rows");
        });
        h.check("error/duplicate-index", c -> {
            Harness.recreate(c, "e_dupi", "id integer");
            Harness.update(c, "create unique index e_dupi_i on e_dupi (id)");
            Harness.update(c, "insert into e_dupi values (1)");
            goOnUpdate(c, -239, "23000", "insert into e_dupi values (1)");
        });
        h.check("error/duplicate-key-prepared", c -> {
            Harness.recreate(c, "e_dupp", "id integer not null primary key, v varchar(10)");
            try (PreparedStatement p = c.prepareStatement("insert into e_dupp values (?, ?)")) {
                p.setInt(1, 1);
                p.setString(2, "a");
                Harness.equal(1, p.executeUpdate(), "count");
                p.setInt(1, 1);
                p.setString(2, "b");
                Harness.fails(-268, "23000", p::executeUpdate);
                p.setInt(1, 2);
                p.setString(2, "c");
                Harness.equal(1, p.executeUpdate(), "count after the error");
            }
            Harness.equal("1|a, 2|c", Harness.text(Harness.query(c, "select * from e_dupp order by id")), "rows");
        });
        h.check("error/not-null", c -> {
            Harness.recreate(c, "e_nn", "id integer not null, v varchar(10)");
            goOnUpdate(c, -391, "23000", "insert into e_nn values (null, 'b')");
        });
        h.check("error/check-constraint", c -> {
            Harness.recreate(c, "e_ck", "id integer check (id > 0) constraint e_ck_c");
            goOnUpdate(c, -530, "23000", "insert into e_ck values (-1)");
        });
        h.check("error/foreign-key", c -> {
            Harness.update(c, "drop table if exists e_child");
            Harness.recreate(c, "e_parent", "id integer not null primary key");
            Harness.recreate(c, "e_child", "pid integer references e_parent (id)");
            goOnUpdate(c, -691, "23000", "insert into e_child values (7)");
            Harness.update(c, "insert into e_parent values (7)");
            Harness.update(c, "insert into e_child values (7)");
            goOnUpdate(c, -692, "23000", "delete from e_parent where id = 7");
        });
        h.check("error/wrong-number-of-values", c -> {
            Harness.recreate(c, "e_cnt", "a integer, b integer");
            goOnUpdate(c, -236, "21S01", "insert into e_cnt values (1)");
        });
        h.check("error/bad-number", c -> {
            Harness.recreate(c, "e_num", "a integer");
            goOnUpdate(c, -1213, "IX000", "insert into e_num values ('abc')");
        });
        h.check("error/overflow", c -> {
            Harness.recreate(c, "e_ovf", "a smallint, d decimal(4,2)");
            goOnUpdate(c, -1214, "22003", "insert into e_ovf (a) values (40000)");
            goOnUpdate(c, -1226, "22003", "insert into e_ovf (d) values (100.5)");
        });
        h.check("error/division-by-zero", c -> goOn(c, -1202, "22012",
                "select tabid / 0 from systables where tabid = 1"));
        h.check("error/subquery-rows", c -> goOn(c, -284, "21000",
                "select 1 from systables where tabid = (select tabid from systables)"));
        h.check("error/table-exists", c -> {
            Harness.recreate(c, "e_exists", "a integer");
            goOnUpdate(c, -310, "S0001", "create table e_exists (a integer)");
        });
        h.check("error/drop-missing-table", c -> goOnUpdate(c, -206, "42000", "drop table e_missing"));
        h.check("error/wrong-parameter-count", c -> {
            try (PreparedStatement p = c.prepareStatement("select 1 from systables where tabid = ? and tabid = ?")) {
                p.setInt(1, 1);
                try {
                    p.executeQuery();
                    throw new AssertionError("no error for the missing parameter");
                } catch (SQLException expected) {
                    Harness.isTrue(expected.getErrorCode() != 0, "a code");
                }
            }
            Harness.equal("1", Harness.text(Harness.query(c, "select 1 from systables where tabid = 1")), "row");
        });
        h.check("error/in-the-middle-of-fetch", c -> {
            Harness.recreate(c, "e_mid", "a integer");
            for (int i = 3; i >= 0; i--) {
                Harness.update(c, "insert into e_mid values (" + i + ")");
            }
            try (Statement s = c.createStatement()) {
                Harness.fails(-1202, "22012", () -> {
                    try (ResultSet r = s.executeQuery("select 10 / a from e_mid")) {
                        while (r.next()) {
                            r.getString(1);
                        }
                    }
                });
            }
            Harness.equal("4", Harness.text(Harness.query(c, "select count(*) from e_mid")), "rows");
        });
        h.check("error/generated-keys-of-failure", c -> {
            Harness.recreate(c, "e_gk", "id serial primary key, v varchar(10) not null");
            try (Statement s = c.createStatement()) {
                Harness.fails(-391, "23000", () -> s.executeUpdate("insert into e_gk values (0, null)",
                        RETURN_GENERATED_KEYS));
                Harness.equal(1, s.executeUpdate("insert into e_gk values (0, 'x')", RETURN_GENERATED_KEYS), "count");
            }
        });
    }

    /** Logs in at one of the other servers and runs a query. */
    private static void at(String port, String... properties) throws SQLException {
        String url = Harness.urlAt(System.getProperty(port), "testdb", properties);
        try (Connection c = DriverManager.getConnection(url, "informix", "in4mix")) {
            Harness.equal("1", Harness.text(Harness.query(c, "select 1 from systables where tabid = 1")), "row");
        }
    }

    private static SQLException goOn(Connection c, int code, String state, String sql) throws Exception {
        SQLException e = Harness.fails(code, state, () -> Harness.query(c, sql));
        Harness.equal("1", Harness.text(Harness.query(c, "select 1 from systables where tabid = 1")), "next query");
        return e;
    }

    private static SQLException goOnUpdate(Connection c, int code, String state, String sql) throws Exception {
        SQLException e = Harness.fails(code, state, () -> Harness.update(c, sql));
        Harness.equal("1", Harness.text(Harness.query(c, "select 1 from systables where tabid = 1")), "next query");
        return e;
    }
}
