import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Character sets: UTF-8 and ISO 8859-1 connections. */
final class Locales {
    private static final String[] UTF8 = {"CLIENT_LOCALE=en_US.utf8", "DB_LOCALE=en_US.utf8"};

    static void all(Harness h) {
        h.checkWith("locale/utf8", "utf8db", UTF8, c -> texts(c, "žluťoučký kůň", "日本語テキスト", "Ωμέγα", "€ 5", "\uD83D\uDE00"));
        h.check("locale/8859-1", c -> texts(c, "Grüße", "façade", "ñandú", "£ 5"));
        h.checkWith("locale/utf8-identifiers", "utf8db", UTF8, c -> {
            Harness.recreate(c, "l_ident", "größe integer");
            Harness.update(c, "insert into l_ident (größe) values (5)");
            try (ResultSet r = c.createStatement().executeQuery("select größe from l_ident")) {
                Harness.equal("größe", r.getMetaData().getColumnName(1), "name");
                Harness.isTrue(r.next(), "row");
                Harness.equal(5, r.getInt("größe"), "value");
            }
        });
        h.checkWith("locale/delimident", "testdb", new String[] {"DELIMIDENT=Y"}, c -> {
            Harness.update(c, "drop table if exists \"Mixed Case\"");
            Harness.update(c, "create table \"Mixed Case\" (\"Some Column\" integer)");
            Harness.update(c, "insert into \"Mixed Case\" values (3)");
            try (ResultSet r = c.createStatement().executeQuery("select \"Some Column\" from \"Mixed Case\"")) {
                Harness.equal("Some Column", r.getMetaData().getColumnName(1), "name");
            }
        });
    }

    private static void texts(Connection c, String... texts) throws SQLException {
        Harness.recreate(c, "l_text", "id integer, v varchar(100), n nvarchar(100), l lvarchar(300)");
        try (PreparedStatement p = c.prepareStatement("insert into l_text values (?, ?, ?, ?)")) {
            for (int i = 0; i < texts.length; i++) {
                p.setInt(1, i);
                p.setString(2, texts[i]);
                p.setString(3, texts[i]);
                p.setString(4, texts[i].repeat(3));
                p.executeUpdate();
            }
        }
        try (ResultSet r = c.createStatement().executeQuery("select v, n, l from l_text order by id")) {
            for (String text : texts) {
                Harness.isTrue(r.next(), "row");
                Harness.equal(text, r.getString(1), "VARCHAR");
                Harness.equal(text, r.getString(2), "NVARCHAR");
                Harness.equal(text.repeat(3), r.getString(3), "LVARCHAR");
            }
        }
        try (PreparedStatement p = c.prepareStatement("select id from l_text where v = ?")) {
            for (int i = 0; i < texts.length; i++) {
                p.setString(1, texts[i]);
                try (ResultSet r = p.executeQuery()) {
                    Harness.equal(String.valueOf(i), Harness.text(Harness.rows(r)), "found by " + texts[i]);
                }
                Harness.equal(String.valueOf(i), Harness.text(Harness.query(c,
                        "select id from l_text where v = '" + texts[i] + "'")), "found by the literal " + texts[i]);
            }
        }
    }
}
