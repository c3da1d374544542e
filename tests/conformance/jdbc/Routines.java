import java.math.BigDecimal;
import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;

/** Stored routines, registered by serve.py: r_touch, r_add, r_rows, r_types, r_fail. */
final class Routines {
    private static String modes(CallableStatement s) throws SQLException {
        StringBuilder modes = new StringBuilder();
        for (int i = 1; i <= s.getParameterMetaData().getParameterCount(); i++) {
            modes.append(i == 1 ? "" : " ").append(s.getParameterMetaData().getParameterMode(i));
        }
        return modes.toString();
    }

    static void all(Harness h) {
        h.check("routine/procedure-without-result", c -> {
            Harness.recreate(c, "r_touched", "a integer");
            try (CallableStatement s = c.prepareCall("{call r_touch(?)}")) {
                for (int i = 0; i < 3; i++) {
                    s.setInt(1, i);
                    s.execute();
                }
            }
        });
        h.check("routine/function-in-parameters", c -> {
            try (CallableStatement s = c.prepareCall("{call r_add(?, ?)}")) {
                for (int i = 0; i < 3; i++) {
                    s.setInt(1, i);
                    s.setInt(2, 40);
                    try (ResultSet r = s.executeQuery()) {
                        Harness.equal(String.valueOf(i + 40), Harness.text(Harness.rows(r)), "result");
                    }
                }
            }
        });
        h.check("routine/many-rows", c -> {
            try (CallableStatement s = c.prepareCall("{call r_rows(?)}")) {
                s.setInt(1, 3);
                try (ResultSet r = s.executeQuery()) {
                    Harness.equal("1|row 1, 2|row 2, 3|row 3", Harness.text(Harness.rows(r)), "rows");
                }
                s.setInt(1, 0);
                try (ResultSet r = s.executeQuery()) {
                    Harness.equal("", Harness.text(Harness.rows(r)), "no rows");
                }
            }
        });
        h.check("routine/execute-function-text", c -> {
            Harness.equal("7", Harness.text(Harness.query(c, "execute function r_add(3, 4)")), "function");
            Harness.equal("1|row 1, 2|row 2", Harness.text(Harness.query(c, "execute procedure r_rows(2)")),
                    "procedure that returns rows");
            try (PreparedStatement p = c.prepareStatement("execute function r_add(?, ?)")) {
                p.setInt(1, 20);
                p.setInt(2, 22);
                try (ResultSet r = p.executeQuery()) {
                    Harness.equal("42", Harness.text(Harness.rows(r)), "prepared");
                }
            }
        });
        h.check("routine/types", c -> {
            try (PreparedStatement p = c.prepareStatement("execute function r_types(?, ?, ?)")) {
                p.setBigDecimal(1, new BigDecimal("12.50"));
                p.setString(2, "text");
                p.setDate(3, java.sql.Date.valueOf("2026-06-20"));
                try (ResultSet r = p.executeQuery()) {
                    Harness.isTrue(r.next(), "row");
                    Harness.isTrue(new BigDecimal("25").compareTo(r.getBigDecimal(1)) == 0, "decimal");
                    Harness.equal("text!", r.getString(2).stripTrailing(), "text");
                    Harness.equal("2026-06-21", r.getDate(3).toString(), "date");
                }
            }
        });
        h.check("routine/in-an-expression", c -> Harness.equal("42", Harness.text(Harness.query(c,
                "select r_add(40, 2) from systables where tabid = 1")), "value"));
        h.check("routine/raises", c -> {
            SQLException e = Harness.fails(-746, "IX000", () -> Harness.query(c, "execute function r_fail('no luck')"));
            Harness.isTrue(e.getMessage().contains("no luck"), "text of the exception: " + e.getMessage());
            Harness.equal("1", Harness.text(Harness.query(c, "select 1 from systables where tabid = 1")), "next");
        });
        h.check("routine/out-parameters", c -> {
            try (CallableStatement s = c.prepareCall("{call r_out(?, ?, ?, ?)}")) {
                Harness.equal("1 4 2 2", modes(s), "modes of the parameters");
                for (int i = 1; i < 4; i++) {
                    s.setBigDecimal(1, new BigDecimal("12.25").multiply(BigDecimal.valueOf(i)));
                    s.registerOutParameter(2, Types.DECIMAL);
                    s.setString(3, "text " + i);
                    s.registerOutParameter(3, Types.VARCHAR);
                    if (i == 2) {
                        s.setNull(4, Types.DATE);
                    } else {
                        s.setDate(4, java.sql.Date.valueOf("2026-06-20"));
                    }
                    s.registerOutParameter(4, Types.DATE);
                    try (ResultSet r = s.executeQuery()) {
                        Harness.equal("7|returned", Harness.text(Harness.rows(r)), "returned");
                        Harness.isTrue(new BigDecimal("24.50").multiply(BigDecimal.valueOf(i))
                                .compareTo(s.getBigDecimal(2)) == 0, "OUT decimal: " + s.getBigDecimal(2));
                        Harness.equal("text " + i + "!", s.getString(3).stripTrailing(), "INOUT text");
                        Harness.equal(i == 2 ? "null" : "2026-06-21", String.valueOf(s.getDate(4)), "INOUT date");
                    }
                }
            }
        });
        h.check("routine/only-out-parameters", c -> {
            try (CallableStatement s = c.prepareCall("{call r_only_out(?, ?)}")) {
                for (int i = 0; i < 3; i++) {
                    s.registerOutParameter(1, Types.INTEGER);
                    s.setInt(2, i);
                    Harness.isTrue(!s.execute(), "no result set");
                    Harness.equal(String.valueOf(i + 1), String.valueOf(s.getInt(1)), "OUT");
                }
            }
        });
        h.check("routine/out-parameters-raise", c -> {
            try (CallableStatement s = c.prepareCall("{call r_out_fails(?, ?)}")) {
                s.registerOutParameter(1, Types.INTEGER);
                s.setString(2, "no luck");
                Harness.fails(-746, "IX000", () -> s.execute());
            }
            Harness.equal("1", Harness.text(Harness.query(c, "select 1 from systables where tabid = 1")), "next");
        });
        h.check("routine/unknown", c -> {
            Harness.fails(-674, "IX000", () -> Harness.query(c, "execute function r_unknown(1)"));
            Harness.equal("1", Harness.text(Harness.query(c, "select 1 from systables where tabid = 1")), "next");
        });
        h.check("routine/insert-execute", c -> {
            Harness.recreate(c, "r_into", "a integer, b varchar(20)");
            Harness.update(c, "insert into r_into execute procedure r_rows(3)");
            Harness.equal("1|row 1, 2|row 2, 3|row 3", Harness.text(Harness.query(c,
                    "select * from r_into order by a")), "rows");
        });
    }
}
