# ruff: noqa: E501 - one case a line
"""Dates, datetimes and intervals: against Python's datetime."""

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_testserver.engine import SqlError
from informix_testserver.memory import temporal
from informix_testserver.memory.types import DAY, HOUR, MINUTE, MONTH, SECOND, YEAR, datetime_type, interval_type
from informix_types.values import IntervalYM, PartialDateTime

ISO = temporal.date_style("Y4MD-")
STAMPS = st.datetimes(datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59)).map(
    lambda d: d.replace(microsecond=d.microsecond // 10 * 10)
)
FULL = datetime_type(YEAR, 15)


@given(st.dates())
def test_date_text_and_number(date: datetime.date) -> None:
    day = temporal.parse_date(date.isoformat(), ISO)
    assert day is not None
    assert datetime.date(1899, 12, 31) + datetime.timedelta(day) == date
    assert temporal.format_date(day, ISO) == date.isoformat()


@given(STAMPS)
def test_datetime_text(moment: datetime.datetime) -> None:
    text = f"{moment:%m-%d %H:%M:%S.}{moment.microsecond // 10:05d}"
    value = temporal.parse_stamp(f"{moment.year:04d}-{text}", FULL)
    assert value == temporal.stamp_of(moment)
    assert temporal.format_stamp(value, FULL) == f"{moment.year:04d}-{text}"


@given(STAMPS, STAMPS)
def test_datetimes_sort_and_subtract(x: datetime.datetime, y: datetime.datetime) -> None:
    a, b = temporal.stamp_of(x), temporal.stamp_of(y)
    assert (a < b) == (x < y)
    assert (a - b) * 10 == (x - y) // datetime.timedelta(microseconds=1)


@given(st.integers(-999_999, 999_999), st.integers(0, 86_399))
def test_interval_text(days: int, seconds: int) -> None:
    kind = interval_type(DAY, SECOND, 6)
    value = days * temporal.DAY_TICKS + (1 if days >= 0 else -1) * seconds * temporal.TICKS
    assert temporal.parse_interval(temporal.format_interval(value, kind), kind) == value


@pytest.mark.parametrize(
    ("dbdate", "text", "date"),
    [
        ("MDY4/", "02/03/2024", "2024-02-03"),
        ("MDY4/", "2.3.2024", "2024-02-03"),
        ("DMY4.", "03.02.2024", "2024-02-03"),
        ("Y4MD-", "2024-02-03", "2024-02-03"),
        ("MDY4/", "02032024", "2024-02-03"),
        ("Y4MD0", "20240203", "2024-02-03"),
    ],
)
def test_dates_follow_dbdate(dbdate: str, text: str, date: str) -> None:
    day = temporal.parse_date(text, temporal.date_style(dbdate))
    assert day is not None
    assert temporal.to_date(day).isoformat() == date


@pytest.mark.parametrize(
    ("text", "code"),
    [("2024-13-01", -1205), ("2024-02-30", -1206), ("0000-01-01", -1204), ("hello", -1218), ("2024-01", -1218)],
)
def test_bad_dates(text: str, code: int) -> None:
    with pytest.raises(SqlError) as caught:
        temporal.parse_date(text, ISO)
    assert caught.value.sqlcode == code


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("2024-01-01 10", datetime_type(YEAR, SECOND), -1263),
        ("2024-01-01 10:00:00:00", datetime_type(YEAR, SECOND), -1264),
        ("20240-01-01", datetime_type(YEAR, DAY), -1261),
        ("2024-xx-01", datetime_type(YEAR, DAY), -1262),
        ("25:00", datetime_type(HOUR, MINUTE), -1263),
    ],
)
def test_bad_datetimes(text: str, kind: Any, code: int) -> None:
    with pytest.raises(SqlError) as caught:
        temporal.parse_stamp(text, kind)
    assert caught.value.sqlcode == code


# -------------------------------------------------------------------------------------------------------- in SQL


@pytest.mark.parametrize(
    ("expression", "type_name", "value"),
    [
        ("mdy(2,3,2024) + 30", "DATE", datetime.date(2024, 3, 4)),
        ("mdy(3,1,2024) - mdy(2,1,2024)", "INTEGER", 29),
        ("datetime(2024-02-03 01:02:03) year to second", "DATETIME YEAR TO SECOND", datetime.datetime(2024, 2, 3, 1, 2, 3)),
        ("datetime(2024-02-03) year to day", "DATETIME YEAR TO DAY", datetime.date(2024, 2, 3)),
        ("datetime(12:30) hour to minute", "DATETIME HOUR TO MINUTE", datetime.time(12, 30)),
        ("datetime(02-29) month to day", "DATETIME MONTH TO DAY", PartialDateTime(MONTH, DAY, (2, 29))),
        ("interval(3 04:05:06) day to second", "INTERVAL DAY(2) TO SECOND", datetime.timedelta(3, 14706)),
        ("interval(-5-03) year to month", "INTERVAL YEAR(4) TO MONTH", IntervalYM(years=-5, months=-3)),
        ("datetime(2024-01-31 00:00) year to minute + 3 units hour", "DATETIME YEAR TO MINUTE", datetime.datetime(2024, 1, 31, 3)),
        ("datetime(2024-03-01 00:00) year to minute - datetime(2024-02-28 12:00) year to minute", "INTERVAL DAY(8) TO MINUTE", datetime.timedelta(1, 43200)),
        ("datetime(2024-03) year to month - datetime(2023-01) year to month", "INTERVAL YEAR(4) TO MONTH", IntervalYM(years=1, months=2)),
        ("extend(mdy(2,3,2024), year to hour)", "DATETIME YEAR TO HOUR", datetime.datetime(2024, 2, 3)),
        ("extend(datetime(2024-02-03 01:02:03) year to second, year to day)", "DATETIME YEAR TO DAY", datetime.date(2024, 2, 3)),
        ("date('2024-02-03')", "DATE", datetime.date(2024, 2, 3)),
        ("year(mdy(2,3,2024)) * 100 + month(mdy(2,3,2024))", "INTEGER", 202402),
        ("weekday(mdy(2,4,2024))", "INTEGER", 0),
        ("trunc(mdy(2,17,2024), 'MM')", "DATE", datetime.date(2024, 2, 1)),
        ("round(mdy(2,17,2024), 'MONTH')", "DATE", datetime.date(2024, 3, 1)),
        ("round(mdy(7,1,2024), 'YEAR')", "DATE", datetime.date(2025, 1, 1)),
        ("trunc(datetime(2024-02-03 14:35:06) year to second)", "DATETIME YEAR TO SECOND", datetime.datetime(2024, 2, 3)),
        ("round(datetime(2024-02-03 14:35:06) year to second, 'HH')", "DATETIME YEAR TO SECOND", datetime.datetime(2024, 2, 3, 15)),
        ("last_day(mdy(2,4,2024))", "DATE", datetime.date(2024, 2, 29)),
        ("add_months(mdy(1,31,2024), 1)", "DATE", datetime.date(2024, 2, 29)),
        ("add_months(mdy(2,29,2024), 1)", "DATE", datetime.date(2024, 3, 31)),
        ("to_char(datetime(2024-02-03 14:05:06) year to second, '%d.%m.%Y %I:%M %p')", "LVARCHAR(2048)", "03.02.2024 02:05 PM"),
        ("to_char(mdy(2,3,2024), 'YYYY/MM/DD')", "LVARCHAR(2048)", "2024/02/03"),
        ("to_date('3 Feb 2024 14h', '%d %b %Y %Hh')", "DATETIME YEAR TO FRACTION(5)", datetime.datetime(2024, 2, 3, 14)),
    ],
)  # fmt: skip
def test_expressions(db: Any, expression: str, type_name: str, value: Any) -> None:
    assert db.type_of(expression) == type_name
    assert db.evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("mdy(1,31,2024) + 1 units month", -1267),
        ("mdy(13,1,2024)", -1205),
        ("mdy(12,31,9999) + 1", -1267),
        ("mdy(1,1,2024) + mdy(1,1,2024)", -1260),
        ("interval(1) day to day + interval(1) month to month", -1266),
    ],
)
def test_impossible_arithmetic(db: Any, expression: str, code: int) -> None:
    assert db.error(f"select {expression} from sysmaster:sysdual").sqlcode == code


def test_today_and_current_agree_with_the_clock(db: Any) -> None:
    before = datetime.datetime.now().replace(microsecond=0)
    stamp = db.evaluate("current year to second")
    assert before <= stamp <= datetime.datetime.now()
    assert db.evaluate("today") in (before.date(), datetime.date.today())


def test_the_clock_stands_still_during_a_statement(db: Any) -> None:
    rows = db.rows("select current year to fraction(5), sysdate from systables")
    assert len(set(rows)) == 1
    assert len({moment for row in rows for moment in row}) == 1


def test_values_travel_through_columns(db: Any) -> None:
    db.run(
        "create table t (d date, s datetime year to fraction(5), m datetime month to day, h datetime hour to second,"
        " y interval year(4) to month, i interval day(5) to fraction(3))"
    )
    row = (
        datetime.date(9999, 12, 31),
        datetime.datetime(1, 1, 1, 23, 59, 59, 999990),
        PartialDateTime(MONTH, DAY, (2, 29)),
        datetime.time(23, 59, 59),
        IntervalYM(years=-9999, months=-11),
        datetime.timedelta(-99999, -3600, milliseconds=-7),
    )
    from informix_testserver.engine import Parameter

    partial = Parameter(datetime_type(MONTH, DAY), row[2])
    db.run("insert into t values (?,?,?,?,?,?)", *row[:2], partial, *row[3:])
    assert db.rows("select * from t") == [row]
    assert db.rows(
        "select 1 from t where d = ? and s = ? and y = ? and i = ?", row[0], row[1], row[4], row[5]
    ) == [(1,)]


def test_assignment_converts_qualifiers(db: Any) -> None:
    db.run("create table t (a datetime year to second, b datetime year to day, c date)")
    moment = datetime.datetime(2024, 2, 3, 4, 5, 6, 789120)
    db.run("insert into t values (?, ?, ?)", moment, moment, moment)
    assert db.rows("select * from t") == [(moment.replace(microsecond=0), moment.date(), moment.date())]


def test_interval_that_does_not_fit(db: Any) -> None:
    db.run("create table t (i interval day(2) to second)")
    assert db.fails("insert into t values (?)", datetime.timedelta(100)) == (-1265, 0)
    assert db.fails("insert into t values ('100 00:00:00')") == (-1261, 0)


def test_intervals_of_text_and_numbers(db: Any) -> None:
    day = datetime.timedelta(days=1)
    assert db.evaluate("to_dsinterval('3 04:05:06.5')") == 3 * day + datetime.timedelta(
        hours=4, minutes=5, seconds=6, milliseconds=500
    )
    assert db.evaluate("to_dsinterval('-1 00:00:00')") == -day
    assert db.evaluate("to_yminterval('3-04')") == IntervalYM(months=40)
    assert db.evaluate("numtodsinterval(90.5, 'minute')") == datetime.timedelta(minutes=90.5)
    assert db.evaluate("numtodsinterval(-2, 'DAY')") == -2 * day
    assert db.evaluate("numtoyminterval(14, 'MONTH') + numtoyminterval(1, 'YEAR')") == IntervalYM(months=26)
    assert db.fails("select numtodsinterval(1, 'MONTH') from sysmaster:sysdual") == (-1268, 0)
    assert db.type_of("numtoyminterval(1, 'YEAR')") == "INTERVAL YEAR(9) TO MONTH"


def test_months_between_takes_text_as_dates(db: Any) -> None:
    assert db.evaluate("months_between('2024-03-31', '2024-02-29')") == 1
    stamp = datetime.datetime(2024, 3, 15, 12)
    assert db.evaluate("months_between(?, ?)", stamp, datetime.datetime(2024, 2, 15)) == 1
