"""Every scalar type of scalars.tsv, by literal and by parameter; expected values are made here from plain text."""

import datetime
import math
import re
from decimal import Context, Decimal
from random import Random

import informix_db


def expected(kind: str, text: str) -> object:
    match kind:
        case "null":
            return None
        case "int":
            return int(text)
        case "real" | "float":
            return float(text)
        case "decimal":
            return Decimal(text)
        case "bool":
            return text == "true"
        case "date":
            return datetime.date.fromisoformat(text)
        case "datetime":
            head, _, fraction = text.partition(".")
            value = datetime.datetime.fromisoformat(head)
            return value.replace(microsecond=int((fraction + "000000")[:6]))
        case "time":
            return datetime.time.fromisoformat(text)
        case "interval_seconds":
            return datetime.timedelta(microseconds=int(Decimal(text) * 1_000_000))
        case "interval_months":
            return informix_db.IntervalYM(int(text))
    return text


def parameter(kind: str, text: str, literal: str) -> object:
    """The value to bind; this client takes times of day as text only."""
    return re.findall(r"\((.*?)\)", literal)[0] if kind == "time" else expected(kind, text)


def same(kind: str, want: object, got: object) -> bool:
    """Equal, of the same type, and exact; but this client strips the trailing blanks of CHAR."""
    if want is None or got is None:
        return want is got
    if kind in {"real", "float"}:
        return isinstance(got, float) and math.isclose(want, got, rel_tol=0, abs_tol=0)
    if kind == "text":
        return want.rstrip() == got.rstrip()
    return type(want) is type(got) and want == got


def check(run, sql: str, values: list[tuple[str, str, str]], *parameters: object) -> None:
    rows = run(sql, *parameters)
    assert [(r[0], r[2]) for r in rows] == [(i, -i) for i in range(len(values))]
    kind = values[0][1]
    for row, (literal, own_kind, text) in zip(rows, values, strict=True):
        want = None if own_kind == "null" else expected(kind, text)
        assert same(kind, want, row[1]), f"{literal}: expected {want!r}, got {row[1]!r}"


def test_literal(run, scalar):
    sql_type, values = scalar
    run.recreate("sc_lit", f"id integer, v {sql_type}, tail integer")
    for i, (literal, _, _) in enumerate(values):
        run(f"insert into sc_lit values ({i}, {literal}, {-i})")
    check(run, "select id, v, tail from sc_lit order by id", values)
    check(run, "select id, v, tail from sc_lit where id >= ? order by id", values, 0)


def test_parameter(run, scalar):
    sql_type, values = scalar
    kind = values[0][1]
    run.recreate("sc_par", f"id integer, v {sql_type}, tail integer")
    for i, (literal, own_kind, text) in enumerate(values):
        value = None if own_kind == "null" else parameter(kind, text, literal)
        run("insert into sc_par values (?, ?, ?)", i, value, -i)
    check(run, "select id, v, tail from sc_par order by id", values)


def test_where(run, scalar):
    sql_type, values = scalar
    kind = values[0][1]
    if kind == "real":
        return  # a binary float of 4 bytes is no key
    run.recreate("sc_whe", f"id integer, v {sql_type}")
    for i, (literal, _, _) in enumerate(values):
        run(f"insert into sc_whe values ({i}, {literal})")
    for i, (literal, own_kind, text) in enumerate(values):
        if own_kind == "null":
            continue
        found = run("select id from sc_whe where v = ?", parameter(kind, text, literal))
        assert found == [(i,)], literal


def decimals(random: Random, precision: int, scale: int) -> Decimal:
    number = random.randrange(10 ** random.randint(1, precision)) * random.choice((1, -1))
    return Decimal(number).scaleb(-scale, Context(prec=40))


def test_random_decimals(run):
    """This client's codec and ours are independent: what one writes the other must read."""
    random = Random(20260620)
    for precision, scale in ((1, 0), (2, 1), (3, 3), (5, 2), (9, 9), (16, 5), (17, 16), (28, 14)):
        run.recreate("sc_rd", f"id integer, v decimal({precision},{scale})")
        values = [decimals(random, precision, scale) for _ in range(60)]
        cursor = run.connection.cursor()
        cursor.executemany("insert into sc_rd values (?, ?)", list(enumerate(values)))
        cursor.close()
        rows = run("select id, v, v || '' from sc_rd order by id")
        assert [(i, v) for i, v, _ in rows] == list(enumerate(values))
        assert [Decimal(text) for _, _, text in rows] == values


def test_random_rows(run):
    random = Random(7)
    day, second = datetime.timedelta(days=1), datetime.timedelta(seconds=1)
    run.recreate(
        "sc_rr",
        "id integer, i integer, b bigint, i8 int8, f float, s varchar(60), l lvarchar(400), d date,"
        " t datetime year to fraction(5), iv interval day(9) to fraction(5)",
    )
    rows = []
    for n in range(300):
        row = [
            n,
            random.randint(-(2**31) + 1, 2**31 - 1),
            random.randint(-(2**63) + 1, 2**63 - 1),
            random.randint(-(2**63) + 1, 2**63 - 1),
            random.gauss(0, 1e6),
            "".join(random.choices("abc ÄÖÜ'\"{}?:;-", k=random.randint(1, 60))),
            "".join(random.choices("xyz ßéà", k=random.randint(1, 400))),
            datetime.date(1, 1, 1) + day * random.randint(0, 3_600_000),
            datetime.datetime(1600, 1, 1)
            + second * random.randrange(10**10)
            + second * random.randrange(10**5) / 10**5,
            day * random.randint(-9999, 9999) + second * random.randrange(86400),
        ]
        rows.append(tuple(row[:1] + [None if random.randrange(8) == 0 else value for value in row[1:]]))
        run("insert into sc_rr values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *rows[-1])
    found = run("select * from sc_rr order by id")
    for want, got in zip(rows, found, strict=True):
        assert tuple(got) == want
