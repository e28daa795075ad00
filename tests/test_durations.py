"""Days overdue and days to completion, with lifelines as the oracle."""

import warnings

import frames
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhr_analytics.errors import UsageError
from dhr_analytics.statistics import Quarter, days_to_completion, kaplan_meier, overdue_days

QUARTER = Quarter(2025, 1)
times = st.lists(st.tuples(st.integers(-50, 400), st.booleans()), min_size=1, max_size=40)


def oracle(days, done):
    # lifelines is only needed here, and warns of what it does not use itself.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import KaplanMeierFitter
        from lifelines.utils import median_survival_times

        fitted = KaplanMeierFitter().fit(days, done)
        return fitted, median_survival_times(fitted.confidence_interval_)


@settings(max_examples=40, deadline=None)
@given(times)
def test_the_curve_is_that_of_lifelines(pairs):
    days, done = np.array([day for day, _ in pairs], float), np.array([each for _, each in pairs])
    # lifelines takes no days below 0: count from the first one.
    ours, (theirs, _) = kaplan_meier(days - days.min(), done), oracle(days - days.min(), done)
    assert ours["survival"].to_numpy() == pytest.approx(theirs.survival_function_.loc[ours["day"]].to_numpy()[:, 0])
    ends = theirs.confidence_interval_.loc[ours["day"]].to_numpy()
    inside = (ours["survival"] > 0) & (ours["survival"] < 1)
    assert ours.loc[inside, ["low", "high"]].to_numpy() == pytest.approx(ends[inside.to_numpy()])
    assert kaplan_meier(days, done)["survival"].tolist() == ours["survival"].tolist()


def some(days, *, status="completed"):
    return {
        "status": status,
        "target_on": "2024-01-01",
        "completed_on": str(np.datetime64("2024-01-01") + days) if status == "completed" else "",
    }


def test_the_median_and_its_interval_are_those_of_lifelines():
    taken = [10, 20, 30, 45, 60, 61, 90, 120, 200, 300]
    plans = frames.build([*(some(day) for day in taken), *(some(0, status="in_progress") for _ in range(5))])
    median, *within = days_to_completion(plans, QUARTER)
    theirs, ends = oracle([*taken, *[455] * 5], [1] * 10 + [0] * 5)
    assert (median.value, median.n, median.N, median.unit) == (theirs.median_survival_time_, 10, 15, "days")
    assert median.low == ends.iloc[0, 0] and (median.high is None) == np.isinf(ends.iloc[0, 1])
    shares = {each.group: each.value for each in within}
    assert shares["90"] == pytest.approx(1 - theirs.predict(90)) and shares["0"] == 0
    assert shares["730"] is None, "no action is known for so long"


def test_what_is_not_known_is_left_out():
    plans = frames.build(
        [
            some(-10),
            some(5),
            {"status": "completed", "target_on": "2024-01-01"},
            {"status": "no_update", "target_on": "2024-01-01"},
            {"status": "in_progress"},
        ]
    )
    median = days_to_completion(plans, QUARTER)[0]
    assert (median.n, median.N, median.value) == (2, 2, -10)
    assert median.rows_N == ("A-R001-A01", "A-R001-A02")
    assert days_to_completion(plans, QUARTER, origin="published")[0].value is None


def test_the_snapshot_ends_what_is_known():
    plans = frames.build(
        [some(10), some(0, status="in_progress")],
        reviews=[{"review_id": "A", "snapshot_on": "2024-01-05", "published_on": "2023-12-01"}],
    )
    # The second was last seen after 4 days: at 10 days only the first is left, and half is not reached before.
    assert days_to_completion(plans, QUARTER)[0].value == 10
    assert days_to_completion(plans, QUARTER, origin="published")[0].value == 41


def test_days_overdue_by_hand():
    plans = frames.build(
        [
            {"target_on": "2025-03-01", "sector": "police"},
            {"target_on": "2025-03-21", "sector": "police"},
            {"target_on": "2024-03-31", "sector": "health"},
            {"target_on": "2024-03-31", "status": "completed"},
            {"target_on": "2025-03-31"},
        ]
    )
    [every] = overdue_days(plans, QUARTER)
    assert (every.n, every.value, every.low, every.high) == (3, 30, 10, 365)
    by = {each.group: (each.n, each.value) for each in overdue_days(plans, QUARTER, by="sector")}
    assert by == {"police": (2, 20), "health": (1, 365)}


def test_where_nothing_is_overdue_or_completed_there_is_no_number():
    for plans in (frames.empty(), frames.build([{}])):
        assert [(each.n, each.value, each.low) for each in overdue_days(plans, QUARTER)] == [(0, None, None)]
        assert all(each.value is None for each in days_to_completion(plans, QUARTER))


def test_days_are_counted_from_what_is_known():
    with pytest.raises(UsageError, match="target or published"):
        days_to_completion(frames.empty(), QUARTER, origin="moon")
