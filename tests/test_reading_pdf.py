import io

import pytest
from conftest import need
from pdf_maker import HEIGHT, WIDTH, area, line, pdf, table, text

from dhr_analytics.errors import InputError
from dhr_analytics.reading.pdf import read_pdf

HEADER = ["No", "Recommendation", "Action", "Lead agency", "Target date", "Progress"]
WIDTHS = [30, 190, 190, 100, 80, 150]
ROWS = [
    ["1", "Northmoor Police should record coercive and controlling behaviour at every incident.", "Issue an aide-memoire to all officers.", "Northmoor Police", "March 2025", "Issued."],
    ["2", "The council should train housing officers to ask about safety at home each year.", "Hold four training days for housing officers.", "Northmoor Council", "June 2025", ""],
    ["3", "All agencies should check that referrals are made within two working days.", "Report the number of referrals each quarter.", "All agencies", "May 2026", "Two reports received."],
]  # fmt: skip


def cells(tables):
    return [list(row.cells) for one in tables if one.kind == "table" for row in one.rows]


def paragraphs(tables):
    return [row.cells[0] for one in tables if one.kind == "text" for row in one.rows]


def page(*, rows=ROWS, header=True, ruled=True, pad=4, top=60, title=""):
    drawn, _ = table([HEADER, *rows] if header else rows, WIDTHS, ruled=ruled, pad=pad, top=top, bold_header=header)
    return [*([text(40, 40, title, size=14, bold=True)] if title else []), *drawn]


def test_a_ruled_table_is_read_cell_by_cell():
    tables = read_pdf(pdf(page(title="DHR 4 Action Plan")), "a.pdf")
    assert [one.kind for one in tables] == ["text", "table"]
    assert paragraphs(tables) == ["DHR 4 Action Plan"]
    assert cells(tables) == [HEADER, *ROWS]
    assert [row.place for row in tables[1].rows] == [f"page 1, row {n}" for n in range(2, 6)]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_pages_lie_any_way_round(rotate):
    assert cells(read_pdf(pdf(page(), rotate=rotate), "a.pdf")) == [HEADER, *ROWS]


def test_columns_without_rules_are_rebuilt_from_where_words_stand():
    assert cells(read_pdf(pdf(page(ruled=False, pad=6)), "a.pdf")) == [HEADER, *ROWS]


PLAIN = ["Ref", "What the panel asked for", "What we will do", "Who", "By when", "How far we are"]


def test_columns_under_names_of_their_own_are_found_in_a_long_report_beside_a_table_with_known_names():
    prose = [
        [text(60, 50 + 12 * n, f"The panel heard of meeting {n} of that year.") for n in range(30)] for _ in range(14)
    ]
    drawn, _ = table([PLAIN, *ROWS], WIDTHS, ruled=False, pad=6)
    tables = read_pdf(pdf(*prose[:7], page(), *prose[7:], drawn), "a.pdf")
    assert cells(tables) == [HEADER, *ROWS, PLAIN, *ROWS]


def test_columns_of_prose_without_names_are_no_table():
    lines = ["The panel heard that staff had", "asked once, wrote it down and", "told nobody else of the answer."] * 5
    drawn = [text(x, 60 + 12 * n, words) for x in (40, 300, 560) for n, words in enumerate(lines)]
    assert cells(read_pdf(pdf(drawn), "a.pdf")) == []


def test_columns_without_rules_go_on_over_a_page_break_without_a_header():
    tables = read_pdf(
        pdf(
            page(ruled=False, pad=6),
            page(
                rows=[["4", *row[1:]] for row in ROWS[:1]] + [["5", *row[1:]] for row in ROWS[1:2]],
                header=False,
                ruled=False,
                pad=6,
            ),
        ),
        "a.pdf",
    )
    assert cells(tables) == [HEADER, *ROWS, ["4", *ROWS[0][1:]], ["5", *ROWS[1][1:]]]


def test_lines_set_evenly_stay_rows_of_their_own():
    tables = read_pdf(pdf(page(ruled=False, pad=0)), "a.pdf")
    assert len(cells(tables)) > len(ROWS) + 1
    joined = [" ".join(row[1] for row in cells(tables)[1:])]
    assert joined == [" ".join(row[1] for row in ROWS)]


def test_level_rules_alone_part_the_rows():
    drawn = page(ruled=False, pad=2)
    tall = [line(40, y, 780, y) for y in (60, 75, 100.5, 125.5)]
    assert cells(read_pdf(pdf([*drawn, *tall]), "a.pdf"))[1][1] == ROWS[0][1]


def test_the_first_row_of_a_page_stands_below_a_break_and_the_table_goes_on():
    tables = read_pdf(pdf(page(), page(header=False), page()), "a.pdf")
    assert len(tables) == 1
    assert [row.place for row in tables[0].rows if row.break_before] == ["page 2, row 1", "page 3, row 1"]
    assert cells(tables).count(HEADER) == 2


def test_a_row_left_open_by_the_page_break_is_not_lost():
    top = [line(x, 60, x, 200) for x in (40, 140, 440)] + [line(40, y, 440, y) for y in (60, 80)]
    named = [
        text(45, 74, "Recommendation"),
        text(145, 74, "Action"),
        text(45, 100, "Agencies should"),
        text(145, 100, "Write to all"),
    ]
    rest = [line(x, 30, x, 60) for x in (40, 140, 440)] + [line(40, 60, 440, 60)]
    tail = [text(45, 50, "share news."), text(145, 50, "staff.")]
    tables = read_pdf(pdf(top + named, rest + tail), "a.pdf")
    assert cells(tables) == [
        ["Recommendation", "Action"],
        ["Agencies should", "Write to all"],
        ["share news.", "staff."],
    ]
    assert [row.break_before for row in tables[0].rows] == [False, False, True]


def test_cells_merged_down_are_repeated_and_cells_merged_across_stand_once():
    grid = [line(40, y, 640, y) for y in (60, 80, 100, 160)] + [line(240, 130, 640, 130)]
    grid += (
        [line(x, 60, x, 160) for x in (40, 640)]
        + [line(x, 60, x, 80) for x in (240, 440)]
        + [line(x, 100, x, 160) for x in (240, 440)]
    )
    words = [
        text(45, 74, "Recommendation"),
        text(245, 74, "Action"),
        text(445, 74, "Lead"),
        text(45, 94, "Northmoor Police"),
    ]
    words += [
        text(45, 115, "Train officers."),
        text(245, 115, "Book rooms."),
        text(445, 115, "Police"),
        text(245, 145, "Invite staff."),
        text(445, 145, "Council"),
    ]
    assert cells(read_pdf(pdf(grid + words), "a.pdf")) == [
        ["Recommendation", "Action", "Lead"],
        ["Northmoor Police", "", ""],
        ["Train officers.", "Book rooms.", "Police"],
        ["Train officers.", "Invite staff.", "Council"],
    ]


def test_edges_that_no_row_has_both_of_are_one():
    grid = (
        [line(40, y, 440, y) for y in (60, 80, 100)]
        + [line(x, 60, x, 100) for x in (40, 440)]
        + [line(240, 60, 240, 80), line(250, 80, 250, 100)]
    )
    words = [
        text(45, 74, "Recommendation"),
        text(245, 74, "Action"),
        text(45, 94, "Train officers."),
        text(255, 94, "Book rooms."),
    ]
    assert cells(read_pdf(pdf(grid + words), "a.pdf")) == [
        ["Recommendation", "Action"],
        ["Train officers.", "Book rooms."],
    ]


def test_a_page_that_lacks_a_column_keeps_the_columns_of_the_page_before():
    grid = [line(40, y, 780, y) for y in (60, 90)] + [line(x, 60, x, 90) for x in (40, 70, 260, 450, 780)]
    words = [text(73, 76, "go on."), text(453, 76, "Council"), text(633, 76, "Done.")]
    assert cells(read_pdf(pdf(page(), grid + words), "a.pdf"))[-1] == ["", "go on.", "", "Council", "", "Done."]


def test_words_cut_at_the_end_of_a_line():
    grid = [line(x, 60, x, 140) for x in (40, 160, 300)] + [line(40, y, 300, y) for y in (60, 80, 140)]
    words = [
        text(45, 74, "Recommendation"),
        text(165, 74, "Action"),
        text(45, 95, "Hold multi-"),
        text(45, 105.5, "agency training."),
        text(165, 95, "This recommenda-"),
        text(165, 105.5, "tion and the next"),
        text(165, 116, "recommendation."),
    ]
    assert cells(read_pdf(pdf(grid + words), "a.pdf"))[1] == [
        "Hold multi-agency training.",
        "This recommendation and the next recommendation.",
    ]


def test_list_items_and_paragraphs_keep_their_lines():
    grid = [line(x, 60, x, 190) for x in (40, 160, 400)] + [line(40, y, 400, y) for y in (60, 80, 190)]
    words = [text(45, 74, "Recommendation"), text(165, 74, "Action")]
    words += [
        text(165, y, w)
        for y, w in (
            (95, "a. Write to all staff and"),
            (105.5, "to volunteers."),
            (116, "b. Hold a meeting."),
            (126.5, "• Ask for views."),
            (150, "A new paragraph"),
            (160.5, "goes on."),
        )
    ]
    assert (
        cells(read_pdf(pdf(grid + words), "a.pdf"))[1][1]
        == "a. Write to all staff and to volunteers.\nb. Hold a meeting.\n• Ask for views.\nA new paragraph goes on."
    )


@pytest.mark.parametrize("angle", [90, -90])
def test_names_of_columns_that_read_up_or_down(angle):
    grid = [line(x, 60, x, 200) for x in (40, 160, 200)] + [line(40, y, 200, y) for y in (60, 140, 200)]
    words = [
        text(45, 74, "Recommendation"),
        text(45, 155, "Train officers."),
        text(165, 155, "May"),
        text(45, 165.5, "Then test."),
        text(45, 176, "Then train."),
    ]
    turned = [
        text(178 if angle > 0 else 182, 130 if angle > 0 else 70, "Planned end", angle=angle),
        text(189 if angle > 0 else 171, 130 if angle > 0 else 70, "date", angle=angle),
    ]
    assert cells(read_pdf(pdf(grid + words + turned), "a.pdf"))[0] == ["Recommendation", "Planned end date"]


def test_colours_behind_cells_are_ratings_but_not_the_colour_of_the_header():
    grid = [line(x, 60, x, 140) for x in (40, 240, 340)] + [line(40, y, 340, y) for y in (60, 80, 100, 120, 140)]
    colours = [
        area(40, 60, 340, 80, "00B050"),
        area(240, 80, 340, 100, "FF0000"),
        area(240, 100, 340, 120, "FFC000"),
        area(240, 120, 340, 140, "00B050"),
        area(40, 100, 240, 120, "F2F2F2"),
    ]
    words = [text(45, 74, "Action"), text(245, 74, "Lead"), *(text(45, y, "Write.") for y in (94, 114, 134))]
    fills = [row.fills for row in read_pdf(pdf(colours + grid + words), "a.pdf")[0].rows]
    assert fills == [(), ("", "red"), ("", "amber"), ()]


def test_running_heads_and_feet_part_no_table():
    head, foot = text(40, 25, "Northmoor Partnership"), "Page {} of 3"
    tables = read_pdf(
        pdf(
            *(
                [head, *page(header=n == 1, ruled=ruled), text(760, 575, foot.format(n))]
                for n in (1, 2, 3)
                for ruled in [True]
            )
        ),
        "a.pdf",
    )
    assert [one.kind for one in tables] == ["table", "text"]
    assert paragraphs(tables) == ["Northmoor Partnership", "Page 1 of 3"]


def test_running_text_stands_between_the_tables_in_order():
    first, end = table([HEADER, ROWS[0]], WIDTHS)
    second, _ = table([HEADER, ROWS[1]], WIDTHS, top=end + 60)
    middle = [
        text(40, end + 20, "Northmoor Council", size=12, bold=True),
        text(40, end + 38, "These actions are for the council."),
    ]
    tables = read_pdf(pdf(first + middle + second), "a.pdf")
    assert [one.kind for one in tables] == ["table", "text", "table"]
    assert paragraphs(tables) == ["Northmoor Council", "These actions are for the council."]


def test_only_pages_that_may_hold_the_plan_are_taken_apart_and_no_word_is_lost():
    prose = [
        text(60, 60 + 14 * n, f"The panel heard in part {n} that agencies had worked with the family for years.")
        for n in range(30)
    ]
    other, _ = table([["Date", "What happened", "Source"], ["1 May", "A call was made.", "Police"]], [80, 300, 100])
    document = pdf(*[prose] * 14, other, page(), page(header=False), *[prose] * 4)
    quick, whole = read_pdf(document, "a.pdf"), read_pdf(document, "a.pdf", prescreen=False)
    assert cells(quick) == [HEADER, *ROWS, *ROWS]
    assert ["Date", "What happened", "Source"] in cells(whole)
    words = [
        sorted(" ".join(cell for one in tables for row in one.rows for cell in row.cells).split())
        for tables in (quick, whole)
    ]
    assert words[0] == words[1]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pdf(page(), locked=True), "password"),
        (pdf(page())[:400], "no readable PDF"),
        (b"%PDF-1.4\nnothing", "no readable PDF"),
    ],
)
def test_files_that_cannot_be_read_are_refused_in_words(data, words):
    with pytest.raises(InputError, match=words) as error:
        read_pdf(data, "plan.pdf")
    assert "plan.pdf" in str(error.value)


def picture():
    return b"\xff" * 10_000


def test_a_scan_without_tesseract_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr("dhr_analytics.reading.pdf.shutil.which", lambda tool: None)
    with pytest.raises(InputError, match="tesseract-ocr"):
        read_pdf(pdf([], [], picture=picture()), "scan.pdf")


def test_a_picture_among_pages_of_text_is_told_of(monkeypatch):
    import pypdfium2

    monkeypatch.setattr("dhr_analytics.reading.pdf.shutil.which", lambda tool: None)
    document = pypdfium2.PdfDocument(pdf(page(), page(header=False)))
    document.import_pages(pypdfium2.PdfDocument(pdf([], picture=picture())))
    data = io.BytesIO()
    document.save(data)
    tables = read_pdf(data.getvalue(), "a.pdf")
    assert cells(tables) == [HEADER, *ROWS, *ROWS]
    assert paragraphs(tables) == ["[page 3 is a picture; install tesseract-ocr to read it]"]


def scanned(data):
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        pictures = [page.render(scale=200 / 72).to_pil().convert("RGB") for page in document]
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=200)
    return out.getvalue()


@pytest.mark.parametrize("ruled", [True, False])
def test_a_scan_is_read_into_the_same_cells(ruled):
    need("tesseract", "tesseract-ocr")
    data = pdf(page(ruled=ruled, pad=8))
    found = cells(read_pdf(scanned(data), "scan.pdf"))
    assert [row[3:5] for row in found] == [row[3:5] for row in [HEADER, *ROWS]]
    assert [row[0] for row in found[1:]] == ["1", "2", "3"]


def test_colours_and_dark_headers_of_a_scan():
    need("tesseract", "tesseract-ocr")
    grid = [line(x, 60, x, 180) for x in (40, 240, 340)] + [line(40, y, 340, y) for y in (60, 90, 120, 150, 180)]
    colours = [
        area(40, 60, 340, 90, "1F3864"),
        area(240, 90, 340, 120, "FF0000"),
        area(240, 120, 340, 150, "FFC000"),
        area(240, 150, 340, 180, "00B050"),
    ]
    names = ["1 g", text(45, 79, "Recommendation", size=11, bold=True), text(245, 79, "RAG", size=11, bold=True), "0 g"]
    words = [text(45, y, "Write to staff.", size=11) for y in (109, 139, 169)]
    rows = read_pdf(scanned(pdf(colours + grid + names + words)), "scan.pdf")[0].rows
    assert rows[0].cells == ("Recommendation", "RAG")
    assert [row.fills for row in rows[1:]] == [("", "red"), ("", "amber"), ("", "green")]


def test_a_page_without_anything_is_no_scan():
    tables = read_pdf(pdf(page(), []), "a.pdf")
    assert cells(tables) == [HEADER, *ROWS]
    assert (WIDTH, HEIGHT) == (842, 595)


def test_the_fields_of_a_form_are_read_as_printed():
    drawn, end = table([HEADER, [*ROWS[0][:5], ""]], WIDTHS)
    tables = read_pdf(pdf(drawn, field=(40 + sum(WIDTHS[:5]) + 2, 92, "Completed")), "a.pdf")
    assert cells(tables)[1] == [*ROWS[0][:5], "Completed"]


def test_letters_of_a_ligature_are_folded():
    from dhr_analytics.reading.letters import Glyph, lines_of

    glyphs = [Glyph(letter, 6.0 * n, 0, 6.0 * n + 6, 10) for n, letter in enumerate("o\ufb03cer")]
    assert [line.text for line in lines_of(glyphs)] == ["officer"]


def test_numbered_headings_are_no_running_heads():
    pages = [
        [text(40, 40, f"Recommendation {n}", size=12, bold=True), *page(rows=[ROWS[n - 1]], top=80)] for n in (1, 2, 3)
    ]
    assert paragraphs(read_pdf(pdf(*pages), "a.pdf")) == ["Recommendation 1", "Recommendation 2", "Recommendation 3"]


def test_the_whole_chain_from_pages_to_actions():
    from dhr_analytics.normalising.plan import normalise

    out = normalise(
        read_pdf(pdf(page(), page(header=False, rows=[["4", *ROWS[0][1:]]])), "a.pdf"), document="a.pdf", review_id="X"
    ).plans[0]
    assert [row["number"] for row in out.recommendations] == ["1", "2", "3", "4"]
    assert [str(row["target_on"]) for row in out.actions] == ["2025-03-31", "2025-06-30", "2026-05-31", "2025-03-31"]
    assert out.actions[0]["location"] == "a.pdf, page 1, row 2"


# -- tables without rules, by class --------------------------------------------------------------------------------------


def free(rows, widths, *, top=60, pad=4, bold=True):
    return table(rows, widths, ruled=False, pad=pad, top=top, bold_header=bold)


def test_columns_are_found_without_a_header_and_whatever_their_names():
    assert cells(read_pdf(pdf(free(ROWS, WIDTHS)[0]), "a.pdf")) == ROWS
    names = ["x", "Alpha", "Beta", "Gamma", "Delta", "Epsilon"]
    assert cells(read_pdf(pdf(free([names, *ROWS], WIDTHS)[0]), "a.pdf")) == [names, *ROWS]


def test_a_form_of_names_beside_texts_is_a_table_of_two_columns():
    form = [
        ["Recommendation", ROWS[0][1]],
        ["Action", ROWS[0][2]],
        ["Lead agency", "Northmoor Police"],
        ["When", "May"],
    ]
    assert cells(read_pdf(pdf(free(form, [120, 260])[0]), "a.pdf")) == form


def test_a_list_with_hanging_marks_is_no_table():
    marks = ["• Write to all staff about the helpline.", "• Hold four training days.", "• Report each quarter."]
    drawn = [text(x, 60 + 14 * n, w) for n, mark in enumerate(marks) for x, w in ((40, mark[0]), (60, mark[2:]))]
    assert paragraphs(read_pdf(pdf(drawn * 1), "a.pdf")) == marks


def test_a_band_over_the_columns_stands_in_the_first_and_is_one_row():
    band = [
        "1. Every agency in the county should name one person whom all of its staff may ask about abuse at home, and "
        "should tell the partnership in",
        "spring how often that happened.",
    ]
    first, end = free([HEADER[1:], ROWS[0][1:]], WIDTHS[1:])
    across = [text(43, end + 12 + 10.5 * n, part) for n, part in enumerate(band)]
    second, _ = free([ROWS[1][1:], ROWS[2][1:]], WIDTHS[1:], top=end + 28, bold=False)
    found = cells(read_pdf(pdf([*first, *across, *second]), "a.pdf"))
    assert found == [HEADER[1:], ROWS[0][1:], [" ".join(band), "", "", "", ""], ROWS[1][1:], ROWS[2][1:]]


def test_a_heading_above_a_repeated_header_parts_two_tables():
    first, end = free([HEADER, ROWS[0]], WIDTHS)
    second, _ = free([HEADER, ROWS[1]], WIDTHS, top=end + 22)
    heading = text(40, end + 16, "Northmoor Council", bold=True)
    tables = read_pdf(pdf([*first, heading, *second]), "a.pdf")
    assert [one.kind for one in tables] == ["table", "text", "table"]
    assert paragraphs(tables) == ["Northmoor Council"]
    assert cells(tables) == [HEADER, ROWS[0], HEADER, ROWS[1]]


def test_a_cell_merged_down_without_rules_is_repeated_beside_the_cells_it_spans():
    header, end = free([["Recommendation", "Action", "Lead agency"]], [200, 200, 120])
    long = "All agencies should check that referrals are made within two working days of the first call and should say each quarter how many were late and why that was so."
    merged, _ = free([[long, "", ""]], [200, 200, 120], top=end)
    one, below = free([["", "Write to all teams and ask for a reply in a month.", "Police"]], [200, 200, 120], top=end)
    two, _ = free([["", "Report the number of referrals.", "Council"]], [200, 200, 120], top=below)
    found = cells(read_pdf(pdf([*header, *merged, *one, *two]), "a.pdf"))
    assert [row[0] for row in found[1:]] == [long, long]
    assert [row[2] for row in found[1:]] == ["Police", "Council"]


def test_colours_behind_every_second_row_part_the_rows():
    rows = [
        ["Write to staff.", "Police"],
        ["Hold a meeting.", "Council"],
        ["Ask for views.", "Police"],
        ["Report.", "Trust"],
    ]
    drawn, _ = free([["Action", "Lead"], *rows], [200, 120], pad=1)
    step = 12.5
    shades = [area(40, 60 + step * n, 360, 60 + step * (n + 1), "EEEEFF") for n in (1, 3)]
    assert cells(read_pdf(pdf([*shades, *drawn]), "a.pdf")) == [["Action", "Lead"], *rows]


def test_the_end_of_a_row_alone_on_the_next_page_stays_in_its_column():
    tail = [
        text(43 + WIDTHS[0], 60 + 10.5 * n, w) for n, w in enumerate(("within two working days of", "the first call."))
    ]
    tables = read_pdf(pdf(page(ruled=False, pad=6), tail), "a.pdf")
    assert cells(tables)[-1] == ["", "within two working days of the first call.", "", "", "", ""]
    assert tables[0].rows[-1].break_before


def test_a_header_repeated_at_the_top_of_each_page_is_no_running_head():
    tables = read_pdf(pdf(*(page(rows=[row], ruled=False, pad=6, top=20) for row in ROWS)), "a.pdf")
    assert cells(tables) == [HEADER, ROWS[0], HEADER, ROWS[1], HEADER, ROWS[2]]


def test_tables_of_as_many_columns_side_by_side_on_a_page_stay_two():
    first, end = table([["Red", "Not started"], ["Green", "Done"]], [60, 120])
    second, _ = table([["Action", "Lead"], ["Write to staff.", "Police"]], [300, 120], top=end + 30)
    assert len(read_pdf(pdf([*first, *second]), "a.pdf")) == 2


# -- paragraphs ----------------------------------------------------------------------------------------------------------


def test_short_paragraphs_set_apart_are_not_joined():
    lines = [f"Recommendation {n}: Agencies should look at point {n} again." for n in range(1, 12)]
    drawn = [text(40, 60 + 16 * n, words) for n, words in enumerate(lines)] + [
        text(40, 480, "One"),
        text(40, 490.5, "more."),
    ]
    assert paragraphs(read_pdf(pdf(drawn), "a.pdf"))[:11] == lines


def test_a_line_with_room_for_the_next_word_ends_its_paragraph():
    grid = [line(x, 60, x, 160) for x in (40, 60, 400)] + [line(40, y, 400, y) for y in (60, 160)]
    words = [
        "Write to all staff about the new form and ask",
        "for a reply.",
        "Hold a meeting with the managers of all teams",
        "in May.",
    ]
    drawn = [text(65, 80 + 10.5 * n, part) for n, part in enumerate(words)]
    found = cells(read_pdf(pdf([*grid, text(45, 80, "1"), *drawn]), "a.pdf"))
    assert found == [["1", f"{words[0]} {words[1]}\n{words[2]} {words[3]}"]]


def test_lines_that_open_with_the_same_label_are_paragraphs():
    words = [
        "Action: Write to all staff.",
        "Lead: Northmoor Police",
        "Action: Hold a meeting.",
        "Lead: Northmoor Council",
    ]
    drawn = [text(40, 60 + 10.5 * n, part) for n, part in enumerate(words)]
    assert paragraphs(read_pdf(pdf(drawn), "a.pdf")) == words


@pytest.mark.parametrize("named", ["No Recommendation Action Lead agency Target date", "REC ACTION OWNER TIMESCALE"])
def test_a_header_is_known_by_the_vocabulary(named):
    from dhr_analytics.reading.pdf_pages import _names_columns

    assert _names_columns(named)
    assert not _names_columns("The panel asks for action and recommends that no lead is lost.")


def test_a_cell_merged_across_stands_where_it_begins():
    first, end = free([["Recommendation 1", "", ""], ["Action", "Lead", "When"]], [110, 300, 120], bold=False)
    rest, _ = free([[row[2], row[3], row[4]] for row in ROWS], [110, 300, 120], top=end, bold=False)
    wide = "The council should train all of its housing officers to ask about safety at home, each year and again when"
    merged = [text(153, 73, wide)]
    found = cells(read_pdf(pdf([*first, *merged, *rest]), "a.pdf"))
    assert found[0] == ["Recommendation 1", wide, ""]


def test_a_table_within_a_cell_is_kept_apart_with_its_rows_and_columns():
    outer, end = table([["Recommendation", "Holm Council should fund a refuge."]], [120, 600], top=60)
    inner, bottom = table([["Action", "By when"], ["Write a bid.", "May 2031"]], [300, 120], x=170, top=end + 6)
    frame = [line(x, end, x, bottom + 6) for x in (40, 160, 760)]
    page = [*outer, text(44, end + 16, "Actions"), *inner, *frame, line(40, bottom + 6, 760, bottom + 6)]
    (found,) = [each for each in read_pdf(pdf(page), "a.pdf") if each.kind == "table"]
    assert [(row.cells, row.nested, row.nested_at) for row in found.rows] == [
        (("Recommendation", "Holm Council should fund a refuge."), (), 0),
        (("Actions", ""), (("Action", "By when"), ("Write a bid.", "May 2031")), 1),
    ]


def test_a_box_around_words_of_a_cell_is_no_table():
    outer, end = table([["Recommendation", "Holm Council should fund a refuge."], ["Action", ""]], [120, 600], top=60)
    box = [line(170, end - 15, 300, end - 15), line(170, end - 3, 300, end - 3)]
    box += [line(x, end - 15, x, end - 3) for x in (170, 300)]
    (found,) = read_pdf(pdf([*outer, *box, text(174, end - 5, "Write")]), "a.pdf")
    assert [row.cells for row in found.rows][1] == ("Action", "Write") and not found.rows[1].nested
