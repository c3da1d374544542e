import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

/** Informix SQL of every day, as IBM's driver sends it and shows its results. */
final class Sql {
    static void all(Harness h) {
        h.check("statement/aggregates", c -> {
            Harness.recreate(c, "s_agg", "g integer, v decimal(8,2), i integer");
            Harness.update(c, "insert into s_agg values (1, 1.50, 10)");
            Harness.update(c, "insert into s_agg values (1, 2.25, 20)");
            Harness.update(c, "insert into s_agg values (2, 4.00, null)");
            Harness.equal("1|2|3.75|1.50|2.25|30, 2|1|4.00|4.00|4.00|null", Harness.text(Harness.query(c,
                    "select g, count(*), sum(v), min(v), max(v), sum(i) from s_agg group by g order by g")), "groups");
            try (ResultSet r = c.createStatement().executeQuery("select count(*), count(i), avg(i) from s_agg")) {
                Harness.isTrue(r.next(), "row");
                Harness.equal(3, r.getInt(1), "count(*)");
                Harness.equal(2L, r.getLong(2), "count(i)");
                Harness.equal(15.0, r.getDouble(3), "avg");
                Harness.equal("(count(*))", r.getMetaData().getColumnName(1), "name of count(*)");
            }
        });
        h.check("statement/sql-of-every-day", Sql::everyday);
        h.check("statement/comments-and-quotes", c -> {
            Harness.equal("it's", Harness.text(Harness.query(c,
                    "select 'it''s' from systables where tabid = 1 -- ?")), "doubled quote");
            Harness.equal("{x}", Harness.text(Harness.query(c,
                    "select /* ? */ '{x}' {comment} from systables where tabid = 1")), "braces in a string");
            Harness.equal("q", Harness.text(Harness.query(c,
                    "select \"q\" from systables where tabid = 1")), "double quotes are a string");
        });
        h.check("statement/several-in-one-text", c -> {
            Harness.recreate(c, "s_multi", "a integer");
            Harness.update(c, "insert into s_multi values (1); insert into s_multi values (2); update s_multi set a = a + 1");
            Harness.equal("2, 3", Harness.text(Harness.query(c, "select a from s_multi order by a")), "rows");
        });
        h.check("statement/sequences", c -> {
            Harness.update(c, "drop sequence if exists s_seq");
            Harness.update(c, "create sequence s_seq start with 5 increment by 2");
            Harness.recreate(c, "s_seqt", "a bigint");
            for (int i = 0; i < 3; i++) {
                Harness.update(c, "insert into s_seqt values (s_seq.nextval)");
            }
            Harness.equal("5, 7, 9", Harness.text(Harness.query(c, "select a from s_seqt order by a")), "rows");
            Harness.equal("9", Harness.text(Harness.query(c, "select s_seq.currval from sysmaster:sysdual")), "current");
        });
        h.check("statement/views-and-synonyms", c -> {
            Harness.update(c, "drop view if exists s_view");
            Harness.update(c, "drop synonym if exists s_syn");
            Harness.recreate(c, "s_base", "a integer, b varchar(10)");
            Harness.update(c, "insert into s_base values (1, 'one')");
            Harness.update(c, "insert into s_base values (2, 'two')");
            Harness.update(c, "create view s_view (x, y) as select a * 10, b from s_base where a > 1");
            Harness.update(c, "create synonym s_syn for s_base");
            Harness.equal("20|two", Harness.text(Harness.query(c, "select * from s_view")), "view");
            Harness.equal(1, Harness.update(c, "delete from s_syn where a = 1"), "through the synonym");
            Harness.equal("1", Harness.text(Harness.query(c, "select count(*) from s_base")), "rows left");
        });
        h.check("statement/merge", c -> {
            Harness.recreate(c, "s_mt", "a integer, b varchar(10)");
            Harness.recreate(c, "s_ms", "a integer, b varchar(10)");
            Harness.update(c, "insert into s_mt values (1, 'old')");
            Harness.update(c, "insert into s_ms values (1, 'new')");
            Harness.update(c, "insert into s_ms values (2, 'two')");
            Harness.equal(2, Harness.update(c, "merge into s_mt t using s_ms s on t.a = s.a"
                    + " when matched then update set t.b = s.b"
                    + " when not matched then insert (a, b) values (s.a, s.b)"), "count");
            Harness.equal("1|new, 2|two", Harness.text(Harness.query(c, "select * from s_mt order by a")), "rows");
        });
        h.check("statement/window-functions-and-cte", c -> {
            Harness.recreate(c, "s_win", "g integer, v integer");
            for (String row : new String[] {"1, 10", "1, 20", "2, 5"}) {
                Harness.update(c, "insert into s_win values (" + row + ")");
            }
            Harness.equal("1|10|1, 1|20|2, 2|5|1", Harness.text(Harness.query(c,
                    "select g, v, row_number() over (partition by g order by v) from s_win order by 1, 2")), "numbers");
            Harness.equal("1|30, 2|5", Harness.text(Harness.query(c,
                    "with sums as (select g, sum(v) as total from s_win group by g) select g, total from sums order by g")),
                    "common table expression");
        });
        h.check("statement/distinct-types", c -> {
            Harness.update(c, "drop table if exists s_dist");
            Harness.update(c, "drop type if exists s_price_t restrict");
            Harness.update(c, "create distinct type s_price_t as decimal(8,2)");
            Harness.update(c, "create table s_dist (id integer, p s_price_t)");
            Harness.update(c, "insert into s_dist values (1, 12.5::s_price_t)");
            try (PreparedStatement p = c.prepareStatement("insert into s_dist values (?, ?)")) {
                p.setInt(1, 2);
                p.setBigDecimal(2, new BigDecimal("0.25"));
                Harness.equal(1, p.executeUpdate(), "count");
            }
            try (ResultSet r = c.createStatement().executeQuery("select p, id from s_dist order by id")) {
                Harness.isTrue(r.next(), "row 1");
                Harness.equal(new BigDecimal("12.50"), r.getBigDecimal(1), "value");
                Harness.isTrue(r.next(), "row 2");
                Harness.equal(new BigDecimal("0.25"), r.getBigDecimal(1), "value");
                Harness.equal(2, r.getInt(2), "id behind");
            }
        });
        h.check("statement/outer-joins-and-subqueries", c -> {
            Harness.recreate(c, "s_oc", "cid integer, name varchar(20)");
            Harness.recreate(c, "s_oo", "oid integer, cid integer, total decimal(8,2)");
            Harness.update(c, "insert into s_oc values (1, 'Ann')");
            Harness.update(c, "insert into s_oc values (2, 'Bob')");
            Harness.update(c, "insert into s_oo values (10, 1, 5.5)");
            Harness.update(c, "insert into s_oo values (11, 1, 4.5)");
            String[][] cases = {
                {"select c.name, sum(o.total) from s_oc c left outer join s_oo o on c.cid = o.cid group by c.name"
                    + " order by 1", "Ann|10.00, Bob|null"},
                {"select name from s_oc c where exists (select 1 from s_oo o where o.cid = c.cid)", "Ann"},
                {"select name from s_oc where cid not in (select cid from s_oo)", "Bob"},
                {"select name, (select count(*) from s_oo o where o.cid = c.cid) n from s_oc c order by n desc",
                    "Ann|2, Bob|0"},
                {"select t.x from table(multiset(select oid x from s_oo)) t order by 1", "10, 11"},
                {"select max(total) from (select total from s_oo where oid > 10) as d (total)", "4.50"},
                {"select oid from s_oo where total = (select min(total) from s_oo)", "11"},
                {"select oid from s_oo where total > all (select 1.0 from systables where tabid = 1)", "10, 11"},
            };
            for (String[] each : cases) {
                Harness.equal(each[1], Harness.text(Harness.query(c, each[0])), each[0]);
            }
        });
    }

    private static void everyday(Connection c) throws Exception {
        Harness.recreate(c, "s_ev", "id integer, name varchar(20), born date, c char(4)");
        Harness.update(c, "insert into s_ev values (1, 'Anna', mdy(1,2,1990), 'aa')");
        Harness.update(c, "insert into s_ev values (2, 'Bert', mdy(12,31,1985), 'bb')");
        Harness.update(c, "insert into s_ev values (3, null, null, null)");
        List<String[]> cases = new ArrayList<>();
        cases.add(new String[] {"select first 1 name from s_ev order by id", "Anna"});
        cases.add(new String[] {"select skip 1 first 1 name from s_ev order by id", "Bert"});
        cases.add(new String[] {"select id from s_ev where name matches 'A*'", "1"});
        cases.add(new String[] {"select id from s_ev where name like '%ert'", "2"});
        cases.add(new String[] {"select nvl(name, 'none') from s_ev where id = 3", "none"});
        cases.add(new String[] {"select name[1,2] from s_ev where id = 1", "An"});
        cases.add(new String[] {"select year(born), month(born), day(born) from s_ev where id = 2", "1985|12|31"});
        cases.add(new String[] {"select upper(name) || '!' from s_ev where id = 1", "ANNA!"});
        cases.add(new String[] {"select length(name), trim(c) from s_ev where id = 2", "4|bb"});
        cases.add(new String[] {"select case when id = 1 then 'one' else 'more' end from s_ev order by id",
            "one, more, more"});
        cases.add(new String[] {"select decode(id, 1, 'x', 2, 'y', 'z') from s_ev order by id", "x, y, z"});
        cases.add(new String[] {"select born + 1 units day from s_ev where id = 2", "1986-01-01"});
        cases.add(new String[] {"select mdy(3,1,2024) - mdy(2,1,2024) from s_ev where id = 1", "29"});
        cases.add(new String[] {"select count(*) from s_ev a, s_ev b where a.id = b.id", "3"});
        cases.add(new String[] {"select a.id, b.id from s_ev a, outer s_ev b where a.id = b.id + 2 order by 1",
            "1|null, 2|null, 3|1"});
        cases.add(new String[] {"select a.id from s_ev a left join s_ev b on a.id = b.id - 1 where b.id is null",
            "3"});
        cases.add(new String[] {"select id from s_ev union select id + 2 from s_ev order by 1", "1, 2, 3, 4, 5"});
        cases.add(new String[] {"select unique length(c) from s_ev where c is not null", "2"});
        cases.add(new String[] {"select round(2.345, 2), trunc(2.345, 1), abs(-3), mod(7, 3) from s_ev where id = 1",
            "2.35|2.3|3|1"});
        cases.add(new String[] {"select dbinfo('version','full') is not null from s_ev where id = 1", null});
        for (String[] each : cases) {
            if (each[1] != null) {
                Harness.equal(each[1], Harness.text(Harness.query(c, each[0])), each[0]);
            }
        }
        Harness.update(c, "select * from s_ev where id < 3 into temp s_tmp with no log");
        Harness.equal("2", Harness.text(Harness.query(c, "select count(*) from s_tmp")), "temporary table");
    }
}
