import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Types;
import java.util.Random;

/** BYTE and TEXT, BLOB and CLOB, both ways. */
final class Lobs {
    private static final int[] SIZES = {0, 1, 5, 1023, 1024, 1025, 31999, 32000, 32001, 100_003};

    static void all(Harness h) {
        h.check("lob/byte-text", Lobs::simple);
        h.check("lob/byte-text-streams", Lobs::simpleStreams);
        h.check("lob/byte-text-null", c -> {
            Harness.recreate(c, "o_null", "id integer, b byte, t text");
            try (PreparedStatement p = c.prepareStatement("insert into o_null values (?, ?, ?)")) {
                p.setInt(1, 1);
                p.setNull(2, Types.LONGVARBINARY);
                p.setNull(3, Types.LONGVARCHAR);
                p.executeUpdate();
            }
            try (ResultSet r = c.createStatement().executeQuery("select * from o_null")) {
                Harness.isTrue(r.next(), "row");
                Harness.equal((byte[]) null, r.getBytes(2), "BYTE");
                Harness.equal(null, r.getString(3), "TEXT");
            }
        });
        h.check("lob/byte-update", c -> {
            Harness.recreate(c, "o_upd", "id integer, b byte");
            try (PreparedStatement p = c.prepareStatement("insert into o_upd values (1, ?)")) {
                p.setBytes(1, bytes(10));
                p.executeUpdate();
            }
            try (PreparedStatement p = c.prepareStatement("update o_upd set b = ? where id = ?")) {
                p.setBytes(1, bytes(3000));
                p.setInt(2, 1);
                Harness.equal(1, p.executeUpdate(), "count");
            }
            try (ResultSet r = c.createStatement().executeQuery("select b from o_upd")) {
                Harness.isTrue(r.next(), "row");
                Harness.equal(bytes(3000), r.getBytes(1), "BYTE");
            }
        });
        h.check("lob/byte-literal-refused", c -> {
            Harness.recreate(c, "o_lit", "b byte");
            Harness.fails(-617, "IX000", () -> Harness.update(c, "insert into o_lit values ('abc')"));
        });
        h.check("lob/blob-bytes", c -> smart(c, false));
        h.check("lob/blob-streams", c -> smart(c, true));
        h.check("lob/blob-null", c -> {
            Harness.recreate(c, "o_bnull", "id integer, b blob, c clob");
            Harness.update(c, "insert into o_bnull values (1, null, null)");
            try (PreparedStatement p = c.prepareStatement("insert into o_bnull values (2, ?, ?)")) {
                p.setNull(1, Types.BLOB);
                p.setNull(2, Types.CLOB);
                p.executeUpdate();
            }
            try (ResultSet r = c.createStatement().executeQuery("select b, c from o_bnull")) {
                for (int i = 0; i < 2; i++) {
                    Harness.isTrue(r.next(), "row");
                    Harness.equal(null, r.getBlob(1), "BLOB");
                    Harness.equal(null, r.getClob(2), "CLOB");
                }
            }
        });
        h.check("lob/blob-parts", c -> {
            Harness.recreate(c, "o_part", "id integer, b blob");
            byte[] data = bytes(70_000);
            try (PreparedStatement p = c.prepareStatement("insert into o_part values (1, ?)")) {
                p.setBinaryStream(1, new ByteArrayInputStream(data), data.length);
                p.executeUpdate();
            }
            try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("select b from o_part")) {
                Harness.isTrue(r.next(), "row");
                Blob blob = r.getBlob(1);
                Harness.equal((long) data.length, blob.length(), "length");
                byte[] middle = blob.getBytes(40_001, 100);
                Harness.equal(java.util.Arrays.copyOfRange(data, 40_000, 40_100), middle, "a part");
            }
        });
        h.check("lob/blob-update", c -> {
            Harness.recreate(c, "o_bupd", "id integer, b blob");
            try (PreparedStatement p = c.prepareStatement("insert into o_bupd values (1, ?)")) {
                p.setBytes(1, bytes(10));
                p.executeUpdate();
            }
            try (PreparedStatement p = c.prepareStatement("update o_bupd set b = ? where id = 1")) {
                p.setBytes(1, bytes(40_000));
                Harness.equal(1, p.executeUpdate(), "count");
            }
            try (ResultSet r = c.createStatement().executeQuery("select b from o_bupd")) {
                Harness.isTrue(r.next(), "row");
                Harness.equal(bytes(40_000), r.getBytes(1), "BLOB");
            }
        });
        h.check("lob/create-blob", c -> {
            Harness.recreate(c, "o_cre", "id integer, b blob, c clob");
            Blob blob = c.createBlob();
            blob.setBytes(1, bytes(500)); // JDBC's 4.50 takes 1 for the offset: one zero byte comes first
            try (PreparedStatement p = c.prepareStatement("insert into o_cre (id, b) values (1, ?)")) {
                p.setBlob(1, blob);
                p.executeUpdate();
            }
            try (ResultSet r = c.createStatement().executeQuery("select b from o_cre")) {
                Harness.isTrue(r.next(), "row");
                byte[] stored = r.getBytes(1);
                Harness.equal(0, (int) stored[0], "the byte that was skipped");
                Harness.equal(bytes(500), java.util.Arrays.copyOfRange(stored, 1, stored.length), "BLOB");
            }
        });
    }

    private static byte[] bytes(int n) {
        byte[] data = new byte[n];
        new Random(n).nextBytes(data);
        return data;
    }

    private static String text(int n) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; out.length() < n; i++) {
            out.append("line ").append(i).append('\n');
        }
        return out.substring(0, n);
    }

    private static byte[] read(InputStream in) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        in.transferTo(out);
        return out.toByteArray();
    }

    private static void simple(Connection c) throws Exception {
        Harness.recreate(c, "o_bt", "id integer, b byte, t text, tail integer");
        try (PreparedStatement p = c.prepareStatement("insert into o_bt values (?, ?, ?, ?)")) {
            for (int i = 0; i < SIZES.length; i++) {
                p.setInt(1, i);
                p.setBytes(2, bytes(SIZES[i]));
                p.setString(3, text(SIZES[i]));
                p.setInt(4, -i);
                Harness.equal(1, p.executeUpdate(), "count");
            }
        }
        try (ResultSet r = c.createStatement().executeQuery("select b, t, tail, id from o_bt")) {
            int n = 0;
            while (r.next()) {
                int i = r.getInt(4);
                Harness.equal(bytes(SIZES[i]), r.getBytes(1), "BYTE of " + SIZES[i]);
                Harness.equal(text(SIZES[i]), r.getString(2), "TEXT of " + SIZES[i]);
                Harness.equal(-i, r.getInt(3), "tail");
                n++;
            }
            Harness.equal(SIZES.length, n, "rows");
        }
    }

    private static void simpleStreams(Connection c) throws Exception {
        Harness.recreate(c, "o_bts", "id integer, b byte, t text");
        byte[] data = bytes(50_001);
        byte[] text = text(40_000).getBytes(StandardCharsets.ISO_8859_1);
        try (PreparedStatement p = c.prepareStatement("insert into o_bts values (?, ?, ?)")) {
            p.setInt(1, 1);
            p.setBinaryStream(2, new ByteArrayInputStream(data), data.length);
            p.setAsciiStream(3, new ByteArrayInputStream(text), text.length);
            p.executeUpdate();
        }
        try (ResultSet r = c.createStatement().executeQuery("select b, t from o_bts")) {
            Harness.isTrue(r.next(), "row");
            Harness.equal(data, read(r.getBinaryStream(1)), "BYTE");
            Harness.equal(text, read(r.getAsciiStream(2)), "TEXT");
        }
    }

    private static void smart(Connection c, boolean streams) throws Exception {
        String table = streams ? "o_sms" : "o_smb";
        Harness.recreate(c, table, "id integer, b blob, c clob, tail integer");
        try (PreparedStatement p = c.prepareStatement("insert into " + table + " values (?, ?, ?, ?)")) {
            for (int i = 0; i < SIZES.length; i++) {
                p.setInt(1, i);
                if (streams) {
                    p.setBinaryStream(2, new ByteArrayInputStream(bytes(SIZES[i])), SIZES[i]);
                    p.setCharacterStream(3, new StringReader(text(SIZES[i])), SIZES[i]);
                } else {
                    p.setBytes(2, bytes(SIZES[i]));
                    p.setString(3, text(SIZES[i]));
                }
                p.setInt(4, -i);
                Harness.equal(1, p.executeUpdate(), "count");
            }
        }
        try (Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select id, b, c, tail from " + table + " order by id")) {
            for (int i = 0; i < SIZES.length; i++) {
                Harness.isTrue(r.next(), "row " + i);
                Harness.equal(i, r.getInt(1), "id");
                Blob blob = r.getBlob(2);
                Harness.equal((long) SIZES[i], blob.length(), "length of the BLOB");
                Harness.equal(bytes(SIZES[i]), streams ? read(blob.getBinaryStream())
                        : blob.getBytes(1, SIZES[i]), "BLOB of " + SIZES[i]);
                Clob clob = r.getClob(3);
                Harness.equal((long) SIZES[i], clob.length(), "length of the CLOB");
                Harness.equal(text(SIZES[i]), SIZES[i] == 0 ? "" : clob.getSubString(1, SIZES[i]),
                        "CLOB of " + SIZES[i]);
                Harness.equal(-i, r.getInt(4), "tail");
            }
        }
    }
}
