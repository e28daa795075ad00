"""``dhr ingest --explain``: what was tried on one document, as text, page and value."""

import json
import re
from dataclasses import FrozenInstanceError

import pytest
from conftest import ROOT
from test_cli import dhr

from dhr_analytics import explain
from dhr_analytics.cli import main
from dhr_analytics.errors import UsageError
from dhr_analytics.normalising.likeness import weights
from dhr_analytics.normalising.tried import percent

LAYOUTS = ROOT / "tests" / "layouts"
KEYED = LAYOUTS / "text_keyed_by_number" / "plan.txt"
NAME = "Yolanda Fernhollow"
NAMED = (
    "<html><body><table>"
    "<tr><th>No</th><th>Recommendation</th><th>Action</th><th>Lead</th><th>Target date</th></tr>"
    "<tr><td>1</td><td>Nurses should ask about safety at home.</td>"
    f"<td>{NAME} to write the question.</td><td>{NAME}, Oakmere Council</td><td>May 2025</td></tr>"
    "<tr><td>2</td><td>Carers should say &lt;script&gt;alert(1)&lt;/script&gt; to nobody.</td>"
    "<td>Train carers.</td><td>Oakmere Council</td><td>June 2025</td></tr></table>"
    f"<p>Notes</p><table><tr><th>Topic</th><th>Lead officer</th></tr>"
    f"<tr><td>Rooms, says {NAME}</td><td>{NAME}</td></tr></table></body></html>"
)


@pytest.fixture
def named(tmp_path):
    path = tmp_path / "named.html"
    path.write_text(NAMED, encoding="utf-8")
    return path


def run(capsys, *words):
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command_prints_what_was_tried_and_writes_a_page(tmp_path):
    done = dhr("ingest", KEYED, "--explain", "--out", tmp_path / "why")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("plan.txt: sure\n")
    assert done.stdout.splitlines()[-1] == str(tmp_path / "why" / "explain.html")
    assert [path.name for path in (tmp_path / "why").iterdir()] == ["explain.html"]
    for words in (
        "3 recommendations and 4 actions were read",
        "as running text",
        "number of the recommendation  Rec. no.",
        "actions that name a recommendation by its number",
        "of the runner-up",
        "First recommendations (runner-up):",
        "Schools should know whom to tell",
        "sub-heading",
    ):
        assert words in done.stdout
    page = (tmp_path / "why" / "explain.html").read_text(encoding="utf-8")
    assert "<h1>How <bdi>plan.txt</bdi> was read</h1>" in page and "Schools should know" in page
    assert "://" not in page and "<script" not in page and "javascript" not in page


@pytest.mark.parametrize(
    ("layout", "grade", "code"),
    [("text_plain_header", "sure", 0), ("text_no_plan", "refused", 3)],
)
def test_the_exit_code_is_that_of_the_grade_and_the_text_is_printed(capsys, layout, grade, code):
    got, out, _ = run(capsys, "ingest", LAYOUTS / layout / "plan.txt", "--explain")
    assert got == code and out.startswith(f"plan.txt: {grade}\n") and "Not read" in out


def test_a_document_to_check_exits_1_and_says_what_counted_against_it(capsys, monkeypatch):
    monkeypatch.setattr("dhr_analytics.normalising.plan.SURE", 1.0)
    code, out, _ = run(capsys, "ingest", LAYOUTS / "text_plain_header" / "plan.txt", "--explain")
    assert code == 1 and "counts in no figure until" in " ".join(out.split())
    assert "What counted most against the best reading" in out
    assert "read with little confidence" in out


def test_python_gives_a_frozen_value_that_says_the_same():
    explanation = explain(str(KEYED))
    assert (explanation.grade, explanation.recommendations, explanation.actions) == ("sure", 3, 4)
    assert 0.75 < explanation.chance < 1
    (part,) = explanation.parts
    assert [way.outcome for way in part.ways] == ["chosen", ""] and part.deciding
    table = part.tables[0]
    roles = [column.role for column in table.columns]
    assert roles[:2] == ["number of the recommendation", "action"]
    tried = {reading.outcome: reading for reading in table.readings}
    assert len(table.readings) == 4 and table.readings[0] is tried["chosen"]
    assert tried["the same result as the best"].recommendations == 3
    assert len(tried["chosen"].first) == len(tried["runner-up"].first) == 3
    assert not tried["the same result as the runner-up"].first
    best, other = table.apart
    assert best.startswith("Recommendation 3") and best.endswith("(2 actions)")
    assert other.startswith("Recommendation 3") and other.endswith("(3 actions)")
    with pytest.raises(FrozenInstanceError):
        explanation.grade = "check"
    page = explanation._repr_html_()
    assert page.count("<table>") == explanation.to_html().count("<table>") > 4
    assert "<html" not in page and hash(explanation) == hash(explain(KEYED))
    assert explanation.to_text() == explain(KEYED).to_text()


def test_the_points_of_a_feature_are_its_weight_times_what_differs():
    table = explain(KEYED).parts[0].tables[0]
    assert table.deciding and table.against
    for each in table.deciding:
        weight = weights()[each.feature]
        assert each.points == pytest.approx(weight * (each.best - each.runner_up), abs=0.006)
    assert all(each.points < 0 for each in table.against)


def test_names_in_owner_cells_are_masked_everywhere(named, tmp_path, capsys):
    code, out, err = run(capsys, "ingest", named, "--explain", "--out", tmp_path, "--json")
    page = (tmp_path / "explain.html").read_text(encoding="utf-8")
    explanation = explain(named)
    printed = [out, err, page, explanation.to_text(), explanation._repr_html_(), repr(explanation)]
    result = json.loads(out)
    assert code == (result["grade"] == "check") and result["recommendations"] == 2
    assert "Rooms, says [name]" in out  # a table that was not read
    for text in printed:
        assert not re.search("Yolanda|Fernhollow", text)


def test_words_of_the_document_are_no_part_of_the_page(named):
    explanation = explain(named)
    for page in (explanation.to_html(), explanation._repr_html_()):
        assert "&lt;script&gt;alert(1)" in page and "<script" not in page
    assert "<script>alert(1)" in explanation.to_text()


def test_a_table_whose_header_was_not_understood_is_named(named):
    (line,) = explain(named).not_understood
    assert line.endswith("header not understood: Topic, Lead officer")


def test_each_sheet_is_a_part():
    parts = explain(LAYOUTS / "excel_tracker" / "plan.xlsx").parts
    assert [part.title for part in parts] == ["Sheet Action plan", "Sheet Completed actions"]
    notes = [column for column in parts[0].tables[0].columns if column.score is None]
    assert [column.name for column in notes] == ["Cost code"]
    assert notes[0].role == "none, kept as a note"


@pytest.mark.parametrize("names", [["data/sample"], [KEYED, LAYOUTS / "text_no_plan" / "plan.txt"]])
def test_one_document_is_wanted(capsys, tmp_path, names):
    sources = [ROOT / name for name in names]
    if len(sources) > 1:
        sources = [tmp_path / "a.txt", tmp_path / "b.txt"]
        for path in sources:
            path.write_bytes(KEYED.read_bytes())
    code, out, err = run(capsys, "ingest", *sources, "--explain")
    assert code == 2 and not out and "--explain looks at one document" in err


def test_wrong_use_is_said(capsys, tmp_path):
    code, _, err = run(capsys, "ingest", KEYED)
    assert code == 2 and "--out DIR is needed" in err
    (tmp_path / "explain.html").write_text("<p>mine</p>")
    code, out, err = run(capsys, "ingest", KEYED, "--explain", "--out", tmp_path)
    assert code == 2 and "was not made by dhr ingest --explain" in err
    assert (tmp_path / "explain.html").read_text() == "<p>mine</p>"
    with pytest.raises(UsageError, match="looks at one document"):
        explain(tmp_path)


def test_an_older_page_is_replaced(capsys, tmp_path, named):
    for document in (named, KEYED):
        run(capsys, "ingest", document, "--explain", "--out", tmp_path / "why")
    assert "named.html" not in (tmp_path / "why" / "explain.html").read_text(encoding="utf-8")
    assert len(list((tmp_path / "why").iterdir())) == 1


def test_a_share_is_never_rounded_to_none_or_all():
    shares = (0, 0.004, 0.5, 0.996, 1)
    texts = ["0 %", "under 1 %", "50 %", "over 99 %", "100 %"]
    assert [percent(share) for share in shares] == texts


def test_help_shows_it(capsys):
    with pytest.raises(SystemExit):
        main(["ingest", "--help"])
    out = capsys.readouterr().out
    assert "dhr ingest plan.docx --explain --out why" in out and "0 sure, 1 check, 3 refused" in out
