from __future__ import annotations

import os
import re
import socket
import subprocess
import time
import zipfile
from io import BytesIO
from pathlib import Path

import docx_maker as dm
import pytest
from conftest import need
from docx_maker import (
    cell,
    deleted,
    docx,
    dropdown,
    footnotes,
    hyperlink,
    inserted,
    level,
    numbering,
    para,
    reference,
    row,
    run,
    table,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from dhr_analytics.errors import InputError
from dhr_analytics.reading import office
from dhr_analytics.reading.office import read_via_office
from dhr_analytics.reading.word import read_word


def cells(data: bytes) -> list[list[str]]:
    return [list(r.cells) for t in read_word(data, "plan.docx") if t.kind == "table" for r in t.rows]


def only(*blocks: str, **parts: str) -> str:
    """Text of the first cell of a one-row table that holds these blocks."""
    return cells(docx(table(row(cell(*blocks), "end")), **parts))[0][0]


def test_text_and_tables_in_order_with_places():
    tables = read_word(
        docx("Action plan", "Adult Social Care", table(row("No", "Action"), row("1", "Train staff")), "End"), "p"
    )
    assert [(t.kind, [(r.cells, r.place) for r in t.rows]) for t in tables] == [
        ("text", [(("Action plan",), "paragraph 1"), (("Adult Social Care",), "paragraph 2")]),
        ("table", [(("No", "Action"), "table 1, row 1"), (("1", "Train staff"), "table 1, row 2")]),
        ("text", [(("End",), "paragraph 1 after table 1")]),
    ]


def test_tracked_changes_are_accepted():
    changed = para(
        "The ",
        deleted("old"),
        inserted("new"),
        " policy",
        '<w:moveTo w:id="2">' + run(" moved") + "</w:moveTo>",
        '<w:moveFrom w:id="3">' + run(" gone") + "</w:moveFrom>",
    )
    assert only(changed) == "The new policy moved"
    mark = "<w:rPr><w:del/></w:rPr>"
    assert only(para("One ", props=mark), para(deleted("dropped"), props=mark), para("line")) == "One line"
    gone = table(row("a", "b"), row("x", "y", props="<w:del/>"), row("c", "d", props="<w:ins/>"))
    assert cells(docx(gone)) == [["a", "b"], ["c", "d"]]
    assert cells(docx(table(row("a", cell("x", props="<w:cellDel/>"), "b")))) == [["a", "b"]]


def test_content_controls():
    assert only(para("Status: ", dropdown("In progress", "Completed"))) == "Status: In progress"
    assert only(para("Status: ", dropdown("Choose an item.", "Completed", placeholder=True))) == "Status:"
    block = f"<w:sdt><w:sdtPr/><w:sdtContent>{para('Inside')}</w:sdtContent></w:sdt>"
    assert only(block, "after") == "Inside\nafter"
    whole = f"<w:sdt><w:sdtPr/><w:sdtContent>{row('c', 'd')}</w:sdtContent></w:sdt>"
    one = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{cell('Choose')}</w:sdtContent></w:sdt>"
    assert cells(docx(table(row("a", "b"), whole, row(one, "f")))) == [["a", "b"], ["c", "d"], ["", "f"]]


@pytest.mark.parametrize(("state", "sign"), [("1", "☒"), ("true", "☒"), ("0", "☐")])
def test_tick_boxes(state, sign):
    for shown in (run("?"), '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'):
        box = f'<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{state}"/></w14:checkbox></w:sdtPr><w:sdtContent>{shown}</w:sdtContent></w:sdt>'
        assert only(para(box, " Complete")) == f"{sign} Complete"
    old = f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="{state}"/></w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    assert only(para(old, " Complete")) == f"{sign} Complete"


def test_fields_give_their_result():
    def char(kind: str, inner: str = "") -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}">{inner}</w:fldChar></w:r>'

    inner = char("begin") + char("separate") + run("hidden result") + char("end")
    nested = (
        char("begin")
        + "<w:r><w:instrText>IF</w:instrText></w:r>"
        + inner
        + char("separate")
        + run("shown")
        + char("end")
    )
    assert only(para("It is ", nested, " here")) == "It is shown here"
    listed = '<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="Red"/><w:listEntry w:val="Green"/></w:ddList></w:ffData>'
    assert only(para("RAG ", char("begin", listed) + char("end"))) == "RAG Green"
    assert only(para('<w:fldSimple w:instr="DATE">' + run("March 2025") + "</w:fldSimple>")) == "March 2025"
    told = char("begin", listed) + char("separate") + run("Green") + char("end")
    assert only(para("RAG ", told, told)) == "RAG GreenGreen"
    # A second field at the same depth has an instruction of its own.
    one = char("begin") + inner + char("separate") + run("x") + char("end")
    assert only(para(one, one)) == "xx"
    # A field that never ends hides nothing.
    assert only(para(char("begin"), "kept")) == "kept"


def test_text_boxes_stand_once_after_their_paragraph():
    box = f"<w:txbxContent>{para('In the box')}{table(row('x', 'y'))}</w:txbxContent>"
    both = f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx>{box}</wps:txbx></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>'
    assert only(para("Before", both, " it"), "Next") == "Before it\nIn the box\nx y\nNext"
    kinds = [(t.kind, [r.cells for r in t.rows]) for t in read_word(docx(para("Before", both), "Next"), "p")]
    assert kinds == [("text", [("Before",), ("In the box",)]), ("table", [("x", "y")]), ("text", [("Next",)])]
    plain = f'<w:r><mc:AlternateContent><mc:Choice Requires="other"/><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>'
    assert only(para(plain)) == "In the box\nx y"


def test_signs_breaks_and_hidden_text():
    assert (
        only(
            para(
                "well<>",
                "<w:r><w:noBreakHyphen/></w:r>",
                "being\u00a0now",
                "<w:r><w:softHyphen/><w:tab/></w:r>",
                "x\u00ad\u200by",
            )
        )
        == "well<>-being now xy"
    )
    assert (
        only(
            para("One.", "<w:r><w:br/></w:r>", "Two to", "<w:r><w:cr/></w:r>", "four", "<w:r><w:br/></w:r>", "a. five")
        )
        == "One.\nTwo to four\na. five"
    )
    assert only(para("seen", run("unseen", "<w:vanish/>"), run(" too", '<w:vanish w:val="0"/>'))) == "seen too"
    assert only(para('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', " done \uf0b7")) == "✓ done •"
    assert only(para("First;", "<w:r><w:br/></w:r>", "second")) == "First;\nsecond"
    linked = '<w:hyperlink w:anchor="x">' + run("a link") + "</w:hyperlink><w:r><w:footnoteReference w:id='2'/></w:r>"
    assert only(para("See ", linked, "<m:oMath><m:r><m:t>=1</m:t></m:r></m:oMath>")) == "See a link=1"
    # Line breaks of a heading do not part it.
    assert read_word(docx(para("Adult", "<w:r><w:br/></w:r>", "Social Care")), "p")[0].rows[0].cells == (
        "Adult Social Care",
    )


def test_merged_cells():
    rows = (
        row("No", "Recommendation", "Action", "Lead"),
        row(cell("1", merge="restart"), cell("Train staff", merge="restart", fill="00B050"), "a", "x"),
        row(cell(merge="continue"), cell(merge="continue"), "b", "y"),
        row(cell("Adult Social Care", span=4)),
        row("2", cell("Both", span=2), "z"),
        row("3", "", "c", props='<w:gridAfter w:val="1"/>'),
        row("d", "w", props='<w:gridBefore w:val="2"/>'),
    )
    data = docx(table(*rows, widths=(500, 3000, 3000, 1500)))
    assert cells(data) == [
        ["No", "Recommendation", "Action", "Lead"],
        ["1", "Train staff", "a", "x"],
        ["1", "Train staff", "b", "y"],
        ["Adult Social Care", "", "", ""],
        ["2", "Both", "", "z"],
        ["3", "", "c", ""],
        ["", "", "d", "w"],
    ]
    assert read_word(data, "p")[0].rows[2].fills == ("", "green", "", "")


def test_row_that_holds_nothing_of_its_own_repeats_nothing():
    down = cell(merge="continue")
    data = docx(table(row(cell("1", merge="restart"), "a"), row(down, ""), row(down, "b")))
    assert cells(data) == [["1", "a"], ["", ""], ["1", "b"]]


def test_dragged_edges_do_not_shift_columns():
    # The grid has a line for each edge of the header and of the body, a finger's breadth apart.
    data = docx(
        table(
            row(cell("No"), cell("Action", span=2), cell("Lead", span=2)),
            row(cell("1", span=2), cell("Train", span=2), cell("Police")),
            row(cell("2", span=2), cell("Tell", span=2), cell("Council")),
            row(cell("Whole width", span=4), cell("GP")),
            widths=(900, 300, 4000, 400, 2000),
        )
    )
    assert cells(data) == [
        ["No", "Action", "Lead"],
        ["1", "Train", "Police"],
        ["2", "Tell", "Council"],
        ["Whole width", "", "GP"],
    ]


def test_header_dragged_far_keeps_its_columns():
    body = [row(cell(str(i)), cell("Train", span=2), cell("Police", span=2)) for i in (1, 2)]
    data = docx(
        table(row(cell("No", span=2), cell("Action", span=2), "Lead"), *body, widths=(500, 2500, 1000, 1000, 3000))
    )
    assert cells(data)[0] == ["No", "Action", "Lead"]


def test_merging_ends_at_a_cell_that_is_not_merged():
    down = cell("own", merge="continue")
    data = docx(table(row(cell("1", merge="restart"), "a"), row("2", "b"), row(down, "c")))
    assert cells(data) == [["1", "a"], ["2", "b"], ["own", "c"]]


def test_cell_split_in_one_row_loses_nothing():
    data = docx(
        table(
            row("No", cell("Action", span=2), "Lead"),
            row("1", cell("Train", span=2), "Police"),
            row("2", "Tell", "all", "Council"),
            row("3", cell("Check", span=2), "GP"),
            widths=(900, 2000, 2000, 2000),
        )
    )
    assert cells(data)[2] == ["2", "Tell\nall", "Council"]


def nested(*blocks):
    """Text of the first cell of a one-row table that holds these blocks, and the table within it."""
    ((found,),) = (each.rows for each in read_word(docx(table(row(cell(*blocks), "end"))), "p"))
    assert found.cells[1:] == ("end",) and found.nested_at == 0
    return found.cells[0], found.nested


def test_nested_tables_and_layout_tables():
    merged = table(row(cell("Lead", merge="restart"), "Police"), row(cell(merge="continue"), "Council"))
    assert nested(merged) == ("", (("Lead", "Police"), ("", "Council")))
    inner = table(row("Lead", "Police"), row("By", "March 2025"))
    within = (("Lead", "Police"), ("By", "March 2025"))
    assert nested("Above", inner, "below") == ("Above\nbelow", within)
    tables = read_word(docx(table(row(cell("Heading", inner, "<w:p/>")), row("Foot"))), "p")
    assert [(t.kind, [(r.cells, r.place) for r in t.rows]) for t in tables] == [
        ("text", [(("Heading",), "table 1, row 1")]),
        ("table", [(("Lead", "Police"), "table 2, row 1"), (("By", "March 2025"), "table 2, row 2")]),
        ("text", [(("Foot",), "table 1, row 2")]),
    ]


def test_words_below_a_merged_cell_of_a_nested_table_are_not_shown():
    below = row(cell("unseen", merge="continue"), "Council")
    (_, inner) = nested(table(row(cell("Lead", merge="restart"), "Police"), below))
    assert inner == (("Lead", "Police"), ("", "Council"))


def test_table_right_below_a_table_may_go_on_from_it():
    one, two = table(row("a", "b")), table(row("c", "d"), row("e", "f"))
    assert [[r.break_before for r in t.rows] for t in read_word(docx(one, "<w:p/>", two), "p")] == [
        [False],
        [True, False],
    ]
    parted = read_word(docx(one, "Police", two), "p")
    assert [[r.break_before for r in t.rows] for t in parted] == [[False], [False], [False, False]]


LISTS = numbering(
    {
        0: level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2") + level(2, "lowerRoman", "(%3)"),
        1: level(0, "lowerLetter", "%1)", start=25),
        2: level(0, "bullet", "\uf0b7") + level(1, "upperRoman", "%1-%2:", more="<w:isLgl/>"),
        3: level(0, "decimalZero", "Recommendation %1:", start=8),
        4: level(0, "ordinal", "%1") + level(1, "none", ""),
        6: '<w:numStyleLink w:val="Plan"/>',
        7: '<w:styleLink w:val="Plan"/>' + level(0, "decimal", "R%1"),
        8: level(0, "decimal", "%1.") + level(1, "ordinal", "%2", start=11, more='<w:lvlRestart w:val="0"/>'),
        5: level(0, "upperLetter", "%1.", more='<w:pStyle w:val="Child"/>'),
    },
    {
        1: (0, ""),
        2: (0, ""),
        3: (0, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'),
        4: (1, ""),
        5: (2, ""),
        6: (3, ""),
        7: (4, ""),
        8: (5, ""),
        9: (6, ""),
        10: (8, ""),
        11: (3, '<w:lvlOverride w:ilvl="0">' + level(0, "decimal", "%1)") + "</w:lvlOverride>"),
    },
)
STYLES = (
    '<w:style w:styleId="Parent"><w:pPr><w:numPr><w:numId w:val="8"/></w:numPr></w:pPr></w:style>'
    '<w:style w:styleId="Child"><w:basedOn w:val="Parent"/></w:style>'
    '<w:style w:styleId="Plain"><w:basedOn w:val="Plain"/></w:style>'
)


@pytest.mark.parametrize(
    ("places", "marks"),
    [
        ([(1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1)], ["1.", "1.1", "1.2", "(i)", "2.", "2.1"]),
        ([(1, 0), (2, 0), (3, 0), (3, 0), (1, 0)], ["1.", "2.", "1.", "2.", "3."]),
        ([(4, 0), (4, 0), (4, 0), (4, 0)], ["y)", "z)", "aa)", "bb)"]),
        (
            [(5, 0), (5, 1), (6, 0), (6, 0), (6, 0)],
            ["•", "1-1:", "Recommendation 08:", "Recommendation 09:", "Recommendation 10:"],
        ),
        ([(7, 0), (7, 0), (7, 0), (7, 0), (7, 1)], ["1st", "2nd", "3rd", "4th", ""]),
        ([(9, 0), (9, 0), (6, 0), (11, 0)], ["R1", "R2", "Recommendation 08:", "9)"]),
        ([(10, 0), (10, 1), (10, 0), (10, 1), (10, 1)], ["1.", "11th", "2.", "12th", "13th"]),
        ([(1, 1), (0, 0), (99, 0), (1, 7)], ["1.1", "", "", ""]),
    ],
)
def test_automatic_numbers(places, marks):
    read = read_word(docx(*(para("x", num=place) for place in places), lists=LISTS), "p")
    assert [r.cells[0] for r in read[0].rows] == [f"{mark} x".strip() for mark in marks]


def test_numbers_by_style_and_in_empty_cells():
    read = read_word(
        docx(para("x", style="Child"), para("y", style="Child"), para("z", style="Plain"), lists=LISTS, styles=STYLES),
        "p",
    )
    assert [r.cells[0] for r in read[0].rows] == ["A. x", "B. y", "z"]
    numbered = [row(cell(para(num=(1, 0))), f"Text {i}") for i in range(3)]
    assert cells(docx(table(*numbered), lists=LISTS)) == [["1.", "Text 0"], ["2.", "Text 1"], ["3.", "Text 2"]]
    assert only(para("Do", num=(1, 0)), para(num=(1, 0)), para("Check", num=(1, 0)), lists=LISTS) == "1. Do\n3. Check"
    assert only(para(num=(5, 0)), lists=LISTS) == ""
    gone = para(deleted("x"), num=(1, 0), props="<w:rPr><w:del/></w:rPr>")
    assert only(gone, para("Do", num=(1, 0)), lists=LISTS) == "1. Do"


def test_colours():
    lit = [
        cell("a", fill="FF0000"),
        cell("b", fill="1F3864"),
        cell(para(run("c", '<w:highlight w:val="yellow"/>'))),
        cell(para(run("d", '<w:shd w:val="clear" w:fill="00B050"/>'), "not all")),
        cell(para("e", props='<w:shd w:val="solid" w:color="0070C0" w:fill="auto"/>')),
        cell("f", fill="auto"),
        cell(para(run("g", '<w:highlight w:val="red"/>'), run("h", '<w:highlight w:val="green"/>'))),
    ]
    assert read_word(docx(table(row(*lit))), "p")[0].rows[0].fills == ("red", "", "amber", "", "blue", "", "")


def test_other_names_and_namespaces():
    blocks = (table(row("a", cell(para("b", num=(1, 0))))),)
    assert cells(docx(*blocks, lists=LISTS, document="word/document2.xml")) == [["a", "1. b"]]
    source, strict = docx(*blocks, lists=LISTS), BytesIO()
    with zipfile.ZipFile(BytesIO(source)) as old, zipfile.ZipFile(strict, "w") as new:
        for name in old.namelist():
            text = re.sub(
                rb"http://schemas\.openxmlformats\.org/(wordprocessingml|officeDocument)/2006/",
                rb"http://purl.oclc.org/ooxml/\1/",
                old.read(name),
            )
            assert (b"purl" in text) == (name != "[Content_Types].xml")
            new.writestr(name, text)
    assert cells(strict.getvalue()) == [["a", "1. b"]]


def _zip(**members: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "/") + ".xml", data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"PK\x03\x04 cut off", "no whole Word file"),
        (docx(table(row("a", "b")))[:-200], "no whole Word file"),
        (_zip(xl__workbook=b"<x/>"), "without a Word document"),
        (_zip(word__document=b"<w:document"), "XML cannot be read"),
        (_zip(word__document=b"<html/>"), "<html>"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
    ],
)
def test_damaged_files_are_told(data, told):
    with pytest.raises(InputError, match=told) as caught:
        read_word(data, "plan.docx")
    assert "plan.docx" in str(caught.value)
    assert "save it again" in str(caught.value)


def test_entities_are_not_expanded():
    secret = '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname"><!ENTITY s "long">]>'
    body = f"{secret}<w:document {dm.SPACES}><w:body><w:p><w:r><w:t>a&e;&s;b</w:t></w:r></w:p></w:body></w:document>"
    text = read_word(_zip(word__document=body.encode()), "p")[0].rows[0].cells[0]
    assert text.startswith("a")
    assert "long" not in text


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.lists(WORDS, max_size=3), min_size=3, max_size=3), min_size=1, max_size=5))
def test_every_word_is_in_its_cell(plan):
    data = docx(table(*(row(*(cell(*(para(run(text)) for text in texts)) for texts in line)) for line in plan)))
    assert cells(data) == [["\n".join(texts) for texts in line] for line in plan]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_byte_is_told_or_read(at, value):
    data = bytearray(docx(table(row("a", cell("b", merge="restart"))), lists=LISTS))
    data[at % len(data)] = value
    try:
        read_word(bytes(data), "p")
    except InputError as error:
        assert "save it again" in str(error)


RTF = rb"""{\rtf1\ansi Action plan\par
\trowd\cellx2000\cellx6000\intbl No\cell Action\cell\row
\trowd\cellx2000\cellx6000\intbl 1\cell Train {\deleted old}{\revised all} staff\cell\row
\pard End\par}"""
READ = [
    ("text", [("Action plan",)]),
    ("table", [("No", "Action"), ("1", "Train all staff")]),
    ("text", [("End",)]),
]


def as_read(data: bytes, name: str) -> list[tuple[str, list[tuple[str, ...]]]]:
    return [(t.kind, [r.cells for r in t.rows]) for t in read_via_office(data, name)]


def test_rtf_through_office():
    need("soffice", "libreoffice-writer")
    # The content decides, not the name.
    assert as_read(RTF, "plan.doc") == READ


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["doc", "odt"])
def test_old_formats_through_office(kind, tmp_path):
    program = need("soffice", "libreoffice-writer")
    changed = para("Train ", deleted("old"), inserted("all"), " staff")
    source = tmp_path / "plan.docx"
    source.write_bytes(
        docx("Action plan", table(row("No", "Action"), row("1", cell(changed)), widths=(900, 4000)), "End")
    )
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [program, profile, "--headless", "--convert-to", kind, "--outdir", tmp_path, source],
        check=True,
        capture_output=True,
    )
    assert as_read((tmp_path / f"plan.{kind}").read_bytes(), f"plan.{kind}") == READ


def test_office_fetches_nothing():
    need("soffice", "libreoffice-writer")
    names = ("office", "text", "drawing", "svg-compatible")
    spaces = " ".join(f'xmlns:{n.split("-")[0]}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        link = (
            f'xlink:href="http://127.0.0.1:{server.getsockname()[1]}/i.png" xlink:type="simple" xlink:actuate="onLoad"'
        )
        frame = 'text:anchor-type="as-char" svg:width="2cm" svg:height="2cm"'
        picture = f"<drawing:frame {frame}><drawing:image {link}/></drawing:frame>"
        content = f"""<office:document-content {spaces} xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2">
            <office:body><office:text><text:p>a{picture}b</text:p></office:text></office:body></office:document-content>"""
        manifest = """<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
            <m:file-entry m:full-path="/" m:media-type="application/vnd.oasis.opendocument.text"/>
            <m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>"""
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            file.writestr("mimetype", "application/vnd.oasis.opendocument.text")
            file.writestr("META-INF/manifest.xml", manifest)
            file.writestr("content.xml", content)
        assert as_read(out.getvalue(), "plan.odt") == [("text", [("ab",)])]
        # Nobody has called.
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_file_that_office_refuses():
    need("soffice", "libreoffice-writer")
    data = b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le") + bytes(3000)
    with pytest.raises(InputError, match="plan.doc: LibreOffice could not turn this .doc file"):
        read_via_office(data, "plan.doc")


def test_missing_office_is_told(monkeypatch):
    monkeypatch.setattr(office, "find_office", lambda: None)
    with pytest.raises(InputError, match="libreoffice-writer.*or open the file in Word and save"):
        read_via_office(RTF, "plan.rtf")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
        (b"\xd0\xcf\x11\xe0" + "Workbook".encode("utf-16-le"), "no .doc, .odt or .rtf"),
        (b"%PDF-1.7", "no .doc, .odt or .rtf"),
    ],
)
def test_other_kinds_never_reach_office(data, told, monkeypatch):
    monkeypatch.setattr(office, "find_office", lambda: pytest.fail("office was looked for"))
    with pytest.raises(InputError, match=told):
        read_via_office(data, "plan.doc")


@pytest.mark.skipif(os.name != "posix", reason="stands in for LibreOffice with a shell script")
def test_office_that_hangs_is_stopped(monkeypatch, tmp_path):
    # As in any program that does not lead its session.
    monkeypatch.setattr(office, "_alone", lambda: True)
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\nsleep 30 & echo $! > {tmp_path / 'child'}\nwait\n")
    program.chmod(0o755)
    monkeypatch.setattr(office, "find_office", lambda: str(program))
    monkeypatch.setattr(office, "SECONDS", 1)
    start = time.monotonic()
    with pytest.raises(InputError, match="did not finish within 1 seconds"):
        read_via_office(RTF, "plan.rtf")
    assert time.monotonic() - start < 10
    # Its children are stopped too: the process is gone, or dead and waiting to be collected.
    status = Path("/proc") / (tmp_path / "child").read_text().strip() / "stat"
    assert not status.exists() or status.read_text().split()[2] == "Z"


def raised(text):
    return run(text, '<w:vertAlign w:val="superscript"/>')


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (("Ask about money", raised("3"), " each time"), "Ask about money [3] each time"),
        (("Use the form", raised("4,5"), "."), "Use the form [4,5]."),
        (("By 1", raised("st"), " May"), "By 1st May"),
        (("10 m", raised("2"), " room"), "10 m2 room"),
        ((raised("2"),), "2"),
        (("by 2025", raised("7")), "by 2025 [7]"),
        (("policy", raised("*")), "policy [*]"),
    ],
)
def test_the_raised_number_of_a_note_is_no_part_of_the_word(content, text):
    assert only(para(*content)) == text


@pytest.mark.parametrize("mark", ["<w:strike/>", "<w:dstrike/>", '<w:strike w:val="1"/>', '<w:rStyle w:val="Out"/>'])
def test_words_struck_out_stand_apart(mark):
    style = '<w:style w:styleId="Out"><w:rPr><w:strike/></w:rPr></w:style>'
    rows = (
        row("No", "Action", "By"),
        row("1", cell(para(run("Old. ", mark), "New.")), cell(para(run("May", mark)))),
        row(*(cell(para(run(text, mark))) for text in ("2", "Gone", "June"))),
    )
    (found,) = read_word(docx(table(*rows), styles=style), "plan.docx")
    assert [r.cells for r in found.rows] == [("No", "Action", "By"), ("1", "New.", ""), ("", "", "")]
    assert [r.struck for r in found.rows] == ["", "Old. May", "2 Gone June"]


def test_a_strike_that_is_switched_off_strikes_nothing():
    assert only(para(run("Stays", '<w:strike w:val="0"/>'))) == "Stays"


def test_the_words_of_notes_stand_behind_those_of_their_cell():
    notes = {
        "footnotes": footnotes("Approved [here] in May.", "How to fill this in."),
        "endnotes": footnotes("End.", kind="endnote"),
    }
    rows = (
        row("No", cell(para("Status", reference(3)))),
        row("1", cell(para("See below", reference(2)))),
        row("2", cell(para("Open", reference(2, "endnote")))),
    )
    found, below = read_word(docx(table(*rows), para("Text", reference(2)), notes=notes), "plan.docx")
    assert [r.cells[1] for r in found.rows] == [
        "Status",
        "See below [note: Approved (here) in May.]",
        "Open [note: End.]",
    ]
    assert [r.cells[0] for r in below.rows] == ["[note: How to fill this in.]", "Text"]


def test_links_to_documents_are_kept_in_cells():
    addresses = {"L1": "https://example.org/minutes.pdf", "L2": "https://example.org/home"}
    rows = (
        row("Action", "Evidence"),
        row("a", cell(para(hyperlink("Minutes", "L1")))),
        row("b", cell(para("See ", hyperlink("the page", "L2"), " of the trust."))),
        row("c", cell(para(hyperlink("Page", "L2")))),
    )
    (found,) = read_word(docx(table(*rows), addresses=addresses), "plan.docx")
    assert [r.cells[1] for r in found.rows[1:]] == [
        "Minutes [link: https://example.org/minutes.pdf]",
        "See the page of the trust.",
        "Page [link: https://example.org/home]",
    ]
