import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs named checks, each on a connection of its own and within a time limit; prints one JSON line a check. */
final class Harness {
    interface Body {
        void run(Connection connection) throws Exception;
    }

    interface Action {
        void run() throws Exception;
    }

    static final String HOST = System.getProperty("conformance.host", "127.0.0.1");
    static final String PORT = System.getProperty("conformance.port", "9088");
    /** The server whose databases are in UTF-8. */
    static final String UTF8_PORT = System.getProperty("conformance.utf8_port", "9088");
    /** Its only database besides sysmaster and testdb; the name tells the port. */
    static final String UTF8_DATABASE = "utf8db";
    /** The server speaks the narrow dialect (sqli.md 0.3). */
    static final boolean NARROW = "narrow".equals(System.getProperty("conformance.profile"));
    static final long LIMIT_SECONDS = Long.getLong("conformance.limit", 30);
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private final String only;
    private int planned;
    private int failed;

    Harness(String only) {
        this.only = only;
    }

    // ---- connections ------------------------------------------------------------------------------------------

    static String url(String database, String... properties) {
        String port = UTF8_DATABASE.equals(database) ? UTF8_PORT : PORT;
        boolean tls = properties.length > 0 && properties[0].startsWith("SSLCONNECTION");
        return urlAt(tls ? System.getProperty("conformance.tls_port") : port, database, properties);
    }

    /** Properties of a connection to the TLS listener. */
    static String[] tls() {
        return new String[] {"SSLCONNECTION=true", "SSL_TRUSTSTORE=" + System.getProperty("conformance.truststore"),
            "SSL_TRUSTSTORE_PASSWORD=conformance"};
    }

    static String urlAt(String port, String database, String... properties) {
        StringBuilder url = new StringBuilder("jdbc:informix-sqli://" + HOST + ":" + port);
        if (database != null) {
            url.append("/").append(database);
        }
        url.append(":INFORMIXSERVER=informix");
        for (String property : properties) {
            url.append(";").append(property);
        }
        return url.toString();
    }

    static Connection connect(String database, String... properties) throws SQLException {
        return connectAs("informix", "in4mix", database, properties);
    }

    static Connection connectAs(String user, String password, String database, String... properties)
            throws SQLException {
        Properties login = new Properties();
        login.setProperty("user", user);
        login.setProperty("password", password);
        return DriverManager.getConnection(url(database, properties), login);
    }

    // ---- checks -----------------------------------------------------------------------------------------------

    /** A check that gets an open connection to testdb. */
    void check(String name, Body body) {
        checkWith(name, "testdb", new String[0], body);
    }

    /** A check that gets a connection with these properties. */
    void checkWith(String name, String database, String[] properties, Body body) {
        run(name, () -> {
            try (Connection connection = connect(database, properties)) {
                body.run(connection);
            }
        });
    }

    /** A check that makes its own connections. */
    void run(String name, Action action) {
        if (only != null && !name.contains(only)) {
            return;
        }
        planned++;
        Throwable[] problem = new Throwable[1];
        CountDownLatch done = new CountDownLatch(1);
        long started = System.nanoTime();
        Thread thread = new Thread(() -> {
            try {
                action.run();
            } catch (Throwable t) {
                problem[0] = t;
            } finally {
                done.countDown();
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
        try {
            if (!done.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                StringBuilder where = new StringBuilder("no end within " + LIMIT_SECONDS + " s");
                for (StackTraceElement frame : thread.getStackTrace()) {
                    if (!frame.getClassName().startsWith("java.") && !frame.getClassName().startsWith("sun.")
                            && !frame.getClassName().startsWith("com.")) {
                        where.append(" at ").append(frame);
                    }
                }
                problem[0] = new AssertionError(where.toString());
            }
        } catch (InterruptedException e) {
            problem[0] = e;
        }
        report(name, problem[0], (System.nanoTime() - started) / 1e9);
    }

    private void report(String name, Throwable problem, double seconds) {
        if (problem != null) {
            failed++;
        }
        OUT.println("{\"check\": " + quote(name) + ", \"ok\": " + (problem == null)
                + ", \"seconds\": " + String.format(Locale.ROOT, "%.3f", seconds)
                + (problem == null ? "" : ", \"detail\": " + quote(describe(problem))) + "}");
    }

    int finish() {
        OUT.println("{\"finished\": " + planned + ", \"failed\": " + failed + "}");
        return failed == 0 ? 0 : 1;
    }

    private static String describe(Throwable problem) {
        StringBuilder text = new StringBuilder();
        for (Throwable t = problem; t != null && text.length() < 2000; t = t.getCause()) {
            text.append(t.getClass().getName()).append(": ").append(t.getMessage());
            if (t instanceof SQLException e) {
                text.append(" [").append(e.getErrorCode()).append(" ").append(e.getSQLState()).append("]");
            }
            for (StackTraceElement frame : t.getStackTrace()) {
                if (!frame.getClassName().contains(".") && !frame.getClassName().startsWith("Harness")) {
                    text.append(" at ").append(frame.getFileName()).append(":").append(frame.getLineNumber());
                    break;
                }
            }
            text.append("; ");
        }
        return text.toString();
    }

    static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 32) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    // ---- assertions -------------------------------------------------------------------------------------------

    static void equal(Object expected, Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + ": expected <" + expected + ">, got <" + actual + ">");
        }
    }

    static void equal(byte[] expected, byte[] actual, String what) {
        if (!Arrays.equals(expected, actual)) {
            throw new AssertionError(what + ": expected " + (expected == null ? "null" : expected.length + " bytes")
                    + ", got " + (actual == null ? "null" : actual.length + " bytes") + " or other content");
        }
    }

    static void isTrue(boolean value, String what) {
        if (!value) {
            throw new AssertionError(what);
        }
    }

    /** Expects an SQLException with this Informix code (and SQLSTATE, unless null). */
    static SQLException fails(int code, String state, Action action) throws Exception {
        try {
            action.run();
        } catch (SQLException e) {
            if (e.getErrorCode() != code || state != null && !state.equals(e.getSQLState())) {
                throw new AssertionError("expected error " + code + " " + state + ", got " + e.getErrorCode() + " "
                        + e.getSQLState() + ": " + e.getMessage(), e);
            }
            return e;
        }
        throw new AssertionError("expected error " + code + ", got none");
    }

    // ---- small helpers ----------------------------------------------------------------------------------------

    static int update(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    static void recreate(Connection connection, String table, String columns) throws SQLException {
        update(connection, "drop table if exists " + table);
        update(connection, "create table " + table + " (" + columns + ")");
    }

    /** All rows, every value as text (null stays null). */
    static List<List<String>> rows(ResultSet result) throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        int columns = result.getMetaData().getColumnCount();
        while (result.next()) {
            List<String> row = new ArrayList<>();
            for (int i = 1; i <= columns; i++) {
                String text = result.getString(i);
                row.add(text == null ? null : text.stripTrailing());
            }
            rows.add(row);
        }
        return rows;
    }

    static List<List<String>> query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
            return rows(result);
        }
    }

    /** Rows written as "a|b, c|d": easy to read in a check. */
    static String text(List<List<String>> rows) {
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            lines.add(String.join("|", row.stream().map(String::valueOf).toList()));
        }
        return String.join(", ", lines);
    }
}
