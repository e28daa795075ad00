from dhr_analytics.normalising.grammars.cut_rows import Draft, Recommendation
from dhr_analytics.normalising.repeats import DIFFER, counted_once

VISITS, CARDS = "Workers should see every child alone.", "Each clinic should offer a card."


def made(text, *actions, number="1", section="", place="row 1"):
    drafts = [Draft(dict(cells), [place]) for cells in actions]
    return Recommendation(number, section, text, ["Local"], [place], drafts)


def deeds(rec):
    return [draft.cells["action"] for draft in rec.actions]


def test_a_recommendation_on_two_sheets_is_one_with_the_actions_of_both():
    open_ = [made(VISITS, {"action": "Look at visits."}), made(CARDS, {"action": "Print cards."}, number="2")]
    closed = [made(VISITS, {"action": "Change the form."}, number="1.", place="row 9")]
    (visits, cards), repeated = counted_once([open_, closed])
    assert deeds(visits) == ["Look at visits.", "Change the form."] and visits.places == ["row 1", "row 9"]
    assert deeds(cards) == ["Print cards."] and not repeated
    assert [deeds(rec) for rec in open_] == [["Look at visits."], ["Print cards."]]  # the sheets are left as they are


def test_another_number_or_the_same_sheet_is_another_recommendation():
    one, two = made(VISITS, {"action": "Look."}), made(VISITS, {"action": "Look."}, number="7")
    assert len(counted_once([[one], [two]])[0]) == 2
    assert len(counted_once([[one, one]])[0]) == 2


def test_an_action_that_both_sheets_have_is_one_and_lacks_nothing_that_either_says():
    first = made(VISITS, {"action": "Look.", "lead": "Council", "status": "Late"})
    second = made(
        VISITS, {"action": "Look", "target": "May 2031", "status": "Done"}, {"action": "Look.", "lead": "Police"}
    )
    ((both,), _) = counted_once([[first], [second]])
    assert [draft.cells for draft in both.actions] == [
        {"action": "Look.", "lead": "Council", "status": "Late", "target": "May 2031"},
        {"action": "Look.", "lead": "Police"},
    ]
    assert both.actions[0].warnings == [DIFFER]


def test_a_bare_list_gives_way_to_the_plan_that_prints_it_again():
    listed = [made(VISITS, {"lead": "Ferry board"}), made(CARDS, {}, number="2")]
    kept, repeated = counted_once([[*listed, made(VISITS, {"action": "Look."})]])
    assert [rec.text for rec in kept] == [CARDS, VISITS]
    (piece,) = repeated
    assert VISITS in piece.text and "Ferry board" in piece.text, "the owner beside it is in no other table"


def test_a_sheet_that_only_lists_adds_no_action():
    kept, repeated = counted_once([[made(VISITS, {})], [made(VISITS, {"action": "Look."})]])
    assert [deeds(rec) for rec in kept] == [["Look."]] and len(repeated) == 1
