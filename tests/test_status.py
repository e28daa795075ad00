from datetime import date

import pytest

from dhr_analytics.normalising.status import read_status, reported


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ({"rag": "Completed"}, "completed"),
        ({"rag": "In development"}, "in_progress"),
        ({"rag": "Green"}, "completed"),
        ({"rag": "A"}, "in_progress"),
        ({"status": "Not yet started"}, "not_started"),
        ({"status": "Partially complete"}, "in_progress"),
        ({"status": "Yes"}, "completed"),
        ({"status": "100%"}, "completed"),
        ({"status": "75%"}, "in_progress"),
        ({"completion": "No"}, "not_started"),
        ({"target": "Completed."}, "completed"),
        ({"target": "Ongoing – reviewed with each request"}, "in_progress"),
        ({"target": "June 2023 THIS IS NOW COMPLETE – a session was held"}, "completed"),
        ({"progress": "On Target"}, "in_progress"),
        ({"progress": "Note sent to all staff 28.03.2023 ACTION COMPLETE"}, "completed"),
        ({"completion": "Complete. Discussed at the practice meeting."}, "completed"),
        ({"completion": "The policy has now been ratified and will be circulated in June."}, "in_progress"),
        ({"action": "In Place"}, "in_progress"),
        ({"action": "We welcome this recommendation and will consider it with the next revision."}, "considering"),
        ({"evidence": "Matter raised with the regional lead and taken up nationally."}, "in_progress"),
    ],
)
def test_a_status_word_counts_in_whatever_cell_it_stands(cells, status):
    assert read_status(cells).value == status


@pytest.mark.parametrize(
    "cells",
    [
        {"progress": "Audit is completed\nReport to the board on the findings"},
        {"progress": "Assurance to be sought from partners that this is completed."},
        {"progress": "This will be completed by June 2024."},
        {"progress": "Review current procedures\nRe-write procedures"},
        {"evidence": "Training compliance report"},
        {"action": "The sub-group to consider the recommendation"},
        {"action": "Review actions which are not complete"},
        {"target": "To be completed by March 2024"},
        {},
    ],
)
def test_plans_and_names_of_documents_are_no_update(cells):
    assert read_status(cells).value == "no_update"


def test_the_day_of_completion_is_taken_from_one_statement_only():
    assert read_status({"completion": "Completed 29.11.15"}).completed_on == date(2015, 11, 29)
    assert read_status({"completion": "14/02/2024"}).completed_on == date(2024, 2, 14)
    assert read_status({"target": "March 2023 Completed"}).completed_on is None


def test_the_evidence_quotes_the_row():
    cells = {"target": "April 2024\nOngoing (moved to the new board)"}
    assert read_status(cells).evidence in cells["target"]


def test_reported_skips_the_plan_and_quotes_what_was_done():
    assert (
        reported("The brief will be sent. The first session was held in May.") == "The first session was held in May."
    )
    assert reported("Cases which have been closed to be audited") == ""
