"""Numbers, dates and names in plain words."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.reporting import text
from dhr_analytics.statistics import NOT_CODED, NOT_STATED, parse_quarter, share
from dhr_analytics.themes.codebook import Codebook

QUARTER = parse_quarter("2025Q1")


def rate(n: int, total: int):
    return share("completion_rate", n, total, quarter=QUARTER)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.25, "25%"),
        (0.125, "13%"),  # a half is rounded up, not to the even neighbour
        (0.285, "29%"),  # also where the float lies just below it
        (0.0, "0%"),
        (1.0, "100%"),
        (0.001, "less than 1%"),
        (0.9999, "more than 99%"),
        (None, "no figure"),
        (float("nan"), "no figure"),
    ],
)
def test_percent(value, words):
    assert text.percent(value) == words


@given(st.integers(1, 3000), st.data())
def test_percent_never_says_none_or_all_of_a_part(total, data):
    n = data.draw(st.integers(0, total))
    words = text.percent(n / total)
    assert (words == "0%") == (n == 0)
    assert (words == "100%") == (n == total)


def test_full_names_numerator_denominator_and_interval():
    # Wilson for 12 of 48 by hand: centre (0.25 + 1.9207/48) / (1 + 3.8415/48) = 0.2685, half width 0.1183.
    assert text.full(rate(12, 48)) == "12 of 48 actions (25%, 95% interval 15% to 39%)"
    assert text.full(rate(1, 1)) == "1 of 1 action (100%, 95% interval 21% to 100%)"
    assert text.full(rate(0, 0)) == "no actions"
    assert text.full(rate(1200, 2400)).startswith("1,200 of 2,400 actions (50%,")


@pytest.mark.parametrize(
    ("n", "total", "words"),
    [
        (0, 48, "None of the 48 actions"),
        (48, 48, "All 48 actions"),
        (1, 1, "The one action"),
        (0, 1, "Not the one action"),
        (3, 7, "3 of the 7 actions"),
        (2, 100, "Fewer than 1 in 20 actions"),
        (97, 100, "Almost all actions"),
        (24, 100, "About a quarter of actions"),
        (50, 100, "About half of actions"),
        (42, 100, "About 4 in 10 actions"),
        (94, 100, "About 9 in 10 actions"),
    ],
)
def test_roughly(n, total, words):
    assert text.roughly(rate(n, total)) == words


@given(st.integers(20, 500), st.data())
def test_roughly_stays_within_five_points(total, data):
    n = data.draw(st.integers(1, total - 1))
    words = text.roughly(rate(n, total))
    said = {words: share for share, words in text.FRACTIONS.items()}
    found = next((share for name, share in said.items() if f"About {name} of" in words), None)
    if found is None and "in 10" in words:
        found = int(words.split()[1]) / 10
    if found is None:
        assert (n / total < 0.05 and words.startswith("Fewer")) or (n / total > 0.95 and words.startswith("Almost"))
    else:
        assert abs(found - n / total) <= 0.05 + 1e-9


def test_dates_are_those_of_govuk():
    assert text.day(date(2025, 3, 1)) == "1 March 2025"
    assert text.day(None) == "not stated"


def test_names_are_plain_words_never_ids():
    for theme in Codebook.load().themes:
        assert text.name("theme", theme.id) == theme.name
    assert text.name("theme", "of_another_codebook") == "Of another codebook"
    assert text.name("status", "no_update") == "No update in the plan"
    assert text.name("sector", "children's social care") == "Children's social care"
    assert text.name("sector", NOT_STATED) == text.name("agency", "") == "Not stated"
    assert text.name("theme", NOT_CODED) == "Not coded"
    assert text.name("target_quarter", "2025-26Q1") == "April to June 2025"
    assert text.name("agency", "NHS_x") == "NHS_x"
    assert text.lower("DASH forms") == "DASH forms" and text.lower("Lead agency") == "lead agency"
    assert text.lower("Home Office tag") == "Home Office tag"


@pytest.mark.parametrize(
    ("unit", "value", "low", "high", "words", "ends"),
    [
        ("share", 0.25, 0.15, 0.39, "25%", "15% to 39%"),
        ("days", 34.5, 3.0, 1204.0, "35", "3 to 1,204"),
        ("days", -10.0, None, None, "-10", "no interval"),
        ("count", 1204.0, None, None, "1,204", "no interval"),
        ("points", 0.036, -0.024, 0.091, "+4 points", "-2 to +9 points"),
        ("points", -0.01, -0.2, 0.004, "-1 point", "-20 to 0 points"),
        ("points", None, None, None, "no figure", "no figure"),
        ("share", None, None, None, "no figure", "no figure"),
    ],
)
def test_values_are_printed_in_their_unit(unit, value, low, high, words, ends):
    made = replace(rate(1, 2), unit=unit, value=value, low=low, high=high)
    assert (text.value(made), text.value_interval(made)) == (words, ends)
    assert text.full(replace(rate(1, 2), low=None)) == "1 of 2 actions (50%)"


@pytest.mark.parametrize(
    ("number", "called"),
    [
        ("3", "recommendation 3"),
        ("3)", "recommendation 3"),
        ("Recommendation Five", "Recommendation Five"),
        ("", "recommendation 7 in the plan"),
    ],
)
def test_a_recommendation_is_called_by_its_number_once(number, called):
    assert text.recommendation(number, 7) == called
