from collections import Counter
from dataclasses import replace
from datetime import date

import frames
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from dhr_analytics.errors import UsageError
from dhr_analytics.schema import CLOSED, STATUSES
from dhr_analytics.statistics import (
    DIMENSIONS,
    MEASURES,
    Quarter,
    derived_rag,
    overdue_actions,
    overdue_days,
    rag_shares,
    rates,
    remake,
    status_counts,
    to_frame,
)

QUARTER = Quarter(2025, 1)
NOT_OF_ALL = ("completed_due_share", "completed_standing_share")
PAST, TODAY, LATER = "2025-03-30", "2025-03-31", "2025-06-30"


def numbers(estimates):
    return [(estimate.group, estimate.measure, estimate.n, estimate.N) for estimate in estimates]


# Status, evidence and target of each action; then what follows from them on 31 March 2025.
CASES = [
    ("completed", "true", PAST, "green", False),
    ("completed", "true", "", "green", False),
    ("completed", "false", PAST, "amber", False),
    ("in_progress", "false", TODAY, "amber", False),
    ("in_progress", "true", "", "amber", False),
    ("in_progress", "true", PAST, "red", True),
    ("not_started", "false", PAST, "red", True),
    ("considering", "false", PAST, "red", True),
    ("no_update", "true", PAST, "red", True),
    ("no_update", "false", TODAY, "not rated", False),
    ("not_started", "false", LATER, "not rated", False),
    ("considering", "false", "", "not rated", False),
    ("not_taken_forward", "true", PAST, "not rated", False),
    ("superseded", "true", PAST, "not rated", False),
    ("superseded", "false", LATER, "not rated", False),
]
PLANS = frames.build(
    [{"status": status, "evidence_recorded": evidence, "target_on": target} for status, evidence, target, _, _ in CASES]
)


def test_the_rate_and_its_companions_by_hand():
    assert numbers(rates(PLANS, QUARTER)) == [
        ("", "completion_rate", 3, 15),
        ("", "completed_due_share", 2, 8),
        ("", "completed_standing_share", 3, 12),
        ("", "no_update_share", 2, 15),
        ("", "evidenced_share", 2, 15),
        ("", "overdue_share", 4, 15),
        ("", "undated_share", 3, 15),
    ]


def test_actions_closed_undone_only_lower_the_rate_of_all_actions():
    [every, due, standing, *_] = rates(PLANS, QUARTER)
    assert every.value < due.value and every.value < standing.value
    kept = PLANS.actions[~PLANS.actions["status"].isin(CLOSED)].reset_index(drop=True)
    without = rates(replace(PLANS, actions=kept), QUARTER)
    assert without[0].value == standing.value == without[2].value
    assert (without[1].n, without[1].N) == (due.n, due.N)
    assert due.low < due.value < due.high and due.method == every.method
    for each in (due, standing):
        made = remake(PLANS, each.id)
        assert (made.n, made.N, made.low, made.rows_N) == (each.n, each.N, each.low, each.rows_N)


def test_statuses_by_hand_also_where_none_has_one():
    assert numbers(status_counts(PLANS, QUARTER)) == [
        ("completed", "status_share", 3, 15),
        ("in_progress", "status_share", 3, 15),
        ("not_started", "status_share", 2, 15),
        ("considering", "status_share", 2, 15),
        ("not_taken_forward", "status_share", 1, 15),
        ("superseded", "status_share", 2, 15),
        ("no_update", "status_share", 2, 15),
    ]
    alone = status_counts(frames.build([{"status": "considering"}]), QUARTER)
    assert [estimate.n for estimate in alone] == [0, 0, 0, 1, 0, 0, 0]


@pytest.mark.parametrize("place", range(len(CASES)))
def test_derived_rag_and_overdue_of_each_case(place):
    *_, rag, overdue = CASES[place]
    key = f"A-R001-A{place + 1:02d}"
    assert derived_rag(PLANS, QUARTER)[key] == rag
    assert (key in set(overdue_actions(PLANS, QUARTER)["action_id"])) == overdue


def test_overdue_actions_come_longest_first_with_their_days_and_owner():
    plans = frames.build(
        [
            {"target_on": "2025-03-01", "agency": "North Police"},
            {"target_on": "2024-03-31", "lead_agency": "A charity", "status": "in_progress"},
            {"target_on": "2025-03-31"},
            {"target_on": "2024-03-31", "recommendation_id": "B-R001"},
        ],
        recommendations=[{"recommendation_id": "A-R001", "text": "Train everyone"}],
        reviews=[{"review_id": "A", "area": "North"}],
    )
    rows = overdue_actions(plans, QUARTER)
    assert rows["action_id"].tolist() == ["A-R001-A02", "B-R001-A01", "A-R001-A01"]
    assert rows["days_overdue"].tolist() == [365, 365, 30]
    assert rows["agency"].tolist() == ["A charity", "", "North Police"]
    assert rows["area"].tolist() == ["North", "", "North"]
    assert rows["recommendation"].tolist() == ["Train everyone", "Recommendation B-R001", "Train everyone"]
    assert overdue_actions(plans, Quarter(2023, 4)).empty


def test_the_rag_that_is_printed_stands_beside_the_derived_one():
    printed = [
        "Green",
        "RED",
        "",
        "amber.",
        "Amber/Green",
        "On target",
        "red - overdue",
        "",
        "",
        " ",
        "",
        "covered",
        "",
        "",
        "",
    ]
    actions = PLANS.actions.assign(rag=pd.Series(printed, dtype="str"))
    plans = frames.build(actions.astype(str).replace("NaT", "").to_dict("records"))
    found = {each.group: each.n for each in rag_shares(plans, QUARTER, by="derived_and_printed_rag") if each.n}
    assert found == {
        **{"green, printed green": 1, "green, printed red": 1},
        **{"amber, printed amber": 1, "amber, printed other words": 1, "amber, printed not printed": 1},
        **{"red, printed red": 1, "red, printed other words": 1, "red, printed not printed": 2},
        **{"not rated, printed other words": 1, "not rated, printed not printed": 5},
    }
    assert {each.group: (each.n, each.N) for each in rag_shares(plans, QUARTER)} == {
        **{"green": (2, 15), "amber": (3, 15), "red": (4, 15), "not rated": (6, 15)},
    }


GROUPED = frames.build(
    [
        {"recommendation_id": "A-R001", "sector": "police", "agency": "North Police", "status": "completed"},
        {"recommendation_id": "A-R001", "sector": "health", "lead_agency": "A ward", "target_on": "2025-05-01"},
        {"recommendation_id": "A-R002", "sector": "police", "agency": "North Police", "target_on": "2024-12-31"},
        {"recommendation_id": "B-R001", "target_on": "2024-02-29"},
        {"recommendation_id": "B-R001", "sector": "health", "agency": "Ward", "target_on": "2024-01-01"},
    ],
    recommendations=[
        {"recommendation_id": "A-R001", "scope": "local_and_national"},
        {"recommendation_id": "B-R001", "scope": "local"},
    ],
    reviews=[{"review_id": "A", "area": "North", "published_on": "2024-07-01"}, {"review_id": "B"}],
    themes={"A-R001": ["training", "dash", "training"], "A-R002": ["training"]},
)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("theme", [("training", 1, 3), ("dash", 1, 2), ("not coded", 0, 2)]),
        ("sector", [("health", 0, 2), ("police", 1, 2), ("not stated", 0, 1)]),
        ("scope", [("local", 0, 2), ("local_and_national", 1, 2), ("not stated", 0, 1)]),
        ("agency", [("North Police", 1, 2), ("A ward", 0, 1), ("Ward", 0, 1), ("not stated", 0, 1)]),
        ("area", [("North", 1, 3), ("not stated", 0, 2)]),
        ("target_quarter", [("2024Q1", 0, 2), ("2024Q4", 0, 1), ("2025Q2", 0, 1), ("not stated", 1, 1)]),
        ("published_quarter", [("2024Q3", 1, 3), ("not stated", 0, 2)]),
    ],
)
def test_rates_by_each_dimension(by, expected):
    estimates = rates(GROUPED, QUARTER, by=by)
    found = [(each.group, each.n, each.N) for each in estimates if each.measure == "completion_rate"]
    assert found == expected
    assert [estimate.measure for estimate in estimates] == list(MEASURES) * len(expected)
    assert len({estimate.id for estimate in estimates}) == len(estimates)
    assert {estimate.dimension for estimate in estimates} == {by}


def test_companions_of_a_group_by_hand():
    ward = [each for each in rates(GROUPED, QUARTER, by="sector") if each.group == "health"]
    assert [(each.measure, each.n) for each in ward] == [
        ("completion_rate", 0),
        ("completed_due_share", 0),
        ("completed_standing_share", 0),
        ("no_update_share", 2),
        ("evidenced_share", 0),
        ("overdue_share", 1),
        ("undated_share", 0),
    ]
    assert ward[0].id == "completion_rate.actions.2025Q1.sector=health"


def test_a_fiscal_report_has_fiscal_quarters():
    groups = {each.group: each.label for each in rates(GROUPED, Quarter(2024, 4, fiscal=True), by="target_quarter")}
    assert list(groups) == ["2023-24Q4", "2024-25Q3", "2025-26Q1", "not stated"]
    assert groups["2023-24Q4"] == "No target date: January to March 2024"


def test_unknown_dimensions_and_missing_themes_are_answered_in_words():
    with pytest.raises(UsageError, match="Group by one of: theme, sector"):
        rates(GROUPED, QUARTER, by="colour")
    with pytest.raises(UsageError, match="dhr classify DIR"):
        rates(frames.build([{}]), QUARTER, by="theme")


BEFORE = Quarter(1950, 1)
PUBLISHED = frames.build(
    [{"status": "completed"}], reviews=[{"review_id": "A", "published_on": "2024-01-01"}], themes={}
)


@pytest.mark.parametrize(("plans", "quarter"), [(frames.empty(), QUARTER), (PUBLISHED, BEFORE)])
def test_where_nothing_is_known_there_are_no_figures_and_no_faults(plans, quarter):
    estimates = rates(plans, quarter) + status_counts(plans, quarter)
    assert len(estimates) == len(MEASURES) + len(STATUSES)
    assert {(each.N, each.value, each.low, each.high) for each in estimates} == {(0, None, None, None)}
    assert all(rates(plans, quarter, by=by) == [] for by in DIMENSIONS if by != "action_type")
    assert overdue_actions(plans, quarter).empty
    assert derived_rag(plans, quarter).empty
    assert [each.n for each in rag_shares(plans, quarter)] == [0, 0, 0, 0]


def test_without_any_date_nothing_is_overdue():
    plans = frames.build([{"status": status} for status in STATUSES], themes={})
    shares = {each.measure: each.value for each in rates(plans, QUARTER)}
    assert shares["overdue_share"] == 0
    assert shares["undated_share"] == 1
    for by in (by for by in DIMENSIONS if by != "action_type"):
        of_all = [each.N for each in rates(plans, QUARTER, by=by) if each.measure not in NOT_OF_ALL]
        assert of_all == [len(STATUSES)] * (len(MEASURES) - len(NOT_OF_ALL))


days = st.one_of(st.just(""), st.dates(date(2024, 1, 1), date(2026, 1, 1)).map(str))
random_actions = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(STATUSES),
            "target_on": days,
            "evidence_recorded": st.sampled_from(["true", "false"]),
            "sector": st.sampled_from(["", "police", "health"]),
        }
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)  # each example builds a package
@given(random_actions)
def test_parts_add_up_whatever_the_plan(actions):
    plans = frames.build(actions)
    whole = {each.measure: each.n for each in rates(plans, QUARTER)}
    for measure in MEASURES:
        assert sum(each.n for each in rates(plans, QUARTER, by="sector") if each.measure == measure) == whole[measure]
    assert sum(each.n for each in status_counts(plans, QUARTER)) == len(actions)
    assert whole["evidenced_share"] <= whole["completion_rate"]
    assert whole["completion_rate"] + whole["overdue_share"] <= len(actions)
    rag = derived_rag(plans, QUARTER).value_counts()
    assert rag.get("red", 0) == whole["overdue_share"] == len(overdue_actions(plans, QUARTER))
    assert rag.get("green", 0) == whole["evidenced_share"]


@settings(max_examples=20, deadline=None)  # each example builds a package
@given(random_actions, st.randoms(use_true_random=False))
def test_figures_do_not_depend_on_the_order_of_the_rows(actions, random):
    plans = frames.build(actions, themes={"A-R001": ["training", "dash"]})
    places = list(range(len(actions)))
    random.shuffle(places)
    shuffled = frames.build(
        plans.actions.iloc[places].astype(str).replace("NaT", "").to_dict("records"),
        themes={"A-R001": ["dash", "training"]},
    )
    for by in ("sector", "theme", "target_quarter"):
        assert rates(plans, QUARTER, by=by) == rates(shuffled, QUARTER, by=by)
    pd.testing.assert_frame_equal(overdue_actions(plans, QUARTER), overdue_actions(shuffled, QUARTER))


@frames.needs_seeds
def test_figures_of_the_gold_reading_are_those_counted_by_hand():
    rows, plans = frames.gold_rows("actions"), frames.gold_plans()
    status = Counter(row["status"] for row in rows)
    late = [
        row for row in rows if row["target_on"] and row["target_on"] < "2025-03-31" and row["status"] != "completed"
    ]
    found = {each.measure: each for each in rates(plans, QUARTER)}
    assert {each.N for each in found.values() if each.measure != "completed_due_share"} == {len(rows)}
    due = [row for row in rows if row["target_on"] and row["target_on"] <= "2025-03-31"]
    done = [row for row in due if row["status"] == "completed"]
    assert (found["completed_due_share"].n, found["completed_due_share"].N) == (len(done), len(due))
    assert found["completion_rate"].n == status["completed"]
    assert found["no_update_share"].n == status["no_update"]
    assert found["overdue_share"].n == len(late)
    assert found["undated_share"].n == sum(row["target_on"] == "" for row in rows)
    assert found["evidenced_share"].n == sum(row["status"] == "completed" and row["progress"] != "" for row in rows)
    assert len(found["completion_rate"].rows_n) == status["completed"]
    [silent] = rates(plans, QUARTER, measures=["silent_overdue_share"])
    assert (silent.n, silent.N) == (sum(row["status"] == "no_update" for row in late), len(late))
    assert {each.group: each.n for each in status_counts(plans, QUARTER) if each.n} == status
    overdue = overdue_actions(plans, QUARTER)
    expected = sorted((date(2025, 3, 31) - date.fromisoformat(row["target_on"])).days for row in late)
    assert sorted(overdue["days_overdue"]) == expected
    [days] = overdue_days(plans, QUARTER)
    middle = len(expected) // 2
    median = expected[middle] if len(expected) % 2 else (expected[middle - 1] + expected[middle]) / 2
    assert (days.value, days.low, days.high) == (median, expected[0], expected[-1])
    # By review: leave each out in turn, as the interval does.
    done, among = Counter(), Counter()
    for row in rows:
        among[row["document"]] += 1
        done[row["document"]] += row["status"] == "completed"
    left = [(status["completed"] - done[name]) / (len(rows) - among[name]) for name in among]
    share, m = status["completed"] / len(rows), len(among)
    variance = (m - 1) / m * sum((each - sum(left) / m) ** 2 for each in left)
    found_effect = variance / (share * (1 - share) / len(rows)) * (2.776445 / 1.959964) ** 2
    assumed = 1 + (sum(size**2 for size in among.values()) / len(rows) - 1) * 0.1
    worth = len(rows) / max(found_effect, assumed)
    expected_ends = proportion_confint(share * worth, worth, method="wilson")
    assert (found["completion_rate"].low, found["completion_rate"].high) == pytest.approx(expected_ends, abs=1e-5)


@frames.needs_seeds
def test_groups_of_the_gold_reading_are_those_counted_by_hand():
    rows, plans = frames.gold_rows("actions"), frames.gold_plans()
    recs = {(row["document"], row["seq"]): row for row in frames.gold_rows("recommendations")}
    themes = {(row["document"], row["seq"]): row["themes"].split(";") for row in frames.gold_rows("themes")}
    done, among = {"theme": Counter(), "scope": Counter()}, {"theme": Counter(), "scope": Counter()}
    for row in rows:
        key = (row["document"], row["seq"])
        for by, groups in (("scope", [recs[key]["scope"] or "not stated"]), ("theme", themes[key])):
            among[by].update(groups)
            done[by].update(groups if row["status"] == "completed" else [])
    for by in ("theme", "scope"):
        frame = to_frame(rates(plans, QUARTER, by=by)).query("measure == 'completion_rate'")
        assert dict(zip(frame["group"], frame["N"], strict=True)) == among[by]
        assert dict(zip(frame["group"], frame["n"], strict=True)) == {group: done[by][group] for group in among[by]}
