"""The workbook of a pack: accessible by the checklist, the same bytes each time, and what LibreOffice reads in it."""

import csv
import subprocess
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from accessible import faults
from conftest import need
from hypothesis import given, settings
from hypothesis import strategies as st

from dhr_analytics.reporting import show, tables
from dhr_analytics.reporting.workbook import KEY, sheets, write_workbook
from dhr_analytics.statistics import parse_quarter, share
from dhr_analytics.statistics.disclosure import disclose, load_profile

QUARTER = parse_quarter("2025Q1")
HOSTILE = [
    "=1+1",
    "+44 20",
    "-x",
    "@here",
    "[a](https://example.org)",
    "$$note$$",
    "…",
    "",
    "https://example.org",
    "a\x07b",
]


def figures(*counts):
    made = []
    for k, (n, total) in enumerate(counts):
        keys = [f"{k}-{row}" for row in range(total)]
        each = share("completion_rate", n, total, quarter=QUARTER, dimension="agency", group=f"Agency {k}")
        made.append(replace(each, rows_n=tuple(keys[:n]), rows_N=tuple(keys)))
    return made


def table(frame, name, **options):
    return show.table(frame, title=f"Title of {name}", name=name, **options).content


def book(path, blocks, estimates):
    write_workbook(sheets(blocks, estimates), path, title="January to March 2025", about=["Action plans: 5."])
    return path


@pytest.fixture
def made(tmp_path):
    rates = figures((12, 48), (0, 0), (1203, 2401))
    hidden = disclose([*figures((12, 48), (3, 48), (0, 7))], load_profile("local"))
    hidden = [replace(each, id=f"{each.id}x") for each in hidden]
    rows = pd.DataFrame({"Action": HOSTILE, "Days overdue": pd.Series(range(0, 5000, 500), dtype="Int64")})
    blocks = [
        table(tables.shares(rates, heading="Completed"), "by_agency", out=tmp_path, note="A note."),
        table(tables.shares(hidden, heading="Completed"), "by_agency", out=tmp_path / "other"),
        table(rows, "overdue_rows", out=tmp_path, numbers="rows"),
        {"kind": "message", "text": "nothing"},
    ]
    return book(tmp_path / "workbook.xlsx", blocks, [*rates, *hidden]), [*rates, *hidden], blocks


def test_it_passes_the_published_checklist(made):
    assert faults(made[0]) == []


def test_numbers_are_numbers_and_missing_ones_have_a_shorthand(made):
    shown = openpyxl.load_workbook(made[0])
    assert shown.sheetnames == ["Cover", "Contents", "Notes", "By agency", "By agency 2", "Overdue rows"]
    first = list(shown["By agency"].iter_rows(min_row=3, values_only=True))
    heads = ("Lead agency", "Completed", "Out of", "Share", "95% interval from", "95% interval to", KEY)
    assert first[0] == heads
    low, high = made[1][0].low, made[1][0].high
    assert first[1][:4] == ("Agency 0", 12, 48, 0.25) and first[1][4:6] == pytest.approx((low, high))
    assert first[1][6] == "completion_rate.actions.2025Q1.agency=Agency+0"
    assert first[2][1:6] == (0, 0, "[x]", "[x]", "[x]")
    second = list(shown["By agency 2"].iter_rows(min_row=4, values_only=True))
    assert [row[1:4] for row in second] == [(10, 50, 0.2), ("[c]", 50, "[c]"), (0, 5, 0)]
    assert shown["By agency"]["D4"].number_format == "0%" and shown["By agency"]["B4"].number_format == "#,##0"
    told = shown["By agency"]["A2"].value
    assert told.startswith("This worksheet contains one table. A note.") and "[note 4]" in told
    assert "Completion rate: The share of actions" in shown["Notes"]["B7"].value


def test_words_of_the_plans_stay_words(made):
    rows = list(openpyxl.load_workbook(made[0])["Overdue rows"].iter_rows(min_row=4, values_only=True))
    assert [row[0] for row in rows] == [
        "=1+1", "+44 20", "-x", "@here", "[a] (https://example.org)", "$ $note$ $", "… (as printed)", "not stated",
        "https://example.org", "a\ufffdb",
    ]  # fmt: skip
    assert [row[1] for row in rows] == list(range(0, 5000, 500))


def test_two_runs_give_the_same_bytes(made, tmp_path):
    again = book(tmp_path / "again.xlsx", made[2], made[1])
    assert again.read_bytes() == made[0].read_bytes()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=6), st.text(min_size=1, max_size=50))
def test_any_words_give_a_workbook_that_passes(tmp_path_factory, words, title):
    frame = pd.DataFrame({"Wording": pd.Series(words, dtype="str"), "Place": pd.Series(words, dtype="str")})
    blocks = [show.table(frame, title=title, name="any", numbers="rows").content] * 2
    path = book(tmp_path_factory.mktemp("any") / "any.xlsx", blocks, [])
    assert [each for each in faults(path) if "numbers as words" not in each] == []


@pytest.mark.slow
def test_libreoffice_reads_the_same(made, tmp_path):
    office = need("soffice", "libreoffice-calc")
    need("localc", "libreoffice-calc")
    command = [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to"]
    kind = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    done = subprocess.run([*command, kind, "--outdir", str(tmp_path), str(made[0])], capture_output=True, timeout=120)
    assert b"error" not in done.stderr.lower() or b"javaldx" in done.stderr
    for sheet in openpyxl.load_workbook(made[0]).worksheets:
        with (tmp_path / f"workbook-{sheet.title}.csv").open(encoding="utf-8", newline="") as file:
            read = list(csv.reader(file))
        assert len(read) == sheet.max_row, sheet.title
        for row, cells in zip(read, sheet.iter_rows(), strict=True):
            for words, cell in zip(row, cells, strict=False):
                if type(cell.value) in (int, float):
                    number = float(words.rstrip("%").replace(",", "")) / (100 if words.endswith("%") else 1)
                    assert number == pytest.approx(cell.value, rel=1e-4), (sheet.title, cell.coordinate)
                else:
                    assert words == (cell.value or ""), (sheet.title, cell.coordinate)


def test_the_checker_finds_what_it_looks_for(made, tmp_path):
    def spoiled(change):
        broken = openpyxl.load_workbook(made[0])
        change(broken)
        broken.save(tmp_path / "broken.xlsx")
        return " ".join(faults(tmp_path / "broken.xlsx"))

    def sheet(write):
        return lambda broken: write(broken["By agency"])

    assert spoiled(lambda broken: None) == ""
    assert "merged" in spoiled(sheet(lambda one: one.merge_cells("A5:B5")))
    assert "D4 is empty" in spoiled(sheet(lambda one: one.__setitem__("D4", None)))
    assert "holds a formula" in spoiled(sheet(lambda one: one.__setitem__("D4", "=1+1")))
    assert "numbers as words" in spoiled(
        lambda broken: [broken["Overdue rows"].cell(r, 2, str(r)) for r in range(4, 14)]
    )
    assert "mixes numbers" in spoiled(sheet(lambda one: one.__setitem__("B4", "many")))
    assert "outside its table" in spoiled(sheet(lambda one: one.__setitem__("J20", "x")))
    assert "not unique" in spoiled(sheet(lambda one: one.__setitem__("B3", "Out of")))
    assert "no title in" in spoiled(sheet(lambda one: one.__setitem__("A1", None)))
    assert "frozen" in spoiled(sheet(lambda one: setattr(one, "freeze_panes", "B4")))
    assert "telling name" in spoiled(sheet(lambda one: setattr(one, "title", "Sheet4")))
    assert "no title or no language" in spoiled(lambda broken: setattr(broken.properties, "title", None))
    assert "leads out" in spoiled(sheet(lambda one: setattr(one["A4"], "hyperlink", "https://example.org")))
    assert "note 9 is not" in spoiled(sheet(lambda one: one.__setitem__("A2", "One table. [note 9]")))
    assert "first sheets" in spoiled(lambda broken: broken.move_sheet("Notes", 2))


def test_long_words_wrap_in_a_column_that_excel_allows(tmp_path):
    words, endless = "Review the policy on visits. " * 40, "Visit. " * 2000
    frame = pd.DataFrame({"Action": [words, "Short.", endless], "Days overdue": pd.Series([1, 2, 3], dtype="Int64")})
    sheet = openpyxl.load_workbook(book(tmp_path / "w.xlsx", [table(frame, "long")], [])).worksheets[-1]
    assert (sheet.page_setup.orientation, sheet.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", True)
    width, [short] = sheet.column_dimensions["A"].width, [cell for cell in sheet["A"] if cell.value == "Short."]
    long = sheet.cell(short.row - 1, 1)
    assert long.value.startswith("Review") and long.alignment.wrap_text and short.alignment.vertical == "top"
    assert 40 < width < 255
    # High enough for its lines: a line of 12 points, as many letters wide as the column says.
    assert sheet.row_dimensions[long.row].height > 12 * len(words) / width
    assert not sheet.row_dimensions[short.row].height
    assert sheet.row_dimensions[short.row + 1].height <= 409  # Excel's limit
