import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.errors import InputError
from dhr_analytics.reading.html import read_html


def read(text):
    return read_html(text.encode(), "plan.html")


def cells(text):
    (table,) = [table for table in read(text) if table.kind == "table"]
    return [row.cells for row in table.rows]


def words(text):
    return [row.cells[0] for table in read(text) if table.kind == "text" for row in table.rows]


def test_spans_are_repeated_down_but_not_across():
    assert cells(
        "<table><tr><th rowspan=2>No<th colspan=2>Action<tr><td>What<td>Who<tr><td rowspan=0>1<td>a<td rowspan=2>x<tr><td>b<tr><td>c<td>y</table>"
    ) == [("No", "Action", ""), ("No", "What", "Who"), ("1", "a", "x"), ("1", "b", "x"), ("1", "c", "y")]


def test_a_row_that_only_hangs_from_above_is_no_row():
    assert cells("<table><tr><td rowspan=2>1<td rowspan=2>a<tr><tr><td>2<td>b</table>") == [("1", "a"), ("2", "b")]


def test_paragraphs_lists_and_struck_out_words_in_a_cell():
    assert cells(
        "<table><tr><td><p>One</p><p>Two <b>bold</b><br>Three</p><td><ul><li>a<li><p>b</p><li></ul>"
        "<ol start=3><li>c<li>d</ol><ol type=a><li>e</ol><ol type=I><li>f<li value=4>g</ol>"
        "<td><del>May</del> <ins>June</ins> <s>old</s></table>"
    ) == [("One\nTwo bold\nThree", "• a\n• b\n3. c\n4. d\na. e\nI. f\nIV. g", "June")]


def test_a_table_in_a_cell_keeps_its_rows_and_a_table_for_layout_is_dissolved():
    tables = read(
        "<table><tr><td><h2>Police</h2><td><table><tr><td>1<td>a<table><tr><td>x<td>y<tr><td>z<td>w</table>"
        "<tr><td>2<td>long enough to be the better part</table></table>"
    )
    assert [table.kind for table in tables] == ["text", "table"]
    assert tables[0].rows[0].cells == ("Police",)
    assert [(row.cells, row.nested, row.nested_at) for row in tables[1].rows] == [
        (("1", "a"), (("x", "y"), ("z", "w")), 1),
        (("2", "long enough to be the better part"), (), 0),
    ]


def test_what_belongs_to_the_site_is_left_out():
    page = (
        "<header>Site</header><nav>Menu</nav><div id=cookie-banner>Cookies</div><aside>News</aside><p hidden>h</p>"
        "<p style='display: none'>n</p><span class=sr-only>s</span><script>x()</script><header><h1>Plan</h1></header>"
        "<p class=information-sharing-menu-of-options>kept</p>"
        "<div class=sidebar><p>kept too<table><tr><td>1<td>2</table></div><footer>Foot</footer>"
    )
    assert words(page) == ["Plan", "kept", "kept too"]


def test_main_is_the_page_where_all_tables_are_in_it():
    page = "<p>Banner</p><main><h1>Plan</h1><table><tr><td>1<td>a</table></main><p>Links</p>{}"
    assert words(page.format("")) == ["Plan"]
    assert words(page.format("<table><tr><td>2<td>b</table>")) == ["Banner", "Plan", "Links"]


@pytest.mark.parametrize(
    ("cell", "colour"),
    [
        ("<td bgcolor=#FF0000>", "red"),
        ("<td style='color:red;background:#fc0'>x", "amber"),
        ("<td style='background-color: rgb(0, 176, 80)'>x", "green"),
        ("<td style='color:red'>x", ""),
        ("<td class=rag-green>x", "green"),
        ("<td class='table-danger'>x", "red"),
        ("<td class=text-red>x", ""),
        ("<td class=xl65>x", "green"),
        ("<td><strong class='govuk-tag govuk-tag--blue'>Done</strong>", "blue"),
        ("<td>Long text with <span style='background:yellow'>one</span> word marked", ""),
        ("<td class=reduced>x", ""),
        ("<td style='background:#eee'>x", ""),
    ],
)
def test_backgrounds_are_ratings(cell, colour):
    (table,) = read(f"<style>.xl65 {{mso-pattern:auto; background:lime}}</style><table><tr><td>1{cell}</table>")
    assert (table.rows[0].fills or ("", ""))[1] == colour


def test_a_row_colours_its_cells():
    (table,) = read("<table><tr style='background:#00B050'><td>1<td>a<td bgcolor=red>b</table>")
    assert table.rows[0].fills == ("green", "green", "red")


def test_definitions_are_rows_and_boxes_are_text():
    tables = read("<dl><div><dt>Action<dd>One<dd>Two</div><dt>Lead<dd>Police</dl><table><tr><td>In a box</table>")
    assert [row.cells for row in tables[0].rows] == [("Action", "One\nTwo"), ("Lead", "Police")]
    assert (tables[1].kind, tables[1].rows[0].cells) == ("text", ("In a box",))


def test_places_count_tables_rows_and_paragraphs():
    tables = read("<h1>A</h1><p>B</p><table><tr><td>1<td>2</table><p>C</p><table><tr><td>1<td>2<tr><td>3<td>4</table>")
    assert [row.place for table in tables for row in table.rows] == [
        "paragraph 1", "paragraph 2", "table 1, row 1", "paragraph 3", "table 2, row 1", "table 2, row 2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<img src=t.svg alt=Complete>", "Complete"),
        ("<img src=r.png alt='' title=Red>", "Red"),
        ("<p><span><img alt='Not started'></span>", "Not started"),
        ("<i class='fa fa-check' title='On track'></i>", "On track"),
        ("<span role=img aria-label=Amber></span>", "Amber"),
        ("<svg><title>Green</title><path/></svg>", "Green"),
        ("<span class=sr-only>Complete</span><img alt=''>", "Complete"),
        ("<input type=checkbox checked>", "☑"),
        ("<input type=checkbox>Yes <input type=checkbox checked>No", "☐ Yes ☑ No"),
        ("<img alt=Green> Green", "Green"),
        ("<img alt=image001.png>", ""),
        ("<img alt=Red style='display:none'>", ""),
        ("<span title=hint>Green</span>", "Green"),
    ],
)
def test_signs_in_a_cell_are_what_they_stand_for(cell, text):
    (table,) = read(f"<img alt=Logo><table><tr><td>1<td>words<td>{cell}</table>")
    assert (*table.rows[0].cells, "")[2] == text


def test_images_that_lay_out_the_page_are_left_out():
    assert words("<table role=presentation><tr><td><img alt=Logo><td><h1>Plan</h1></table>") == ["Plan"]


def test_a_drop_down_gives_its_chosen_word():
    assert cells("<table><tr><td>1<td><select><option>Red<option selected>Green</select></table>") == [("1", "Green")]


@pytest.mark.parametrize(
    "data",
    [
        "<meta charset=iso-8859-1><p>Children’s".encode("cp1252"),
        "<meta http-equiv=x content='text/html; charset=utf-8'><p>Children’s".encode(),
        "<p>Children’s".encode(),
        "<p>Children’s".encode("cp1252"),
        "<p>Children’s".encode("utf-16"),
        "<meta charset=no-such-code><p>Children’s".encode(),
        "<?xml version='1.0' encoding='utf-8'?><html xmlns='http://www.w3.org/1999/xhtml'><body><p>Children’s</p></body></html>".encode(),
    ],
)
def test_the_encoding_is_found(data):
    (table,) = read_html(data, "plan.html")
    assert table.rows[0].cells == ("Children’s",)


def test_entities_do_not_reach_out(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    page = f"<!DOCTYPE html [<!ENTITY x SYSTEM 'file://{tmp_path}/secret.txt'>]><p>&x; word</p>"
    assert "secret" not in str(words(page)).replace("secret.txt", "")


@pytest.mark.parametrize("text", ["<div>" * 3000 + "<table><tr><td>1<td>2</table>", "<!-- nothing -->"])
def test_pages_that_cannot_be_read_are_told_of(text):
    with pytest.raises(InputError, match="^plan.html"):
        read(text)


@given(st.lists(st.lists(st.text("abc é&<\n", max_size=8), min_size=2, max_size=4), min_size=1, max_size=5))
def test_no_word_is_lost_or_invented(rows):
    from html import escape

    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    got = [cell for table in read(f"<p>x</p><table>{body}</table>")[1:] for row in table.rows for cell in row.cells]
    assert " ".join(got).split() == " ".join(cell for row in rows for cell in row).split()


def test_words_struck_out_stand_apart_and_so_does_a_whole_row():
    page = (
        "<table><tr><td>1<td>a<td>b<tr><td>2<td>c <span style='text-decoration: line-through'>d</span><td>"
        "<del>May <s>June</s></del><tr><td><s>3</s><td><del>e</del><td></table>"
    )
    (found,) = read(page)
    assert [row.cells for row in found.rows] == [("1", "a", "b"), ("2", "c", ""), ("", "", "")]
    assert [row.struck for row in found.rows] == ["", "d May June", "3 e"]


def test_raised_numbers_and_links_stand_behind_the_words():
    assert cells(
        "<table><tr><td>Ask about money<sup>1</sup> each time<td>1<sup>st</sup> May<td>DASH<sup><a href='#f'>[2]</a></sup>"
        "<tr><td><a href='/files/minutes.pdf'>Minutes</a> of May<td><a href='https://example.org/x'>Page</a>"
        "<td>See <a href='https://example.org/x'>the long page</a> of the trust<sup hidden>9</sup></table>"
    ) == [
        ("Ask about money [1] each time", "1st May", "DASH [2]"),
        (
            "Minutes [link: /files/minutes.pdf] of May",
            "Page [link: https://example.org/x]",
            "See the long page of the trust",
        ),
    ]
