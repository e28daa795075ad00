"""Frames: which tables belong together, and where one ends and another begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.normalising.frames import frames_of
from dhr_analytics.reading import RawRow, RawTable

HEAD = ("Recommendation", "Lead agency", "Target date")
LIGHT = (
    "The harbour board should light the quay at night until the last boat is in.",
    "Board",
    "May 2031",
)
WAIT = (
    "The ferry company should hold its last boat until the evening train is in.",
    "Ferry",
    "June 2031",
)
PAINT = (
    "The council should paint the wall of the quay white before the winter comes.",
    "Town",
    "July 2031",
)


def table(*rows, sheet="", breaks=()):
    place = f"sheet {sheet}, row {{}}" if sheet else "row {}"
    made = (RawRow(cells, place.format(i), i in breaks) for i, cells in enumerate(rows))
    return RawTable(tuple(made))


def text(*lines):
    rows = (RawRow((line,), f"line {i}") for i, line in enumerate(lines))
    return RawTable(tuple(rows), kind="text")


def parts(*tables, joined=True):
    """Names and cells of each frame."""
    frames = frames_of(tables, joined=joined)
    return [(frame.names, [row.cells for row in frame.rows]) for frame in frames]


# --- which tables belong together -------------------------------------------------------------


def test_tables_with_the_same_header_are_one():
    again = tuple(name.upper() for name in HEAD)
    assert parts(table(HEAD, LIGHT), table(again, WAIT)) == [(HEAD, [LIGHT, WAIT])]


def test_tables_with_other_headers_are_apart():
    other = ("Recommendation", "Lead agency", "Status")
    done = (WAIT[0], "Ferry", "Done")
    assert parts(table(HEAD, LIGHT), table(other, done)) == [(HEAD, [LIGHT]), (other, [done])]


def test_a_table_without_header_goes_on_from_the_one_before_where_that_is_allowed():
    tables = [table(HEAD, LIGHT), table(WAIT)]
    assert parts(*tables) == [(HEAD, [LIGHT, WAIT])]
    assert parts(*tables, joined=False) == [(HEAD, [LIGHT]), ((), [WAIT])]


def test_a_table_of_another_width_does_not_go_on():
    wide = (*WAIT, "a", "b", "c")
    assert parts(table(HEAD, LIGHT), table(wide)) == [(HEAD, [LIGHT]), ((), [wide])]


def test_it_goes_on_from_the_table_of_its_width_not_from_the_last():
    five = ("Action", "Owner", "Due", "Status", "Evidence")
    own = ("Buy lamps.", "Board", "May 2031", "Done", "Bill")
    tables = [table(HEAD, LIGHT), table(five, own), table(WAIT)]
    assert parts(*tables)[0] == (HEAD, [LIGHT, WAIT])


@pytest.mark.parametrize("joined", [True, False])
def test_sheets_keep_to_themselves(joined):
    tables = [
        table(HEAD, LIGHT, sheet="One"),
        table(HEAD, WAIT, sheet="Two"),
        table(PAINT, sheet="Two"),
    ]
    frames = frames_of(tables, joined=joined)
    assert [(frame.region, frame.names, len(frame.rows)) for frame in frames] == [
        ("One", HEAD, 1),
        ("Two", HEAD, 1),
        ("Two", (), 1),
    ]


def test_lines_stand_with_the_table_below_them_and_the_last_alone():
    first, second = table(HEAD, LIGHT), table(HEAD, WAIT)
    frames = frames_of([text("Housing"), first, text("Boats"), second, text("End")])
    assert [[row.cells[0] for row in frame.rows] for frame in frames] == [
        ["Housing", LIGHT[0], "Boats", WAIT[0]],
        ["End"],
    ]
    assert [row.line for row in frames[0].rows] == [True, False, True, False]
    assert [frame.tabular for frame in frames] == [True, False]


def test_the_first_row_of_a_table_may_be_cut_off_from_the_one_above():
    (frame,) = frames_of([table(HEAD, LIGHT, WAIT), table(PAINT, LIGHT)])
    assert [row.after_break for row in frame.rows] == [True, False, True, False]


# --- headers ----------------------------------------------------------------------------------


def test_a_header_may_be_printed_over_two_rows():
    upper, lower = ("Recommend-", "Lead", "Target"), ("ation", "agency", "date")
    ((names, rows),) = parts(table(upper, lower, LIGHT))
    assert names == ("Recommend- ation", "Lead agency", "Target date") and rows == [LIGHT]


def test_days_stand_below_the_name_of_their_group():
    upper = ("Recommendation", "Progress", "")
    reports = (LIGHT[0], "Lamps bought.", "Lamps lit.")
    ((names, rows),) = parts(table(upper, ("", "March 2024", "May 2024"), reports))
    assert names == ("Recommendation", "Progress March 2024", "Progress May 2024")
    assert rows == [reports]


def test_names_stand_below_the_name_of_their_group():
    ((names, rows),) = parts(table(("Recommendation", "Delivery", ""), ("", *HEAD[1:]), LIGHT))
    assert names[0] == "Recommendation" and rows == [LIGHT]
    assert [name.endswith(end) for name, end in zip(names, HEAD, strict=True)] == [True] * 3


def test_a_row_that_tells_how_to_fill_the_columns_in_is_no_part_of_the_plan():
    guide = ("What is to be done", "Which agency leads", "When will it be done")
    assert parts(table(HEAD, guide, LIGHT)) == [(HEAD, [LIGHT])]


def test_a_header_that_is_printed_again_opens_no_frame_and_the_row_below_may_be_cut():
    (frame,) = frames_of([table(HEAD, LIGHT, HEAD, WAIT, PAINT)])
    assert [row.cells for row in frame.rows] == [LIGHT, WAIT, PAINT]
    assert [row.after_break for row in frame.rows] == [True, True, False]


def test_a_header_that_is_printed_again_on_a_new_page():
    assert parts(table(HEAD, LIGHT, HEAD, WAIT, breaks=(2,))) == [(HEAD, [LIGHT, WAIT])]


@pytest.mark.parametrize("lead", ["Board", ""])
def test_a_short_row_above_a_header_that_is_printed_again_is_kept(lead):
    short = ("The board should light the quay.", lead, "May 2031")
    assert parts(table(HEAD, short, HEAD, WAIT)) == [(HEAD, [short, WAIT])]


def test_another_header_opens_another_frame_with_the_band_above_it():
    other, band = ("Action", "Owner", "Status"), ("What the ferry does", "", "")
    done = ("Hold the boat.", "Ferry", "Done")
    assert parts(table(HEAD, LIGHT, band, other, done)) == [(HEAD, [LIGHT]), (other, [band, done])]


def test_a_header_stuck_to_its_first_row_is_split_off():
    stuck = (
        "Action Buy lamps for the quay.",
        "Lead agency Board",
        "Target date May 2031",
        "Status Done",
    )
    ((names, rows),) = parts(table(stuck, ("Paint it.", "Town", "June 2031", "Ongoing")))
    assert names == ("Action", "Lead agency", "Target date", "Status")
    assert rows[0] == ("Buy lamps for the quay.", "Board", "May 2031", "Done")


def test_a_header_stuck_to_its_first_row_takes_no_word_of_it():
    stuck = (
        "Recommendation The board should light it.",
        "Lead agency Board",
        "Target date May 2031",
        "Status Done",
    )
    ((names, rows),) = parts(table(stuck, (*WAIT, "Ongoing")))
    assert rows[0][0] == "The board should light it."


def test_a_plan_row_that_opens_with_names_is_no_header():
    rows = [
        ("Action on hold", "Board", "May 2031", "Done"),
        ("Paint it.", "Town", "June 2031", "Done"),
    ]
    assert parts(table(*rows)) == [((), rows)]


# --- blocks and tables within a table ---------------------------------------------------------


def test_a_glossary_below_the_table_is_a_frame_of_its_own():
    glossary = [("Words used", "", ""), ("Quay", "Where boats lie", ""), ("Ferry", "A boat", "")]
    assert parts(table(HEAD, LIGHT, WAIT, PAINT, LIGHT, *glossary)) == [
        (HEAD, [LIGHT, WAIT, PAINT, LIGHT]),
        (("",), glossary),
    ]


def test_a_heading_above_rows_that_ask_for_something_is_no_glossary():
    block = [
        ("Housing", "", ""),
        ("The council should paint it.", "Town", ""),
        ("It must light it.", "Town", ""),
    ]
    assert parts(table(HEAD, LIGHT, WAIT, PAINT, LIGHT, *block))[0][1][-3:] == block


def test_a_table_within_a_cell_stands_beside_the_row_that_holds_it():
    inner = (("Action", "Target date"), ("Buy lamps.", "May 2031"), ("Fit them.", "June 2031"))
    rows = (
        RawRow(("Recommendation", "Actions", "Lead"), "row 0"),
        RawRow((LIGHT[0], "", "Board"), "row 1", nested=inner, nested_at=1),
        RawRow(
            (WAIT[0], "", "Ferry"),
            "row 2",
            nested=(inner[0], ("Hold it.", "May 2032")),
            nested_at=1,
        ),
    )
    assert parts(RawTable(rows)) == [
        (
            ("Recommendation", "Lead", "Action", "Target date"),
            [
                (LIGHT[0], "Board", "Buy lamps.", "May 2031"),
                ("", "", "Fit them.", "June 2031"),
                (WAIT[0], "Ferry", "Hold it.", "May 2032"),
            ],
        )
    ]


# --- no word is lost --------------------------------------------------------------------------

ROWS = st.lists(
    st.sampled_from([HEAD, LIGHT, WAIT, PAINT, ("Housing", "", ""), ("", "", "")]),
    min_size=1,
    max_size=8,
)


@given(st.lists(ROWS, min_size=1, max_size=4), st.booleans())
def test_every_row_but_headers_is_in_one_frame_in_order_of_its_table(tables, joined):
    frames = frames_of([table(*rows) for rows in tables], joined=joined)
    found = [row.cells for frame in frames for row in frame.rows]
    given_rows = [row for rows in tables for row in rows if row != HEAD]
    assert sorted(found) == sorted(given_rows)
    if all(rows[0] == HEAD for rows in tables):
        assert found == given_rows


# --- tables of another kind -------------------------------------------------------------------

PLAN = [("Action", "Lead agency", "Target date"), ("Buy lamps.", "Harbour Board", "May 2031")]


def below(*rows, lines=("More of it",)):
    """The rows of the frame of the plan, where a table without a known header is below some lines."""
    found = frames_of([table(*PLAN), text(*lines), table(*rows)])
    return [row.cells[0] for row in found[0].rows]


def test_rows_without_a_header_continue_below_a_text_where_they_hold_what_the_names_promise():
    assert below(("Dig a pit.", "Council", "June 2031"), ("Fill it.", "Council", "TBC"))[-2:] == [
        "Dig a pit.",
        "Fill it.",
    ]
    assert below(("Dig a pit for the new lamp post.", "Council", "When agreed"))[-1].startswith("Dig")


def test_a_table_of_another_kind_leaves_the_recommendation_above_its_own_heading_to_the_plan():
    help_ = [("Service", "What they do", "Open"), ("Helpline", "Listen", "Every day")]
    lines = ("The board should sing at noon each day.", "It does so now.", "Where to turn", "Call us.")
    assert below(*help_, lines=lines) == ["Buy lamps.", *lines[:2]]
    assert below(*help_, lines=lines[2:]) == ["Buy lamps."]
