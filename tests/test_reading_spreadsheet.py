import datetime as dt
import io
import re
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule, FormulaRule, IconSetRule, Rule
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from steps import steps

from dhr_analytics.errors import InputError
from dhr_analytics.reading.colours import rag_of
from dhr_analytics.reading.spreadsheet import read_spreadsheet


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(rows, title="Sheet1"):
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


def changed(data, member, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name.endswith(member) else old.read(name))
    return out.getvalue()


def solid(**colour):
    return PatternFill("solid", fgColor=Color(**colour))


def shown(value, number_format="General"):
    book = workbook([["Ref", "Action"], ["x", value]])
    book.active["B2"].number_format = number_format
    (table,) = read_spreadsheet(saved(book), "x.xlsx")
    return table.rows[1].cells[1] if len(table.rows[1].cells) > 1 else ""


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (dt.date(2025, 3, 31), "dd/mm/yyyy", "2025-03-31"),
        (dt.datetime(2025, 3, 31, 14, 30), "dd/mm/yyyy", "2025-03-31"),
        (dt.datetime(2025, 3, 31, 14, 30), "dd/mm/yyyy hh:mm", "2025-03-31 14:30"),
        (dt.date(2025, 3, 1), "mmm-yy", "Mar 2025"),
        (dt.date(2025, 3, 1), "[$-809]mmmm\\ yyyy;@", "Mar 2025"),
        (dt.date(2025, 3, 1), "yyyy", "2025"),
        (dt.date(2025, 3, 9), "d-mmm", "2025-03-09"),
        (45747, "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2025-03-31"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (1.1, "0.00", "1.10"),
        (7, "000", "007"),
        (4, '"R"0', "R4"),
        (0.07, "0%", "7%"),
        (0.125, "0.0%", "12.5%"),
        (12.345, '#,##0.00" hours"', "12.35 hours"),
        (2500, "#,##0", "2500"),
        (True, "General", "TRUE"),
        ("#REF!", "General", "#REF!"),
        ("First  line\r\n\n Second", "General", "First line\nSecond"),
        ("<div>Two &amp; three</div>", "General", "Two & three"),
        (dt.time(0, 0), "dd/mm/yyyy", ""),
        (dt.time(9, 30), "hh:mm", "09:30"),
    ],
)
def test_values_read_as_the_sheet_shows_them(value, form, text):
    assert shown(value, form) == text


def test_titles_are_text_and_places_are_what_excel_shows():
    book = workbook(
        [[None, "Plan of Ashby Vale"], [], [None, "Ref", "Action"], [None, 1, "Do it"], [], [None, "End note"]],
        "Plan 2025",
    )
    text, table, end = read_spreadsheet(saved(book), "x.xlsx")
    assert (text.kind, text.rows[0].cells, text.rows[0].place) == (
        "text",
        ("Plan of Ashby Vale",),
        "sheet Plan 2025, row 1",
    )
    assert text.rows[0].break_before
    assert [row.cells for row in table.rows] == [("Ref", "Action"), ("1", "Do it")]
    assert table.rows[1].place == "sheet Plan 2025, row 4"
    assert (end.kind, end.rows[0].cells) == ("text", ("End note",))


def test_a_blank_row_does_not_part_a_table_nor_a_lone_cell_aside():
    book = workbook(
        [
            ["Ref", "Recommendation", "Action"],
            [1, "Train", "Book"],
            [],
            [None, None, "and pay for it"],
            [],
            [2, "Tell", "Post"],
        ]
    )
    (table,) = read_spreadsheet(saved(book), "x.xlsx")
    assert [row.cells[2] for row in table.rows] == ["Action", "Book", "and pay for it", "Post"]


def test_joined_cells_are_repeated_down_but_not_across():
    book = workbook(
        [["Ref", "Action", "Lead"], [1, "a", "x"], [None, "b", "y"], ["over three columns"], [None], [2, "c", "z"]]
    )
    for area in ("A2:A3", "A4:C5"):
        book.active.merge_cells(area)
    book.active["A2"].fill = solid(rgb="FFFF0000")
    (table,) = read_spreadsheet(saved(book), "x.xlsx")
    assert [row.cells for row in table.rows[1:]] == [
        ("1", "a", "x"),
        ("1", "b", "y"),
        ("over three columns", "", ""),
        ("2", "c", "z"),
    ]
    assert [row.fills for row in table.rows[1:3]] == [("red", "", "")] * 2


def test_colours_of_palette_theme_and_index_are_named():
    book = workbook([["Ref", "a", "b", "c", "d", "e", "f", "g"], list("12345678")])
    fills = [
        solid(rgb="FF92D050"),
        solid(rgb="FFFFEB9C"),
        solid(indexed=10),
        solid(theme=9),
        solid(theme=9, tint=0.8),
        solid(theme=4),
        solid(rgb="FF1F4E79"),
    ]
    for cell, fill in zip(book.active[2][1:], fills, strict=True):
        cell.fill = fill
    book.loaded_theme = None
    (table,) = read_spreadsheet(saved(book), "x.xlsx")
    assert table.rows[1].fills == ("", "green", "amber", "red", "amber", "", "", "")


@pytest.mark.parametrize(
    ("colour", "rating"),
    [("FF0000", "red"), ("C00000", "red"), ("FFC000", "amber"), ("FFFF00", "amber"), ("00B050", "green"), ("00703C", "green"), ("0070C0", "blue"), ("00B0F0", "blue"),
     ("C6EFCE", "green"), ("FFC7CE", "red"), ("D9D9D9", ""), ("DDEBF7", ""), ("E2EFDA", ""), ("1F4E79", ""), ("4472C4", ""), ("7030A0", ""), ("000000", ""), ("FFFFFF", ""), ("none", "")],
)  # fmt: skip
def test_only_clear_rating_colours_are_named(colour, rating):
    assert rag_of(colour) == rating


def test_hidden_sheets_are_named_hidden_rows_and_columns_are_read():
    book = workbook([["Ref", "Action", "Note"], [1, "a", "b"]], "Housing actions")
    book.active.column_dimensions["C"].hidden = True
    book.active.row_dimensions[2].hidden = True
    lists, empty = book.create_sheet("Lists"), book.create_sheet("Old")
    lists["A1"], lists.sheet_state, empty.sheet_state = "Red", "veryHidden", "hidden"
    heading, table, note = read_spreadsheet(saved(book), "x.xlsx")
    assert (heading.kind, heading.rows[0].cells) == ("text", ("Housing actions",))
    assert table.rows[1].cells == ("1", "a", "b")
    assert "Lists" in note.rows[0].cells[0] and "Red" not in str(note)


@pytest.mark.parametrize("title", ["Sheet1", "Action plan", "Plan 2025", "Actions (2)"])
def test_plain_sheet_names_are_no_headings(title):
    assert [
        table.kind for table in read_spreadsheet(saved(workbook([["Ref", "Action"], [1, "a"]], title)), "x.xlsx")
    ] == ["table"]


def test_formulas_give_their_stored_value_and_a_missing_one_is_said():
    book = workbook([["Ref", "Action"], ["=1+1", "a"], ["=2+1", "b"], ['=""', "c"]])
    stored = {b"1+1": b"<v>2</v>", b"2+1": b"<v></v>"}

    def store(xml):
        xml = re.sub(rb"<f>(1\+1|2\+1)</f><v ?/?>(?:</v>)?", lambda m: b"<f>" + m[1] + b"</f>" + stored[m[1]], xml)
        return re.sub(rb'<c r="A4"[^>]*><f>""</f><v ?/?>(?:</v>)?', b'<c r="A4" t="str"><f>""</f><v></v>', xml)

    table, note = read_spreadsheet(changed(saved(book), "sheet1.xml", store), "x.xlsx")
    assert [row.cells for row in table.rows[1:]] == [("2", "a"), ("", "b"), ("", "c")]
    assert note.rows[0].cells[0].startswith("1 formula")


def test_rich_text_is_read_whole():
    book = workbook([["Ref", "Action"], [1, CellRichText("Ask ", TextBlock(InlineFont(b=True), "every"), " patient")]])
    (table,) = read_spreadsheet(saved(book), "x.xlsx")
    assert table.rows[1].cells[1] == "Ask every patient"


@pytest.mark.parametrize("prefix", [b"", b"x:"])
def test_a_million_coloured_empty_rows_are_quick(prefix):
    empty = b"".join(
        b'<%brow r="%d"><%bc r="A%d" s="1"/><%bc r="B%d" s="1"/></%brow>' % (prefix, r, prefix, r, prefix, r, prefix)
        for r in range(10, 1_000_001)
    )

    def fill(xml):
        if prefix:
            xml = re.sub(rb"<(/?)(?=[a-z])", rb"<\1x:", xml).replace(b"xmlns=", b"xmlns:x=")
        return xml.replace(b"</%bsheetData>" % prefix, empty + b"</%bsheetData>" % prefix)

    data = changed(saved(workbook([["Ref", "Action"], [1, "a"]])), "sheet1.xml", fill)
    tables = []
    assert steps(lambda: tables.extend(read_spreadsheet(data, "x.xlsx"))) < 100_000
    (table,) = tables
    assert [row.cells for row in table.rows] == [("Ref", "Action"), ("1", "a")]


def test_a_large_sheet_keeps_every_row():
    rows = [["Ref", "Action"], *([i, f"action {i} " + "word " * 60] for i in range(3000))]
    (table,) = read_spreadsheet(saved(workbook(rows)), "x.xlsx")
    assert len(table.rows) == 3001 and table.rows[-1].cells[0] == "2999"


def test_an_empty_workbook_gives_nothing():
    assert read_spreadsheet(saved(Workbook()), "x.xlsx") == []


@pytest.mark.parametrize("cut", [200, 2000, -200])
def test_damaged_workbooks_are_told_in_words(cut):
    with pytest.raises(InputError, match="^plan.xlsx is damaged"):
        read_spreadsheet(saved(workbook([["a", "b"]]))[:cut], "plan.xlsx")


@pytest.mark.parametrize("member", ["workbook.xml", "sheet1.xml", "styles.xml"])
def test_damaged_parts_are_told_in_words(member):
    data = changed(saved(workbook([["a", "b"], [1, 2]])), member, lambda xml: xml[: len(xml) // 2])
    with pytest.raises(InputError, match="^plan.xlsx is damaged"):
        read_spreadsheet(data, "plan.xlsx")


def test_a_column_joined_to_its_end_is_quick():
    def join(xml):
        return xml.replace(
            b"</sheetData>",
            b'</sheetData><mergeCells><mergeCell ref="A2:A1048576"/><mergeCell ref="B1:XFD1"/></mergeCells>',
        )

    data, tables = changed(saved(workbook([["Ref", "Action"], [1, "a"], [None, "b"]])), "sheet1.xml", join), []
    assert steps(lambda: tables.extend(read_spreadsheet(data, "x.xlsx"))) < 100_000
    (table,) = tables
    assert [row.cells for row in table.rows] == [("Ref", "Action"), ("1", "a"), ("1", "b")]


def test_inline_words_and_coded_letters():
    def inline(xml):
        return re.sub(
            rb'<c r="B2"[^>]*>.*?</c>',
            b'<c r="B2" t="inlineStr"><is><r><t>One_x000D_</t></r><r><t xml:space="preserve"> line</t></r></is></c>',
            xml,
        )

    (table,) = read_spreadsheet(changed(saved(workbook([["Ref", "Action"], [1, "a"]])), "sheet1.xml", inline), "x.xlsx")
    assert table.rows[1].cells == ("1", "One line")


def test_the_strict_kind_of_workbook_is_not_taken_for_empty():
    def strict(xml):
        return xml.replace(
            b"schemas.openxmlformats.org/spreadsheetml/2006/main", b"purl.oclc.org/ooxml/spreadsheetml/main"
        )

    with pytest.raises(InputError, match="^x.xlsx .*save it as Excel workbook"):
        read_spreadsheet(changed(saved(workbook([["Ref", "Action"], [1, "a"]])), ".xml", strict), "x.xlsx")


def test_words_struck_out_stand_apart():
    book = workbook([["Ref", "Action", "By"], [1, "Stays", "May"], [2, "Goes", "June"], [3, "Stays too", "July"]])
    for cell in book.active[3]:
        cell.font = Font(strike=True)
    old = TextBlock(InlineFont(strike=True), "Old. ")
    book.active["B4"] = CellRichText(old, "New ", TextBlock(InlineFont(vertAlign="superscript"), "2"), " here")
    (table,) = read_spreadsheet(saved(book), "x.xlsx")
    assert [row.cells for row in table.rows[2:]] == [("", "", ""), ("3", "New [2] here", "July")]
    assert [row.struck for row in table.rows] == ["", "", "2 Goes June", "Old."]


def test_comments_and_links_stand_behind_the_words_of_their_cell():
    book = workbook([["Ref", "Status", "Evidence"], [1, "Open", "Minutes"], [2, "Open", ""]])
    sheet = book.active
    sheet["B1"].comment = Comment("Choose one.", "A Clerk")
    sheet["B2"].comment = Comment("A Clerk:\nPost filled [May].", "A Clerk")
    thread = "[Threaded comment]\n\nYour version shows it.\n\nComment:\n    First.\nReply:\n    Second."
    sheet["C3"].comment = Comment(thread, "tc={1}")
    sheet["C2"].hyperlink = "https://example.org/minutes.pdf"
    above, table = read_spreadsheet(saved(book), "x.xlsx")
    assert above.rows[0].cells == ("[note: Choose one.]",)
    assert [row.cells for row in table.rows] == [
        ("Ref", "Status", "Evidence"),
        ("1", "Open [note: Post filled (May).]", "Minutes [link: https://example.org/minutes.pdf]"),
        ("2", "Open", "[note: First. Second.]"),
    ]


RED, AMBER, GREEN = (PatternFill(bgColor=colour) for colour in ("FF0000", "FFC000", "00B050"))


def text_rule(kind, text, fill):
    return Rule(type=kind, operator=kind, text=text, formula=[f'LEFT(C2)="{text}"'], dxf=DifferentialStyle(fill=fill))


@pytest.mark.parametrize(
    "rules",
    [
        [CellIsRule("equal", ["3"], fill=GREEN), CellIsRule("between", ["1.5", "2"], fill=AMBER), CellIsRule("lessThan", ["2"], fill=RED)],
        [FormulaRule(["$C2>=3"], fill=GREEN), FormulaRule(["=C2=2"], fill=AMBER), FormulaRule(["$C2<2"], fill=RED)],
        [FormulaRule(['$B2="Done"'], fill=GREEN), FormulaRule(['$B2="Open"'], fill=AMBER), FormulaRule(['$B2="None"'], fill=RED)],
        [IconSetRule("3TrafficLights1", "percent", [0, 33, 67])],
        [IconSetRule("3Symbols", "num", [0, 2, 3], showValue=False)],
        [IconSetRule("4TrafficLights", "num", [0, 1, 2, 3])],
        [ColorScaleRule("min", None, "FF0000", "percent", 50, "FFC000", "max", None, "00B050")],
        [text_rule("beginsWith", "3", GREEN), text_rule("containsText", "2", AMBER), text_rule("endsWith", "1", RED)],
    ],
)  # fmt: skip
def test_rules_that_colour_by_value_count_as_colours(rules):
    book = workbook([["Ref", "State", "RAG"], ["a", "Done", 3], ["b", "open", 2], ["c", "None", 1], ["d", "", None]])
    for rule in rules:
        book.active.conditional_formatting.add("C2:C5", rule)
    (table,) = read_spreadsheet(saved(book), "x.xlsx")
    assert [row.fills[2] if row.fills else "" for row in table.rows] == ["", "green", "amber", "red", ""]


def test_icons_in_reverse_and_rules_that_are_not_clear():
    book = workbook([["Ref", "RAG", "Risk"], ["a", 3, 9], ["b", 1, 1]])
    book.active.conditional_formatting.add("B2:B3", IconSetRule("3Flags", "num", [0, 2, 3], reverse=True))
    book.active.conditional_formatting.add("C2:C3", FormulaRule(["TODAY()>C2"], fill=RED))
    book.active.conditional_formatting.add("C2:C3", IconSetRule("5Arrows", "percent", [0, 20, 40, 60, 80]))
    (table,) = read_spreadsheet(saved(book), "x.xlsx")
    assert [row.fills[1:] for row in table.rows[1:]] == [("red", ""), ("green", "")]
