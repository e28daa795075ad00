import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from steps import steps

from dhr_analytics.errors import InputError
from dhr_analytics.reading.delimited import read_delimited, sniff
from dhr_analytics.reading.text import read_text

ROWS = [
    ["Ref", "Recommendation", "Lead"],
    ["1", 'Train "all" staff,\nthen ask; again', "Housing"],
    ["2", "Review", "Police"],
]


def written(rows, delimiter=",", **options):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, **options).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_delimiter_and_encoding(delimiter, encoding):
    rows = [*ROWS, ["3", "Children’s café", "£5"]]
    (table,) = read_delimited(written(rows, delimiter).encode(encoding), "x.csv")
    assert [list(row.cells) for row in table.rows] == rows
    assert [row.place for row in table.rows] == ["row 1", "row 2", "row 3", "row 4"]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_titles_above_and_notes_below_are_text(delimiter):
    rows = [
        ["Plan of Ashby Vale"],
        ["", "", ""],
        *ROWS,
        [],
        ["Health", "", ""],
        [],
        ["3", "Tell", "GP"],
        [],
        ["End of report"],
    ]
    tables = read_delimited(written(rows, delimiter).encode(), "x.csv")
    assert [(table.kind, len(table.rows)) for table in tables] == [
        ("text", 1),
        ("table", 3),
        ("text", 1),
        ("table", 1),
        ("text", 1),
    ]
    assert tables[3].rows[0].place == "row 9"


def test_excel_tells_the_delimiter_in_the_first_line():
    (table,) = read_delimited(b"sep=;\r\nRef;Action\r\n1;a, b\r\n", "x.csv")
    assert table.rows[1].cells == ("1", "a, b") and table.rows[1].place == "row 3"


def test_columns_without_a_word_are_left_out_and_short_rows_filled():
    (table,) = read_delimited(b"Ref,,Action,Lead,\n1,,a,x,\n2,,b\n", "x.csv")
    assert [row.cells for row in table.rows] == [("Ref", "Action", "Lead"), ("1", "a", "x"), ("2", "b", "")]


def test_a_stray_quote_does_not_swallow_the_rest():
    data = b'Ref,Action,Lead\n1,"Think family" first,Police\n2,"open,GP\n3,c,Housing\n4,d,Health\n'
    (table,) = read_delimited(data, "x.csv")
    assert [row.cells[0] for row in table.rows] == ["Ref", "1", "2", "3", "4"]


def test_a_cell_without_end_is_told_of():
    with pytest.raises(InputError, match="^x.csv .*quotation mark"):
        read_delimited(b'Ref,Action\n1,"' + b"word\n" * 10_000 + b'",x\n', "x.csv")


@pytest.mark.parametrize(
    "text",
    [
        "The panel met, and agreed.\nIt asked for work, time, and care.\nNo, it said.",
        "One line, with a comma",
        "Ref\tAction\n1\tTrain, and review\n2\tAsk, then act",
        'Ref\tAction\n1\tA "trusted" adult\n2\t"Think family" first',
        "Name: Ashby Vale; Date: May; Page: 1\nText; and more\n",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "",
        "\n\n,\n",
    ],
)
def test_running_text_and_tabbed_text_have_no_delimiter(text):
    assert sniff(text) == ""


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Ref,Action\n1,Do", ","),
        ("Ref, Action, Lead\n1, Do, Police\n2, Ask, GP", ","),
        ('Ref\tAction\n1\t"One\nTwo"\n', "\t"),
        ('Ref\tAction\n1\t"A ""trusted"" adult"\n', "\t"),
        ("Title line\n\nRef;Action\n1;a, b, c\n2;d, e", ";"),
    ],
)
def test_tables_are_told_from_text(text, delimiter):
    assert sniff(text) == delimiter


HOSTILE = {
    "quoted tabs": lambda size: '\t"' * size,
    "empty lines": lambda size: "\n" * size + "|",
    "quotes": lambda size: '"' * size,
    "dashes": lambda size: "-" * size + "|x\n|-|",
    "commas": lambda size: "a,\n" * size,
    "tags": lambda size: "<li " * size + "\t" + "[" * size,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_work_grows_with_the_length_of_hostile_text(kind):
    def work(size):
        assert sniff(HOSTILE[kind](size)) in ("", ",", "|", "\t")
        return steps(lambda: read_text(HOSTILE[kind](size).encode(), "x.txt"))

    work(1_000)
    assert 4.4 * work(4_000) > work(16_000)


cell = st.text("ab é,;\"'\n", max_size=8)


@example([["", "", ";;"], ["", ";;", "a"], ["", ";;", ";;"]])
@example([["", ";", '"\n\n\n'], ["", "", ';"']])
@given(st.lists(st.lists(cell, min_size=3, max_size=3), min_size=2, max_size=6))
def test_no_word_is_lost_or_invented(rows):
    rows = [["Ref", "Action", "Lead"], *rows]
    tables = read_delimited(written(rows, quoting=csv.QUOTE_ALL).encode(), "x.csv")
    got = [cell for table in tables for row in table.rows for cell in row.cells]
    assert " ".join(got).split() == " ".join(cell for row in rows for cell in row).split()


def markdown(text):
    return [(table.kind, [row.cells for row in table.rows]) for table in read_text(text.encode(), "x.md")]


def test_markdown_tables_with_and_without_pipes_around():
    (kind, heading), (_, plain), (_, police), (_, framed) = markdown(
        "## Health\n\nNo | Action | Lead\n:-- | :---: | --:\n1 | **Do** _it_ | GP\n | *and* ask | \n\n### Police\n\n|No|Action|\n|--|--|\n|2|a<br>b \\| c|\n|3|\n"
    )
    assert (kind, heading) == ("text", [("Health",)])
    assert plain[0] == ("No", "Action", "Lead") and plain[2:] == [("1", "Do it", "GP"), ("", "and ask", "")]
    assert police == [("Police",)]
    assert framed[2:] == [("2", "a\nb | c"), ("3", "")]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("[The policy](https://example.org/a_b)", "The policy"),
        ("~~May~~ June", "June"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        (r"\*not emphasis\* \_x\_", "*not emphasis* _x_"),
        ("a < b", "a < b"),
    ],
)
def test_markdown_marks_in_cells(cell, text):
    ((_, rows),) = markdown(f"| No | Action |\n|---|---|\n| 1 | {cell} |")
    assert rows[2] == ("1", text)


def test_a_sentence_with_a_pipe_is_no_table():
    assert markdown("Choose one | other.\nNext line\n") == [("text", [("Choose one | other.",), ("Next line",)])]
