import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** DatabaseMetaData: what IBM's driver makes of the system catalog. */
final class Metadata {
    static void all(Harness h) {
        h.check("metadata/product", c -> {
            DatabaseMetaData m = c.getMetaData();
            Harness.isTrue(m.getDatabaseProductName().contains("Informix"), m.getDatabaseProductName());
            Harness.isTrue(m.getDatabaseProductVersion().matches("\\d+\\.\\d+.*"), m.getDatabaseProductVersion());
            Harness.isTrue(m.getDatabaseMajorVersion() >= 9, "major version " + m.getDatabaseMajorVersion());
            Harness.equal("informix", m.getUserName(), "user");
            Harness.isTrue(m.supportsTransactions(), "supportsTransactions");
            Harness.isTrue(m.supportsSavepoints(), "supportsSavepoints");
            Harness.isTrue(!m.isReadOnly(), "isReadOnly");
            Harness.equal("testdb", c.getCatalog(), "catalog");
        });
        h.check("metadata/catalogs", c -> {
            List<String> names = column(c.getMetaData().getCatalogs(), "TABLE_CAT");
            Harness.isTrue(names.contains("testdb") && names.contains("sysmaster"), "catalogs: " + names);
        });
        h.check("metadata/table-types", c -> {
            schema(c);
            List<String> names = column(c.getMetaData().getTableTypes(), "TABLE_TYPE");
            Harness.isTrue(names.contains("TABLE") && names.contains("VIEW"), "types: " + names);
        });
        h.check("metadata/schemas", c -> {
            List<String> names = column(c.getMetaData().getSchemas(), "TABLE_SCHEM");
            Harness.isTrue(names.contains("informix"), "schemas: " + names);
        });
        h.check("metadata/tables", c -> {
            schema(c);
            List<String> found = new ArrayList<>();
            try (ResultSet r = c.getMetaData().getTables(null, null, "m_%", null)) {
                while (r.next()) {
                    found.add(r.getString("TABLE_NAME") + ":" + r.getString("TABLE_TYPE"));
                    Harness.equal("testdb", r.getString("TABLE_CAT"), "catalog");
                    Harness.equal("informix", r.getString("TABLE_SCHEM").strip(), "schema");
                }
            }
            TreeSet<String> names = new TreeSet<>(found);
            Harness.isTrue(names.containsAll(List.of("m_parent:TABLE", "m_child:TABLE", "m_types:TABLE",
                    "m_view:VIEW", "m_syn:SYNONYM")), "tables: " + names);
            Harness.equal(names.size(), found.size(), "no duplicates in " + found);
        });
        h.check("metadata/tables-by-type", c -> {
            schema(c);
            List<String> views = column(c.getMetaData().getTables(null, null, "m_%", new String[] {"VIEW"}),
                    "TABLE_NAME");
            Harness.equal(List.of("m_view"), views, "views");
            List<String> system = column(c.getMetaData().getTables(null, "informix", "systables",
                    new String[] {"SYSTEM TABLE"}), "TABLE_NAME");
            Harness.equal(List.of("systables"), system, "system tables");
        });
        h.check("metadata/columns", Metadata::columns);
        h.check("metadata/column-defaults", c -> {
            schema(c);
            try (ResultSet r = c.getMetaData().getColumns(null, null, "m_child", "%")) {
                List<String> found = new ArrayList<>();
                while (r.next()) {
                    found.add(r.getString("COLUMN_NAME") + "=" + trimmed(r.getString("COLUMN_DEF")));
                }
                Harness.equal(List.of("cid=null", "parent=null", "note='none'", "amount=7"), found, "defaults");
            }
        });
        h.check("metadata/primary-keys", c -> {
            schema(c);
            try (ResultSet r = c.getMetaData().getPrimaryKeys(null, null, "m_parent")) {
                List<String> found = new ArrayList<>();
                while (r.next()) {
                    Harness.equal("m_parent_pk", trimmed(r.getString("PK_NAME")), "name");
                    found.add(r.getShort("KEY_SEQ") + ":" + r.getString("COLUMN_NAME"));
                }
                Harness.equal(new TreeSet<>(List.of("1:a", "2:b")), new TreeSet<>(found), "columns");
            }
            try (ResultSet r = c.getMetaData().getPrimaryKeys(null, null, "m_types")) {
                Harness.isTrue(!r.next(), "a table without a primary key");
            }
        });
        h.check("metadata/imported-keys", c -> {
            schema(c);
            keys(c.getMetaData().getImportedKeys(null, null, "m_child"));
        });
        h.check("metadata/exported-keys", c -> {
            schema(c);
            keys(c.getMetaData().getExportedKeys(null, null, "m_uparent"));
        });
        h.check("metadata/cross-reference", c -> {
            schema(c);
            keys(c.getMetaData().getCrossReference(null, null, "m_uparent", null, null, "m_child"));
        });
        h.check("metadata/index-info", c -> {
            schema(c);
            List<String> found = new ArrayList<>();
            try (ResultSet r = c.getMetaData().getIndexInfo(null, null, "m_types", false, true)) {
                while (r.next()) {
                    if (r.getShort("TYPE") != DatabaseMetaData.tableIndexStatistic) {
                        found.add(r.getString("INDEX_NAME").strip() + "/" + r.getShort("ORDINAL_POSITION") + "/"
                                + r.getString("COLUMN_NAME") + "/" + r.getBoolean("NON_UNIQUE"));
                    }
                }
            }
            Harness.equal(new TreeSet<>(List.of("m_types_i1/1/i/true", "m_types_i1/2/vc/true",
                    "m_types_u1/1/bi/false")), new TreeSet<>(found), "index parts");
        });
        h.check("metadata/procedures", c -> {
            List<String> names = column(c.getMetaData().getProcedures(null, null, "r_%"), "PROCEDURE_NAME");
            Harness.isTrue(names.containsAll(List.of("r_add", "r_rows", "r_touch")), "procedures: " + names);
        });
        h.check("metadata/procedure-columns", c -> {
            List<String> found = new ArrayList<>();
            try (ResultSet r = c.getMetaData().getProcedureColumns(null, null, "r_add", "%")) {
                while (r.next()) {
                    found.add(r.getShort("COLUMN_TYPE") + ":" + r.getInt("DATA_TYPE"));
                }
            }
            Harness.isTrue(found.stream().filter(s -> s.equals(
                    DatabaseMetaData.procedureColumnIn + ":" + Types.INTEGER)).count() == 2, "columns: " + found);
        });
        h.check("metadata/type-info", c -> {
            TreeSet<String> names = new TreeSet<>();
            for (String name : column(c.getMetaData().getTypeInfo(), "TYPE_NAME")) {
                names.add(name.toLowerCase());
            }
            Harness.isTrue(names.containsAll(List.of("integer", "smallint", "decimal", "varchar", "date")),
                    "types: " + names);
        });
        h.check("metadata/best-row-identifier", c -> {
            schema(c);
            List<String> names = column(c.getMetaData().getBestRowIdentifier(null, null, "m_parent",
                    DatabaseMetaData.bestRowSession, true), "COLUMN_NAME");
            Harness.isTrue(!names.isEmpty(), "columns: " + names);
        });
        h.check("metadata/table-privileges", c -> {
            schema(c);
            TreeSet<String> found = new TreeSet<>();
            try (ResultSet r = c.getMetaData().getTablePrivileges(null, null, "m_parent")) {
                while (r.next()) {
                    found.add(r.getString(3) + " " + r.getString(6)); // JDBC finds no column by the name PRIVILEGE
                }
            }
            Harness.isTrue(found.contains("m_parent SELECT") && found.contains("m_parent INSERT"), "found " + found);
        });
        h.check("metadata/column-privileges", c -> {
            schema(c);
            TreeSet<String> found = new TreeSet<>();
            try (ResultSet r = c.getMetaData().getColumnPrivileges(null, null, "m_parent", "%")) {
                while (r.next()) {
                    found.add(r.getString(4) + " " + r.getString(7));
                }
            }
            Harness.isTrue(found.contains("a SELECT") && found.contains("c SELECT"), "found " + found);
        });
        h.check("metadata/version-columns", c -> {
            schema(c);
            column(c.getMetaData().getVersionColumns(null, null, "m_parent"), "COLUMN_NAME");
        });
        h.check("metadata/functions", c -> column(c.getMetaData().getFunctions(null, null, "r_%"), "FUNCTION_NAME"));
    }

    private static void schema(Connection c) throws SQLException {
        for (String drop : new String[] {"drop synonym if exists m_syn", "drop view if exists m_view",
            "drop table if exists m_child", "drop table if exists m_uparent", "drop table if exists m_parent",
            "drop table if exists m_types"}) {
            Harness.update(c, drop);
        }
        Harness.update(c, "create table m_parent (a integer not null, b char(4) not null, c float, "
                + "primary key (a, b) constraint m_parent_pk)");
        Harness.update(c, "create table m_uparent (pid integer not null primary key constraint m_uparent_pk)");
        Harness.update(c, "create table m_child (cid serial not null primary key constraint m_child_pk, "
                + "parent integer references m_uparent (pid) on delete cascade constraint m_child_fk, "
                + "note varchar(30,5) default 'none', amount integer default 7)");
        Harness.update(c, "create table m_types (i integer, si smallint not null, bi bigint, i8 int8, fl float, "
                + "sf smallfloat, de decimal(12,3), mo money(9,2), ch char(11), vc varchar(33), nc nchar(5), "
                + "nv nvarchar(44), lv lvarchar(555), bo boolean, da date, dt datetime year to fraction(3), "
                + "th datetime hour to minute, iv interval day(3) to second, by byte, te text)");
        Harness.update(c, "create index m_types_i1 on m_types (i, vc desc)");
        Harness.update(c, "create unique index m_types_u1 on m_types (bi)");
        Harness.update(c, "create view m_view (x, y) as select i, vc from m_types");
        Harness.update(c, "create synonym m_syn for m_types");
    }

    private static void columns(Connection c) throws Exception {
        schema(c);
        List<String> expected = List.of(
                "i integer " + Types.INTEGER + " 1", "si smallint " + Types.SMALLINT + " 0",
                "bi bigint " + Types.BIGINT + " 1", "i8 int8 " + Types.BIGINT + " 1",
                "fl float " + Types.DOUBLE + " 1", "sf smallfloat " + Types.REAL + " 1",
                "de decimal " + Types.DECIMAL + " 1", "mo money " + Types.DECIMAL + " 1",
                "ch char " + Types.CHAR + " 1", "vc varchar " + Types.VARCHAR + " 1",
                "nc nchar " + Types.CHAR + " 1", "nv nvarchar " + Types.VARCHAR + " 1",
                "lv lvarchar " + Types.LONGVARCHAR + " 1", "bo boolean " + Types.BOOLEAN + " 1",
                "da date " + Types.DATE + " 1", "dt datetime year to fraction(3) " + Types.TIMESTAMP + " 1",
                "th datetime hour to minute " + Types.TIME + " 1");
        List<String> found = new ArrayList<>();
        int position = 0;
        try (ResultSet r = c.getMetaData().getColumns(null, null, "m_types", "%")) {
            while (r.next()) {
                position++;
                Harness.equal(position, r.getInt("ORDINAL_POSITION"), "ordinal position");
                Harness.equal("m_types", r.getString("TABLE_NAME"), "table");
                String name = r.getString("COLUMN_NAME");
                if (position <= expected.size()) {
                    found.add(name + " " + r.getString("TYPE_NAME").strip().toLowerCase() + " "
                            + r.getInt("DATA_TYPE") + " " + r.getInt("NULLABLE"));
                }
                switch (name) {
                    case "de" -> {
                        Harness.equal(12, r.getInt("COLUMN_SIZE"), "precision");
                        Harness.equal(3, r.getInt("DECIMAL_DIGITS"), "scale");
                    }
                    case "ch" -> Harness.equal(11, r.getInt("COLUMN_SIZE"), "size of the CHAR");
                    case "vc" -> Harness.equal(33, r.getInt("COLUMN_SIZE"), "size of the VARCHAR");
                    case "lv" -> Harness.equal(555, r.getInt("COLUMN_SIZE"), "size of the LVARCHAR");
                    default -> { }
                }
            }
        }
        Harness.equal(String.join("\n", expected), String.join("\n", found), "columns");
        Harness.equal(20, position, "number of columns");
    }

    private static void keys(ResultSet result) throws Exception {
        try (ResultSet r = result) {
            Harness.isTrue(r.next(), "a key");
            Harness.equal("m_uparent", r.getString("PKTABLE_NAME"), "parent");
            Harness.equal("pid", r.getString("PKCOLUMN_NAME"), "parent's column");
            Harness.equal("m_child", r.getString("FKTABLE_NAME"), "child");
            Harness.equal("parent", r.getString("FKCOLUMN_NAME"), "child's column");
            Harness.equal((short) 1, r.getShort("KEY_SEQ"), "sequence");
            Harness.equal("m_child_fk", trimmed(r.getString("FK_NAME")), "name of the key");
            Harness.equal("m_uparent_pk", trimmed(r.getString("PK_NAME")), "name of the parent's key");
            Harness.equal((short) DatabaseMetaData.importedKeyCascade, r.getShort("DELETE_RULE"), "delete rule");
            Harness.isTrue(!r.next(), "one key");
        }
    }

    private static String trimmed(String text) {
        return text == null ? null : text.strip();
    }

    private static List<String> column(ResultSet result, String name) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet r = result) {
            while (r.next()) {
                values.add(trimmed(r.getString(name)));
            }
        }
        return values;
    }
}
