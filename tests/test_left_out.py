"""Documents that are graded check: in no figure of a pack, and named at the top of its first pages."""

import json
from dataclasses import replace
from pathlib import Path

import frames
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from packs import inline
from test_cited_numbers import uncited

from dhr_analytics import schema
from dhr_analytics.package import read_package, write_package
from dhr_analytics.reporting import report, show, tables
from dhr_analytics.reporting.checking import check_pack
from dhr_analytics.reporting.citation import check, find_figure
from dhr_analytics.reporting.view import View, load
from dhr_analytics.statistics import Quarter, counted
from dhr_analytics.statistics.disclosure import load_profile

TITLE = "Documents that count in no figure"
LINES = ("table 2: header not understood: Ref, <b>Weather</b>", "page 4: 12 lines begin with a number")


def plans(grade="check", accepted="false"):
    actions = [
        {"recommendation_id": f"{review}-R00{n}", "status": "completed" if review == "B" else "in_progress"}
        for review in "AB"
        for n in (1, 2, 3)
    ]
    reviews = [
        {"review_id": "A", "title": "Ash", "grade": "sure"},
        {"review_id": "B", "title": "Birch", "grade": grade, "accepted": accepted, "sha256": "ab" * 32},
    ]
    rejected = [{"document": "B.docx", "text": line, "reason": schema.NOT_UNDERSTOOD} for line in LINES]
    made = frames.build(
        actions, reviews=reviews, themes={f"{each}-R00{n}": ["training"] for each in "AB" for n in (1, 2, 3)}
    )
    return replace(made, rejected=schema.typed("rejected", pd.DataFrame(rejected)))


def test_a_row_for_each_thing_that_was_not_understood():
    view = View(counted(plans()), Quarter(2025, 1))
    assert tables.left_out(view).to_numpy().tolist() == [
        ["B.docx", 3, 3, "Table 2: header not understood: Ref, <b>Weather</b>"],
        ["B.docx", 3, 3, "Page 4: 12 lines begin with a number"],
    ]
    silent = replace(plans(), rejected=schema.empty("rejected"))
    (row,) = tables.left_out(View(counted(silent), Quarter(2025, 1))).to_numpy().tolist()
    assert row[:3] == ["B.docx", 3, 3] and "nothing in particular" in row[3].lower()
    assert show.left_out(View(counted(plans("sure")), Quarter(2025, 1)), name="x") is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["00_summary", "01_data_quality"])
def test_the_first_pages_name_it_above_all_else(name, tmp_path):
    page = inline(name, plans(), tmp_path)
    first = page.find(["table", "ol", "dl"])
    assert first.name == "table" and first.caption.text.startswith(TITLE)
    assert all(line in first.text[:1000].replace("T", "t").replace("P", "p") for line in LINES)
    assert uncited(page) == []
    assert "Birch" not in page.text
    assert (tmp_path / "tables" / f"{name.split('_', 1)[1].removeprefix('data_')}_left_out.csv").is_file()
    for grade, accepted in (("check", "true"), ("sure", "false")):
        assert TITLE not in inline(name, plans(grade, accepted), tmp_path / grade, files=False).text


@pytest.mark.slow
def test_it_is_named_also_where_nothing_else_is_known(tmp_path):
    early = replace(plans(), reviews=plans().reviews.assign(published_on=pd.Timestamp("2025-05-01")))
    page = inline("00_summary", early, tmp_path, quarter="2024Q1", files=False)
    assert TITLE in page.text and "No recommendation was known" in page.text


@pytest.mark.slow
def test_a_package_without_grades_has_one_line_that_says_so(tmp_path):
    page = inline("01_data_quality", frames.build([{}], themes={}), tmp_path, files=False)
    assert page.text.count("before documents were graded") == 1
    assert (
        "before documents were graded"
        not in inline("00_summary", frames.build([{}], themes={}), tmp_path / "b", files=False).text
    )


@pytest.mark.slow
def test_the_pack_holds_no_row_of_it_and_its_figures_are_recomputed_without_it(tmp_path):
    write_package(plans(), tmp_path / "package")
    only = ["00_summary", "01_data_quality"]
    report.make_report(tmp_path / "package", quarter="2025Q1", out=tmp_path / "reports", only=only)
    pack = tmp_path / "reports" / "2025Q1"
    assert read_package(pack / "data").reviews["review_id"].tolist() == ["A"]
    faults, count = check_pack(pack)
    assert faults == [] and count > 20
    figure = find_figure("completion_rate.actions.2025Q1", pack)
    assert (figure.estimate.n, figure.estimate.N) == (0, 3)
    assert check(figure)[0]
    again = tables.left_out(load(pack / "data", quarter="2025Q1"))
    assert set(again["File"]) == {"B.docx"}, "the notebooks of the pack say it too"
    index = BeautifulSoup((pack / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert "B.docx" not in index.find("table").text and "count in no figure" not in index.find("ul").text
    assert "left_out" in json.loads((pack / "manifest.json").read_text(encoding="utf-8"))["package"]


def test_where_single_documents_do_not_leave_a_sentence_says_it_without_a_number():
    view = View(counted(plans()), Quarter(2025, 1), disclosed={})
    shown = show.left_out(view, name="x").content
    assert shown["kind"] == "sentence" and not any(sign.isdigit() for sign in shown["text"])
    assert "B.docx" not in shown["text"] and load_profile("local").suppresses


def test_explorer_and_filters_do_not_know_it(tmp_path: Path):
    write_package(plans(), tmp_path / "package")
    view = load(tmp_path / "package", quarter="2025Q1", themes="training")
    assert set(view.plans.recommendations["review_id"]) == {"A"} == set(view.history.recommendations["review_id"])
