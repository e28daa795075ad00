import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps import steps

from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.reading import read_document
from dhr_analytics.reading.kinds import read_kind
from dhr_analytics.reading.text import clean_cell, read_text


def test_tables_and_running_text_keep_their_order_and_place():
    tables = read_text(b"Title\n\nNo\tAction\n1\tDo it\n\nEnd", "x.txt")
    assert [table.kind for table in tables] == ["text", "table", "text"]
    header, first = tables[1].rows
    assert header.cells == ("No", "Action") and header.break_before and header.place == "line 3"
    assert first.cells == ("1", "Do it") and not first.break_before


def test_markup_becomes_paragraphs_and_words():
    assert clean_cell("<p>First &amp; last</p> <p><b>Second</b></p>") == "First & last\nSecond"
    assert clean_cell('Address: <ul style="x"> • one • two ') == "Address: • one • two"
    assert clean_cell("a < b and <name> stay") == "a < b and <name> stay"


def test_pipe_tables_are_tables():
    (table,) = read_text(b"| Recommendation | Action |\n|---|---|\n| One | a \\| b |", "x.md")
    assert table.rows[0].cells == ("Recommendation", "Action")
    assert len(table.rows[2].cells) == 2


def test_pipes_without_a_rule_are_tables():
    text = "Steps\n\nStep | Owner | State\nBuy a lamp | Town | \nHomes\n\nPaint it | Town | Done\n"
    tables = read_text(text.encode(), "x.txt")
    assert [(table.kind, [row.cells for row in table.rows]) for table in tables] == [
        ("text", [("Steps",)]),
        ("table", [("Step", "Owner", "State"), ("Buy a lamp", "Town", "")]),
        ("text", [("Homes",)]),
        ("table", [("Paint it", "Town", "Done")]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The pipe | stands alone.\nHere is none.\nParish news | 7",
        "Step |\nOwner |\nState |\n",
        "either|or\nand|also\n",
    ],
)
def test_stray_pipes_make_no_table(text):
    assert {table.kind for table in read_text(text.encode(), "x.txt")} == {"text"}


def test_a_page_break_amid_tabbed_rows_is_kept():
    (table,) = read_text(b"No\tStep\n1\tDig\f2\tFill", "x.txt")
    assert [row.break_before for row in table.rows] == [False, False, True]


@pytest.mark.parametrize("line", ["--|", "[a](" * 20 + "|", "a | b"])
def test_work_grows_with_the_marks(line):
    def work(count):
        text = f"| a | b |\n|---|---|\n|{line * count}\n" + f"{line}\n" * count
        return steps(lambda: read_text(text.encode(), "x.md"))

    work(50)
    assert 4.4 * work(100) > work(400)


def test_windows_text_is_read():
    (table,) = read_text("Children’s Board\tdone – yes".encode("cp1252"), "x.txt")
    assert table.rows[0].cells == ("Children’s Board", "done – yes")


@pytest.mark.parametrize(
    ("data", "says"), [(b"", "empty"), (b" \n\t ", "empty"), (b"\x89PNG\r\n\x1a\n\x00\x01", "not text")]
)
def test_files_that_are_no_text_are_refused_in_words(tmp_path, data, says):
    path = tmp_path / "photo.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=says) as caught:
        read_document(path)
    assert "photo.txt" in str(caught.value)


def test_a_missing_file_is_wrong_use(tmp_path):
    with pytest.raises(UsageError, match="no file"):
        read_document(tmp_path / "nowhere.txt")


@given(st.binary(max_size=300))
def test_any_bytes_give_tables_or_a_typed_error(data):
    try:
        tables = read_text(data, "x")
    except InputError:
        return
    assert all(row.cells for table in tables for row in table.rows)


@given(st.lists(st.lists(st.text("abc \u00e9.", max_size=8), min_size=2, max_size=4), min_size=1, max_size=6))
def test_no_word_is_lost_or_invented(rows):
    text = "\n".join("\t".join(row) for row in rows)
    read = [cell for table in read_text(text.encode(), "x") for row in table.rows for cell in row.cells]
    assert " ".join(" ".join(read).split()) == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Ask about money² each time", "Ask about money [2] each time"),
        ("“Safe lives”¹² and more.³", "“Safe lives” [12] and more. [3]"),
        ("A room of 12 m² at 10³", "A room of 12 m² at 10³"),
        ("x²y", "x²y"),
    ],
)
def test_small_raised_figures_of_notes_stand_apart_from_the_word(text, kept):
    (table,) = read_kind("text", f"{text}\n".encode(), "plan.txt")
    assert table.rows[0].cells == (kept,)
