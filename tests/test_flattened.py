import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps import steps

from dhr_analytics.normalising.flattened import rebuild
from dhr_analytics.reading import RawRow

NAMES = ("Ref", "Recommendation", "Lead agency", "Target date", "Action taken", "Status")


def running_text(text):
    """Give running text as the text reader does: blank lines are seen at the row below."""
    rows, blank = [], False
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            rows.append(RawRow((line.strip(),), f"line {number}", blank))
        blank = not line.strip()
    return rows


def tables_of(text):
    found = rebuild(running_text(text))
    assert len(found) == 1
    return [(table.kind, [row.cells for row in table.rows]) for table in found[0]]


def words_of(tables):
    return [word for table in tables for row in table.rows for cell in row.cells for word in cell.split()]


WORDS = st.text("bcdfgklmn", min_size=3, max_size=9)
SENTENCES = st.lists(WORDS, min_size=7, max_size=14).map(lambda words: " ".join(words).capitalize() + ".")
RECORDS = st.lists(
    st.tuples(
        SENTENCES,
        st.lists(WORDS, min_size=2, max_size=3).map(lambda words: " ".join(words).title()),
        st.dates().map(lambda day: f"{day.day:02}/{day.month:02}/20{day.year % 60:02}"),
        SENTENCES,
        st.sampled_from(["Completed", "In progress", "Not started", "Ongoing"]),
    ),
    min_size=2,
    max_size=6,
).map(lambda records: [(f"LP{i:02}", *record) for i, record in enumerate(records, start=1)])
HEADS = ["Annex C", "Harbour town plan"]


@given(RECORDS, st.sampled_from(["\n", "\n\n"]))
def test_one_cell_a_line_comes_back(records, between):
    text = between.join([*HEADS, *NAMES, *(cell for record in records for cell in record)])
    assert tables_of(text) == [("text", [(head,) for head in HEADS]), ("table", [NAMES, *records])]


@given(RECORDS)
def test_one_cell_over_several_lines_comes_back(records):
    reports = ["What we did:", "• Wrote to them", "• rang them twice", "The forum has seen both letters by now."]
    lines = [cell for record in records for cell in (*record[:4], *reports, *record[5:])]
    whole = "What we did:\n• Wrote to them\n• rang them twice The forum has seen both letters by now."
    rows = [(*record[:4], whole, record[5]) for record in records]
    assert tables_of("\n".join([*NAMES, *lines])) == [("table", [NAMES, *rows])]


@given(RECORDS, st.integers(0, 5))
def test_pipes_on_lines_of_their_own_come_back(records, empty):
    rows = [(*record[:1], *("" if i == empty else cell for i, cell in enumerate(record[1:]))) for record in records]
    lines = [line for row in [NAMES, *rows] for line in ("|", *(f"{cell} |".strip() for cell in row))]
    text = "\n".join([*HEADS, *lines, "|", "|", "|", "Notes below"])
    assert tables_of(text) == [
        ("text", [(head,) for head in HEADS]),
        ("table", [NAMES, *rows]),
        ("text", [("Notes below",)]),
    ]


CONVERTED = """\
Harbour office report
12
# Recommendation Status
Rec.
1
Tell each household in the harbour streets whom they may call at
night.
D
Rec.
2
Keep the list of flats up to date.
L

3 See the note on page 4; this was (L) in spring.
Harbour office report
13
# Recommendation Status
Rec. 3 Buy a second boat.
N
Rec.
4
Ask the school to lend its hall whenever the harbour hall is let to
somebody else.
In progress
Key: D = Done; L = Late; N = Not begun
"""


def test_records_below_a_header_on_one_line():
    header = ("Rec.", "Recommendation", "Status")
    assert tables_of(CONVERTED) == [
        ("text", [("Harbour office report",), ("12",)]),
        (
            "table",
            [
                header,
                ("1", "Tell each household in the harbour streets whom they may call at night.", "D"),
                ("2", "Keep the list of flats up to date.", "L"),
            ],
        ),
        (
            "text",
            [("3 See the note on page 4; this was (L) in spring.",), ("Harbour office report",), ("13",)],
        ),
        (
            "table",
            [
                header,
                ("3", "Buy a second boat.", "N"),
                (
                    "4",
                    "Ask the school to lend its hall whenever the harbour hall is let to somebody else.",
                    "In progress",
                ),
            ],
        ),
        ("text", [("Key: D = Done; L = Late; N = Not begun",)]),
    ]


def test_places_name_the_lines_of_a_record():
    (tables,) = rebuild(running_text(CONVERTED))
    assert [row.place for row in tables[1].rows] == ["line 3", "lines 4 to 8", "lines 9 to 12"]
    # The labels are no part of the cells, nor is the mark before the names.
    assert set(words_of(tables)) == set(CONVERTED.split()) - {"#"}


def test_a_header_that_comes_again_on_the_next_page_is_a_header():
    page = (
        "Ref\nRecommendation\nOwner\nStatus\n{0}\nThe {0} boat should be sold to the town.\nHarbour master\nOngoing\n"
    )
    text = page.format("H1") + "H2\nPaint the quay wall white.\nTown council\nCompleted\n" + page.format("H3")
    ((_, rows),) = tables_of(text)
    assert [row[0] for row in rows] == ["Ref", "H1", "H2", "Ref", "H3"]
    assert rows[-1][1:] == ("The H3 boat should be sold to the town.", "Harbour master", "Ongoing")


def test_numbers_before_the_words_of_the_first_cell():
    text = (
        "Recommendation\nLead agency\nTarget date\nStatus\n"
        "R1: The harbour office should light the quay.\nHarbour office\nMay 2031\nOngoing\n"
        "R2: Fishermen to be told of the new rule.\nFishery board\nJune 2031\nCompleted"
    )
    ((kind, rows),) = tables_of(text)
    assert kind == "table" and [len(row) for row in rows] == [4, 4, 4]
    assert rows[2] == ("R2: Fishermen to be told of the new rule.", "Fishery board", "June 2031", "Completed")


def test_a_cell_that_the_converter_dropped_is_left_empty():
    text = "\n".join(
        [
            *NAMES,
            *("A1", "Open the gate by seven each day of the week.", "Port trust", "May 2031", "Completed"),
            *("A2", "Close the gate when the last ferry has left.", "Port trust", "June 2031"),
            *("The keeper has done so since the spring of last year.", "Completed"),
        ]
    )
    ((_, rows),) = tables_of(text)
    assert rows[1][4:] == ("", "Completed")
    assert rows[2][4:] == ("The keeper has done so since the spring of last year.", "Completed")


@pytest.mark.parametrize(
    "text",
    [
        "Minutes\nPresent\nThe chair\nThe clerk\n1\nThe minutes were agreed.\n2\nThe clerk will write to the school.",
        "Recommendations\n1. The port should buy a boat.\n2. The port should sell it again.\nStatus of this report: final",
        "Status\nAction\nOwner\n\nNobody came, so that nothing was agreed.\nThe next meeting is in May.",
        "Dear Sir,\nRe: 14 Quay Road\nThank you for your letter of 3 May 2031.\nYours faithfully,\nA. Clerk",
        "Recommendation |\nOwner |\nThe chair spoke. |\n",
        "Contents\nRecommendation\nAction\nStatus\n3\n4\n5",
        "Recommendation 1: Light the quay.\nThe port accepts this.\nRecommendation 2: Paint it.\nThe port accepts this.",
        "",
    ],
)
def test_minutes_letters_and_lists_are_no_tables(text):
    assert rebuild(running_text(text)) == []


@given(
    st.lists(
        st.sampled_from([*NAMES, "1", "2", "Rec. 3 Dig.", "|", "Dig |", "Rec.", "Completed", "A1", "A2"]), max_size=30
    )
)
def test_any_text_is_kept_word_for_word(lines):
    for tables in rebuild(running_text("\n".join(lines))):
        found = [word for word in words_of(tables) if word != "|"]
        assert set(found) <= {word for line in lines for word in line.split()} | {"No.", "Rec.", "3"}
        assert all(len(row.cells) == 1 for table in tables if table.kind == "text" for row in table.rows)


@pytest.mark.parametrize(
    "line", ["{0}", "A{0}", "Rec. {0} Dig a hole.", "Status", "|", "x |", "The port should buy a boat."]
)
def test_work_grows_with_the_lines(line):
    def work(first, count):
        names = "\n".join(NAMES)
        tables = running_text(f"{names}\nA1\n" + "\n".join(line.format(first + i) for i in range(count)))
        return steps(lambda: rebuild(tables))

    work(1, 50)
    assert 4.4 * work(1200, 200) > work(1800, 800)
