from dhr_analytics.normalising.dittos import MISSING, TAKEN, without_dittos
from dhr_analytics.normalising.grammars.cut_rows import Draft, Recommendation


def made(*actions, number="1", section="", topic=False):
    rec = Recommendation(number, section, "Light the quay.", [], ["row 1"], topic=topic)
    rec.actions.extend(Draft(dict(cells)) for cells in actions)
    return rec


def cells(*found):
    return [draft.cells for rec in without_dittos(found) for draft in rec.actions]


def test_each_cell_is_that_of_the_row_above_and_the_printed_words_are_kept():
    rec = made(
        {"lead": "Harbour Board", "target": "May 2031"}, {"lead": "As above", "target": "ditto", "action": "Dig."}
    )
    (found,) = without_dittos([rec])
    last = found.actions[1]
    assert last.cells == {"lead": "Harbour Board", "target": "May 2031", "action": "Dig."}
    assert last.printed == {"lead": "As above", "target": "ditto"} and last.warnings == [TAKEN]
    assert last.notes == ["Lead: As above"]
    assert rec.actions[1].cells["lead"] == "As above"  # what was given is left as it is


def test_a_row_of_dittos_goes_back_to_the_last_words():
    rows = [{"status": "Done"}, {"status": '"'}, {"status": "as above"}, {"status": "Late"}, {"status": "ditto"}]
    assert [each["status"] for each in cells(made(*rows))] == ["Done", "Done", "Done", "Late", "Late"]


def test_the_row_above_may_be_of_another_recommendation_and_a_number_names_any():
    one, two = (
        made({"lead": "Board", "target": "May 2031"}),
        made({"lead": "As above", "target": "As rec 3"}, number="2"),
    )
    three = made({"target": "June 2031"}, number="3.")
    assert cells(one, two, three)[1] == {"lead": "Board", "target": "June 2031"}


def test_the_first_row_below_the_heading_of_a_body_is_as_the_heading():
    one = made({"lead": "Holm Police"}, section="Holm Police")
    two = made({"lead": "As above"}, {"lead": "Ditto"}, number="2", section="Holm Council")
    assert [each["lead"] for each in cells(one, two)] == ["Holm Police", "Holm Council", "Holm Council"]
    topic = made({"lead": "As above"}, number="2", section="Holm Council", topic=True)
    assert cells(one, topic)[1]["lead"] == "Holm Police"


def test_what_the_other_row_does_not_say_is_left_out_with_a_warning():
    (rec,) = without_dittos([made({"action": "Dig."}, {"action": "Fill.", "target": "As above", "lead": "As rec 9"})])
    assert rec.actions[1].cells == {"action": "Fill."} and rec.actions[1].warnings == [MISSING]


def test_an_action_that_only_names_its_recommendation_has_no_words_of_its_own():
    (rec,) = without_dittos([made({"action": "See recommendation.", "lead": "Board"})])
    assert rec.actions[0].cells == {"lead": "Board"} and rec.actions[0].notes == ["Action: See recommendation."]
