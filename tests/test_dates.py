from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps import steps

from dhr_analytics.normalising.cells.dates import (
    MONTHS,
    MOVED,
    UNREAD,
    find_dates,
    month_end,
    read_target,
    target_dates,
)
from dhr_analytics.normalising.cells.status import read_status
from dhr_analytics.normalising.review import WEIGHTS


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("16/01/2024", date(2024, 1, 16)),
        ("31.12.2016", date(2016, 12, 31)),
        ("30.6.2016", date(2016, 6, 30)),
        ("29.11.15", date(2015, 11, 29)),
        ("2025-03-31", date(2025, 3, 31)),
        ("31 st January 2016", date(2016, 1, 31)),
        ("30th Sept 2023", date(2023, 9, 30)),
        ("1st of May, 2024", date(2024, 5, 1)),
        ("Mar-25", date(2025, 3, 31)),
        ("July 24", date(2024, 7, 31)),
        ("Sept '23", date(2023, 9, 30)),
        ("By end of September 2023", date(2023, 9, 30)),
        ("February 2016", date(2016, 2, 29)),
        ("Autumn 2024", date(2024, 11, 30)),
        ("Winter 2024", date(2025, 2, 28)),
        ("By end of Q3 2023/24", date(2023, 12, 31)),
        ("Q4 2023/24", date(2024, 3, 31)),
        ("Q2 2024", date(2024, 6, 30)),
        ("2023/24", date(2024, 3, 31)),
        ("by 2026", date(2026, 12, 31)),
        ("2026", date(2026, 12, 31)),
        ("Q2 24/25", date(2024, 9, 30)),
        ("Q2 FY24/25", date(2024, 9, 30)),
        ("2024/25 Q4", date(2025, 3, 31)),
        ("Q2/Q3 2024", date(2024, 9, 30)),
        ("H1 2024", date(2024, 6, 30)),
        ("H2 2024/25", date(2025, 3, 31)),
        ("End of financial year 24/25", date(2025, 3, 31)),
        ("24/25", date(2025, 3, 31)),
        ("Academic year 2024/25", date(2025, 8, 31)),
        ("03/2024", date(2024, 3, 31)),
        ("03/24", date(2024, 3, 31)),
        ("March 31st 2024", date(2024, 3, 31)),
        ("March/April 2024", date(2024, 4, 30)),
        ("Spring/Summer 2024", date(2024, 8, 31)),
        ("Winter 24/25", date(2025, 2, 28)),
        ("Autumn term 2024", date(2024, 12, 31)),
        ("Summer term 2024/25", date(2025, 7, 31)),
        ("First week of May 2024", date(2024, 5, 7)),
        ("Early 2024", date(2024, 4, 30)),
        ("mid-2024", date(2024, 8, 31)),
        ("Late 2024", date(2024, 12, 31)),
        ("End 2024", date(2024, 12, 31)),
        ("Before Christmas 2024", date(2024, 12, 25)),
        ("45292", date(2024, 1, 1)),
        ("1.2 31/01/2024", date(2024, 1, 31)),
        ("2. Spring 2024", date(2024, 5, 31)),
    ],
)
def test_a_stated_period_means_its_last_day(text, on):
    target = read_target(text)
    assert (target.on, target.basis) == (on, "absolute")


def test_the_first_plain_date_is_the_target_and_the_rest_is_progress():
    target = read_target("May 2023\nBrief sent round 14.03.2023. ACTION COMPLETE")
    assert target.on == date(2023, 5, 31)
    assert target.text == "May 2023"
    assert target.rest == "Brief sent round 14.03.2023. ACTION COMPLETE"


def test_the_date_of_something_finished_is_no_target():
    assert read_target("Training completed in December 2015. Next session booked February 2016").on == date(2016, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        "Update 27/02/25 - staff were asked",
        "JN2425.094",
        "0700 – 1800 hours",
        "10th January-",
        "in June",
        "6/12",
        "31/24",
        "12345",
        "DHR 03/2024",
    ],
)
def test_numbers_that_are_no_target(text):
    assert read_target(text).on is None


@pytest.mark.parametrize(
    "text",
    [
        "01.04.2024-31.03.2025",
        "April 2024 to March 2025",
        "between April 2024 and March 2025",
        "5 May 2024 – 31 March 2025",
    ],
)
def test_a_period_ends_with_its_second_date(text):
    assert (read_target(text).on, read_target(text).warning) == (date(2025, 3, 31), "")


@pytest.mark.parametrize(
    "text",
    [
        "March 2024 revised to June 2025",
        "March 2024 (extended to June 2025)",
        "Was 31/03/24 now 30/06/25",
        "June 2025 (was March 2024)",
        "Original: 31/03/24 Revised: 30/06/25",
        "By March 2024, moved to the end of June 2025",
        "March 2024, extended to September 2024, now June 2025",
    ],
)
def test_a_date_that_was_moved_stands_where_it_was_moved_to(text):
    target = read_target(text)
    assert (target.on, target.warning) == (date(2025, 6, 30), MOVED)
    assert [span.on for span in target_dates(text)] == [date(2025, 6, 30)]


def test_of_dates_that_nothing_relates_the_first_is_the_target():
    assert read_target("31/03/24 30/06/24").on == date(2024, 3, 31)
    assert len(target_dates("31/03/24 30/06/24")) == 2


@given(st.integers(2001, 2090))
def test_easter_is_a_sunday_in_spring(year):
    day = read_target(f"Easter {year}").on
    assert day is not None and day.weekday() == 6 and date(year, 3, 22) <= day <= date(year, 4, 25)


@pytest.mark.parametrize(
    ("year", "on"), [(2019, date(2019, 4, 21)), (2024, date(2024, 3, 31)), (2025, date(2025, 4, 20))]
)
def test_easter(year, on):
    assert read_target(f"Easter {year}").on == on


@pytest.mark.parametrize(
    "text", ["31 February 2024", "31.02.2024", "2024-13-01", "45 May 2024", "2024/13/01", "20241301"]
)
def test_impossible_dates_are_not_guessed(text):
    assert read_target(text).on is None


@pytest.mark.parametrize("text", ["31/6/25", "05/14/2025", "30/02/2024", "Done by 31.9.2024"])
def test_an_impossible_day_gives_a_warning(text):
    assert (read_target(text).on, read_target(text).warning) == (None, UNREAD)
    assert UNREAD in WEIGHTS


@pytest.mark.parametrize(
    "text", ["Ongoing", "TBC", "Update 27/02/25 - staff were asked", "1.2 In hand", "", "30/06/2024"]
)
def test_other_cells_give_none(text):
    assert read_target(text).warning == ""


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("2026/05/04", date(2026, 5, 4)),
        ("20260504", date(2026, 5, 4)),
        ("by 20260504.", date(2026, 5, 4)),
        ("2026Q02", date(2026, 6, 30)),
        ("2026 Q4", date(2026, 12, 31)),
        ("2026-Q1", date(2026, 3, 31)),
    ],
)
def test_dates_of_data_exports(text, on):
    assert read_target(text).on == on


@pytest.mark.parametrize("text", ["120260504", "2026050412", "20260504/2", "JN20260504", "2026/05/0412"])
def test_longer_numbers_are_no_dates(text):
    assert find_dates(text) == []


def test_work_grows_with_the_length_of_a_log():
    def work(count):
        text = " ".join(f"{day:02}/03/2024 done. Moved to June 2025." for day in [*range(1, 29)] * count)
        assert len(find_dates(text)) == 2 * 28 * count
        return steps(lambda: [read_target(text), read_status({"progress": text}), read_status({"target": text})])

    work(1)
    assert 4.4 * work(8) > work(32)


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("Within 3 months of the completion of the DHR", date(2024, 4, 30)),
        ("3 months post publication of the report", date(2024, 4, 30)),
        ("six weeks after publication", date(2024, 3, 13)),
        ("Prior to publication", None),
        ("14 days", None),
    ],
)
def test_relative_targets_resolve_only_from_the_publication_date(text, on):
    assert read_target(text).on is None
    assert read_target(text).basis == "relative"
    assert read_target(text, date(2024, 1, 31)).on == on


@pytest.mark.parametrize("text", ["Ongoing", "On-going", "Monthly", "Annually"])
def test_standing_tasks_have_no_date(text):
    assert (read_target(text).on, read_target(text).basis) == (None, "ongoing")


@given(
    st.dates(date(2001, 1, 1), date(2098, 12, 31)),
    st.sampled_from(["{d:%d/%m/%Y}", "{d:%d.%m.%y}", "{d:%Y-%m-%d}", "{d:%d %B %Y}"]),
)
def test_every_full_date_is_read_as_itself(day, form):
    text = "by " + form.format(d=day)
    assert [span.on for span in find_dates(text)] == [day]


@given(st.sampled_from(sorted(MONTHS)), st.integers(2001, 2098))
def test_month_and_year_mean_the_last_day_of_the_month(month, year):
    assert read_target(f"{month.title()} {year}").on == month_end(year, MONTHS[month])


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader_and_spans_quote_it(text):
    for span in find_dates(text):
        assert 0 <= span.start < span.end <= len(text)
    target = read_target(text)
    assert set((target.text + " " + target.rest).split()) >= {w for w in text.split() if w.strip(".;,–-")} - set(
        ".;,–-"
    )
