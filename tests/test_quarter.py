from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.errors import UsageError
from dhr_analytics.statistics import Quarter, last_quarters, parse_quarter, quarter_of


@pytest.mark.parametrize(
    ("text", "fiscal", "start", "end", "label", "written"),
    [
        ("2025Q1", False, date(2025, 1, 1), date(2025, 3, 31), "January to March 2025", "2025Q1"),
        ("2024q4", False, date(2024, 10, 1), date(2024, 12, 31), "October to December 2024", "2024Q4"),
        (" 2025Q1 ", True, date(2025, 4, 1), date(2025, 6, 30), "April to June 2025", "2025-26Q1"),
        ("2025-26Q4", False, date(2026, 1, 1), date(2026, 3, 31), "January to March 2026", "2025-26Q4"),
        ("1999-00Q3", False, date(1999, 10, 1), date(1999, 12, 31), "October to December 1999", "1999-00Q3"),
    ],
)
def test_a_quarter_is_read_and_knows_its_days(text, fiscal, start, end, label, written):
    quarter = parse_quarter(text, fiscal)
    assert (quarter.start, quarter.end, quarter.label, quarter.id) == (start, end, label, written)


@pytest.mark.parametrize(
    "text",
    [
        "2025Q5",
        "2025Q0",
        "Q1",
        "",
        "2025",
        "2025 Q1",
        "2025Q11",
        "25Q1",
        "0000Q1",
        "9999Q4",
        "2025-27Q1",
        "٢٠٢٥Q1",
        None,
    ],
)
def test_what_is_no_quarter_is_named_with_an_example(text):
    with pytest.raises(UsageError, match="such as 2025Q1") as error:
        parse_quarter(text)
    assert repr(text) in str(error.value)


def test_a_quarter_has_a_number_from_1_to_4():
    with pytest.raises(UsageError, match="1 to 4"):
        Quarter(2025, 5)


quarters = st.builds(Quarter, st.integers(1900, 2199), st.integers(1, 4), st.booleans())


@given(quarters)
def test_quarters_follow_each_other_without_gap(quarter):
    assert quarter.previous.end + timedelta(days=1) == quarter.start
    assert 90 <= (quarter.end - quarter.start).days + 1 <= 92
    assert quarter.previous.fiscal == quarter.fiscal


@given(quarters)
def test_an_id_reads_back_as_the_same_quarter(quarter):
    assert parse_quarter(quarter.id) == quarter


@given(st.dates(date(1900, 5, 1), date(2199, 12, 31)), st.booleans())
def test_a_day_lies_in_its_quarter(day, fiscal):
    quarter = quarter_of(day, fiscal)
    assert quarter.start <= day <= quarter.end
    assert quarter.fiscal == fiscal


def test_last_quarters_are_in_time_order():
    assert [quarter.id for quarter in last_quarters(Quarter(2025, 1), 3)] == ["2024Q3", "2024Q4", "2025Q1"]
