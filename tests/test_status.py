from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps import steps

from dhr_analytics.normalising.cells import status
from dhr_analytics.normalising.cells.prose import reported, says_what
from dhr_analytics.normalising.cells.status import read_status
from dhr_analytics.normalising.review import THRESHOLD, WEIGHTS
from dhr_analytics.schema import STATUSES


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
    assert found.value == "not_taken_forward"
    assert found.evidence in words and found.warning in ("", status.WORKED_OUT)


def test_a_refusal_made_out_of_prose_goes_to_review():
    assert read_status({"progress": "Board decided not to take it forward"}).warning == status.WORKED_OUT
    assert WEIGHTS[status.WORKED_OUT] < THRESHOLD
    assert read_status({"progress": "Not taken forward: the board chose another scheme."}).warning == ""


def test_a_refusal_in_the_status_cell_is_not_outvoted():
    assert read_status({"status": "Rejected", "progress": "A paper was written."}).value == "not_taken_forward"
    assert read_status({"status": "Rejected", "completion": "03/05/2024"}).value == "not_taken_forward"
    closed = read_status({"status": "Closed", "progress": "Board decided not to take it forward."})
    assert closed.value == "not_taken_forward"
    assert read_status({"completion": "03/05/2024", "progress": "Superseded by action 4."}).value == "superseded"
    assert read_status({"status": "Complete", "progress": "Action rejected by the board."}).warning == status.CLOSED


def test_a_date_or_rating_that_is_not_required_says_nothing_of_the_action():
    assert read_status({"status": "In progress", "completion": "Not required"}).value == "in_progress"
    assert read_status({"status": "Ongoing", "rag": "Not applicable"}).value == "in_progress"
    assert read_status({"evidence": "Not applicable"}).value == "no_update"


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
    assert (found.value, found.warning) == (value, "")


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
    assert (found.value, found.warning) == (value, status.SEVERAL)


def test_the_day_beside_the_word_is_the_day_of_completion():
    assert read_status({"status": "Y - March 2024"}).completed_on == date(2024, 3, 31)
    assert read_status({"status": "Closed by the Partnership Board 11/02/2025."}).completed_on == date(2025, 2, 11)
    assert read_status({"completion": "45292"}).completed_on == date(2024, 1, 1)


@given(st.text(alphabet="abc .\n", max_size=20), st.sampled_from(["Rejected", "Not taken forward", "Withdrawn"]))
def test_a_refusal_that_opens_a_cell_always_counts(rest, word):
    assert read_status({"status": f"{word}. {rest}"}).value == "not_taken_forward"


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


@pytest.mark.parametrize(
    "words",
    ["Completed within 3 months", "Complete within six weeks of publication", "To be completed by the board"],
)
@pytest.mark.parametrize("role", ["status", "target", "progress", "completion"])
def test_a_term_in_which_to_complete_is_a_plan(role, words):
    assert read_status({role: words}).value == "no_update"


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("Pending", "not_started"),
        ("Complete, pending print", "in_progress"),
        ("Partially implemented", "in_progress"),
        ("Partially Implemented", "in_progress"),
        ("Partly Achieved", "in_progress"),
        ("Not implemented", "not_started"),
        ("Open", "in_progress"),
        ("Closed", "completed"),
        ("On hold", "not_started"),
        ("Being considered", "considering"),
        ("Awaiting update", "no_update"),
        ("False", "not_started"),
        ("partial", "in_progress"),
    ],
)
def test_the_words_of_registers(words, value):
    assert read_status({"status": words}).value == value


@given(
    st.dictionaries(
        st.sampled_from(["status", "rag", "target", "progress", "evidence", "action"]), st.text(max_size=60)
    )
)
def test_no_row_breaks_the_reader_and_the_evidence_stands_in_it(cells):
    found = read_status(cells)
    assert found.value in STATUSES


@pytest.mark.parametrize(
    "cells",
    [
        {"target": "Within 9 months of the review being published"},
        {"progress": "Draft to be sent to the forum, then to partners"},
        {"evidence": "Draft to follow"},
    ],
)
def test_terms_and_steps_to_come_are_no_progress(cells):
    assert read_status(cells).value == "no_update"


@pytest.mark.parametrize("role", ["progress", "status", "target", "evidence"])
@pytest.mark.parametrize(
    "unit",
    [
        "01/02/2024 done. ",
        "1 May 2024 completed; ",
        "Not accepted now, will not be taken forward 3 May. ",
        "x in progress\n",
    ],
)
def test_work_grows_with_the_length_of_a_cell(unit, role):
    def work(count):
        return steps(lambda: read_status({role: unit * count}))

    work(50)
    assert 4.4 * work(100) > work(400)


# Words of public trackers: audits, inquiries, inspections, scrutiny, action plans of councils.
WORDS = {
    "completed": (
        "Complete; Completed; Closed; Closed - implemented; Closed – complete; Closed (completed); Implemented; "
        "Fully implemented; Implemented in full; Has been implemented; Has now been completed; Action closed; Achieved; "
        "Fully achieved; Delivered; Fully delivered; Met; Fully met; Discharged; Signed off; Done; Finalised; Actioned; "
        "Embedded; Embedded in practice; Concluded; Resolved; Addressed; Carried out; 100%; Yes; Green - complete; "
        "This action has been completed; Completed in full; Complete and embedded; Closed as completed"
    ),
    "in_progress": (
        "In progress; In process - past due; Ongoing; On track; On schedule; Behind schedule; Off track; Underway; "
        "Partially implemented; Partly implemented; Part met; Partially met; Partly done; Partially addressed; "
        "Partially delivered; Nearly complete; Nearing completion; Mostly complete; Substantially complete; "
        "Not complete; Not yet complete; Incomplete; Not fully implemented; Delayed; Delayed - 60% done; Slippage; "
        "Overdue; Past due; Outstanding; Open; Still open; Remains open; Active; Live; Carried forward; Rolled over; "
        "Under review; Under discussion; Out for consultation; Being drafted; Being finalised; Being rolled out; "
        "In pilot; Awaiting sign-off; Awaiting evidence; Awaiting verification; Pending approval; Ready for closure; "
        "Completed - awaiting evidence; Extension agreed; Escalated; Unresolved; Good progress; 40%; Reopened; "
        "Already happening; BAU; Business as usual; Transferred to BAU; Now business as usual"
    ),
    "not_started": (
        "Not started; Not yet started; Not commenced; Not initiated; Not begun; Not implemented; Not yet implemented; "
        "Not progressed; Not actioned; No action taken; No work started; Yet to start; To be started; To do; Planned; "
        "Scheduled; Due to start; On hold; Paused; Parked; Stalled; Shelved; Suspended; Deferred; Postponed; "
        "Awaiting funding; Awaiting resources; Subject to funding; Blocked; Not due; Not yet due; Pending; Future; No; 0%"
    ),
    "considering": "Being considered; Under consideration; To be considered; For consideration",
    "not_taken_forward": (
        "Closed - not implemented; Closed, not done; Closed (incomplete); Closed – no action taken; Closed: no funding; "
        "Closed – risk accepted; Closed without action; Closed as no longer relevant; Not accepted by the agency; "
        "Rejected; Rejected by cabinet; Refused; Declined; Not agreed; Not supported; Not adopted; Not taken forward; "
        "Not being taken forward; Not pursued; Not proceeding; Not going ahead; Withdrawn; Cancelled; Abandoned; "
        "Discontinued; Dropped; Deleted; Removed from plan; Terminated; Ceased; Void; Lapsed; Out of scope; "
        "Risk accepted; Will not implement; Will not be done; Did not proceed; No longer required; No longer needed; "
        "No longer applicable; No longer feasible; No longer appropriate; Not applicable; Not required; Not feasible; "
        "Not viable; Action withdrawn; Ruled out; Turned down; Disagreed"
    ),
    "superseded": (
        "Superseded; Superseded by review 12; Closed - superseded; Closed: merged; Merged; Merged with action 4; "
        "Merged into recommendation 5; Combined with R7; Amalgamated with action 2.1; Incorporated into action 6; "
        "Replaced by action 9; Replaced by national guidance; Overtaken by events; Duplicate; Duplicate of action 3; "
        "Now covered by TB-02; Covered by recommendation 8; Covered elsewhere; Moved to another plan; Obsolete; "
        "Transferred to the county action plan; Subsumed into objective 4; Absorbed into DHR3 rec 6; Redundant"
    ),
    "no_update": (
        "No update; No update received; Awaiting update; Update requested; No response; Not reported; Status unknown; "
        "Accepted; Agreed; Noted; Done?; Complete?; Closed (?); N/A; Transferred to housing; No further action"
    ),
}


@pytest.mark.parametrize(
    ("words", "value"), [(words, value) for value, several in WORDS.items() for words in several.split("; ")]
)
def test_the_status_words_of_public_trackers(words, value):
    assert read_status({"status": words}).value == value


@pytest.mark.parametrize("words", ["Done?", "Complete?", "Closed (?)", "? Done"])
def test_a_status_that_is_asked_for_is_not_counted_and_goes_to_review(words):
    for role in ("status", "progress", "completion"):
        found = read_status({role: words})
        assert (found.value, found.evidence, found.warning) == ("no_update", words, status.QUESTIONED)
    assert WEIGHTS[status.QUESTIONED] < THRESHOLD


@pytest.mark.parametrize(
    ("words", "value"),
    [("Complete? Yes", "completed"), ("Completed? No", "not_started"), ("Started? Y", "in_progress")],
)
def test_a_question_with_its_answer_is_a_statement(words, value):
    assert read_status({"status": words}).value == value


@pytest.mark.parametrize(
    ("progress", "value"),
    [
        ("This action has now been completed.", "completed"),
        ("It was fully implemented in May 2024.", "completed"),
        ("The form went live in June and this action is now complete.", "completed"),
        ("Once this action has been completed the board meets again.", "no_update"),
        ("Has been implemented except for the leaflet.", "in_progress"),
        ("Assurance that this has been completed to be sought.", "no_update"),
        ("The audit has been completed and the report is being written.", "in_progress"),
        ("This action will have been completed by June.", "no_update"),
    ],
)
def test_a_report_that_the_action_itself_is_done(progress, value):
    assert read_status({"progress": progress}).value == value


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        ({"response": "Not accepted"}, "not_taken_forward"),
        ({"response": "Not accepted", "rag": "Red"}, "not_taken_forward"),
        ({"response": "Not accepted", "status": "Complete"}, "completed"),
        ({"response": "Already in place."}, "in_progress"),
        ({"response": "Already in place.", "status": "Complete"}, "completed"),
        ({"response": "Accepted"}, "no_update"),
        ({"response": "Noted"}, "no_update"),
        ({"action": "Rejected bids are to be looked at again by the board."}, "no_update"),
    ],
)
def test_a_reply_tells_the_status_only_where_it_refuses_or_says_what_exists(cells, value):
    assert read_status(cells).value == value


def test_routine_is_in_progress_with_a_reason():
    for words in ("BAU", "Business as usual", "Already happening"):
        assert read_status({"status": words}).warning == status.ROUTINE
