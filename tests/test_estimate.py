from dataclasses import fields
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from dhr_analytics.errors import UsageError
from dhr_analytics.statistics import CATALOGUE, Estimate, Quarter, definitions_markdown, share, to_frame, wilson
from dhr_analytics.statistics.estimate import ordered

QUARTER = Quarter(2025, 1)
counts = st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


def test_wilson_by_hand():
    # z = 1.96: centre (0.3 + 0.19208) / 1.38416, half 1.96 * sqrt(0.021 + 0.009604) / 1.38416
    assert wilson(3, 10) == pytest.approx((0.10779, 0.60322), abs=1e-5)


@given(counts)
def test_wilson_is_that_of_statsmodels(pair):
    assert wilson(*pair) == pytest.approx(proportion_confint(*pair, method="wilson"), abs=1e-12)


@given(counts)
def test_the_interval_holds_the_share_and_stays_within_0_and_1(pair):
    estimate = share("completion_rate", *pair, quarter=QUARTER)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert estimate.low < estimate.high


@given(counts)
def test_the_interval_of_the_complement_mirrors(pair):
    n, total = pair
    low, high = wilson(n, total)
    assert wilson(total - n, total) == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_an_estimate_says_what_it_is():
    estimate = share("completion_rate", 12, 48, quarter=QUARTER, dimension="theme", group="information_sharing")
    assert estimate.id == "completion_rate.actions.2025Q1.theme=information_sharing"
    assert estimate.label == "Completion rate: information sharing"
    assert (estimate.n, estimate.N, estimate.value, estimate.as_of) == (12, 48, 0.25, date(2025, 3, 31))
    assert estimate.definition in CATALOGUE
    assert share("completion_rate", 12, 48, quarter=QUARTER).id == "completion_rate.actions.2025Q1"


def test_ids_of_different_groups_and_filters_differ():
    groups = ["a b", "a+b", "a-b", "a_b", "a&b", "a=b", "a,b", "a.b"]
    ids = {share("status_share", 1, 2, quarter=QUARTER, dimension="agency", group=group).id for group in groups}
    ids |= {share("status_share", 1, 2, quarter=QUARTER, selection=text).id for text in ("", "area=North")}
    assert len(ids) == len(groups) + 2
    assert not any(set(each) & set(" &'\"$") for each in ids)


def test_nothing_to_divide_by_is_no_figure():
    estimate = share("completion_rate", 0, 0, quarter=QUARTER)
    assert (estimate.n, estimate.N, estimate.value, estimate.low, estimate.high) == (0, 0, None, None, None)


@pytest.mark.parametrize(
    ("measure", "n", "total", "denominator"),
    [
        ("completion_rate", 3, 2, "actions"),
        ("completion_rate", -1, 2, "actions"),
        ("completion", 1, 2, "actions"),
        ("completion_rate", 1, 2, "rows"),
    ],
)
def test_what_is_no_share_is_refused(measure, n, total, denominator):
    with pytest.raises(UsageError):
        share(measure, n, total, quarter=QUARTER, denominator=denominator)


def test_the_frame_keeps_rows_order_and_types():
    estimates = [share("no_update_share", n, total, quarter=QUARTER) for n, total in ((3, 4), (0, 0), (1, 4))]
    frame = to_frame(estimates)
    assert list(frame) == [field.name for field in fields(Estimate)]
    assert frame["n"].tolist() == [3, 0, 1]
    assert frame["value"].isna().tolist() == [False, True, False]
    assert frame["as_of"].tolist() == [pd.Timestamp("2025-03-31")] * 3
    pd.testing.assert_series_equal(to_frame([]).dtypes, frame.dtypes)
    assert to_frame([]).empty


def test_groups_come_largest_first_then_by_name_and_what_is_not_stated_last():
    sizes = {"not stated": 9, "b": 2, "A": 2, "c": 5}
    assert ordered(sizes, "agency") == ["c", "A", "b", "not stated"]
    assert ordered({"2025Q1": 9, "not stated": 3, "2024Q4": 1}, "target_quarter") == ["2024Q4", "2025Q1", "not stated"]


def test_the_printed_definitions_are_those_of_the_catalogue():
    file = Path(__file__).resolve().parents[1] / "docs" / "definitions.md"
    assert file.read_text(encoding="utf-8") == definitions_markdown()


@pytest.mark.parametrize("key", CATALOGUE)
def test_every_part_of_a_definition_is_printed(key):
    measure, text = CATALOGUE[key], definitions_markdown()
    assert f"## {measure.name} (`{key}`)" in text
    assert all(part and part in text for part in measure)


def test_no_update_is_never_called_not_done():
    text = definitions_markdown().casefold()
    assert not any(words in text for words in ("not done", "incomplete", "outstanding"))
    assert "not independent" in text
