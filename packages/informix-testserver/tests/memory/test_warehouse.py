# ruff: noqa: E501 - one statement a line
"""A warehouse and its till: the SQL of an application from its schema to its reports, against values of Python's own."""

import calendar
import datetime
import math
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

D = Decimal
CENT = D("0.01")

SCHEMA = """
create table supplier (sup_id serial(10) not null, sup_name varchar(40) not null, phone char(14), since date default today, primary key (sup_id) constraint pk_supplier);
create table article (art_no char(8) not null primary key constraint pk_article, descr lvarchar(200), price decimal(9,2) not null, vat smallint default 19, sup_id int references supplier (sup_id) constraint fk_art_sup, active boolean default 't', check (price >= 0) constraint ck_price);
create table stock (art_no char(8) not null references article (art_no) constraint fk_stock, bin char(4) not null, qty int default 0 not null, counted datetime year to minute, primary key (art_no, bin) constraint pk_stock);
create table receipt (receipt_no bigserial not null primary key, till smallint not null, opened datetime year to second not null, closed datetime year to second, cashier varchar(20), paid money(10,2));
create table line (receipt_no bigint not null references receipt on delete cascade, pos smallint not null, art_no char(8) not null, qty decimal(7,3) not null, price decimal(9,2) not null, primary key (receipt_no, pos));
create index ix_line_art on line (art_no);
create unique index ux_sup on supplier (sup_name);
create view v_line (receipt_no, art_no, amount) as select receipt_no, art_no, round(qty * price, 2) from line;
create synonym artikel for article;
create sequence seq_order start with 5000 increment by 10
"""

SUPPLIERS = [(10, "Nordwind GmbH", "040/123456"), (11, "O'Leary & Sons", None), (12, "Südfrucht", "089-9988")]
ARTICLES = [
    ("A-100", "Apple, red", D("0.45"), 7, 12, True),
    ("A-101", "Pear", D("0.55"), 7, 12, True),
    ("B-200", "Notebook A5 ruled", D("2.99"), 19, 10, True),
    ("B-201", "Pencil HB", D("0.89"), 19, 10, True),
    ("C-300", "Discontinued lamp", D("24.50"), 19, None, False),
]
STOCK = [("A-100", "R1", 120), ("A-100", "R2", 30), ("A-101", "R1", 0), ("B-200", "S1", 44), ("B-201", "S1", 500)]
RECEIPTS = [
    (1, 1, datetime.datetime(2024, 2, 28, 9, 15, 30), datetime.datetime(2024, 2, 28, 9, 17, 5), "eva"),
    (2, 2, datetime.datetime(2024, 2, 29, 23, 58, 0), datetime.datetime(2024, 3, 1, 0, 1, 10), "max"),
    (3, 1, datetime.datetime(2024, 3, 3, 12, 0, 0), None, "eva"),
]
LINES = [
    (1, 1, "A-100", D("6.000"), D("0.45")),
    (1, 2, "B-200", D("1.000"), D("2.99")),
    (2, 1, "A-101", D("2.345"), D("0.55")),
    (2, 2, "B-201", D("10.000"), D("0.89")),
    (2, 3, "A-100", D("1.250"), D("0.45")),
    (3, 1, "C-300", D("1.000"), D("24.50")),
]


def amount(qty: Decimal, price: Decimal) -> Decimal:
    return (qty * price).quantize(CENT, ROUND_HALF_UP)


@pytest.fixture
def shop(db: Any) -> Any:
    for statement in SCHEMA.split(";"):
        db.run(statement.strip())
    db.run("begin work")
    for _, name, phone in SUPPLIERS:
        db.run("insert into supplier (sup_name, phone) values (?, ?)", name, phone)
    for article in ARTICLES:
        db.run("insert into article values (?, ?, ?, ?, ?, ?)", *article)
    for row in STOCK:
        db.run("insert into stock (art_no, bin, qty) values (?, ?, ?)", *row)
    for receipt in RECEIPTS:
        db.run("insert into receipt (receipt_no, till, opened, closed, cashier) values (?, ?, ?, ?, ?)", *receipt)
    for line in LINES:
        db.run("insert into line values (?, ?, ?, ?, ?)", *line)
    db.run("commit work")
    return db


def totals() -> dict[int, Decimal]:
    sums: dict[int, Decimal] = defaultdict(D)
    for number, _, _, qty, price in LINES:
        sums[number] += amount(qty, price)
    return dict(sums)


def test_numbers_handed_out(shop: Any) -> None:
    assert shop.rows("select sup_id from supplier order by sup_id") == [(10,), (11,), (12,)]
    assert shop.run("insert into supplier (sup_name) values ('Neu')").serial == 13
    assert shop.value("select dbinfo('sqlca.sqlerrd1') from systables where tabid = 1") == 13
    assert shop.run("update stock set qty = qty where bin = 'R1'").rows == 2
    assert shop.value("select dbinfo('sqlca.sqlerrd2') from systables where tabid = 1") == 2
    shop.run("insert into receipt (till, opened) values (1, current)")
    assert shop.value("select dbinfo('bigserial') from systables where tabid = 1") == 4
    assert shop.rows("select seq_order.nextval, seq_order.currval from systables where tabid = 1") == [
        (5000, 5000)
    ]
    assert shop.value("select seq_order.nextval from systables where tabid = 1") == 5010


def test_looking_things_up(shop: Any) -> None:
    assert shop.rows("select descr, price from article where art_no = ?", "A-101") == [("Pear", D("0.55"))]
    assert shop.rows("select art_no[1,1], count(*) from article group by 1 order by 1") == [
        ("A", 2),
        ("B", 2),
        ("C", 1),
    ]
    found = [a[0].ljust(8) for a in ARTICLES if a[1].startswith("P") or "ruled" in a[1]]
    assert shop.rows("select art_no from article where descr matches 'P*' or descr like '%ruled' order by 1") == [
        (a,) for a in found
    ]
    assert shop.rows(
        "select art_no from artikel where upper(descr) matches '*[AB][5B]*' or descr matches '*H?' order by art_no"
    ) == [
        ("B-200   ",),
        ("B-201   ",),
    ]
    assert shop.rows("select sup_name from supplier where phone is null") == [("O'Leary & Sons",)]
    assert shop.rows("select sup_name from supplier where sup_name = 'O''Leary & Sons' {a comment}") == [
        ("O'Leary & Sons",)
    ]
    assert shop.value("select count(*) from article where not active") == 1
    ordered = sorted(ARTICLES, key=lambda a: (-a[2], a[0]))
    assert shop.rows("select skip 1 first 2 art_no from article order by price desc, art_no") == [
        (a[0].ljust(8),) for a in ordered[1:3]
    ]
    assert shop.rows("select limit 1 price from article order by price") == [(min(a[2] for a in ARTICLES),)]
    assert shop.rows("select unique vat from article order by vat") == [(7,), (19,)]
    assert shop.rows("select art_no from article where price between 0.5 and 3 and sup_id in (10, 12) order by 1") == [
        ("A-101   ",), ("B-200   ",), ("B-201   ",),
    ]  # fmt: skip


def test_text_functions(shop: Any) -> None:
    sql = "select trim(art_no) || ':' || upper(substr(descr, 1, 3)), length(art_no), lpad(vat, 4, '0'), rpad(trim(art_no), 7, '.'), replace(descr, 'A', 'a') from article order by art_no"
    want = [
        (f"{no}:{text[:3].upper()}", len(no), str(vat).rjust(4, "0"), no.ljust(7, "."), text.replace("A", "a"))
        for no, text, _, vat, _, _ in ARTICLES
    ]
    assert shop.rows(sql) == want
    sql = "select nvl(phone, 'none'), decode(sup_id, 10, 'ten', 11, 'eleven', '?'), case when length(sup_name) > 10 then 'long' else 'short' end from supplier order by sup_id"
    assert [tuple(v.rstrip() for v in row) for row in shop.rows(sql)] == [
        (p or "none", {10: "ten", 11: "eleven"}.get(i, "?"), "long" if len(n) > 10 else "short")
        for i, n, p in SUPPLIERS
    ]


def test_numbers(shop: Any) -> None:
    sql = "select round(price * 1.175, 2), trunc(price * 1.175, 1), mod(vat, 5), ceil(price), floor(price) from article order by art_no"
    want = []
    for _, _, price, vat, _, _ in ARTICLES:
        gross = price * D("1.175")
        tenth = gross.quantize(D("0.1"), "ROUND_DOWN")
        want.append((gross.quantize(CENT, ROUND_HALF_UP), tenth, vat % 5, math.ceil(price), math.floor(price)))
    assert shop.rows(sql) == want
    nets = [(a[2] / (1 + D(a[3]) / 100)).quantize(CENT, ROUND_HALF_UP) for a in ARTICLES]
    assert shop.rows("select round(price / (1 + vat / 100), 2) from article order by art_no") == [
        (n,) for n in nets
    ]
    shown = [f"{a[2]:6.2f}" for a in ARTICLES]
    assert shop.rows("select to_char(price, '##&.&&') from article order by art_no") == [(s,) for s in shown]


def test_times(shop: Any) -> None:
    sql = "select closed - opened, (closed - opened)::interval minute(4) to minute, weekday(opened), extend(opened, year to day) + 14 units day, date(opened) - mdy(1, 1, 2024), last_day(date(opened)), add_months(date(opened), 1), to_char(opened, '%d.%m.%Y %H:%M') from receipt where closed is not null order by 1 desc"
    want = []
    for _, _, opened, closed, _ in RECEIPTS:
        if closed is None:
            continue
        day = opened.date()
        spent = closed - opened
        month_end = calendar.monthrange(day.year, day.month)[1]
        # ADD_MONTHS of a month's last day gives the last day of the other.
        later = datetime.date(2024, 3, 31) if day.day == month_end else datetime.date(2024, 3, day.day)
        want.append(
            (
                spent,
                datetime.timedelta(minutes=spent // datetime.timedelta(minutes=1)),
                day.isoweekday() % 7,
                day + datetime.timedelta(14),
                (day - datetime.date(2024, 1, 1)).days,
                day.replace(day=month_end),
                later,
                opened.strftime("%d.%m.%Y %H:%M"),
            )
        )
    assert shop.rows(sql) == sorted(want, reverse=True)
    assert (
        shop.value("select months_between(mdy(3, 1, 2024), mdy(1, 1, 2024)) from systables where tabid = 1") == 2
    )
    assert (
        shop.value("select to_date('29.02.2024 23:58', '%d.%m.%Y %H:%M') from systables where tabid = 1")
        == RECEIPTS[1][2]
    )
    assert (
        shop.value(
            "select count(*) from receipt where opened between datetime(2024-02-29) year to day and datetime(2024-03-01 00) year to hour"
        )
        == 1
    )
    assert shop.value("select count(*) from receipt where closed - opened > interval(2) minute to minute") == 1
    assert shop.value("select max(opened) + interval(36) hour to hour from receipt") == RECEIPTS[2][
        2
    ] + datetime.timedelta(hours=36)
    assert (
        shop.value(
            "select count(*) from receipt where month(opened) = 2 and year(opened) = 2024 and day(opened) > 28"
        )
        == 1
    )


def test_reports(shop: Any) -> None:
    sums = totals()
    assert shop.rows("select receipt_no, sum(amount) from v_line group by receipt_no order by 1") == sorted(
        sums.items()
    )
    sql = "select r.cashier, count(*), sum(round(l.qty * l.price, 2)) as turnover from receipt r, line l where r.receipt_no = l.receipt_no group by 1 having sum(l.qty) > 2 order by turnover desc"
    by_cashier: dict[str, list[Decimal]] = defaultdict(list)
    for number, _, _, qty, price in LINES:
        by_cashier[RECEIPTS[number - 1][4]].append(amount(qty, price))
    assert shop.rows(sql) == sorted(((c, len(v), sum(v)) for c, v in by_cashier.items()), key=lambda r: -r[2])
    held: dict[str, int] = defaultdict(int)
    for no, _, qty in STOCK:
        held[no] += qty
    want = [(a[0].ljust(8), held.get(a[0], 0)) for a in ARTICLES]
    assert (
        shop.rows(
            "select a.art_no, nvl(sum(s.qty), 0) from article a left join stock s on s.art_no = a.art_no group by a.art_no order by 1"
        )
        == want
    )
    assert (
        shop.rows(
            "select a.art_no, nvl(sum(s.qty), 0) from article a, outer stock s where s.art_no = a.art_no group by a.art_no order by 1"
        )
        == want
    )
    assert shop.rows(
        "select a.art_no from article a where not exists (select * from stock s where s.art_no = a.art_no)"
    ) == [("C-300   ",)]
    sold = {line[2] for line in LINES}
    assert shop.rows("select art_no from article minus select art_no from line") == [
        (a[0].ljust(8),) for a in ARTICLES if a[0] not in sold
    ]
    assert shop.rows("select art_no from stock intersect select art_no from line order by 1") == sorted(
        (no.ljust(8),) for no in {s[0] for s in STOCK} & sold
    )
    dearest = max(ARTICLES, key=lambda a: a[2])
    assert shop.rows("select art_no from article where price = (select max(price) from article)") == [
        (dearest[0].ljust(8),)
    ]
    assert shop.rows("select art_no from article where price >= all (select price from article)") == [
        (dearest[0].ljust(8),)
    ]
    prices = sum(a[2] for a in ARTICLES)
    assert shop.rows("select min(price), max(price), avg(price), count(distinct sup_id) from article") == [
        (D("0.45"), D("24.50"), prices / len(ARTICLES), 2)
    ]
    running, want_running = D(0), []
    for number in sorted(sums):
        running += sums[number]
        want_running.append((number, running))
    sql = "with t (no, total) as (select receipt_no, sum(amount) from v_line group by receipt_no) select no, sum(total) over (order by no) from t order by no"
    assert shop.rows(sql) == want_running
    ranks = [a[0].ljust(8) for a in sorted(ARTICLES, key=lambda a: -a[2])]
    assert shop.rows("select art_no, rank() over (order by price desc) r from article order by r") == [
        (a, i) for i, a in enumerate(ranks, 1)
    ]


def test_day_end(shop: Any) -> None:
    """Close receipts, book stock, archive: temporary tables, updates by query, MERGE, a cursor that updates."""
    shop.run("begin work")
    shop.run("lock table receipt in exclusive mode")
    shop.run("select receipt_no, sum(amount) as total from v_line group by receipt_no into temp t_sum with no log")
    assert (
        shop.run(
            "update receipt set paid = (select total from t_sum where t_sum.receipt_no = receipt.receipt_no) where closed is not null"
        ).rows
        == 2
    )
    sums = totals()
    assert shop.rows("select receipt_no, paid from receipt order by 1") == [(1, sums[1]), (2, sums[2]), (3, None)]
    shop.run("savepoint before_cleanup")
    assert shop.run("delete from receipt where receipt_no = 2").rows == 1
    assert shop.value("select count(*) from line where receipt_no = 2") == 0
    shop.run("rollback to savepoint before_cleanup")
    assert shop.value("select count(*) from line where receipt_no = 2") == 3
    sql = "merge into stock s using (select art_no, sum(qty) as sold from line group by art_no) l on s.art_no = l.art_no and s.bin in ('R1', 'S1') when matched then update set qty = s.qty - ceil(l.sold) when not matched then insert (art_no, bin, qty) values (l.art_no, 'X9', 0)"
    assert shop.run(sql).rows == 5
    left = {
        ("A-100", "R1"): 120 - 8,
        ("A-100", "R2"): 30,
        ("A-101", "R1"): -3,
        ("B-200", "S1"): 43,
        ("B-201", "S1"): 490,
        ("C-300", "X9"): 0,
    }
    assert shop.rows("select trim(art_no), trim(bin), qty from stock order by 1, 2") == [
        (*k, v) for k, v in sorted(left.items())
    ]
    statement = shop.prepare("select qty from stock where qty < 0 for update of qty, counted")
    cursor = shop.session.open(statement, [], cursor_name="short")
    assert cursor.fetch() == (-3,)
    assert shop.run("update stock set (qty, counted) = (0, current) where current of short").rows == 1
    assert cursor.fetch() is None
    shop.run("commit work")
    assert shop.value("select count(*) from stock where qty < 0") == 0
    assert (
        shop.run(
            "insert into line select receipt_no, pos + 10, art_no, qty, price from line where receipt_no = 3"
        ).rows
        == 1
    )
    shop.run("drop table t_sum")


@pytest.mark.parametrize(
    ("sql", "codes", "token"),
    [
        ("insert into article (art_no, price) values ('A-100', 1)", (-268, -100), "informix.pk_article"),
        ("insert into supplier (sup_name) values ('Nordwind GmbH')", (-239, -100), "ux_sup"),
        ("insert into article (art_no, price) values ('Z-1', -1)", (-530, 0), "informix.ck_price"),
        ("insert into stock (art_no, bin) values ('Z-9', 'R1')", (-691, -111), "informix.fk_stock"),
        ("delete from article where art_no = 'A-100'", (-692, 0), "informix.fk_stock"),
        ("insert into supplier (phone) values ('1')", (-292, 0), "sup_name"),
        ("insert into supplier (sup_name) values (null)", (-391, 0), "sup_name"),
        ("update article set price = 12345678.00", (-1226, 0), ""),
        ("select nope from article", (-217, 0), "nope"),
        ("select * from articles", (-206, -111), "articles"),
        ("select descr from article where price = 'cheap'", (-1213, 0), ""),
        ("create trigger tr insert on line (execute procedure x())", (-513, 0), "CREATE TRIGGER"),
        ("create procedure x() insert into line values (1,1,'x',1,1); end procedure", (-513, 0), "CREATE PROCEDURE"),
    ],
)  # fmt: skip
def test_what_goes_wrong(shop: Any, sql: str, codes: tuple[int, int], token: str) -> None:
    error = shop.error(sql)
    assert (error.sqlcode, error.isam) == codes
    assert token in (error.token or "")


def test_everyday_administration(shop: Any) -> None:
    for sql in (
        "grant select, update on article to public", "revoke update on article from public",
        "update statistics low for table article", "set lock mode to wait 3", "set isolation to dirty read",
        "set isolation to committed read", "alter table article add (ean char(13) before price)",
        "alter table article modify (descr lvarchar(400))", "rename column article.ean to gtin",
        "alter table article drop (gtin)", "create role clerk", "grant clerk to eva", "drop role clerk", "set explain off", "set pdqpriority low", "truncate table line",
    ):  # fmt: skip
        shop.run(sql)
    assert shop.rows("select trim(colname) from syscolumns c, systables t where c.tabid = t.tabid and tabname = 'article' order by colno") == [
        ("art_no",), ("descr",), ("price",), ("vat",), ("sup_id",), ("active",),
    ]  # fmt: skip
    assert shop.value("select count(*) from line") == 0
    assert shop.value("select name from sysmaster:sysdatabases where name = 'testdb'").rstrip() == "testdb"
    assert shop.value("select count(*) from testdb@informix:informix.article") == 5
