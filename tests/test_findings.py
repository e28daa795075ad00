"""The sentences of the pages, where the figures are awkward."""

import frames

from dhr_analytics.reporting import findings, tables
from dhr_analytics.reporting.view import View
from dhr_analytics.statistics import parse_quarter

QUARTER = parse_quarter("2025Q1")


def view(plans):
    return View(plans, QUARTER)


def test_the_plan_behind_most_overdue_actions_is_named_where_it_is_old():
    late = [{"recommendation_id": "A-R001", "target_on": "2020-01-31", "status": "in_progress"}] * 3
    for told, says in (("2020-06-30", True), ("2025-01-31", False), ("", False)):
        reviews = [{"review_id": "A", "snapshot_on": told}]
        words = str(findings.summary(view(frames.build(late, reviews=reviews)))[3][1])
        assert ("was last updated on 30 June 2020" in words) == says, words


def test_ties_are_named_once_and_not_all_of_them():
    themes = {f"A-R{k:03d}": ["dash", "training", "marac", "children", "firearms"] for k in (1, 2)}
    recommendations = [{"recommendation_id": key, "text": "Act."} for key in themes]
    made = view(frames.build(recommendations=recommendations, themes=themes, reviews=[{"review_id": "A"}]))
    head, figures = findings._themes(made)
    assert "others" in str(head) and str(head).count("“") == 3 and "Next" not in str(figures)


def test_completed_without_a_day_is_said_where_nothing_is_known_of_when():
    done = [{"recommendation_id": "A-R001", "status": "completed"}] * 3
    words = str(findings.completed_when(view(frames.build(done))))
    assert "for 3 of 3 actions no day of completion is given" in words


def test_how_long_it_takes_is_left_out_where_most_days_are_unknown():
    day = {"status": "completed", "target_on": "2024-01-31", "completed_on": "2024-02-29"}
    silent = {"status": "completed", "target_on": "2024-01-31"}
    assert "cannot be told" in tables.durations(view(frames.build([day, silent, silent])))
    assert len(tables.durations(view(frames.build([day, day, silent])))) == 1
