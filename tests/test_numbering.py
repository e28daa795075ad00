"""Recommendations that stand apart from their actions and are joined to them by number."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.normalising.layout import PlanRow
from dhr_analytics.normalising.numbering import Listed, join_by_number, key_of
from dhr_analytics.normalising.plan import normalise
from dhr_analytics.reading import RawRow, RawTable

WORDING = (
    "The harbour office should know whom to call.",
    "The bus company should train its drivers.",
    "Allotment societies should display the poster.",
)
LIST = tuple(f"Recommendation {i}: {text}" for i, text in enumerate(WORDING, start=1))


def lines(*texts):
    return RawTable(tuple(RawRow((text,), f"line {i}") for i, text in enumerate(texts, start=1)), kind="text")


def table(*rows):
    return RawTable(tuple(RawRow(tuple(cells), f"row {i}", i == 1) for i, cells in enumerate(rows, start=1)))


def actions(name, *keys, owner="Sedgeby Council"):
    rows = ((key, f"Carry out piece {i} of the work.", owner, "May 2025") for i, key in enumerate(keys, start=1))
    return table((name, "Action", "Lead agency", "Target date"), *rows)


def read(*tables):
    return normalise(tables, document="p.txt", review_id="X").plans[0]


def pieces(plan):
    """Return the wording of each recommendation and the numbers of the pieces of work under it."""
    told = {row["recommendation_id"]: (row["text"], []) for row in plan.recommendations}
    for row in plan.actions:
        told[row["recommendation_id"]][1].extend(word for word in row["text"].split() if word.isdigit())
    return list(told.values())


def joined(*groups):
    return [(text, list(group)) for text, group in zip(WORDING, groups, strict=True)]


@pytest.mark.parametrize(
    "number", ["Recommendation 4", "Rec. 4", "rec no. 4", "R4", "4", "4.", "(4)", "4 and 5", "4, 6"]
)
def test_numbers_are_one_however_they_are_printed(number):
    assert key_of(number) == "4"


@pytest.mark.parametrize("number", ["4.1", "14", "SM/04", "P4", ""])
def test_other_numbers_stay_apart(number):
    assert key_of(number) != "4"


@pytest.mark.parametrize("name", ["Rec. no.", "Recommendation", "No", "Ref"])
@pytest.mark.parametrize(
    "printed",
    [[lines("Recommendations", *LIST), lines("Who does what by when")],
     [lines(*LIST)],
     [lines(*(part for line in LIST for part in line.split(": ")), "Who does what by when")],
     [lines("Recommendations", *(line.replace("Recommendation ", "R").replace(":", ".") for line in LIST))],
     [table(("No", "Recommendation"), *((str(i), text) for i, text in enumerate(WORDING, start=1)))]],
    ids=["lines", "right above", "numbers on lines of their own", "R1", "table"],
)  # fmt: skip
def test_actions_find_their_recommendation_by_its_number(name, printed):
    plan = read(*printed, actions(name, "1", "1", "2", "3"))
    assert pieces(plan) == joined("12", "3", "4")
    assert not any("Sedgeby" in row["text"] or "should" in row["text"] for row in plan.rejected)
    assert not any(row["needs_review"] for row in plan.recommendations)


@pytest.mark.parametrize("key", ["Recommendation {}", "R{}", "Rec {}"])
def test_the_key_may_be_called_recommendation(key):
    plan = read(lines("Recommendations", *LIST), actions("Recommendation", *map(key.format, (1, 2, 2, 3))))
    assert pieces(plan) == joined("1", "23", "4")


def test_actions_in_the_order_of_their_owners():
    plan = read(lines(*LIST), actions("Rec no", "3", "1", "2", "1"))
    assert pieces(plan) == joined("24", "3", "1")


def test_a_list_in_an_appendix_is_found():
    plan = read(actions("Rec no", "1", "2", "2", "3"), lines("The wording", *LIST))
    assert pieces(plan) == joined("1", "23", "4")


def test_a_number_merged_down_over_its_actions():
    plan = read(lines(*LIST), actions("Rec no", "1", "", "2", "3"))
    assert pieces(plan) == joined("12", "3", "4")


def test_a_listed_recommendation_without_an_action_is_kept():
    plan = read(lines(*LIST), actions("Rec no", "1", "3"))
    assert pieces(plan) == joined("1", "", "2")


def test_scope_and_owner_come_from_the_list():
    listed = table(("No", "Recommendation", "Scope", "Agency"), *((str(i), text, "Local", "Sedgeby Police") for i, text in enumerate(WORDING, 1)))  # fmt: skip
    plan = read(listed, actions("Rec no", "1", "2", "2", "3", owner=""))
    assert {row["scope"] for row in plan.recommendations} == {"local"}
    assert {row["lead_agency"] for row in plan.actions} == {"Sedgeby Police"}


def test_the_heading_above_the_actions_owns_them():
    plan = read(lines("Recommendations", *LIST), lines("Sedgeby Police"), actions("Rec no", "1", "2", owner=""),
                lines("Sedgeby Council"), actions("Rec no", "2", "3", owner=""))  # fmt: skip
    assert [row["lead_agency"] for row in plan.actions] == ["Sedgeby Police"] * 2 + ["Sedgeby Council"] * 2


def test_numbers_alone_group_the_actions_and_are_doubted():
    plan = read(actions("Rec no", "1", "3", "1", "2"))
    assert pieces(plan) == [("Recommendation 1", ["1", "3"]), ("Recommendation 2", ["4"]), ("Recommendation 3", ["2"])]
    assert all("its wording was not found" in row["review_reason"] for row in plan.recommendations)


def test_an_action_that_names_two_recommendations_is_doubted():
    plan = read(lines(*LIST), actions("Rec no", "1 and 2", "3"))
    assert pieces(plan) == joined("1", "", "2")
    assert "names several recommendations" in plan.actions[0]["review_reason"]


def test_one_number_for_two_recommendations_is_doubted():
    other = "Recommendation 1: Museums should host an evening for the families."
    plan = read(lines(*LIST), lines("Second part", other), actions("Rec no", "1", "2", "3"))
    doubted = [row["text"] for row in plan.recommendations if "have the number" in row["review_reason"]]
    assert doubted == ["Museums should host an evening for the families."]


def test_numbers_of_actions_are_no_keys():
    plan = read(lines(LIST[0]), actions("No", "1", "2"), lines(LIST[1]), actions("No", "1", "2"))
    assert pieces(plan) == [(WORDING[0], ["1", "2"]), (WORDING[1], ["1", "2"])]


def test_a_list_that_the_plan_prints_in_full_stays_a_list():
    rows = ((str(i), text, "Do it.", "Sedgeby Council") for i, text in enumerate(WORDING, start=1))
    plan = read(lines("Recommendations", *LIST), table(("No", "Recommendation", "Action", "Lead"), *rows))
    assert [row["text"] for row in plan.recommendations] == list(WORDING)
    assert {row["section"] for row in plan.recommendations} == {""}


@given(
    keys=st.lists(st.tuples(st.sampled_from("123"), st.booleans()), max_size=8),
    listed=st.lists(st.tuples(st.integers(0, 8), st.sampled_from("1234")), max_size=5),
)
def test_no_action_is_lost_and_none_made_up(keys, listed):
    rows = [
        PlanRow({"number": key, "action": f"Piece {i}."} if own else {"action": f"Piece {i}."}, f"row {i}", "", False, key=key)
        for i, (key, own) in enumerate(keys)
    ]  # fmt: skip
    texts = [
        Listed(after, PlanRow({"number": key, "recommendation": f"Wording {i}."}, f"line {i}", "", False), f"{key}.")
        for i, (after, key) in enumerate(listed)
    ]
    out, used = join_by_number(rows, texts)
    assert Counter(row.cells["action"] for row in out if "action" in row.cells) == Counter(
        row.cells["action"] for row in rows
    )
    assert {line.printed for line in used} <= {line.printed for line in texts}
    assert not any(row.key for row in out if "recommendation" in row.cells)
