"""Figures that are no longer what they were, and the reason found from the rows."""

from dataclasses import replace

import frames
import pandas as pd
import pytest

from dhr_analytics.package import Plans
from dhr_analytics.statistics import Quarter, rates, revised, revisions, select, theme_shares

QUARTER = Quarter(2025, 1)
ACTIONS = [
    {"recommendation_id": "A-R001", "status": "completed", "target_on": "2024-05-01"},
    {"recommendation_id": "A-R002"},
    {"recommendation_id": "B-R001", "status": "in_progress"},
]
THEMES = {"A-R001": ["dash"], "A-R002": ["training"], "B-R001": ["dash"]}


def plans(
    actions=ACTIONS, *, themes=THEMES, version="1.0", source="rule", software="dhr_analytics 0.1.0", **sha
) -> Plans:
    reviews = [
        {"review_id": key, "sha256": sha.get(key, "aa" * 32)}
        for key in {row["recommendation_id"][0] for row in actions}
    ]
    made = frames.build(actions, reviews=sorted(reviews, key=lambda row: row["review_id"]), themes=themes)
    made = made.with_themes(made.themes.assign(codebook_version=version, source=source))
    return replace(made, about={"software": software})


def figures(package):
    return [*rates(package, QUARTER), *theme_shares(package, QUARTER), *theme_shares(package, QUARTER, over="reviews")]


def compared(old, new):
    return {each.id: each for each in revisions(old, figures(old), new, figures(new))}


RATE = "completion_rate.actions.2025Q1"


def test_the_same_package_has_no_revisions():
    assert compared(plans(), plans()) == {}
    assert {each.revision for each in revised(figures(plans()), [])} == {"final"}


def test_old_and_new_value_stand_side_by_side():
    more = [*ACTIONS, {"recommendation_id": "C-R001", "status": "completed"}]
    old, new = plans(), plans(more, themes={**THEMES, "C-R001": ["marac"]})
    found = compared(old, new)[RATE]
    assert (found.old_n, found.old_N, found.new_n, found.new_N) == (1, 3, 2, 4)
    assert (found.old_value, found.new_value) == (1 / 3, 0.5)
    assert found.reasons == ("plan added: C",) and found.label == "Completion rate"
    state = {each.id: each.revision for each in revised(figures(new), compared(old, new).values())}
    assert state[RATE] == "revised" and state["no_update_share.actions.2025Q1"] == "revised"
    assert compared(new, old)[RATE].reasons == ("plan withdrawn: C",)
    # A figure that only one side has is new, not revised.
    assert "theme_share.recommendations.2025Q1.theme=marac" not in compared(old, new)


def snapshot(day: str, *, of: str = "A") -> Plans:
    """Return the plans with a later snapshot of a review, in which all its actions are completed."""
    later = [
        {**row, "recommendation_id": row["recommendation_id"].replace(of, f"{of}@{day}"), "status": "completed"}
        for row in ACTIONS
        if row["recommendation_id"].startswith(of)
    ]
    reviews = [{"review_id": "A", "snapshot_on": "2024-12-31"}, {"review_id": "B"}]
    reviews.append({"review_id": f"{of}@{day}", "snapshot_on": day, "document": "later.docx"})
    coded = {key.replace(of, f"{of}@{day}"): value for key, value in THEMES.items() if key.startswith(of)}
    made = frames.build([*ACTIONS, *later], reviews=reviews, themes={**THEMES, **coded})
    return made.with_themes(made.themes.assign(codebook_version="1.0"))


def before_snapshots() -> Plans:
    made = frames.build(
        ACTIONS, reviews=[{"review_id": "A", "snapshot_on": "2024-12-31"}, {"review_id": "B"}], themes=THEMES
    )
    return made.with_themes(made.themes.assign(codebook_version="1.0"))


def test_a_later_snapshot_changes_no_earlier_quarter():
    old, new = before_snapshots(), snapshot("2025-06-30")
    assert compared(old, new) == {}
    assert figures(new) == figures(old)
    assert [each.rows_N for each in figures(new)] == [each.rows_N for each in figures(old)]


def test_a_snapshot_that_came_in_late_is_the_reason_and_counts_its_review_once():
    found = compared(before_snapshots(), snapshot("2025-03-31"))
    assert found[RATE].reasons == ("new snapshot: A@2025-03-31",)
    assert (found[RATE].old_n, found[RATE].new_n, found[RATE].new_N) == (1, 2, 3)
    assert not any(".reviews." in each for each in found), "shares of reviews do not change with a snapshot alone"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ({}, {"A": "bb" * 32}, "plan changed: A"),
        ({}, {"software": "dhr_analytics 0.2.0"}, "read or coded with dhr_analytics 0.2.0, before dhr_analytics 0.1.0"),
        ({}, {}, "no cause is recorded"),
    ],
)
def test_why_a_status_is_another(old, new, reason):
    later = [ACTIONS[0], {**ACTIONS[1], "status": "completed"}, ACTIONS[2]]
    assert compared(plans(**old), plans(later, **new))[RATE].reasons == (reason,)


def test_what_was_corrected_by_hand_is_said_with_its_row():
    later = plans([ACTIONS[0], {**ACTIONS[1], "status": "completed"}, ACTIONS[2]])
    given = {"row_id": "A-R002-A01", "column": "status", "was": "no_update", "now": "completed"}
    found = compared(plans(), replace(later, about={**later.about, "corrections": [given]}))
    assert found[RATE].reasons == ("corrected by hand: A-R002-A01",)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"version": "1.1"}, "re-coded under codebook 1.1, before 1.0"),
        ({"source": "human"}, "decided by a person"),
        ({}, "coded again"),
    ],
)
def test_which_figures_moved_because_of_the_themes(given, reason):
    found = compared(plans(), plans(themes={**THEMES, "A-R002": ["training", "dash"]}, **given))
    assert set(found) == {"theme_share.recommendations.2025Q1.theme=dash"}
    assert found["theme_share.recommendations.2025Q1.theme=dash"].reasons == (reason,)
    found = compared(plans(), plans(themes={**THEMES, "B-R001": ["training"]}, **given))
    reviews = found["theme_share.reviews.2025Q1.theme=dash"]
    assert (reviews.old_n, reviews.new_n, reviews.reasons) == (2, 1, (reason,))


def test_several_reasons_come_most_rows_first():
    later = [{**ACTIONS[0], "status": "no_update"}, *ACTIONS[1:], *({"recommendation_id": "C-R001"} for _ in range(3))]
    found = compared(plans(), plans(later, A="cc" * 32))["no_update_share.actions.2025Q1"]
    assert found.reasons == ("plan added: C", "plan changed: A")


def test_rows_to_look_at_go_with_their_review():
    listed = pd.DataFrame({"row_id": ["A-R001-A01", "B-R001"]})
    package = replace(plans(), needs_review=listed)
    assert select(package, themes="training").needs_review["row_id"].tolist() == []
    assert set(select(package, themes="dash").needs_review["row_id"]) == {"A-R001-A01", "B-R001"}
