"""Figures made again from their ids."""

from dataclasses import replace

import frames
import pandas as pd
import pytest

from dhr_analytics import schema
from dhr_analytics.errors import UsageError
from dhr_analytics.reporting.view import remade, with_types
from dhr_analytics.statistics import (
    CATALOGUE,
    DIMENSIONS,
    Quarter,
    change,
    counts,
    days_to_completion,
    home_office_shares,
    misaddressed_share,
    overdue_days,
    parse_quarter,
    quality,
    rag_shares,
    rates,
    remake,
    remake_all,
    select,
    source_shares,
    status_counts,
    theme_prevalence,
    theme_shares,
    trend,
    type_shares,
)
from dhr_analytics.statistics.recurrence import came_up_again_shares, recurring_share
from dhr_analytics.statistics.similar import repeated_share

QUARTER = Quarter(2025, 1)
TAGS = {"dash": "identification of risk", "training": "training", "marac": "other"}


def package():
    actions = [
        {
            "recommendation_id": f"{'ABC'[k % 3]}-R{k % 4 + 1:03d}",
            "text": ["Train staff", "Write a policy", "Audit cases"][k % 3],
            "status": schema.STATUSES[k % len(schema.STATUSES)],
            "target_on": ["2024-11-30", "2025-01-31", "", "2025-06-30"][k % 4],
            "completed_on": "2024-12-15" if k % 5 == 0 else "",
            "sector": ["police", "health", ""][k % 3],
            "agency": ["St. Mary's, North & South", "Police = us", ""][k % 3],
            "rag": ["Green", "red", ""][k % 3],
        }
        for k in range(30)
    ]
    reviews = [
        {"review_id": "A", "area": "North.West", "published_on": "2024-02-01"},
        {"review_id": "B", "area": "South", "published_on": "2025-01-15"},
        {"review_id": "C", "area": "South"},
    ]
    plans = frames.build(
        actions, reviews=reviews, themes={"A-R001": ["dash"], "B-R002": ["training", "dash"], "C-R003": []}
    )
    listed = pd.DataFrame(
        [{"row_id": "A-R001", "confidence": "0.4"}, {"row_id": "B-R002-A01", "confidence": "0.5"}], dtype="str"
    )
    gone = pd.DataFrame(
        [
            {"document": "A.docx", "location": "A.docx, line 3", "text": "x", "reason": "noise"},
            {"document": "z.pdf", "text": "", "reason": "empty"},
        ],
        dtype="str",
    )
    return replace(
        plans, needs_review=schema.typed("needs_review", listed), rejected=schema.typed("rejected", gone.fillna(""))
    )


PLANS = with_types(package())
EVERY = {
    "rates": lambda plans: [
        *rates(plans, QUARTER),
        *(each for by in DIMENSIONS for each in rates(plans, QUARTER, by=by)),
    ],
    "overdue without update": lambda plans: rates(plans, QUARTER, by="agency", measures=["silent_overdue_share"]),
    "status": lambda plans: status_counts(plans, QUARTER),
    "themes": lambda plans: [
        each
        for over in ("reviews", "recommendations", "actions")
        for each in theme_shares(plans, QUARTER, over=over, include=TAGS)
    ],
    "prevalence": lambda plans: [
        each
        for over in ("reviews", "recommendations", "actions")
        for each in theme_prevalence(plans, QUARTER, over=over, include=TAGS)
    ],
    "tags": lambda plans: home_office_shares(plans, QUARTER, tags=TAGS, over="reviews"),
    "quality": lambda plans: [*quality(plans, QUARTER), *quality(plans, QUARTER, by="review")],
    "rag": lambda plans: [*rag_shares(plans, QUARTER), *rag_shares(plans, QUARTER, by="derived_and_printed_rag")],
    "types": lambda plans: [*type_shares(plans, QUARTER), *type_shares(plans, QUARTER, by="strength")],
    "misaddressed": lambda plans: misaddressed_share(plans, QUARTER),
    "sources": lambda plans: source_shares(plans, QUARTER),
    "counts": lambda plans: [
        *counts(plans, QUARTER, "read", over="reviews"),
        *counts(plans, QUARTER, "read", over="actions", by="review"),
        *counts(plans, QUARTER, "heading_owner", over="actions"),
        *counts(plans, QUARTER, "not_placed", over="pieces", by="reason"),
        *counts(plans, QUARTER, "not_placed", over="documents"),
        *counts(plans, QUARTER, "to_look_at", over="rows", by="review"),
    ],
    "trend": lambda plans: [
        each for basis in ("target", "published", "completed") for each in trend(plans, QUARTER, basis=basis)
    ],
    "spans": lambda plans: rates(
        plans, QUARTER, by="target_quarter", groups=["before 2025Q1", "2024Q1 to 2025Q1", "after 2025Q1", "not stated"]
    ),
    "change": lambda plans: [
        change(plans, QUARTER, since, basis=basis)
        for basis in ("known", "target", "published")
        for since in (QUARTER.previous, QUARTER.year_before)
    ],
    "days": lambda plans: [
        *overdue_days(plans, QUARTER),
        *overdue_days(plans, QUARTER, by="sector"),
        *days_to_completion(plans, QUARTER),
        *days_to_completion(plans, QUARTER, origin="published"),
    ],
    "recurrence": lambda plans: [
        *came_up_again_shares(plans, QUARTER),
        recurring_share(plans, QUARTER),
        repeated_share(plans, QUARTER),
    ],
}


@pytest.mark.parametrize("family", EVERY)
@pytest.mark.parametrize("selection", [{}, {"areas": "South"}, {"agencies": ["St. Mary's, North & South"]}])
def test_every_figure_is_made_again_with_its_rows(family, selection):
    made = EVERY[family](select(PLANS, **selection))
    again = remake_all(PLANS, [each.id for each in made], tags=TAGS)
    assert made
    for each in made:
        assert again[each.id] == each
        assert (again[each.id].rows_n, again[each.id].rows_N) == (each.rows_n, each.rows_N)
        assert each.unit == "points" or (len(each.rows_n), len(each.rows_N)) == (each.n, each.N)
        assert set(each.rows_n) <= set(each.rows_N)


def test_no_measure_is_left_without_a_way_to_make_it():
    made = {each.measure for family in EVERY.values() for each in family(PLANS)}
    assert set(CATALOGUE) - made <= {"silent_overdue_share", "completed_in_share"}


def test_the_groups_of_a_measure_share_their_definition_not_their_id():
    made = [each for family in EVERY.values() for each in family(PLANS)]
    ids = [each.id for each in made]
    by_id = dict(zip(ids, made, strict=True))
    assert all(by_id[each.id] == each for each in made), "one id, one figure"
    assert not any(set(each) & set(" \"'<>&") for each in ids)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("completion_rat.actions.2025Q1", "Did you mean 'completion_rate'?"),
        ("completion_rate.actions.2025Q1.sectr=police", "Did you mean 'sector'?"),
        ("completion_rate.actions.2025Q1.sector=polic", "Did you mean 'completion_rate.actions.2025Q1.sector=police'?"),
        ("completion_rate.actions.2025Q1.where.are=South", "Did you mean 'area'?"),
        ("completion_rate.actions.2025Q1.where.area=Soth", "Did you mean 'South'?"),
        ("completion_rate.reviews.2025Q1", "Did you mean 'completion_rate.actions.2025Q1'?"),
        ("theme_share.actions.2025Q1.theme=dsh", "Did you mean 'theme_share.actions.2025Q1.theme=dash'?"),
        ("theme_share.rows.2025Q1.theme=dash", "not 'rows'"),
        ("completion_rate.actions.2025Q1.target_quarter=soon", "'soon' is not a quarter"),
        ("completion_change.actions.2025Q1.known_quarter=2025Q1", "2025Q1+since+2024Q4"),
        ("completion_change.actions.2025Q1", "does not name two quarters"),
        ("days_to_completion.actions.2025Q1.from=moon", "target or published"),
        ("rag_share.actions.2025Q1", "derived_rag"),
        ("read.pieces.2025Q1", "docs/definitions.md"),
        (
            "read.actions.2025Q1.review=Z",
            "There is no figure 'read.actions.2025Q1.review=Z'. Did you mean 'read.actions.2025Q1.review=",
        ),
        ("theme_share.actions.2025Q1.themes=dash", "Did you mean 'theme_share.actions.2025Q1.theme=dash'?"),
        ("no id", "is not the id of a figure"),
    ],
)
def test_what_cannot_be_made_is_answered_in_words(asked, words):
    with pytest.raises(UsageError) as error:
        remake(PLANS, asked, tags=TAGS)
    assert words in str(error.value)


def test_types_are_added_where_a_figure_needs_them():
    asked = "completion_rate.actions.2025Q1.action_type=training"
    with pytest.raises(UsageError, match="with_types"):
        remake(package(), asked)
    assert remade(package(), [asked])[asked] == remake(PLANS, asked)


def test_a_change_knows_the_snapshots_of_both_quarters():
    rows = [
        {"recommendation_id": "A-R001"},
        {"recommendation_id": "A@2025-03-31-R001", "status": "completed"},
        *({"recommendation_id": f"{review}-R001", "status": "completed"} for review in "BCD"),
    ]
    reviews = [
        {"review_id": "A", "snapshot_on": "2024-12-31"},
        {"review_id": "A@2025-03-31", "snapshot_on": "2025-03-31", "document": "later.docx"},
    ]
    plans = frames.build(rows, reviews=reviews)
    found = change(plans, QUARTER, QUARTER.previous)
    assert (found.n, found.N, found.value) == (4, 4, 0.25)
    assert found.id == "completion_change.actions.2025Q1.known_quarter=2025Q1+since+2024Q4"
    assert found.label.endswith("January to March 2025 compared with October to December 2024")
    assert remake(plans, found.id) == found
    # In the quarter of the year before the plan of A was not known yet.
    assert change(plans, QUARTER.previous, QUARTER.year_before).value == -0.25


def test_fiscal_quarters_have_ids_of_their_own():
    fiscal = parse_quarter("2024-25Q4")
    for each in rates(PLANS, fiscal, by="target_quarter"):
        assert remake(PLANS, each.id) == each
    assert rates(PLANS, fiscal)[0].id == "completion_rate.actions.2024-25Q4"
