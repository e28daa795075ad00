"""The pack of a quarter: what a lead finds in it, bad material, and the folder it goes to."""

import json
import re
import shutil
from pathlib import Path

import frames
import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from packs import CLOSED_HERE, NOTEBOOKS, inline, some_plans

from dhr_analytics.errors import NotebookError, UsageError
from dhr_analytics.package import Plans, write_package
from dhr_analytics.reporting import report
from dhr_analytics.reporting.folder import MANIFEST
from dhr_analytics.reporting.run import check_parameters
from dhr_analytics.schema import STATUSES
from dhr_analytics.themes.codebook import Codebook


@pytest.fixture
def trees(whole_pack):
    made = sorted((whole_pack / "reports" / "2025Q1").glob("*.html"))
    assert [path.stem for path in made] == [*report.PAGES, "explore", "index"]
    # explore is made by its own script, and tested in a browser: test_explorer.
    return {
        path.stem: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in made
        if path.stem != "explore"
    }


@pytest.mark.slow
def test_every_page_and_the_pdf_say_when_they_are_done(whole_pack):
    told = (whole_pack / "told.txt").read_text(encoding="utf-8").splitlines()
    assert sorted(line.split(":")[0] for line in told) == sorted([*report.PAGES, "pack.pdf"])


@pytest.mark.slow
def test_pages_can_be_read_by_everyone(trees):
    for name, tree in trees.items():
        levels = [int(heading.name[1]) for heading in tree.find_all(re.compile("^h[1-6]$"))]
        assert levels[0] == 1 and levels.count(1) == 1, name
        assert all(later - earlier <= 1 for earlier, later in zip(levels, levels[1:], strict=False)), name
        for table in tree.find_all("table"):
            assert table.caption.text and all(cell.get("scope") for cell in table.find_all("th")), name
            assert {len(row.find_all(["th", "td"])) for row in table.find_all("tr")} == {
                len(table.thead.find_all("th"))
            }
        for image in tree.find_all("img"):
            assert len(image["alt"]) > 60 and image["src"].startswith("data:image/svg+xml;base64,")
            assert image.find_parent("figure").find_next("table"), "the numbers stand below the chart"
        ids = [element["id"] for element in tree.find_all(id=True)]
        assert len(ids) == len(set(ids))
        assert len({region["aria-label"] for region in tree.find_all(role="region")}) == len(
            tree.find_all(role="region")
        ), name


@pytest.mark.slow
def test_every_link_leads_to_a_file_and_none_outside(whole_pack, trees):
    folder = whole_pack / "reports" / "2025Q1"
    linked = set()
    for name, tree in trees.items():
        words = str(tree)
        assert "://" not in words and "file:" not in words, name
        assert str(whole_pack) not in words, "no path of this machine"
        for link in tree.find_all("a"):
            path, _, anchor = link["href"].partition("#")
            target = trees.get(Path(path).stem) if path.endswith(".html") else tree
            assert not path or (folder / path).is_file(), f"{name}: {path}"
            assert not anchor or target.find(id=anchor), f"{name}: {link['href']}"
            linked.add(path)
    made = [path for kind in ("tables", "figures") for path in folder.glob(f"{kind}/*")]
    told = {
        path.relative_to(folder).as_posix()
        for path in made
        if path.suffix != ".csv" or len(path.read_text().splitlines()) > 1
    }
    assert told and told <= linked, "every table that has rows, and every figure, can be reached"


@pytest.mark.slow
def test_pages_speak_plain_words(trees):
    ids = [theme.id for theme in Codebook.load().themes if "_" in theme.id] + [each for each in STATUSES if "_" in each]
    for name, tree in trees.items():
        tree.style.decompose()
        words = tree.get_text(" ") + " ".join(image["alt"] for image in tree.find_all("img"))
        # Only the page for those who correct rows shows the keys that name them.
        ids_of_rows = [] if name == "01_data_quality" else ["A-R001"]
        found = [
            word
            for word in [*ids, "nan", "NaN", "None", "<NA>", "NaT", *ids_of_rows]
            if re.search(rf"\b{word}\b", words.replace("None of", ""))
        ]
        assert not found, (name, found)
        assert "not done" not in words.lower()
        assert "As known on 31 March 2025" in tree.header.text and "January to March 2025" in tree.header.text


@pytest.mark.slow
def test_the_summary_gives_five_findings_with_their_figures(trees):
    found = trees["00_summary"].find("ol", class_="findings").find_all("li")
    assert len(found) == 5
    for item in found:
        assert re.search(r"\d+ of \d+ (actions|recommendations) \(\S+%, 95% interval \S+ to \S+\)", item.text)
    # 8 of the 40 actions have each status; 4 (those with k a multiple of 10) are completed with evidence.
    assert (
        "About 2 in 10 actions are recorded as completed" in found[0].text and "8 of 40 actions (20%" in found[0].text
    )
    assert "8 of 40 actions (20%" in found[1].text
    assert "4 of 40 actions (10%" in found[2].text and "Of the 8 actions recorded as completed" in found[2].text
    assert "“Training and workforce development”" in found[4].text and "4 of 6 recommendations" in found[4].text
    counted = trees["00_summary"].find("dl", class_="numbers")
    assert [each.text for each in counted.find_all("dd")] == ["2", "6", "40"]


@pytest.mark.slow
def test_the_overdue_list_is_that_of_the_plans(whole_pack):
    frame = pd.read_csv(whole_pack / "reports" / "2025Q1" / "tables" / "completion_overdue.csv")
    actions = some_plans().actions
    late = (actions["target_on"] < "2025-03-31") & ~actions["status"].isin(["completed", *CLOSED_HERE.values()])
    assert len(frame) == late.sum() > 0
    assert frame["Days overdue"].is_monotonic_decreasing
    days = (pd.Timestamp("2025-03-31") - pd.to_datetime(frame["Target date"])).dt.days
    assert (days == frame["Days overdue"]).all()
    assert not frame["Action"].str.startswith("=").any() and frame["Action"].str.startswith("'=cmd()").sum() == 1


@pytest.mark.slow
def test_the_completion_page_prints_the_rates_beside_one_another(whole_pack):
    frame = pd.read_csv(whole_pack / "reports" / "2025Q1" / "tables" / "completion_rates.csv").set_index("What")
    actions = some_plans().actions
    kept = actions[~actions["status"].isin(CLOSED_HERE.values())]
    due = kept[kept["target_on"] <= "2025-03-31"]
    for row, among in (
        ("Completed", actions),
        ("Completed of those due", due),
        ("Completed of those that stand", kept),
    ):
        done = (among["status"] == "completed").sum()
        assert (frame.at[row, "Actions"], frame.at[row, "Out of"]) == (done, len(among))
    drawn = pd.read_csv(whole_pack / "reports" / "2025Q1" / "tables" / "completion_status.csv").set_index("Status")
    assert drawn["Actions"][["Not taken forward", "Superseded"]].tolist() == [1, 1]


@pytest.mark.slow
def test_the_quality_page_lists_what_a_person_should_see(whole_pack, trees):
    tree, folder = trees["01_data_quality"], whole_pack / "reports" / "2025Q1" / "tables"
    found = tree.find("ol", class_="findings").find_all("li")
    assert len(found) == 1
    assert "A person should look at 1 of 6 recommendations and 22 of 40 actions" in found[0].text
    shown = {table.caption.text: table.tbody.find_all("tr") for table in tree.find_all("table")}
    rows = shown["Rows that a person should look at"]
    assert len(rows) == 20 and "The first 20 of 23 rows" in tree.get_text(" ")
    frame = pd.read_csv(folder / "quality_rows_to_look_at.csv")
    assert len(frame) == 23 and frame["How surely read"].is_monotonic_increasing and frame["Key"].iloc[-1] == "B-R002"
    assert [row.th.text for row in shown["Documents from which nothing was read, of any quarter"]] == ["lost.pdf"]
    assert len(shown["Cells that were corrected by hand"]) == 1
    assert [row.th.text for row in shown["Actions by part of the check"]][-1] == "All four"
    everywhere = shown["Actions that state owner, date, status and outcome, by review"][-1]
    # Every action names an agency; 8 of the 40 have no date, 8 no update, none has an outcome.
    assert [cell.text for cell in everywhere.find_all("td")] == [
        *("40", "40", "100%", "32", "80%", "32", "80%", "0", "0%"),
    ]


@pytest.mark.slow
def test_a_second_run_with_other_jobs_gives_the_same_bytes(whole_pack, tmp_path):
    report.make_report(whole_pack / "package", quarter="2025Q1", out=tmp_path / "again", jobs=4)
    first, second = whole_pack / "reports" / "2025Q1", tmp_path / "again" / "2025Q1"
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    for file in files:
        if file.name != MANIFEST:
            assert (first / file).read_bytes() == (second / file).read_bytes(), file
    one, two = (json.loads((path / MANIFEST).read_text(encoding="utf-8")) for path in (first, second))
    assert one.pop("seconds").keys() == two.pop("seconds").keys() and one == two
    assert set(one["files"]) == {file.as_posix() for file in files} - {MANIFEST}
    assert sorted(each.name for each in (tmp_path / "again").iterdir()) == [".2025Q1.lock", "2025Q1"], (
        "nothing else is left"
    )


@pytest.mark.slow
def test_a_failure_leaves_the_old_pack_and_keeps_the_notebook(whole_pack, tmp_path):
    pack, broken = shutil.copytree(whole_pack, tmp_path / "pack"), tmp_path / "broken"
    broken.mkdir()
    old = (pack / "reports" / "2025Q1" / "index.html").read_bytes()
    for name in report.PAGES:
        book = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        book.cells = book.cells[:2] + [nbformat.v4.new_code_cell("1 / 0" if name == "03_trends" else "1")]
        nbformat.write(book, broken / f"{name}.ipynb")
    with pytest.raises(NotebookError, match="03_trends.ipynb stopped"):
        report.make_report(pack / "package", quarter="2025Q1", out=pack / "reports", notebooks=broken)
    assert (pack / "reports" / "2025Q1" / "index.html").read_bytes() == old
    assert [path.name for path in (pack / "reports" / "failed").iterdir()] == ["03_trends.failed.ipynb"]
    assert sorted(path.name for path in (pack / "reports").glob("[!.]*")) == ["2025Q1", "failed"]
    done = report.make_report(pack / "package", quarter="2025Q1", out=pack / "reports", only="03_trends")
    assert sorted(path.name for path in done.parent.glob("*.html")) == ["03_trends.html", "index.html"]
    assert not list((pack / "reports" / "failed").iterdir()), "what was mended is no longer kept as failed"


@pytest.mark.parametrize("name", report.PAGES)
def test_nothing_known_at_that_time(name, tmp_path):
    tree = inline(name, some_plans(), tmp_path, quarter="2020Q1")
    assert "No recommendation was known on 31 March 2020." in tree.find(class_="message").text
    assert not tree.find_all(["table", "img", "ol"])


@pytest.mark.parametrize("name", report.PAGES)
@pytest.mark.parametrize(
    "case", ["no themes", "themes without rows", "no dates", "one action", "no action", "no row", "all done"]
)
def test_poor_material_gives_words_not_empty_charts(name, case, tmp_path):
    actions = [{"status": status, "target_on": "2024-05-31"} for status in ("completed", "no_update")]
    plans = {
        "no themes": lambda: frames.build(actions),
        "themes without rows": lambda: frames.build(actions, themes={"A-R001": []}),
        "no dates": lambda: frames.build([{**each, "target_on": ""} for each in actions], themes={"A-R001": ["dash"]}),
        "one action": lambda: frames.build(actions[1:], themes={"A-R001": ["dash"]}),
        "no action": lambda: frames.build(themes={"A-R001": ["dash"]}),
        "no row": frames.empty,
        "all done": lambda: frames.build(actions[:1] * 30, themes={"A-R001": ["other"]}),
    }[case]()
    tree = inline(name, plans, tmp_path)
    tree.style.decompose()
    words = tree.get_text(" ")
    assert not re.search(r"\b(nan|NaN|None|<NA>|NaT)\b|\(\)|of 0 ", words.replace("None of", ""))
    assert all(table.tbody.find_all("tr") for table in tree.find_all("table"))
    assert len(tree.main.text) > 150
    if case in ("no themes", "themes without rows") and name == "02_themes":
        assert "have not been given themes yet" in tree.find(class_="message").text
    if case == "no dates" and name == "04_completion":
        assert "No action is overdue." in [message.text for message in tree.find_all(class_="message")]
    if case == "one action" and name == "00_summary":
        words = " ".join(words.split())
        assert "The one action has no update in the plan" in words and "The one action is overdue" in words


def test_filters_are_said_and_applied(tmp_path):
    tree = inline("00_summary", some_plans(), tmp_path, areas="southam", themes="Training and workforce development")
    assert "area southam; theme Training and workforce development" in tree.header.text
    assert tree.find("dl", class_="numbers").dd.text == "1"


def test_quotes_mark_the_words_that_carried_the_theme(tmp_path):
    plans = frames.build(
        [{}], recommendations=[{"recommendation_id": "A-R001", "text": "Staff should train. Others too."}]
    )
    coded = {"recommendation_id": ["A-R001"], "theme": ["training"], "source": ["rule"], "evidence": ["should train"]}
    plans = plans.with_themes(pd.DataFrame({**coded, "start": ["6"], "end": ["18"]}))
    tree = inline("02_themes", plans, tmp_path)
    assert tree.blockquote.mark.text == "should train" and tree.blockquote.text == "Staff should train. Others too."
    assert "theme given by a rule" in tree.find("figure", class_="quote").figcaption.text


def test_fiscal_quarters(tmp_path):
    tree = inline("00_summary", some_plans(), tmp_path, quarter="2024-25Q4")
    assert "January to March 2025" in tree.header.text


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({"quarter": "2025Q5"}, "2025Q1"),
        ({"only": "completion"}, "Did you mean '04_completion'"),
        ({"only": ["00_summary", "x"]}, "There is no page 'x'"),
        ({"areas": "Northshir"}, "Northshire"),
        ({"themes": "trainin"}, "training"),
        ({"notebooks": "nowhere"}, "There is no notebook"),
    ],
)
def test_wrong_use_is_said_before_anything_is_made(tmp_path, given, seen):
    write_package(some_plans(), tmp_path / "package")
    with pytest.raises(UsageError, match=re.escape(seen)):
        report.make_report(tmp_path / "package", **{"quarter": "2025Q1", "out": tmp_path / "reports", **given})
    assert not (tmp_path / "reports").exists()


def test_a_folder_that_is_no_pack_is_left_alone(tmp_path):
    write_package(some_plans(), tmp_path / "package")
    (tmp_path / "reports" / "2025Q1").mkdir(parents=True)
    (tmp_path / "reports" / "2025Q1" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is not a report; nothing was written"):
        report.make_report(tmp_path / "package", quarter="2025Q1", out=tmp_path / "reports")
    assert [path.name for path in (tmp_path / "reports" / "2025Q1").iterdir()] == ["thesis.txt"]


def test_a_package_with_names_is_refused(tmp_path):
    plans = some_plans()
    write_package(Plans(**plans.tables(), about={"restricted": True}), tmp_path / "package")
    with pytest.raises(UsageError, match="--keep-names"):
        report.make_report(tmp_path / "package", quarter="2025Q1", out=tmp_path / "reports")


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("0[0-6]*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_thin_and_clean(path):
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert not [cell for cell in code if cell.outputs or cell.execution_count]
    source = "\n".join(cell.source for cell in code)
    assert "def " not in source and "spacy" not in source and "lambda" not in source
    check_parameters(path, {"quarter": "", "plans": "", "out": "", "areas": "", "agencies": "", "themes": ""})


def test_a_filter_on_plans_that_were_not_known_yet_is_said_in_words(tmp_path):
    tree = inline("04_completion", some_plans(), tmp_path, quarter="2023Q1", areas="southam")
    assert "No recommendation that fits “area southam” was known on 31 March 2023." in tree.find(class_="message").text
    assert not tree.find_all(["table", "img"])


def test_a_document_of_several_reviews_is_named_once_among_what_a_pack_was_made_from():
    same = {"document": "register.docx", "sha256": "ab" * 32, "snapshot_on": "2025-03-31"}
    reviews = [{"review_id": "A", **same}, {"review_id": "B", **same}, {"review_id": "C"}]
    plans = frames.build([{"recommendation_id": f"{key}-R001"} for key in "ABC"], reviews=reviews)
    rows = report._documents(plans.reviews)
    assert [row["document"] for row in rows] == ["register.docx", "C.docx"]
    assert rows[0]["snapshot"] == "31 March 2025" and rows[1]["sha256"] == "not stated"
