"""A pack made with the local profile: no small count and no single row leaves in any of its files."""

import csv
import json
import re

import openpyxl
import pandas as pd
import pytest
from accessible import faults
from bs4 import BeautifulSoup
from packs import some_plans

from dhr_analytics.errors import UsageError
from dhr_analytics.package import read_package, write_package
from dhr_analytics.reporting import report, tables
from dhr_analytics.reporting.citation import check, find_figure
from dhr_analytics.reporting.estimates import read_estimates
from dhr_analytics.reporting.text import HIDDEN
from dhr_analytics.reporting.view import View, load, remade
from dhr_analytics.statistics import parse_quarter
from dhr_analytics.statistics.estimate import WITHHELD
from dhr_analytics.themes.coding import code_recommendations

pytestmark = pytest.mark.slow
SINGLE_ROWS = ("overdue_actions", "overdue", "documents", "look_at", "unplaced", "smart_review", "completeness",
               "groups", "again_reviews", "doubtful", "unthemed", "misaddressed", "corrections", "unread")  # fmt: skip
# Numbers that are no figures of the plans: years and days, parts of names such as "SMART check", measured beforehand.
_FIGURE = re.compile(r"(?<![\w.,+@-])(\d[\d,]*)(?![\w.,%@-]|%)")


def made(folder, plans, **options):
    write_package(plans, folder / "package")
    report.make_report(folder / "package", quarter="2025Q1", out=folder / "reports", **options)
    return folder / "reports" / "2025Q1", plans


@pytest.fixture(scope="module", params=["made up", "sample"])
def local(request, tmp_path_factory, sample_plans):
    folder = tmp_path_factory.mktemp("local")
    coded = sample_plans.with_themes(code_recommendations(sample_plans.recommendations))
    return made(folder, some_plans() if request.param == "made up" else coded, profile="local")


def files(pack, *kinds):
    return [path for path in sorted(pack.rglob("*")) if path.is_file() and path.suffix in kinds]


def told(pack):
    return {each.id: each for each in read_estimates(pack / "data" / "estimates.csv")}


def test_no_small_count_and_no_small_rest_is_printed(local):
    pack, plans = local
    figures = told(pack)
    true = remade(plans, figures)
    assert len(figures) > 200 and any(each.n is WITHHELD for each in figures.values())
    for key, each in figures.items():
        for printed, count in ((each.n, true[key].n), (each.N, true[key].N)):
            assert printed is WITHHELD or (count == 0 and printed == 0) or (count >= 5 and abs(printed - count) <= 2)
            assert printed is WITHHELD or printed % 5 == 0, key
        if 0 < true[key].N - true[key].n < 5:
            assert each.n is WITHHELD or each.n == 0, key
        if WITHHELD in (each.n, each.N) and (each.n is WITHHELD or each.N is WITHHELD):
            assert (each.value, each.low, each.high) == (None, None, None), key


def test_every_number_of_the_pages_is_one_that_may_leave(local):
    pack, _ = local
    figures = told(pack)
    for path in files(pack, ".html"):
        tree = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        cited = tree.find_all(attrs={"data-estimate": True})
        for each in cited:
            known = figures.get(each["data-estimate"])
            if known is None:
                assert each.text in (HIDDEN, "0", "no figure", "0 actions") or HIDDEN in each.text, (path.name, each)
            elif each["data-part"] in ("n", "N"):
                number = getattr(known, each["data-part"])
                assert each.text == (HIDDEN if number is WITHHELD else f"{number:,}"), (path.name, each)
            words = re.sub("[0-9]+ in [0-9]+", "", each.text)
            for number in _FIGURE.findall(words) if "days" not in each["data-estimate"] else ():
                assert int(number.replace(",", "")) % 5 == 0, (path.name, each)
        for image in tree.find_all("img"):
            for n, total in re.findall(r"([\d,]+|\[c\]) of ([\d,]+|\[c\])", image["alt"]):
                assert all(each == HIDDEN or int(each.replace(",", "")) % 5 == 0 for each in (n, total)), image["alt"]


def test_numbers_in_files_are_those_that_may_leave(local):
    pack, _ = local
    book = openpyxl.load_workbook(pack / "workbook.xlsx")
    assert faults(pack / "workbook.xlsx") == []
    sheets = {each.title: list(each.iter_rows(min_row=3, values_only=True)) for each in book.worksheets[3:]}
    for path in files(pack / "tables", ".csv"):
        with path.open(encoding="utf-8", newline="") as file:
            sheets[path.name] = list(csv.reader(file))
    seen = 0
    for name, (heads, *rows) in sheets.items():
        if "methods accuracy" in name.lower().replace("_", " ") or "coverage" in name:
            continue  # measured beforehand, not from the plans
        for row in rows:
            for head, cell in zip(heads, row, strict=True):
                counts = not re.search("[Ss]hare|interval|[Dd]ays|Shortest|Change|Within|By that", str(head))
                if counts and re.fullmatch(r"\d+", str(cell)):
                    seen += 1
                    assert int(cell) % 5 == 0, (name, head, cell)
    assert seen > 100


def test_no_single_row_leaves(local):
    pack, plans = local
    assert not (pack / "notebooks").exists() and not (pack / "explore.html").exists()
    assert sorted(path.name for path in (pack / "data").iterdir()) == [
        "datapackage.json",
        "definitions.csv",
        "estimates.csv",
    ]
    assert not [path for path in files(pack / "tables", ".csv") if path.stem.endswith(SINGLE_ROWS)]
    words = "\n".join(path.read_text(encoding="utf-8") for path in files(pack, ".html", ".csv", ".json"))
    words += "\n".join(
        str(cell.value) for sheet in openpyxl.load_workbook(pack / "workbook.xlsx") for row in sheet for cell in row
    )
    reviews = plans.reviews
    named = set(plans.actions["agency"])  # an agency is a group that may be shown
    long = [
        text
        for frame in (plans.actions, plans.recommendations)
        for text in frame["text"]
        if len(text) > 30 and text not in named
    ]
    for each in [*reviews["document"], *reviews["sha256"], *plans.actions["action_id"], *long]:
        assert not each or each not in words, each
    assert "single actions, recommendations and reviews do not leave" in words
    assert json.loads((pack / "manifest.json").read_text())["documents"] == {}
    assert not [path for path in pack.parent.rglob("*") if path.name.startswith(".") and path.is_dir()]


def test_pages_say_what_was_done(local):
    for name in (*report.PAGES, "index"):
        tree = BeautifulSoup((local[0] / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        assert "Small numbers are protected in this report" in tree.header.text
        assert "nan" not in tree.text.lower().split()


def test_a_local_figure_cannot_be_checked_without_the_plans(local):
    with pytest.raises(UsageError, match="keeps no plans"):
        check(find_figure("completion_rate.actions.2025Q1", local[0]))


def test_a_national_pack_holds_every_figure_and_each_can_be_made_again(whole_pack):
    pack = whole_pack / "reports" / "2025Q1"
    figures = read_estimates(pack / "data" / "estimates.csv")
    kept = read_package(pack / "data")
    again = remade(kept, [each.id for each in figures])
    for each in figures:
        now = again[each.id]
        assert (each.n, each.N) == (now.n, now.N), each.id
        assert sorted(each.rows_n) == sorted(set(now.rows_n)) or len(set(now.rows_n)) < len(now.rows_n)
    assert faults(pack / "workbook.xlsx") == []
    assert check(find_figure("completion_rate.actions.2025Q1", pack.parent))[0]


def test_a_page_withholds_what_was_not_looked_at_with_the_rest(local):
    pack, _ = local
    view = load(pack.parents[1] / "package", quarter="2025Q1", profile=str(pack / "data" / "estimates.csv"))
    known = tables.counted(view)["actions"]
    assert known.n % 5 == 0 and known.rows_n == ()
    bare = View(view.plans, view.quarter, disclosed={})
    assert tables.counted(bare)["actions"].n is WITHHELD
    assert tables.overdue(bare) == bare.why_left_out and isinstance(
        tables.overdue(View(view.plans, view.quarter)), pd.DataFrame
    )
    assert parse_quarter("2025Q1") == view.quarter
