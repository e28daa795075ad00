import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.normalising.cells.closed import closing_of, opens_closed
from dhr_analytics.normalising.cells.status import read_status
from dhr_analytics.schema import CLOSED


@pytest.mark.parametrize(
    ("progress", "value"),
    [
        ("The partnership discussed this in May and chose not to proceed.", "not_taken_forward"),
        ("This action is no longer required as the service was brought in-house.", "not_taken_forward"),
        ("Closed as it is no longer relevant.", "not_taken_forward"),
        ("Withdrawn by the trust: the ward has shut.", "not_taken_forward"),
        ("12/03/2024: Not taken forward. The supplier cannot change the form.", "not_taken_forward"),
        ("Funding bid was refused by the commissioner.", "not_taken_forward"),
        ("The council does not accept this recommendation.", "not_taken_forward"),
        ("Will not be implemented owing to cost.", "not_taken_forward"),
        ("Action cancelled following the restructure.", "not_taken_forward"),
        ("Recommendation rejected at the June executive.", "not_taken_forward"),
        ("It was agreed not to pursue this.", "not_taken_forward"),
        ("The board resolved that this would not be taken forward.", "not_taken_forward"),
        ("Closed - not implemented. The risk was accepted by the chief officer.", "not_taken_forward"),
        ("Merged with action 4.", "superseded"),
        ("This action has been merged into recommendation 12 of the overview report.", "superseded"),
        ("The action is now combined with R5.", "superseded"),
        ("Superseded by the regional learning bulletin (see 11).", "superseded"),
        ("Overtaken by the national instruction of February 2024.", "superseded"),
        ("03/09/24 - merged with DHR11 action 2.1", "superseded"),
        ("Replaced by a new action in the 2025 plan.", "superseded"),
        ("Now covered by action 9.2 above.", "superseded"),
        ("This recommendation has since been superseded by statute.", "superseded"),
        ("Duplicate of recommendation 3.", "superseded"),
        ("Terms were drafted. This action has been merged with the county\u2019s and is superseded.", "superseded"),
        ("Moved to the county action plan.", "superseded"),
        ("Closed. Superseded by action 5.", "superseded"),
    ],
)
def test_an_action_that_is_closed_undone_is_neither_silent_nor_completed(progress, value):
    assert read_status({"progress": progress, "rag": "Red"}).value == value


@pytest.mark.parametrize(
    "text",
    [
        "The two forms have been merged into one team training.",
        "Merged cells were taken out of the recording sheet.",
        "Merged into one team training.",
        "Replaced the old form in May.",
        "The old form was replaced by a new one.",
        "Old leaflets will be withdrawn from use.",
        "Withdrawn from use in May 2024.",
        "The action will be merged with action 4 in the autumn.",
        "This action will be withdrawn once the new policy is out.",
        "To be superseded by the new protocol.",
        "Superseded guidance has been taken off the intranet.",
        "The 2019 policy was superseded by a new one, which all staff have read.",
        "Incorporated into the induction training.",
        "Included in the annual training plan.",
        "Covered by the module on coercive control.",
        "Staff are no longer required to print the form.",
        "Duplicate records were removed.",
        "Combined with the visit of the inspectors.",
        "Cancelled appointments are now followed up.",
        "Transferred to adult social care.",
    ],
)
def test_what_happened_to_something_else_closes_no_action(text):
    assert closing_of(text) is None
    assert read_status({"progress": text}).value not in CLOSED


def test_more_words_count_in_a_cell_that_tells_the_status_and_behind_closed():
    assert opens_closed("Removed", cell=True) == "not_taken_forward"
    assert opens_closed("Removed") == opens_closed("Removed barriers", cell=True) == ""
    assert opens_closed("Closed - not complete") == opens_closed("Closed - removed") == "not_taken_forward"
    assert opens_closed("Not complete", cell=True) == ""


@given(st.text(max_size=80), st.sampled_from(["", "Closed - ", "This action has been ", "01/02/2024: "]))
def test_no_text_breaks_the_reader_and_the_words_are_quoted(rest, opening):
    found = closing_of(opening + rest)
    assert found is None or (found.kind in CLOSED and found.words in opening + rest)
