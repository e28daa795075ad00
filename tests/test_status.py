from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps import steps

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
    assert (found.value, found.warning) == ("no_update", status.REFUSED)
    assert found.evidence in words and WEIGHTS[found.warning] < 0.75


def test_a_refusal_in_the_status_cell_is_not_outvoted():
    assert read_status({"status": "Rejected", "progress": "A paper was written."}).value == "no_update"
    assert read_status({"status": "Rejected", "completion": "03/05/2024"}).value == "no_update"
    assert read_status({"status": "Closed", "progress": "Board decided not to take it forward."}).value == "no_update"
    assert read_status({"status": "Complete", "progress": "Action rejected by the board."}).warning == status.CLOSED


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
        ("Not implemented", "no_update"),
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


@pytest.mark.parametrize(
    ("texts", "meanings"),
    [
        (["Key: D = Done; PD = Partly done; T = Turned down, rejected"], {"d": "completed", "pd": "in_progress"}),
        (["M = Met; PM = Partly Met"], {"m": "completed", "pm": "in_progress"}),
        (["1 - Not started", "2 - Ongoing\n3 - Completed"], {"2": "in_progress", "3": "completed"}),
        (["1\nNot started", "2\nUnder way", "3\nComplete"], {"1": "not_started", "3": "completed"}),
        (["C – Complete, IP – In progress, NS – Not yet started"], {"ns": "not_started", "ip": "in_progress"}),
        (["Grey: Not started; Purple: Rejected"], {"grey": "not_started", "purple": "refused"}),
        (["I = Implemented; AIP = Accepted in Principle; R = Rejected"], {"aip": "no_update", "r": "refused"}),
        (["Red\nWork has not been started\nAmber\nSome delay\nGreen\nWork is on track"], {"green": "in_progress"}),
    ],
)
def test_signs_mean_what_the_plans_key_says(texts, meanings):
    key = read_colour_key(texts)
    assert {sign: key.get(sign) for sign in meanings} == meanings
    for sign, meaning in meanings.items():
        found = read_status({"status": sign.upper()}, colours=key)
        assert found.value == ("no_update" if meaning == "refused" else meaning)
        assert (found.warning == status.REFUSED) == (meaning == "refused")


@pytest.mark.parametrize(
    "texts",
    [["1. Not started\n1. Done"], ["2024: Complete; 2025: Ongoing"], ["MARAC: 12; DHR: 3"], ["3 - Write a policy"]],
)
def test_lines_with_numbers_are_no_key(texts):
    assert set(read_colour_key(texts)) == set(read_colour_key([]))


def test_the_key_outranks_the_usual_meaning_and_not_the_words_beside_it():
    key = read_colour_key(["Y = not started; N = completed"])
    assert read_status({"status": "N"}, colours=key).value == "completed"
    assert read_status({"status": "Ongoing"}, colours=key).value == "in_progress"


@pytest.mark.parametrize("name", ["BRAG", "BRAG rating", "B.RAG status"])
def test_in_a_brag_column_green_is_on_track(name):
    key = read_colour_key([f"Action\n{name}\nLead"])
    assert [read_status({"rag": sign}, colours=key).value for sign in ("B", "Green")] == ["completed", "in_progress"]
    own = read_colour_key([f"Action\n{name}\nLead", "Green: complete; Red: not started"])
    assert own["green"] == "completed"


@given(
    st.dictionaries(
        st.sampled_from(["status", "rag", "target", "progress", "evidence", "action"]), st.text(max_size=60)
    )
)
def test_no_row_breaks_the_reader_and_the_evidence_stands_in_it(cells):
    found = read_status(cells)
    assert found.value in ("completed", "in_progress", "not_started", "considering", "no_update")


@given(st.lists(st.tuples(st.sampled_from(["C", "IP", "NS", "7", "Grey"]), st.sampled_from(["Complete", "On track"]))))
def test_no_key_breaks_the_reader(pairs):
    key = read_colour_key(["; ".join(f"{sign} = {words}" for sign, words in pairs)])
    assert set(key.values()) <= {"completed", "in_progress", "not_started"}


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


def test_a_rating_counts_where_it_is_all_that_a_progress_cell_holds():
    assert read_status({"progress": "Amber"}).value == "in_progress"
    assert read_status({"progress": "G"}).value == "completed"
    assert read_status({"progress": "Green space"}).value == "no_update"
    key = read_colour_key(["P = Under way; D = Done"])
    assert read_status({"progress": "D"}, colours=key).value == "completed"


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
