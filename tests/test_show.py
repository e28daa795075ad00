"""Blocks that notebooks show, and the files they write."""

import csv

import pandas as pd
import pytest

from dhr_analytics.errors import UsageError
from dhr_analytics.reporting import charts, page, show, tables
from dhr_analytics.reporting.cited import Cited, Measured, ids, say
from dhr_analytics.statistics import parse_quarter, share

FRAME = pd.DataFrame(
    {
        "Agency": ["=HYPERLINK(1)", "+44", "-1", "@x", "Police"],
        "Actions": pd.Series([1, 2, 3, 4, 1200], dtype="Int64"),
        "Share": [0.25, 0.0, 1.0, None, 0.5],
        "95% interval from": [0.15, 0.0, 0.7, None, 0.4],
        "95% interval to": [0.39, 0.3, 1.0, None, 0.6],
        "Due": pd.to_datetime(["2025-03-31", None, "2024-02-29", "2024-01-01", "2024-01-02"]),
    }
)


def content(block):
    return block._repr_mimebundle_()[page.MIME]


def test_a_table_reads_as_words():
    shown = content(show.table(FRAME, title="T", name="t"))
    assert [column["name"] for column in shown["columns"]] == ["Agency", "Actions", "Share", "95% interval", "Due"]
    assert shown["rows"][0] == ["=HYPERLINK(1)", "1", "25%", "15% to 39%", "31 March 2025"]
    assert shown["rows"][1][-1] == "not stated"
    assert shown["rows"][3][2:4] == ["no figure", "no figure"]
    assert shown["rows"][4][1] == "1,200"


def test_a_csv_holds_no_formula_and_raw_figures(tmp_path):
    frame = FRAME.rename(columns={"Due": "=Due"})
    show.table(frame, title="T", name="t", out=tmp_path)
    with (tmp_path / "tables" / "t.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head[-1] == "'=Due"
    assert [row[0] for row in rows] == ["'=HYPERLINK(1)", "'+44", "'-1", "'@x", "Police"]
    assert rows[0][1:] == ["1", "0.25", "0.15", "0.39", "2025-03-31"]
    assert rows[3][2] == ""
    assert FRAME["Agency"][0] == "=HYPERLINK(1)", "the frame of the caller is left alone"


def test_an_empty_table_is_a_sentence_and_an_empty_file(tmp_path):
    shown = content(show.table(FRAME.head(0), title="T", name="t", out=tmp_path, empty="No agency is known."))
    assert shown == {"kind": "message", "text": "No agency is known."}
    assert (tmp_path / "tables" / "t.csv").read_text(encoding="utf-8").startswith("Agency,Actions")


def test_a_long_table_says_what_it_leaves_out(tmp_path):
    shown = content(show.table(FRAME, title="T", name="t", out=tmp_path, limit=2, note="Note."))
    assert len(shown["rows"]) == 2
    assert shown["note"] == "Note. The first 2 of 5 rows; tables/t.csv holds all of them."
    assert len((tmp_path / "tables" / "t.csv").read_text(encoding="utf-8").splitlines()) == 6


@pytest.mark.parametrize("name", ["../t", "a b", "T", "", "a/b"])
def test_a_name_cannot_leave_the_pack(tmp_path, name):
    with pytest.raises(UsageError, match="cannot name a file"):
        show.table(FRAME, title="T", name=name, out=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_figure_writes_the_same_files_twice(tmp_path):
    rates = [share("completion_rate", 1, 4, quarter=parse_quarter("2025Q1"), dimension="sector", group="police")]
    data = pd.DataFrame({"Sector": ["Police"], "Completed": [1]})
    bundles = []
    for out in (tmp_path / "a", tmp_path / "b"):
        fig, alt = charts.bars(rates)
        bundles.append(content(show.figure(fig, alt=alt, title="One in four", name="f", data=data, out=out)))
    assert bundles[0] == bundles[1]
    for name in ("figures/f.svg", "figures/f.png", "tables/f.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert bundles[0]["table"]["title"] == "Completed by sector"
    assert [file["path"] for file in bundles[0]["files"]] == ["figures/f.png", "figures/f.svg"]
    # The title stands on the chart in the file only; on the page it is a heading.
    assert len(bundles[0]["svg"]) < len((tmp_path / "a" / "figures" / "f.svg").read_text(encoding="utf-8"))


def test_without_a_folder_nothing_is_written_or_linked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert content(show.table(FRAME, title="T", name="t"))["csv"] == ""
    assert not list(tmp_path.iterdir())


def test_jupyterlab_gets_escaped_html():
    bundle = show.findings([("<script>alert(1)</script>", "1 < 2")])._repr_mimebundle_()
    assert "<script" not in bundle["text/html"] and "&lt;script&gt;" in bundle["text/html"]
    assert content(show.findings([])) == {"kind": "message", "text": show.NOTHING}
    assert content(show.quotes([])) == {"kind": "message", "text": show.NOTHING}


def test_cited_numbers_keep_their_id_on_the_page_and_are_raw_in_the_file(tmp_path):
    quarter = parse_quarter("2025Q1")
    made = [
        share("completion_rate", n, total, quarter=quarter, dimension="sector", group=group)
        for group, n, total in (("police", 1200, 4800), ("health", 0, 0))
    ]
    frame = pd.DataFrame({"Sector": ["Police", "=Health"]})
    for heading, part in {"Done": "n", "Out of": "N", "Share": "value", "95% interval": "interval"}.items():
        frame[heading] = tables.cells(made, part)
    shown = content(show.table(frame, title="T", name="t", out=tmp_path))
    assert shown["rows"][0][1] == {"text": "1,200", "value": 1200, "estimate": made[0].id, "part": "n"}
    assert [cell["text"] for cell in shown["rows"][0][3:]] == ["25%", "24% to 26%"]
    assert [cell["text"] for cell in shown["rows"][1][3:]] == ["no figure", "no figure"]
    assert [column["kind"] for column in shown["columns"]] == ["words", *["number"] * 4]
    assert ids(shown) == [each.id for each in made]
    with (tmp_path / "tables" / "t.csv").open(encoding="utf-8", newline="") as file:
        head, police, health = csv.reader(file)
    assert head == ["Sector", "Done", "Out of", "Share", "95% interval from", "95% interval to"]
    assert police[:4] == ["Police", "1200", "4800", "0.25"] and health == ["'=Health", "0", "0", "", "", ""]
    html = page.block(shown)
    assert f'data-estimate="{made[0].id}" data-part="n">1,200</td>' in html


def test_a_finding_names_its_figures_in_the_markup():
    rate = share("completion_rate", 12, 48, quarter=parse_quarter("2025Q1"))
    shown = content(show.findings([(say("{} <i>", Cited(rate, "of")), Measured("F1 60%"))]))
    assert (shown["findings"][0]["headline"], shown["findings"][0]["detail"]) == ("12 of 48 actions <i>", "F1 60%")
    html = page.block(shown)
    wanted = f'<data value="0.25" data-estimate="{rate.id}" data-part="of">12 of 48 actions</data> &lt;i&gt;'
    assert wanted in html and 'data-measured="beforehand">F1 60%</span>' in html
    assert show.sentence("") is None and "12" in page.block(content(show.sentence(say("{}", Cited(rate, "n")))))
