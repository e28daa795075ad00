from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.normalising.dates import MONTHS, find_dates, month_end, read_target


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
    "text", ["Update 27/02/25 - staff were asked", "JN2425.094", "0700 – 1800 hours", "10th January-", "in June"]
)
def test_numbers_that_are_no_target(text):
    assert read_target(text).on is None


@pytest.mark.parametrize("text", ["31 February 2024", "31.02.2024", "2024-13-01", "45 May 2024"])
def test_impossible_dates_are_not_guessed(text):
    assert read_target(text).on is None


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
