from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.normalising.cells import status
from dhr_analytics.normalising.cells.prose import refused, reported, says_what
from dhr_analytics.normalising.cells.status import read_colour_key, read_status
from dhr_analytics.normalising.review import WEIGHTS


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
        {"target": "March 2024 revised to June 2025"},
        {"target": "Was 31/03/24, moved to June 2025"},
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
    assert reported("Revised date 31/05/2024 (was 29/02/2024)") == ""


@pytest.mark.parametrize("role", ["status", "progress"])
@pytest.mark.parametrize(
    "words",
    [
        "Rejected by cabinet on cost grounds",
        "Rejected. The executive decided to pay for another scheme.",
        "Declined by the provider",
        "Board decided not to take it forward",
        "Not agreed: funding refused by the board",
        "Closed - not taken forward",
        "Closed as rejected",
        "The trust does not accept this recommendation",
        "The provider has declined.",
    ],
)
def test_what_is_not_taken_forward_is_neither_done_nor_under_way(role, words):
    found = read_status({role: words, "rag": "amber" if role == "progress" else ""})
    assert (found.value, found.doubt) == ("no_update", status.REFUSED)
    assert found.evidence in words and WEIGHTS[found.doubt] < 0.75


def test_a_refusal_in_the_status_cell_is_not_outvoted():
    assert read_status({"status": "Rejected", "progress": "A paper was written."}).value == "no_update"
    assert read_status({"status": "Rejected", "completion": "03/05/2024"}).value == "no_update"
    assert read_status({"status": "Closed", "progress": "Board decided not to take it forward."}).value == "no_update"
    assert read_status({"status": "Complete", "progress": "Action rejected by the board."}).doubt == status.CLOSED


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("Declined referrals are now audited each month.", "in_progress"),
        ("The first draft was rejected and a new one has been written.", "in_progress"),
        ("Funding refused in May. A grant has since been secured.", "in_progress"),
        ("Victims were told if the case was not being pursued.", "no_update"),
        ("In progress; the first bid was declined", "in_progress"),
        ("Complete. The offer was declined by two partners.", "completed"),
    ],
)
def test_refusals_of_something_else_are_not_of_the_action(words, value):
    found = read_status({"progress": words})
    assert (found.value, found.doubt) == (value, "")


@pytest.mark.parametrize(
    ("words", "value"),
    [
        *[(w, "completed") for w in ("Delivered", "Actioned", "Fulfilled", "Finished", "Concluded", "Embedded", "✓", "☑", "✅")],
        *[(w, "completed") for w in ("Y - March 2024", "Delivered to all staff in May", "Fully delivered")],
        *[(w, "in_progress") for w in ("Behind schedule", "Off track", "Overdue", "Being progressed", "In train", "Live")],
        *[(w, "in_progress") for w in ("Under review", "Awaiting sign-off", "Part delivered", "Yes – partially")],
        *[(w, "in_progress") for w in ("Complete except for the leaflet", "Mostly complete", "Completed, awaiting sign off")],
        *[(w, "not_started") for w in ("Planned", "Scheduled", "To do", "To commence April 2025", "Not due yet", "Paused")],
        *[(w, "not_started") for w in ("2. Not started", "✗", "Scheduled for completion in March 2025")],
        *[(w, "in_progress") for w in ("1.2 In progress", "a) Ongoing", "Draft complete", "Form in design.")],
        *[(w, "no_update") for w in ("Accepted", "Agreed", "Not delivered", "Completion expected March 2025")],
    ],
)  # fmt: skip
def test_a_status_column_is_read_generously(words, value):
    assert read_status({"status": words}).value == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("Testing with ten users", "in_progress"),
        ("Two services remain to be trained", "in_progress"),
        ("Procedure out for comment", "in_progress"),
        ("Work has not begun", "not_started"),
        ("Training has not started. Policy drafted.", "in_progress"),
        ("Actioned 3/4/24", "completed"),
        ("Live data is to be shared.", "no_update"),
        ("Planned for autumn.", "no_update"),
        ("Timely and complete replies.", "no_update"),
        ("The university will consider this with its next review.", "considering"),
    ],
)
def test_prose_is_read_with_care(words, value):
    assert read_status({"progress": words}).value == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("Not started In progress", "in_progress"),
        ("Ongoing\nComplete", "completed"),
        ("Complete\nReopened: the agreement lapsed.\nNew agreement being drafted.", "in_progress"),
        ("Not started / In progress / Complete", "no_update"),
    ],
)
def test_of_several_statuses_the_last_stands_in_doubt(words, value):
    found = read_status({"status": words})
    assert (found.value, found.doubt) == (value, status.SEVERAL)


def test_the_day_beside_the_word_is_the_day_of_completion():
    assert read_status({"status": "Y - March 2024"}).completed_on == date(2024, 3, 31)
    assert read_status({"status": "Closed by the Partnership Board 11/02/2025."}).completed_on == date(2025, 2, 11)
    assert read_status({"completion": "45292"}).completed_on == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("key", "green", "red"),
    [
        ("Green: under way and on track; Blue: complete; Red: not begun", "in_progress", "not_started"),
        ("RAG\nMeaning\nGreen\nOn target\nRed\nOff track", "in_progress", "in_progress"),
        ("G = on track; B = complete; R = not started", "in_progress", "not_started"),
        ("Red (not started), Green (completed)", "completed", "not_started"),
        ("Green - on track", "completed", "not_started"),
        ("Red / Amber / Green", "completed", "not_started"),
    ],
)
def test_a_plans_own_key_says_what_its_colours_mean(key, green, red):
    colours = read_colour_key([key])
    assert (colours["green"], colours["red"]) == (green, red)
    assert read_status({"rag": "green"}, colours=colours).value == green
    assert read_status({"rag": "green", "status": "Complete"}, colours=colours).value == "completed"


@given(st.text(alphabet="abc .\n", max_size=20), st.sampled_from(["Rejected", "Not taken forward", "Withdrawn"]))
def test_a_refusal_that_opens_a_cell_always_counts(rest, word):
    assert refused(f"{word}. {rest}") == f"{word}."
    assert read_status({"status": f"{word}. {rest}"}).value == "no_update"


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ("Completed March 2025", False),
        ("This action is now closed.", False),
        ("Training was delivered to 40 staff.", True),
        ("Policy reviewed and agreed.", True),
    ],
)
def test_a_report_that_only_says_that_it_is_done_is_no_evidence(report, said):
    assert reported(report)
    assert says_what(reported(report)) == said


@pytest.mark.parametrize(
    ("progress", "value"),
    [
        ("Audit under way.", "in_progress"),
        ("To be under way by June", "no_update"),
        ("System change went live on 2 September 2024.", "in_progress"),
        ("Policy agreed by the board – complete", "completed"),
        ("Checklist signed off in January 2024 - Completed", "completed"),
    ],
)
def test_short_reports_of_work(progress, value):
    assert read_status({"progress": progress}).value == value


def test_a_key_of_letters_is_read_from_a_line_or_a_small_table():
    for texts in (["B - Complete, G - On track"], ["B\nComplete", "G\nOn track"]):
        colours = read_colour_key(texts)
        assert (colours["blue"], colours["green"]) == ("completed", "in_progress")
