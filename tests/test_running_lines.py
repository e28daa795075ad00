"""Running lines: page heads, feet and numbers go; what only looks like them stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from steps import steps

from dhr_analytics.normalising.running_lines import without_running_lines
from dhr_analytics.reading import RawRow, RawTable
from dhr_analytics.reading.text import read_text

BODY = [
    "The panel looked at what was known to the surgery, and at what it did when the letter",
    "came back unopened. It found that nobody had a task to look at such letters, and that",
    "staff thought that the hospital would write again. It did not. In the next year there",
    "were four more letters, each of them shorter than the one before, and none was answered by",
    "anyone at the surgery or in the team that it belonged to at the time of the events",
]


def taken(text: str) -> list[str]:
    return [each.text for each in without_running_lines(read_text(text.encode(), "p.txt"))[1]]


def kept(text: str) -> list[str]:
    tables, _ = without_running_lines(read_text(text.encode(), "p.txt"))
    return [" ".join(row.cells) for table in tables for row in table.rows]


FEET = {
    "number": ("", "{n}"),
    "page": ("", "Page {n}"),
    "page of": ("", "Page {n} of 60"),
    "bar": ("", "Office for Reviews | {n}"),
    "title and number": ("Death of a tenant: final report", "{n}"),
    "number and head": ("{n}", "Death of a tenant: final report"),
    "one line": ("", "Final Report 2023    {n}"),
}


def name(n: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(n))


def body(n: int) -> list[str]:
    """Write a page that no other page repeats."""
    return [f"{line} {name(n)}{end}" for line, end in zip(BODY, ["", "", "", "", "."], strict=True)]


def pages(feet: tuple[str, str], first: int, blank: bool, count: int = 4) -> tuple[str, list[str]]:
    lines, gone = [], []
    for n in range(first, first + count):
        foot = [line.format(n=n) for line in feet if line]
        cut = 4 if n % 2 else 2
        lines += [*body(n)[:cut], *([""] if blank else []), *foot, *([""] if blank else []), *body(n)[cut:]]
        gone += [" ".join(line.split()) for line in foot]
    return "\n".join(lines), gone


@pytest.mark.parametrize("blank", [True, False])
@pytest.mark.parametrize("first", [1, 9, 44])
@pytest.mark.parametrize("feet", FEET)
def test_feet_in_mid_sentence_go(feet, first, blank):
    text, gone = pages(FEET[feet], first, blank)
    assert taken(text) == gone
    assert kept(text) == [line for n in range(first, first + 4) for line in body(n)]


def test_the_row_below_a_foot_stands_below_a_break():
    text, _ = pages(FEET["page"], 3, blank=False)
    tables, _ = without_running_lines(read_text(text.encode(), "p.txt"))
    assert [row.break_before for row in tables[0].rows][:5] == [False, False, False, False, True]


@pytest.mark.parametrize(
    "text",
    [
        "Rec.\n{n}\nWrite down the aims of the team.\nDone\n",
        "Recommendation {n}\n\nThe board should meet.\n\nResponse:\nIt has met.\n\n",
        "Recommendation {n}\nThat the board meet\nResponse:\nthe board has met\n",
        "{n}\n\nLetter sent to families\n\nComplete\n\n",
        "{n}. The board should ask what the\nfamily wants.\n\n",
        "{n}) The board should ask what\nfamilies want.\n\nThe board accepts this recommendation.\n\n",
        "SR (24/25) {n} |\n\nHousing |\n\nThat the refuge be told |\n\n",
        "{n}. Family views\n\nThe panel met them.\n\n",
        "Chapter {n}\n\nThe board met in May and said so.\n\n",
        "Table {n}\n\nCounts of calls\n\n",
        "Government response to recommendation {n}\n\nIt is accepted.\n\n",
        "Action {n}:\nmeet the family\n",
        "{n} May 2021\nMother rings the surgery\n",
    ],
)
def test_numbers_and_labels_of_a_plan_stay(text):
    assert not taken("".join(text.format(n=n) for n in range(1, 9)))


def test_numbers_of_pages_and_of_recommendations_side_by_side():
    text = "Annex A  Board of Review\n{page}\nRec.\n{a}\nWrite the aims down and say how\nto ask about them.\n"
    whole = "".join(text.format(page=56 + n, a=n + 1) for n in range(3))
    assert taken(whole) == [line for n in range(3) for line in ("Annex A Board of Review", f"{56 + n}")]


def test_feet_within_tables_go_and_headers_that_repeat_stay():
    rows = []
    for n in range(2, 6):
        rows += [("No", "Recommendation", "Lead"), (f"{n}", "Train all staff", "Police"), ("FOOT", f"Page {n}", "")]
    table = RawTable(tuple(RawRow(cells, f"row {i}") for i, cells in enumerate(rows)))
    tables, rejected = without_running_lines([table])
    assert [each.text for each in rejected] == [f"FOOT Page {n}" for n in range(2, 6)]
    assert len(tables[0].rows) == 8 and tables[0].rows[2].break_before


def test_heads_at_the_edge_of_pages_go():
    rows = []
    for page in range(1, 6):
        texts = ["Eastmere Partnership", f"The panel met in room {name(page)}.", "It was agreed.", f"Draft {page}"]
        rows += [RawRow((text,), f"page {page}, row {i}", i == 1) for i, text in enumerate(texts, 1)]
    _, rejected = without_running_lines([RawTable(tuple(rows), kind="text")])
    assert {each.text.split()[0] for each in rejected} == {"Eastmere", "Draft"}


def test_text_parted_by_a_foot_in_a_table_of_its_own_is_one_run_again():
    text = "\n".join(f"Board {name(n)} met and said that\nFOOT\tPage {n}\nit would meet again." for n in (3, 4, 5))
    tables, rejected = without_running_lines(read_text(text.encode(), "p.txt"))
    assert (len(tables), len(rejected)) == (1, 3)


@given(st.lists(st.text(alphabet="ab1 .\tP", max_size=8), max_size=30))
@settings(deadline=None)
def test_no_line_is_lost(lines):
    tables = read_text("\n".join(lines).encode(), "p.txt")
    out, rejected = without_running_lines(tables)
    assert sum(len(t.rows) for t in tables) == sum(len(t.rows) for t in out) + len(rejected)


def test_work_grows_with_the_lines():
    def work(first, count):
        text, _ = pages(FEET["title and number"], first, blank=True, count=count)
        tables = read_text(text.encode(), "p.txt")
        return steps(lambda: without_running_lines(tables))

    work(1, 50)
    assert 4.4 * work(1100, 100) > work(1400, 400)
