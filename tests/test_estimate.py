from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import frames
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from dhr_analytics import __version__
from dhr_analytics.errors import UsageError
from dhr_analytics.package import write_csv
from dhr_analytics.statistics import (
    CATALOGUE,
    Estimate,
    Quarter,
    counts,
    definitions_markdown,
    from_frames,
    parse_id,
    rates,
    rows_frame,
    share,
    theme_shares,
    to_frame,
    wilson,
)
from dhr_analytics.statistics.estimate import escaped, ordered

QUARTER = Quarter(2025, 1)
n_of_total = st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


def test_wilson_by_hand():
    # z = 1.96: centre (0.3 + 0.19208) / 1.38416, half 1.96 * sqrt(0.021 + 0.009604) / 1.38416
    assert wilson(3, 10) == pytest.approx((0.10779, 0.60322), abs=1e-5)


@given(n_of_total)
def test_wilson_is_that_of_statsmodels(pair):
    assert wilson(*pair) == pytest.approx(proportion_confint(*pair, method="wilson"), abs=1e-12)


@given(n_of_total)
def test_the_interval_holds_the_share_and_stays_within_0_and_1(pair):
    estimate = share("completion_rate", *pair, quarter=QUARTER)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert estimate.low < estimate.high


@given(n_of_total)
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


def test_an_estimate_can_be_cited_with_how_it_was_made():
    plans = frames.build([{"status": "completed"}, {}, {"recommendation_id": "B-R001"}], themes={"A-R001": ["dash"]})
    plans = plans.with_themes(plans.themes.assign(codebook_version="1.2"))
    rate = rates(plans, QUARTER)[0]
    assert (rate.unit, rate.codebook_version, rate.revision) == ("share", "1.2", "final")
    assert rate.software == f"dhr_analytics {__version__}" and "latest snapshot" in rate.snapshot_rule
    assert rate.rows_n == ("A-R001-A01",) and rate.rows_N == ("A-R001-A01", "A-R001-A02", "B-R001-A01")
    assert "rows_n" not in repr(rate) and rate == replace(rate, rows_n=())


def test_estimates_survive_the_way_through_csv_files(tmp_path):
    plans = frames.build([{"status": "completed", "sector": "police"}, {}], themes={"A-R001": ["dash"]})
    made = [
        *rates(plans, QUARTER),
        *rates(plans, QUARTER, by="sector"),
        *theme_shares(plans, QUARTER, include=["marac"]),
    ]
    made += rates(frames.empty(), QUARTER.previous)[:1] + counts(plans, QUARTER, "read", over="reviews")
    for name, frame in (("e", to_frame(made)), ("r", rows_frame(made))):
        write_csv(frame, tmp_path / name)
    back = from_frames(pd.read_csv(tmp_path / "e"), pd.read_csv(tmp_path / "r"))
    assert [each.id for each in back] == [each.id for each in made]
    for one, two in zip(back, made, strict=True):
        assert (one.n, one.N, one.rows_n, one.rows_N, one.as_of) == (two.n, two.N, two.rows_n, two.rows_N, two.as_of)
        assert (
            one.value == (two.value if two.value is None else pytest.approx(two.value, abs=1e-5))
            and one.method == two.method
        )


@given(st.text(max_size=20), st.text(alphabet="._=,& +é", max_size=6))
def test_an_id_says_what_it_is_and_can_be_read_back(group, value):
    selection = f"agency={escaped(value)}" if value else ""
    made = share("overdue_share", 1, 2, quarter=QUARTER, dimension="agency", group=group, selection=selection)
    address = parse_id(made.id)
    assert (address.measure, address.denominator, address.quarter) == ("overdue_share", "actions", QUARTER)
    assert (address.dimension, address.group, address.selection) == ("agency", group, selection)
    assert not set(made.id) & set(" \"'<>&")


@pytest.mark.parametrize(
    "text", ["", "completion_rate", "completion_rate.actions", "a.b.2025Q1.", "a b.c.2025Q1", "a.b.2025Q9"]
)
def test_what_is_no_id_is_refused_in_words(text):
    with pytest.raises(UsageError, match="such as"):
        parse_id(text)


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
    assert list(frame) == [field.name for field in fields(Estimate) if field.name not in ("rows_n", "rows_N")]
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
    parts = (measure.name, measure.definition, measure.denominator, measure.method, measure.numerator, measure.limits)
    assert all(part and part in text for part in parts)


def test_no_update_is_never_called_not_done():
    text = definitions_markdown().casefold()
    assert not any(words in text for words in ("not done", "incomplete", "outstanding"))
    assert "alike" in text
