from collections import Counter

import frames
import pandas as pd
import pytest

from dhr_analytics.errors import UsageError
from dhr_analytics.statistics import Quarter, home_office_shares, theme_by_sector, theme_shares

QUARTER = Quarter(2025, 1)
TAGS = {"training": "training", "risk": "identification of risk", "dash": "identification of risk", "housing": "other"}

# Two reviews, four recommendations, five actions; A-R002 asks for dash and risk, B-R002 is not coded.
PLANS = frames.build(
    [
        {"recommendation_id": "A-R001", "sector": "police"},
        {"recommendation_id": "A-R001", "sector": "police"},
        {"recommendation_id": "A-R001", "sector": "health"},
        {"recommendation_id": "A-R002", "sector": "health"},
        {"recommendation_id": "B-R001"},
    ],
    recommendations=[{"recommendation_id": "B-R002"}],
    themes={"A-R001": ["training", "training"], "A-R002": ["risk", "dash", "training"], "B-R001": ["training"]},
)


def counts(estimates):
    return [(estimate.group, estimate.n, estimate.N) for estimate in estimates]


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ("recommendations", [("training", 3, 4), ("dash", 1, 4), ("risk", 1, 4), ("not coded", 1, 4)]),
        ("reviews", [("training", 2, 2), ("dash", 1, 2), ("risk", 1, 2), ("not coded", 1, 2)]),
        ("actions", [("training", 5, 5), ("dash", 1, 5), ("risk", 1, 5)]),
    ],
)
def test_themes_over_each_denominator(over, expected):
    estimates = theme_shares(PLANS, QUARTER, over=over)
    assert counts(estimates) == expected
    assert {estimate.denominator for estimate in estimates} == {over}
    assert estimates[0].id == f"theme_share.{over}.2025Q1.theme=training"


def test_a_theme_nobody_asks_for_can_be_listed():
    listed = counts(theme_shares(PLANS, QUARTER, include=["housing", "training"]))
    assert ("housing", 0, 4) in listed
    assert ("training", 3, 4) in listed


def test_themes_of_one_home_office_tag_count_once():
    assert counts(home_office_shares(PLANS, QUARTER, tags=TAGS)) == [
        ("training", 3, 4),
        ("identification of risk", 1, 4),
        ("other", 0, 4),
        ("not coded", 1, 4),
    ]
    with pytest.raises(UsageError, match="'dash' is not in the codebook"):
        home_office_shares(PLANS, QUARTER, tags={"training": "training", "risk": "other"})


def test_themes_against_sectors():
    expected = {
        "theme": ["training", "dash", "risk"],
        "health": [2, 1, 1],
        "police": [1, 0, 0],
        "not stated": [1, 0, 0],
    }
    types = dict.fromkeys(("health", "police", "not stated", "total"), "Int64")
    table = pd.DataFrame({**expected, "total": [3, 1, 1]}).astype(types)
    pd.testing.assert_frame_equal(theme_by_sector(PLANS, QUARTER), table)
    by_action = theme_by_sector(PLANS, QUARTER, over="actions")
    assert by_action.loc[0].tolist() == ["training", 2, 2, 1, 5]


def test_what_is_not_known_yet_is_not_counted():
    plans = frames.build(
        [{"recommendation_id": "A-R001"}, {"recommendation_id": "B-R001"}],
        reviews=[{"review_id": "B", "published_on": "2025-06-01"}],
        themes={"A-R001": ["risk"], "B-R001": ["training"]},
    )
    assert counts(theme_shares(plans, QUARTER)) == [("risk", 1, 1)]
    assert counts(theme_shares(plans, Quarter(2025, 2))) == [("risk", 1, 2), ("training", 1, 2)]


@pytest.mark.parametrize("measure", [theme_shares, theme_by_sector, lambda p, q: home_office_shares(p, q, tags=TAGS)])
def test_a_package_without_themes_says_what_to_run(measure):
    with pytest.raises(UsageError, match="dhr classify DIR"):
        measure(frames.build([{}]), QUARTER)


def test_an_empty_package_has_no_figures():
    assert theme_shares(frames.empty(), QUARTER) == []
    assert theme_by_sector(frames.empty(), QUARTER).to_dict("list") == {"theme": [], "total": []}
    listed = theme_shares(frames.empty(), QUARTER, over="reviews", include=["risk"])
    assert [(each.N, each.value, each.low) for each in listed] == [(0, None, None)]


@pytest.mark.parametrize("measure", [theme_shares, theme_by_sector])
def test_an_unknown_denominator_is_refused(measure):
    with pytest.raises(UsageError, match="not 'rows'"):
        measure(PLANS, QUARTER, over="rows")


@frames.needs_seeds
def test_themes_of_the_gold_reading():
    rows = frames.gold_rows("themes")
    per_recommendation = Counter(theme for row in rows for theme in set(row["themes"].split(";")))
    pairs = {(row["document"], theme) for row in rows for theme in row["themes"].split(";")}
    per_review = Counter(theme for _, theme in pairs)
    plans = frames.gold_plans()
    for over, expected in (("recommendations", per_recommendation), ("reviews", per_review)):
        estimates = theme_shares(plans, QUARTER, over=over)
        assert {estimate.group: estimate.n for estimate in estimates} == expected
        assert [estimate.n for estimate in estimates] == sorted(expected.values(), reverse=True)
        assert {estimate.N for estimate in estimates} == {len(rows) if over == "recommendations" else 5}
