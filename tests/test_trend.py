from collections import Counter

import frames
import pytest

from dhr_analytics.errors import UsageError
from dhr_analytics.statistics import MEASURES, Quarter, parse_quarter, quarter_of, rates, trend

QUARTER = Quarter(2025, 1)
PLANS = frames.build(
    [
        {"target_on": "2024-04-01", "status": "completed"},
        {"target_on": "2024-06-30"},
        {"target_on": "2025-03-31", "status": "completed"},
        {"target_on": "2025-04-01", "status": "completed"},
        {"status": "completed"},
        {"recommendation_id": "B-R001", "target_on": "2024-05-01"},
    ],
    reviews=[
        {"review_id": "A", "published_on": "2024-12-31"},
        {"review_id": "B", "published_on": "2025-05-01"},
    ],
)


def rate(estimates):
    return [(each.group, each.n, each.N, each.value) for each in estimates if each.measure == "completion_rate"]


def test_completion_by_target_quarter_with_its_gaps():
    estimates = trend(PLANS, QUARTER, quarters=4)
    assert rate(estimates) == [
        ("2024Q2", 1, 2, 0.5),
        ("2024Q3", 0, 0, None),
        ("2024Q4", 0, 0, None),
        ("2025Q1", 1, 1, 1.0),
    ]
    assert [each.measure for each in estimates] == list(MEASURES) * 4
    assert {each.as_of for each in estimates} == {QUARTER.end}


def test_completion_by_quarter_of_publication():
    assert rate(trend(PLANS, QUARTER, basis="published", quarters=2)) == [("2024Q4", 4, 5, 0.8), ("2025Q1", 0, 0, None)]
    assert rate(trend(PLANS, Quarter(2025, 2), basis="published", quarters=None))[-1] == ("2025Q2", 0, 1, 0.0)


def test_a_trend_can_begin_with_the_first_date():
    assert [group for group, *_ in rate(trend(PLANS, QUARTER, quarters=None))] == [
        "2024Q2",
        "2024Q3",
        "2024Q4",
        "2025Q1",
    ]
    fiscal = trend(PLANS, parse_quarter("2024-25Q4"), quarters=None)
    assert [group for group, *_ in rate(fiscal)] == ["2024-25Q1", "2024-25Q2", "2024-25Q3", "2024-25Q4"]
    assert rate(fiscal)[0][1:] == (1, 2, 0.5)


def test_the_same_id_is_the_same_figure_in_trend_and_rates():
    single = {each.id: each for each in rates(PLANS, QUARTER, by="target_quarter")}
    shared = [each for each in trend(PLANS, QUARTER) if each.id in single]
    assert len(shared) == 2 * len(MEASURES)
    assert all(single[each.id] == each for each in shared)


@pytest.mark.parametrize("plans", [frames.empty(), frames.build([{}]), frames.build([{"target_on": "2030-01-01"}])])
@pytest.mark.parametrize("basis", ["target", "published"])
def test_without_a_date_in_time_there_are_gaps_only(plans, basis):
    assert {row[1:] for row in rate(trend(plans, QUARTER, basis=basis))} == {(0, 0, None)}
    assert rate(trend(plans, QUARTER, basis=basis, quarters=None)) == [("2025Q1", 0, 0, None)]


@pytest.mark.parametrize("options", [{"basis": "moon"}, {"quarters": 0}])
def test_a_trend_that_makes_no_sense_is_refused(options):
    with pytest.raises(UsageError, match="target or published or completed over 1 or more quarters"):
        trend(PLANS, QUARTER, **options)


@frames.needs_seeds
def test_the_trend_of_the_gold_reading_is_the_one_counted_by_hand():
    months = {
        "01": 1,
        "02": 1,
        "03": 1,
        "04": 2,
        "05": 2,
        "06": 2,
        "07": 3,
        "08": 3,
        "09": 3,
        "10": 4,
        "11": 4,
        "12": 4,
    }
    due, done = Counter(), Counter()
    for row in frames.gold_rows("actions"):
        if row["target_on"]:
            group = f"{row['target_on'][:4]}Q{months[row['target_on'][5:7]]}"
            due[group] += 1
            done[group] += row["status"] == "completed"
    found = rate(trend(frames.gold_plans(), QUARTER, quarters=None))
    assert {group: (n, total) for group, n, total, _ in found if total} == {
        group: (done[group], due[group]) for group in due if group <= "2025Q1"
    }
    first = min(due)
    assert found[0][0] == first
    assert len(found) == (2025 - int(first[:4])) * 4 + 1 - int(first[-1]) + 1
    assert quarter_of(QUARTER.end).id == found[-1][0]
