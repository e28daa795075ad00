import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps import steps

from dhr_analytics.reading.fixed_width import find_columns, join_lines
from dhr_analytics.reading.text import read_text

WORDS = st.text("abcdefgh", min_size=1, max_size=9)
CELLS = st.lists(WORDS, min_size=1, max_size=9).map(lambda words: " ".join(words).capitalize())
NAMES = ("Finding", "Step", "Owner", "By when", "News")


def printed(rows, widths, between, *, under_header):
    """Print rows in columns of fixed width, the lines of a cell one below the other."""
    out = []
    for number, row in enumerate(rows):
        cells = [textwrap.wrap(cell, width, break_on_hyphens=False) for cell, width in zip(row, widths, strict=True)]
        for k in range(max(map(len, cells))):
            line = [(cell[k] if k < len(cell) else "").ljust(w) for cell, w in zip(cells, widths, strict=True)]
            out.append("  ".join(line).rstrip())
        out.append(under_header if number == 0 else between)
    return out


def rows_of(text):
    tables = [table for table in read_text(text.encode(), "x.txt") if table.kind == "table"]
    return [[row.cells for row in table.rows] for table in tables]


@st.composite
def grids(draw, least):
    width = draw(st.integers(least, 5))
    rows = draw(st.lists(st.tuples(*[CELLS] * width), min_size=2, max_size=6))
    widths = draw(st.lists(st.integers(12, 24), min_size=width, max_size=width))
    return [NAMES[:width], *rows], widths


@given(grids(2))
def test_columns_that_a_rule_shows_come_back(grid):
    rows, widths = grid
    rule = "  ".join("-" * width for width in widths)
    assert rows_of("\n".join(printed(rows, widths, "", under_header=rule))) == [[tuple(row) for row in rows]]


@given(grids(3))
def test_rows_between_bars_come_back(grid):
    rows, widths = grid
    bar = "-" * sum(widths)
    lines = ["A heading", "", *printed(rows, widths, bar, under_header=bar), "", "Words below the table."]
    assert rows_of("\n".join(lines)) == [[tuple(row) for row in rows]]


@given(grids(3))
def test_numbered_rows_without_rules_or_blank_lines_come_back(grid):
    rows, widths = grid
    rows = [(str(i) if i else "No", *row) for i, row in enumerate(rows)]
    lines = [line for line in printed(rows, [4, *widths], "", under_header="") if line]
    assert rows_of("\n".join(lines)) == [[tuple(row) for row in rows]]


@given(st.lists(st.sampled_from(["", "\f", "-----", "--- ---", "a  b  c", "Words.", "      x", "1   y"]), max_size=40))
def test_no_word_is_lost_or_moved(lines):
    text = "\n".join(lines)
    kept = [cell for table in read_text(text.encode(), "x") for row in table.rows for cell in row.cells]
    rules = ("-----", "--- ---")
    words = [word for line in lines if line not in rules for word in line.split()]
    assert sorted(word for cell in kept for word in cell.split() if "-" not in word) == sorted(words)


PLAN = """\
Ref   What is asked             Who            Until
----  ------------------------  -------------  ----------
Homes for those who leave

1     Keep three flats free     Lettings team  May 2031
      for people who have to
      leave at night.

2     Put a lamp at the back    Highways       June 2031
      gate.

      Ask tenants where else    Highways
      it is dark.
"""


def test_bands_and_places():
    (table,) = find_columns(PLAN.split("\n"))
    assert [row.cells[:3] for row in table.rows] == [
        ("Ref", "What is asked", "Who"),
        ("Homes for those who leave", "", ""),
        ("1", "Keep three flats free for people who have to leave at night.", "Lettings team"),
        ("2", "Put a lamp at the back gate.", "Highways"),
        ("", "Ask tenants where else it is dark.", "Highways"),
    ]
    assert [row.place for row in table.rows] == ["line 1", "line 3", "lines 5 to 7", "lines 9 to 10", "lines 12 to 13"]
    # The blank lines part the rows: none is a page break.
    assert not any(row.break_before for row in table.rows)


def test_names_over_several_columns_are_a_row_of_their_own():
    text = (
        "What was found            What is done\n"
        "Ref  Lesson               Step            Owner\n"
        "1    Write to schools     Send a letter   Board\n"
        "     in the town.\n"
        "2    Train night staff    Hold a course   Trust\n"
        "3    Light the quay       Buy ten lamps   Port\n"
    )
    ((over, names, first, *_),) = rows_of(text)
    assert over == ("What was found", "", "What is done", "")
    assert names == ("Ref", "Lesson", "Step", "Owner")
    assert first == ("1", "Write to schools in the town.", "Send a letter", "Board")


def test_a_second_header_opens_a_table_and_the_heading_stays_text():
    kinds = [(table.kind, len(table.rows)) for table in read_text((PLAN + "\n\nPart two\n\n" + PLAN).encode(), "x")]
    assert kinds == [("table", 5), ("text", 1), ("table", 5)]


LAYOUT = """\
 No.   Lesson                     Owner              State
 1     Write to every school      Education board    Under way
       in the town.
 2     Train the night staff      Hospital trust     Done
 3     Look at the bus stops      Town council       Not begun
                              Page 1 of 2
\f No.   Lesson                     Owner              State
 4     Print the card in six      Hospital trust     Done
       languages.
 5     Meet each month.           Town council       Done
                              Page 2 of 2
"""


def test_pages_of_a_converter():
    tables = read_text(LAYOUT.encode(), "x")
    rows = [row for table in tables if table.kind == "table" for row in table.rows]
    assert [row.cells[0] for row in rows if row.cells[0].isdigit()] == ["1", "2", "3", "4", "5"]
    assert next(row for row in rows if row.cells[0] == "4").cells[1:] == (
        "Print the card in six languages.",
        "Hospital trust",
        "Done",
    )
    assert [row.break_before for row in rows if row.cells[0] == "No."] == [False, True]


FORM = """\
Wish         Open the hall on Sundays, as the
             neighbours have asked.
Keeper       Parish
Until        Spring

Wish         Mend the roof.
Keeper       Builder, who is asked for a price
2            before work begins
Until        Autumn

Wish         Paint the door.
Keeper       Parish
Until        Winter
"""


def test_forms_with_labels_that_come_again():
    assert rows_of(FORM) == [
        [
            ("Wish", "Open the hall on Sundays, as the neighbours have asked."),
            ("Keeper", "Parish"),
            ("Until", "Spring"),
            ("Wish", "Mend the roof."),
            ("Keeper 2", "Builder, who is asked for a price before work begins"),
            ("Until", "Autumn"),
            ("Wish", "Paint the door."),
            ("Keeper", "Parish"),
            ("Until", "Winter"),
        ]
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The Mill House                         Telephone  01632 960 001\n"
        "Long Lane                              Our file   KL/7\n"
        "Overbrook                              3 March 2031\n\nDear Sir,\n\nThank you for your letter.",
        "It rained.  Nobody came to the hall.  The chair spoke first,\nthen the treasurer.  Both were brief.  "
        "Tea was served at\nfour.  The minutes were read.  All agreed, and the hall\nwas closed.  ",
        "1. Welcome ........  2\n\n2. Minutes of the last meeting  3\n\n3. Any other business  4\n",
        "Signed:   A. Clerk        Dated:  4 May\n",
        "• one\n• two\n    • three  and four\n",
        "Harbour office  Yearly report\nThe year was long.\nNobody came\nto the hall.\nWords\n" * 9,
    ],
)
def test_letters_and_prose_are_no_tables(text):
    assert find_columns(text.split("\n")) == []


def test_cells_are_joined_as_they_were_broken():
    assert join_lines(["A multi-", "agency plan", "", "• first", "• second", "part"]) == (
        "A multi-agency plan\n• first\n• second part"
    )


@pytest.mark.parametrize(
    "line",
    ["{0:<8}Word and word            x        y", "----", "a  b  " * 60, "{0}  b\n", "-- " * 5, "a | b | c", "x   y\f"],
)
def test_work_grows_with_the_lines(line):
    def work(count):
        text = "\n".join(line.format(i) for i in range(count)).encode()
        return steps(lambda: read_text(text, "x"))

    work(50)
    assert 4.4 * work(100) > work(400)
