"""Keyed: recommendations in a list, and a table whose actions name them by number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_tables import reading, table

from dhr_analytics.normalising.grammars import keyed
from dhr_analytics.normalising.grammars.keyed import FIRST, UNWORDED, key_of, listed_in

HEAD = ("Rec no", "Action", "Lead agency", "Target date")
LIGHT, WAIT = "The board should light the quay.", "The ferry should wait for the train."
SING = "The mayor should sing on the pier."
BUY = ("Buy ten lamps.", "Harbour board", "May 2031")
FIT = ("Fit the lamps.", "Town council", "June 2031")
HOLD = ("Hold the last boat.", "Ferry company", "July 2031")


def listed(*lines):
    return listed_in([(line, f"line {i}") for i, line in enumerate(lines, 1)])


def read(rows, *lines):
    return reading(keyed, table(HEAD, *rows), listed=listed(*lines))


def found(rows, *lines):
    """Wordings in order, each with its actions."""
    out = []
    for row in read(rows, *lines).rows:
        if row.opens == "recommendation":
            out.append((row.cells["number"], row.cells["recommendation"], []))
        else:
            out[-1][2].append(row.cells["action"])
    return out


@pytest.mark.parametrize(
    "number",
    [
        "3",
        "3.",
        "(3)",
        "R3",
        "Rec 3",
        "Rec. 3",
        "Recommendation 3",
        "Recommendation No. 3",
        "3 and 4",
        "3, 4",
    ],
)
def test_numbers_are_the_same_however_they_are_written(number):
    assert key_of(number) == "3"


def test_other_numbers_stay_apart():
    assert len({key_of(number) for number in ["3", "31", "3.1", "3a", "SM3", "iii"]}) == 6


def test_a_list_gives_numbers_wordings_and_headings():
    rows = listed(
        "Housing",
        f"1. {LIGHT}",
        "It was said that all is well here, as ever.",
        f"2. {WAIT}",
        "Boats",
        f"1. {SING}",
    )
    assert [(row.cells["number"], row.cells["recommendation"], row.section) for row in rows] == [
        ("1", LIGHT, "Housing"),
        ("2", WAIT, "Housing"),
        ("1", SING, "Boats"),
    ]


def test_a_number_may_stand_above_its_wording():
    (row,) = listed("Recommendation 7", LIGHT)
    assert (key_of(row.cells["number"]), row.cells["recommendation"]) == ("7", LIGHT)


def test_actions_stand_with_the_recommendation_that_they_name():
    rows = [("1", *BUY), ("2", *HOLD), ("1", *FIT)]
    assert found(rows, f"1. {LIGHT}", f"2. {WAIT}") == [
        ("1", LIGHT, [BUY[0], FIT[0]]),
        ("2", WAIT, [HOLD[0]]),
    ]


def test_a_recommendation_without_actions_is_kept():
    assert found([("2", *HOLD), ("2", *FIT)], f"1. {LIGHT}", f"2. {WAIT}")[0] == ("1", LIGHT, [])


def test_a_blank_number_is_that_of_the_row_above():
    rows = [("1", *BUY), ("", *FIT), ("2", *HOLD)]
    assert found(rows, f"1. {LIGHT}", f"2. {WAIT}")[0] == ("1", LIGHT, [BUY[0], FIT[0]])


def test_numbers_that_begin_anew_name_the_next_list():
    rows = [("1", *BUY), ("2", *FIT), ("1", *HOLD)]
    assert found(rows, "Quays", f"1. {LIGHT}", f"2. {WAIT}", "Piers", f"1. {SING}") == [
        ("1", LIGHT, [BUY[0]]),
        ("2", WAIT, [FIT[0]]),
        ("1", SING, [HOLD[0]]),
    ]


def test_a_number_without_wording_is_a_doubtful_recommendation():
    rows = [("1", *BUY), ("1", *FIT), ("9", *HOLD)]
    assert found(rows, f"1. {LIGHT}")[1] == ("9", "Recommendation 9", [HOLD[0]])
    heads = [row for row in read(rows, f"1. {LIGHT}").rows if row.opens == "recommendation"]
    assert [row.warnings for row in heads] == [(), (UNWORDED,)]


def test_an_action_of_several_recommendations_stands_with_the_first_and_says_so():
    rows = [("1 and 2", *BUY), ("2", *HOLD)]
    lines = f"1. {LIGHT}", f"2. {WAIT}"
    assert found(rows, *lines) == [("1", LIGHT, [BUY[0]]), ("2", WAIT, [HOLD[0]])]
    assert [row.warnings for row in read(rows, *lines).rows] == [(), (FIRST,), (), ()]


def test_cells_and_places_of_the_actions_stay():
    head, first, *_ = read([("1", *BUY), ("1", *FIT)], "Quays", f"1. {LIGHT}").rows
    assert (head.place, first.place, first.section) == ("line 2", "row 2", "Quays")
    assert dict(first.cells) == {"action": BUY[0], "lead": BUY[1], "target": BUY[2]}


def test_numbers_that_name_nothing_are_those_of_the_actions():
    rows = [("1", *BUY), ("2", *FIT), ("3", *HOLD)]
    assert read(rows) is None
    assert read([("7", *BUY), ("8", *FIT)], f"1. {LIGHT}", f"2. {WAIT}") is None


def test_a_table_with_recommendations_of_its_own_is_left_to_others():
    head = ("Rec no", "Recommendation", "Action", "Lead agency")
    plan = table(head, ("1", WAIT, *BUY[:2]), ("1", WAIT, *FIT[:2]))
    assert reading(keyed, plan, listed=listed(f"1. {LIGHT}")) is None


WORDINGS = [f"The board should light quay {letter} at night." for letter in "abcdef"]


@given(st.data(), st.integers(1, 6), st.sampled_from(["{}", "R{}", "Rec {}", "Recommendation {}"]))
def test_every_action_is_found_again(data, count, form):
    keys = data.draw(st.lists(st.integers(1, count), min_size=1, max_size=12))
    own = ("Harbour board", "May 2031")
    rows = [(form.format(key), f"Buy lamp {i} for it.", *own) for i, key in enumerate(keys)]
    lines = [f"{n}. {wording}" for n, wording in enumerate(WORDINGS[:count], 1)]
    assert found(rows, *lines) == [
        (str(n), wording, [row[1] for row, key in zip(rows, keys, strict=True) if key == n])
        for n, wording in enumerate(WORDINGS[:count], 1)
    ]
