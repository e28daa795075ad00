"""Intervals that know of reviews: against formulas, against statsmodels, and by how often they hold the truth."""

import frames
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from dhr_analytics.statistics import Quarter, rates, theme_shares, wilson
from dhr_analytics.statistics.catalogue import ASSUMED, BY_REVIEW, NEWCOMBE, PAIRED, WILSON
from dhr_analytics.statistics.counting import difference, shares
from dhr_analytics.statistics.estimate import Context

QUARTER = Quarter(2025, 1)
CONTEXT = Context(QUARTER)


def rows(*reviews: tuple[int, int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows counted and all rows, for (n, N) of each review."""
    every = [
        (f"{place}-{k}", f"review {place}", k < n) for place, (n, total) in enumerate(reviews) for k in range(total)
    ]
    base = pd.DataFrame(every, columns=["row", "review", "done"]).astype({"row": "str", "review": "str", "done": bool})
    return base[base["done"]], base


def rate(*reviews: tuple[int, int]):
    counted, base = rows(*reviews)
    [found] = shares({"completion_rate": counted}, base, context=CONTEXT, denominator="actions")
    return found


def test_the_design_effect_by_hand():
    # Left out in turn: 12/20, 9/20, 3/20 of 3 reviews with 10 rows each; the mean is 0.4.
    found = rate((0, 10), (3, 10), (9, 10))
    variance = 2 / 3 * (0.2**2 + 0.05**2 + 0.25**2)
    effect = variance / (0.4 * 0.6 / 30) * (2.7764 / 1.95996) ** 2  # t with 4 degrees, the least taken
    assert effect > 1 + 9 * 0.1
    low, high = proportion_confint(0.4 * 30 / effect, 30 / effect, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)
    assert found.method == BY_REVIEW


@pytest.mark.parametrize("reviews", [[(0, 10), (0, 10)], [(10, 10), (10, 10)], [(4, 10)], [(2, 10), (2, 10)]])
def test_where_the_reviews_cannot_tell_a_likeness_is_assumed(reviews):
    found = rate(*reviews)
    n, total = (sum(each) for each in zip(*reviews, strict=True))
    worth = total / (1 + 9 * 0.1)
    assert (found.low, found.high) == pytest.approx(wilson(n / total * worth, worth))
    assert found.method.startswith(ASSUMED)


@settings(max_examples=60)
@given(
    st.lists(
        st.integers(1, 12).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))), min_size=1, max_size=6
    )
)
def test_never_narrower_than_wilson_and_blind_to_order(reviews):
    found, again = rate(*reviews), rate(*reviews[::-1])
    low, high = wilson(found.n, found.N)
    assert 0 <= found.low <= low + 1e-12 and high - 1e-12 <= found.high <= 1
    assert (found.low, found.high) == pytest.approx((again.low, again.high))


def test_the_truth_is_held_as_often_as_said():
    """Reviews of unequal size, 5 of them, rows alike to a degree of 0.15; seeded, so that it cannot fail by chance."""
    random = np.random.default_rng(5)
    held = plain = 0
    runs = 400
    sizes = np.clip(np.round(np.exp(random.normal(2.6, 0.8, (runs, 5)))), 1, 120).astype(int)
    counts = random.binomial(sizes, random.beta(0.3 * 0.85 / 0.15, 0.7 * 0.85 / 0.15, (runs, 5)))
    parts = [rows(*zip(n.tolist(), total.tolist(), strict=True)) for n, total in zip(counts, sizes, strict=True)]
    base = pd.concat([every.assign(group=str(run)) for run, (_, every) in enumerate(parts)])
    counted = pd.concat([some.assign(group=str(run)) for run, (some, _) in enumerate(parts)])
    names = [str(run) for run in range(runs)]
    found = shares(
        {"completion_rate": counted}, base, context=CONTEXT, denominator="actions", dimension="agency", groups=names
    )
    for each in found:
        low, high = wilson(each.n, each.N)
        held += each.low <= 0.3 <= each.high
        plain += low <= 0.3 <= high
    assert held / runs >= 0.93 and plain / runs < 0.75


def test_reviews_are_independent_of_one_another():
    plans = frames.build(themes={f"{review}-R001": ["dash"] * (review < "D") for review in "ABCDEFGH"})
    found = theme_shares(plans, QUARTER, over="reviews")[0]
    assert (found.low, found.high) == pytest.approx(proportion_confint(found.n, found.N, method="wilson"))
    assert found.method == WILSON and found.rows_N == tuple("ABCDEFGH")


def test_groups_are_those_counted_alone():
    actions = [
        {"recommendation_id": f"{review}-R001", "sector": sector, "status": status}
        for review, sector, status in zip(
            "AABBCCDD" * 3, ["police", "health", "police"] * 8, ["completed", "no_update"] * 12, strict=True
        )
    ]
    grouped = {
        each.group: each for each in rates(frames.build(actions), QUARTER, by="sector", measures=["completion_rate"])
    }
    for sector, found in grouped.items():
        [alone] = rates(
            frames.build([row for row in actions if row["sector"] == sector]), QUARTER, measures=["completion_rate"]
        )
        assert (found.n, found.N, found.low, found.high) == pytest.approx((alone.n, alone.N, alone.low, alone.high))
        assert len(found.rows_n) == found.n and len(found.rows_N) == found.N


def changed(later, earlier):
    sides = []
    for name, reviews in (("later", later), ("earlier", earlier)):
        counted, base = rows(*reviews)
        counted, base = (frame.assign(row=frame["row"] + name) for frame in (counted, base))
        sides += shares({"completion_rate": counted}, base, context=CONTEXT, denominator="actions")
    review = {row: f"review {row.partition('-')[0]}" for side in sides for row in side.rows_N}
    return difference(*sides, context=CONTEXT, review=review, group="2025Q1 since 2024Q4", dimension="known_quarter")


def test_a_difference_is_paired_by_review():
    # Every review goes up by a fifth, however unlike they are: the difference is sure though the rates are not.
    found = changed([(2, 10), (6, 10), (10, 10)], [(0, 10), (4, 10), (8, 10)])
    assert found.value == pytest.approx(0.2) and found.method == NEWCOMBE  # no spread at all to go by
    found = changed([(2, 10), (6, 10), (10, 10)], [(0, 10), (4, 10), (9, 10)])
    # Left out in turn the change is 3/20, 3/20 and 4/20; t with 4 degrees.
    half = 2.7764 * np.sqrt(2 / 3 * sum((each - 1 / 6) ** 2 for each in (0.15, 0.15, 0.2)))
    assert (found.low, found.high) == pytest.approx((5 / 30 - half, 5 / 30 + half), abs=1e-4)
    assert (found.method, found.unit, found.n, found.N) == (PAIRED, "points", 18, 30)


def test_one_review_falls_back_to_newcombe():
    found = changed([(6, 8)], [(3, 9)])
    assert found.method == NEWCOMBE
    # With rows that are independent the formula is that of statsmodels.
    from dhr_analytics.statistics import share
    from dhr_analytics.statistics.counting import _newcombe

    one, two = (share("completion_rate", n, total, quarter=QUARTER) for n, total in ((6, 8), (3, 9)))
    assert _newcombe(one, two) == pytest.approx(
        confint_proportions_2indep(6, 8, 3, 9, compare="diff", method="newcomb")
    )
    assert found.low < _newcombe(one, two)[0] and _newcombe(one, two)[1] < found.high


def test_nothing_changed_and_nothing_to_compare():
    counted, base = rows((3, 5), (1, 5))
    [same] = shares({"completion_rate": counted}, base, context=CONTEXT, denominator="actions")
    review = dict(zip(base["row"], base["review"], strict=True))
    found = difference(
        same, same, context=CONTEXT, review=review, group="2025Q1 since 2024Q4", dimension="known_quarter"
    )
    assert (found.value, found.low, found.high) == (0, None, None) and "no interval" in found.method
    assert changed([(3, 5)], []).value is None
