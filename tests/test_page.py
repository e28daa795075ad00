"""Pages: only known outputs, everything of the plans as text, nothing from outside."""

import base64
import hashlib
import re

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from dhr_analytics.reporting import page, show

HOSTILE = "<script>alert('x')</script> {{ 7*7 }} =cmd|'/c' \u202eevil\u202c \U0001f600 & <b onclick=x> \x00\x1b[31m"


def notebook(*cells):
    book = nbformat.v4.new_notebook()
    for cell in cells:
        if isinstance(cell, str):
            book.cells.append(nbformat.v4.new_markdown_cell(cell))
        else:
            code = nbformat.v4.new_code_cell("secret_code()")
            code.outputs = [nbformat.v4.new_output("display_data", data=dict(data)) for data in cell]
            book.cells.append(code)
    return book


def made(*cells):
    pages = [{"name": "00_summary", "title": "Summary"}, {"name": "02_themes", "title": "Themes"}]
    return page.page(notebook(*cells), name="00_summary", pages=pages, provenance="Made from 2 plans.")


def parse(text):
    return BeautifulSoup(text, "html.parser")


def shown(block):
    return [block._repr_mimebundle_()]


def test_html_scripts_and_code_are_left_out():
    done = made(
        "# Title",
        [{"text/html": "<b>rich</b><script>1</script>", "text/plain": "plain <b>"}],
        [{"application/javascript": "alert(2)"}],
        [{"image/svg+xml": "<svg onload='alert(3)'/>"}],
    )
    assert "alert" not in done and "rich" not in done and "secret_code" not in done
    assert '<pre dir="auto">plain &lt;b&gt;</pre>' in done


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](https://example.org/)",
        "[x](//example.org)",
        "![x](https://example.org/x.png)",
        "<https://example.org>",
        '[x](tables/a.csv "t\\" onclick=alert(1)")',
    ],
)
def test_markdown_runs_nothing_and_leads_nowhere(markdown):
    tree = parse(str(page.markdown(markdown)))
    assert not tree.find_all(["script", "img"])
    for element in tree.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on")]
        assert re.fullmatch(r"|tables/a\.csv", element.get("href", ""))


def test_words_of_a_plan_are_text_everywhere():
    figure = {
        "kind": "figure", "title": HOSTILE, "heading": [HOSTILE, {"text": HOSTILE, "value": 1, "estimate": HOSTILE, "part": "n"}], "alt": HOSTILE + '" onload="x', "svg": "<svg/>", "width": 1, "height": 1,
        "files": [], "table": {"title": HOSTILE, "heading": [HOSTILE], "numbers": "", "columns": [{"name": HOSTILE, "kind": "words"}], "rows": [[HOSTILE]],
                               "note": HOSTILE, "csv": ""},
    }  # fmt: skip
    quote = {"before": HOSTILE, "evidence": HOSTILE, "after": HOSTILE, "source": HOSTILE}
    done = made(
        "# Title",
        shown(show.Block({"kind": "header", "quarter": "Q", "as_of": "D", "filters": HOSTILE, "stop": ""})),
        shown(show.findings([(HOSTILE, HOSTILE)])),
        shown(show.quotes([quote])),
        shown(show.Block(figure)),
        shown(show.numbers({HOSTILE: HOSTILE})),
        shown(show.message(HOSTILE)),
    )
    tree = parse(done)
    assert not tree.find_all(["script", "b"])
    assert not [name for element in tree.find_all(True) for name in element.attrs if name.startswith("on")]
    assert "\x00" not in done and "\x1b" not in done and "{{ 7*7 }}" in done
    visible = HOSTILE.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")
    assert tree.blockquote.text == visible * 3
    assert tree.tbody.th.text == visible
    assert tree.img["alt"].startswith(visible)
    # What steers the direction of writing stays within its own cell.


def test_the_policy_allows_our_style_and_nothing_else():
    tree = parse(made("# Title"))
    policy = tree.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    style = tree.style.string
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy and policy.startswith("default-src 'none'")
    assert "unsafe" not in policy and "script" not in policy.replace("default-src", "")
    assert not tree.find_all(style=True)


def test_a_page_has_landmarks_title_and_links():
    done = made("# Findings of the quarter", "## Part")
    tree = parse(done)
    assert tree.html["lang"] == "en-GB"
    assert tree.title.text.startswith("Findings of the quarter")
    for landmark in ("header", "nav", "main", "footer"):
        assert len(tree.find_all(landmark)) == 1
    assert tree.find("a", class_="skip")["href"] == "#main" and tree.find(id="main").name == "main"
    assert [(a.text, a["href"]) for a in tree.nav.find_all("a")] == [
        ("Contents", "index.html"),
        ("Summary", "00_summary.html"),
        ("Themes", "02_themes.html"),
    ]
    assert tree.nav.find("a", {"aria-current": "page"}).text == "Summary"
    assert "Made from 2 plans." in tree.footer.text
    assert "://" not in done


def test_a_page_with_nothing_to_show_says_why_and_ends():
    block = {"kind": "header", "quarter": "Q", "as_of": "D", "filters": "", "stop": "Nothing was known."}
    done = made("# Title", shown(show.Block(block)), "## Part", shown(show.message("not reached")))
    assert parse(done).find(class_="message").text == "Nothing was known."
    assert "Part" not in done and "not reached" not in done


def test_the_title_falls_back_to_the_name():
    assert page.title(notebook("no heading"), "00_summary") == "00_summary"


def test_on_paper_a_long_table_is_cut_and_names_its_file():
    block = show.table(pd.DataFrame({"Action": [f"Action {n}" for n in range(41)]}), title="T", name="t")
    of = {**block.content, "csv": "tables/t.csv"}
    shown = page._environment().get_template("blocks.html.j2").module.block
    assert len(parse(str(shown(of))).tbody.find_all("tr")) == 41
    tree = parse(str(shown(of, longest=40)))
    assert len(tree.tbody.find_all("tr")) == 20
    assert tree.find(class_="below").text == "The first 20 rows; tables/t.csv holds all of them."
    assert len(parse(str(shown({**of, "csv": ""}, longest=40))).tbody.find_all("tr")) == 41  # nowhere else to look
