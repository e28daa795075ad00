"""Above: recommendations on lines, headings and bands, with the rows of their actions below."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_tables import columns, reading, table, text

from dhr_analytics.normalising.grammars import above

HEAD = ("Action", "Lead agency", "Target date")
LIGHT = "The board should light the quay at night."
WAIT = "The ferry should wait for the train."
BUY = ("Buy ten lamps.", "Harbour board", "May 2031")
FIT = ("Fit the lamps.", "Town council", "June 2031")
HOLD = ("Hold the last boat.", "Ferry company", "July 2031")
WANT = [("1", LIGHT, BUY[0]), ("", "", FIT[0]), ("2", WAIT, HOLD[0])]


def read(*tables):
    return reading(above, *tables)


def found(*tables):
    rows = columns(read(*tables), "number", "recommendation", "action")
    return [(number.removeprefix("Recommendation ").strip(" ."), *rest) for number, *rest in rows]


BANDS = ["Recommendation {}: {}", "Recommendation {} - {}", "{}. {}", "R{}. {}"]


@pytest.mark.parametrize("form", BANDS)
def test_a_band_above_its_actions(form):
    plan = table(HEAD, form.format(1, LIGHT), BUY, FIT, form.format(2, WAIT), HOLD)
    assert [(n.removeprefix("R"), *rest) for n, *rest in found(plan)] == WANT


def test_a_band_merged_over_all_columns():
    assert found(table(HEAD, (f"1. {LIGHT}",) * 3, BUY, FIT, (f"2. {WAIT}",) * 3, HOLD)) == WANT


@pytest.mark.parametrize("form", BANDS)
def test_a_line_above_a_table_of_its_actions(form):
    tables = [
        text(form.format(1, LIGHT)),
        table(HEAD, BUY, FIT),
        text(form.format(2, WAIT)),
        table(HEAD, HOLD),
    ]
    assert [(n.removeprefix("R"), *rest) for n, *rest in found(*tables)] == WANT


def test_a_number_on_a_heading_of_its_own():
    tables = [
        text("Recommendation 1", LIGHT),
        table(HEAD, BUY, FIT),
        text("Recommendation 2", WAIT),
        table(HEAD, HOLD),
    ]
    assert found(*tables) == WANT


def test_a_line_without_a_number_that_asks_for_something():
    rows = found(text(LIGHT), table(HEAD, BUY, FIT), text(WAIT), table(HEAD, HOLD))
    assert rows == [("", LIGHT, BUY[0]), ("", "", FIT[0]), ("", WAIT, HOLD[0])]


def test_places_and_layout_of_what_was_found():
    rows = read(table(HEAD, f"1. {LIGHT}", BUY, FIT)).rows
    assert [(row.place, row.opens) for row in rows] == [
        ("row 2; row 3", "recommendation"),
        ("row 4", ""),
    ]


def test_headings_keep_their_place_between_recommendations():
    own, others = [f"1. {LIGHT}", BUY, FIT], [f"2. {WAIT}", HOLD]
    plan = table(HEAD, "Harbour board", *own, "Ferry company", *others)
    assert [row.section for row in read(plan).rows] == [
        "Harbour board",
        "Harbour board",
        "Ferry company",
    ]


def test_actions_with_milestones_below_each():
    plan = table(
        ("Milestones", "Lead agency", "Target date"),
        "Action 1: Light the whole of the quay",
        ("1.1 Buy ten lamps.", *BUY[1:]),
        ("1.2 Fit the lamps.", *FIT[1:]),
        "Action 2: Hold the last boat of the day",
        ("2.1 Tell the crew.", *HOLD[1:]),
    )
    assert found(plan) == [
        ("1", "Light the whole of the quay", BUY[0]),
        ("", "", FIT[0]),
        ("2", "Hold the last boat of the day", "Tell the crew."),
    ]


def test_a_whole_number_above_dotted_actions():
    plan = table(
        ("No", *HEAD),
        ("1", LIGHT, "", ""),
        ("1.1", *BUY),
        ("1.2", *FIT),
        ("2", WAIT, "", ""),
        ("2.1", *HOLD),
    )
    assert found(plan) == WANT


def test_a_numbered_recommendation_without_actions_is_kept():
    rows = found(table(HEAD, f"1. {LIGHT}", f"2. {WAIT}", HOLD))
    assert rows == [("1", LIGHT, ""), ("2", WAIT, HOLD[0])]


def test_the_end_of_a_recommendation_may_stand_on_the_next_page():
    plan = table(
        HEAD,
        "1. The board should light the quay at",
        "night.",
        BUY,
        f"2. {WAIT}",
        HOLD,
        breaks=(3,),
    )
    assert found(plan) == [WANT[0], WANT[2]]


def test_nothing_above_a_table_of_actions_or_recommendations_within_it():
    assert read(table(HEAD, BUY, FIT, HOLD)) is None
    assert read(text("Harbour board"), table(HEAD, BUY, FIT)) is None
    own = ("Recommendation", *HEAD)
    assert read(text(f"1. {LIGHT}"), table(own, (WAIT, *BUY))) is None
    assert read(text(f"1. {LIGHT}"), table(("Tide", "Gulls"), ("high", "9"))) is None


TASKS = st.lists(st.sampled_from([BUY, FIT, HOLD]), min_size=1, max_size=3)


@given(st.lists(TASKS, min_size=2, max_size=6), st.sampled_from(BANDS), st.booleans())
def test_every_action_stands_with_the_recommendation_above_it(groups, form, lines):
    tables, rows, want = [], [HEAD], []
    for n, tasks in enumerate(groups, 1):
        wording = f"The board should light quay {'abcdef'[n - 1]} at night."
        want += [(str(n), wording, tasks[0][0]), *(("", "", task[0]) for task in tasks[1:])]
        head = form.format(n, wording)
        tables += [text(head), table(HEAD, *tasks)]
        rows += [head, *tasks]
    read_rows = found(*(tables if lines else [table(*rows)]))
    assert [(number.removeprefix("R"), *rest) for number, *rest in read_rows] == want
