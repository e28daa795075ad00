"""Themes that recur, and themes that come up again after an action on them was reported complete."""

import frames
import pytest

from dhr_analytics.errors import UsageError
from dhr_analytics.statistics import Quarter
from dhr_analytics.statistics.recurrence import (
    came_up_again,
    came_up_again_shares,
    completed_by,
    recurring_share,
    recurring_themes,
    review_years,
)

QUARTER = Quarter(2025, 1)
DONE = {"status": "completed"}


def plans(actions, *, reviews=(), themes=None, scope="local"):
    """Make a package: reviews A, B and C ask for training, each in its first recommendation."""
    themes = {"A-R001": ["training"], "B-R001": ["training"], "C-R001": ["training"]} if themes is None else themes
    return frames.build(
        actions, reviews=reviews, themes=themes, recommendations=[{"recommendation_id": "A-R001", "scope": scope}]
    )


def review(name, *, area="North", published_on="", **rest):
    return {"review_id": name, "area": area, "published_on": published_on, **rest}


def again(built):
    rows = came_up_again(built, QUARTER)
    return [tuple(row) for row in rows[["theme", "reach", "earlier_review", "later_review"]].to_numpy()]


def test_themes_by_reviews_years_and_agencies():
    built = frames.build(
        [
            {"recommendation_id": "A-R001", "agency": "Police", "target_on": "2021-05-31"},
            {"recommendation_id": "A-R002", "agency": "Council"},
            {"recommendation_id": "B-R001", "agency": "Police", "target_on": "2024-05-31"},
            {"recommendation_id": "B-R001", "agency": "Council", "target_on": "2023-12-31"},
            {"recommendation_id": "C-R001", "agency": "", "lead_agency": "The hospital"},
        ],
        reviews=[review("A", published_on="2020-02-01")],
        themes={
            "A-R001": ["training", "dash"],
            "A-R002": ["training"],
            "B-R001": ["training", "other"],
            "C-R001": ["dash"],
        },
    )
    found = recurring_themes(built, QUARTER)
    assert found.to_dict("records") == [
        {
            "theme": "training",
            "n_reviews": 2,
            "n_recommendations": 3,
            "reviews": "A; B",
            "years": "2020; 2023",
            "agencies": "Council; Police",
        },
        {
            "theme": "dash",
            "n_reviews": 2,
            "n_recommendations": 2,
            "reviews": "A; C",
            "years": "2020",
            "agencies": "Police; The hospital",
        },
    ]
    assert review_years(built)["basis"].tolist() == ["published", "target", ""]
    share = recurring_share(built, QUARTER)
    assert (share.n, share.N, share.rows_n) == (2, 2, ("dash", "training"))


def test_a_later_review_of_the_area_that_asks_again():
    built = plans(
        [{**DONE, "completed_on": "2021-06-30"}],
        reviews=[
            review("A", published_on="2020-01-01"),
            review("B", published_on="2022-01-01", area="north"),
            review("C", published_on="2022-01-01", area="South"),
        ],
    )
    assert again(built) == [("training", "same area", "A", "B")]
    every, by_theme = came_up_again_shares(built, QUARTER)
    assert (every.n, every.N, every.rows_N) == (1, 1, ("B",)) and every.dimension == ""
    assert (by_theme.group, by_theme.n, by_theme.N) == ("training", 1, 1) and by_theme.low < by_theme.high == 1.0


@pytest.mark.parametrize(
    ("done", "published", "expected"),
    [
        ("2021-06-30", "2021-06-30", False),
        ("2021-06-30", "2021-07-01", True),
        ("2021-06-30", "2021-01-01", False),
        ("2021-06-30", "", False),
        ("", "2021-07-01", False),
    ],
)
def test_later_means_published_after_the_day_of_completion_and_no_day_is_guessed(done, published, expected):
    built = plans(
        [{**DONE, "completed_on": done}], reviews=[review("A"), review("B", published_on=published), review("C")]
    )
    assert bool(again(built)) == expected


def test_an_area_that_is_not_stated_is_not_the_same_area():
    built = plans(
        [{**DONE, "completed_on": "2021-06-30"}],
        reviews=[review(name, area="", published_on="2022-01-01") for name in "ABC"],
    )
    assert again(built) == []


def test_what_a_national_body_was_asked_reaches_everywhere():
    reviews = [
        review("A"),
        review("B", area="South", published_on="2022-01-01"),
        review("C", published_on="2022-01-01"),
    ]
    built = plans([{**DONE, "completed_on": "2021-06-30"}], reviews=reviews, scope="national")
    assert again(built) == [("training", "national", "A", "B"), ("training", "same area", "A", "C")]
    built = plans([{**DONE, "completed_on": "2021-06-30"}], reviews=reviews, scope="local_and_national")
    assert again(built) == [("training", "same area", "A", "C")]


def test_an_action_without_a_day_was_complete_by_the_day_its_plan_tells_of():
    reviews = [
        review("A", snapshot_on="2021-12-31"),
        review("B", published_on="2022-01-01"),
        review("C", published_on="2021-12-31"),
    ]
    built = plans([DONE, {"status": "in_progress"}], reviews=reviews)
    done = completed_by(built, QUARTER)
    assert done["done_basis"].tolist() == ["snapshot"] and str(done["done_on"].iloc[0].date()) == "2021-12-31"
    assert again(built) == [("training", "same area", "A", "B")]


def test_only_what_is_reported_complete_counts_and_only_its_themes():
    reviews = [review("A"), review("B", published_on="2022-01-01"), review("C", published_on="2022-01-01")]
    open_action = plans([{"status": "in_progress", "completed_on": "2021-01-01"}], reviews=reviews)
    assert again(open_action) == []
    themes = {"A-R001": ["training", "other"], "B-R001": ["housing", "other"], "C-R001": ["training"]}
    built = plans([{**DONE, "completed_on": "2021-01-01"}], reviews=reviews, themes=themes)
    assert again(built) == [("training", "same area", "A", "C")]
    every, by_theme = came_up_again_shares(built, QUARTER)
    assert (every.n, every.N) == (by_theme.n, by_theme.N) == (1, 2)


def test_snapshots_of_one_review_are_not_earlier_and_later():
    built = frames.build(
        [{**DONE, "recommendation_id": "A-R001", "completed_on": "2021-01-01"}],
        reviews=[
            review("A", snapshot_on="2021-02-01", published_on="2020-01-01"),
            review("A@2022-02-01", snapshot_on="2022-02-01", published_on="2022-01-01"),
        ],
        themes={"A-R001": ["training"], "A@2022-02-01-R001": ["training"]},
    )
    assert again(built) == [] and list(recurring_themes(built, QUARTER)["n_reviews"]) == [1]


def test_the_quarter_decides_what_is_known():
    reviews = [review("A"), review("B", published_on="2025-04-01"), review("C")]
    built = plans([{**DONE, "completed_on": "2021-01-01"}], reviews=reviews)
    assert again(built) == []
    assert len(came_up_again(built, Quarter(2025, 2))) == 1
    future = plans([{**DONE, "completed_on": "2031-01-01"}], reviews=reviews)
    assert completed_by(future, QUARTER)["done_basis"].tolist() == [""]


def test_nothing_known_gives_no_rows_and_no_figure():
    for built in (frames.empty(), frames.build([DONE], themes={"A-R001": ["other"]})):
        assert came_up_again(built, QUARTER).empty and recurring_themes(built, QUARTER).empty
        assert [(each.n, each.N, each.value) for each in came_up_again_shares(built, QUARTER)] == [(0, 0, None)]
    for function in (recurring_themes, came_up_again, came_up_again_shares, recurring_share):
        with pytest.raises(UsageError, match="dhr classify"):
            function(frames.empty(themes=False), QUARTER)
