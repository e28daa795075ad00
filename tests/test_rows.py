import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.normalising.cells.rows import is_example, is_total
from dhr_analytics.normalising.cells.ticks import read_ticks, tick_statuses
from dhr_analytics.reading import RawRow, RawTable
from dhr_analytics.reading.struck import set_struck_aside


@pytest.mark.parametrize(
    "cells",
    [
        ["e.g. 1", "Better recording", "Write a form"],
        ["", "EXAMPLE: Better recording", "EXAMPLE: Write a form", "Name of agency"],
        ["Example", "Better recording", "DD/MM/YYYY"],
        ["(Example) – Better recording"],
        ["1", "Example: Better recording", "Example: Write a form"],
        ["Eg", "Better recording"],
        ["For example, staff are trained", ""],
    ],
)
def test_a_forms_own_example_is_known(cells):
    assert is_example(cells)
    assert not is_total(cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["1", "Example cases to be gathered", "Write a form"],
        ["1", "Better recording", "Add examples", "e.g. minutes"],
        ["Egton Council to act", "Write a form"],
        [],
        ["", ""],
    ],
)
def test_a_row_that_speaks_of_examples_is_none(cells):
    assert not is_example(cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["Total", "7 recommendations", "9 actions", "", "4 complete (44%)"],
        ["Totals:", "7", "9", "44%"],
        ["Grand total", "12"],
        ["", "7 recommendations", "9 actions"],
        ["Total number of actions: 9"],
        ["12 recommendations"],
    ],
)
def test_a_sum_below_the_plan_is_known(cells):
    assert is_total(cells)
    assert not is_example(cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["1", "Total ban on verbal referrals", "Write to all wards"],
        ["2", "Train staff", "12 actions were agreed with the ward"],
        ["12", "", ""],
        ["Total", "Write a form for all wards"],
        [],
    ],
)
def test_a_row_with_other_words_is_no_sum(cells):
    assert not is_total(cells)


@given(st.lists(st.text(max_size=20), max_size=5))
def test_no_row_breaks_them(cells):
    assert is_example(cells) in (True, False)
    assert not is_total([*cells, "Write to every ward in the district"])


NAMES = ["Not yet started", "Under way", "Complete"]


@pytest.mark.parametrize("mark", ["✓", "✔️", "X", "x", "Yes", "☒", "☑", "•", "May 2025"])
def test_the_ticked_column_names_the_status(mark):
    rows = [["", "", mark], ["", mark, ""], [mark, "☐", "no"], ["", "", ""]]
    assert read_ticks(NAMES, rows) == ["completed", "in_progress", "not_started", "no_update"]


def test_a_coloured_cell_is_ticked():
    rows, fills = [["", "", ""], ["", "x", ""]], [["", "", "green"], ["red", "", ""]]
    assert read_ticks(NAMES, rows, fills) == ["completed", "in_progress"]


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (NAMES, [["x", "x", ""]]),
        (["Lead", "Complete"], [["x", ""]]),
        (["No", "Complete"], [["1", ""]]),
        (["Complete"], [["x"]]),
        (["Complete", "Completed"], [["x", ""]]),
        (["", ""], [["x", ""]]),
        ([], []),
    ],
)
def test_other_columns_are_no_tick_columns(names, rows):
    assert read_ticks(names, rows) is None


@given(st.integers(0, 2), st.sampled_from(["✓", "X", "Yes", "☑"]))
def test_a_single_tick_always_gives_its_column(at, mark):
    row = ["", "", ""]
    row[at] = mark
    assert read_ticks(NAMES, [row]) == [tick_statuses(NAMES)[at]]


def test_rows_that_are_struck_out_are_set_aside_with_their_words():
    rows = (
        RawRow(("1", "Stays", "May"), "row 1"),
        RawRow(("2", "", ""), "row 2", struck="Goes June"),
        RawRow(("3", "Stays", "July"), "row 3", struck="August"),
    )
    gone = RawTable((RawRow(("",), "line 9", struck="Gone"),), kind="text")
    tables, struck = set_struck_aside([RawTable(rows), gone])
    assert [[row.place for row in table.rows] for table in tables] == [["row 1", "row 3"]]
    assert struck == [("row 2", "Goes June"), ("row 3", "August"), ("line 9", "Gone")]
