"""``dhr ingest`` and the grades: exit codes, last lines, and what is written where nothing could be read."""

import csv
import json
import re

import pytest
from graded import grading, plan_text

from dhr_analytics import read_package
from dhr_analytics.cli import main
from dhr_analytics.errors import InputError
from dhr_analytics.statistics import read_counted


@pytest.fixture
def plans(tmp_path, monkeypatch):
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "p.txt").write_text(plan_text("staff", "carers"), encoding="utf-8")
    (folder / "q.txt").write_text(plan_text("vets"), encoding="utf-8")
    grading(monkeypatch, {"p.txt": "check"})
    return folder


def run(capsys, *words):
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err.splitlines()


def test_a_document_to_check_is_written_said_last_and_accepted_by_the_printed_line(plans, tmp_path, capsys):
    command = ["ingest", plans, "--out", tmp_path / "pkg"]
    code, out, err = run(capsys, *command, "--json")
    assert code == 1
    assert err[-1].startswith("1 of the documents count in no figure") and err[-1].endswith("p.txt")
    assert json.loads(out)["check"] == ["p.txt"] and json.loads(out)["recommendations"] == 3
    head, line = re.search(r"\(columns (.*)\): (.*)", json.loads(out)["to_accept"][0]).groups()
    assert any(each.endswith(line) for each in err)
    assert len(read_package(tmp_path / "pkg").recommendations) == 3
    assert read_counted(tmp_path / "pkg").recommendations["text"].tolist() == ["Train vets to ask."]
    (plans / "reviews.csv").write_text(f"{head}\n{line}\n", encoding="utf-8")
    code, _, err = run(capsys, *command)
    assert code == 0 and "no figure" not in "".join(err)
    assert len(read_counted(tmp_path / "pkg").recommendations) == 3
    (plans / "p.txt").write_text(plan_text("cooks"), encoding="utf-8")
    code, _, err = run(capsys, *command)
    assert code == 1 and any("changed since" in each for each in err) and "no figure" in err[-1]


def test_classify_includes_what_is_to_be_checked_and_samples_do_not(plans, tmp_path, capsys):
    run(capsys, "ingest", plans, "--out", tmp_path / "pkg")
    assert run(capsys, "classify", tmp_path / "pkg", "--decisions", tmp_path / "d.csv")[0] == 0
    package = read_package(tmp_path / "pkg")
    assert set(package.themes["recommendation_id"]) == set(package.recommendations["recommendation_id"])
    sheet = [
        "coding",
        "export",
        tmp_path / "pkg",
        tmp_path / "s.xlsx",
        "--sample",
        "10",
        "--decisions",
        tmp_path / "d.csv",
    ]
    code, out, err = run(capsys, *sheet, "--json")
    counted = read_counted(tmp_path / "pkg")
    assert (
        json.loads(out)["reviews"] == counted.reviews["review_id"].tolist() and json.loads(out)["recommendations"] == 1
    )


@pytest.fixture
def made(monkeypatch):
    def make_report(source, *, quarter, out, **rest):
        read_counted(source)
        return out / quarter / "index.html"

    monkeypatch.setattr("dhr_analytics.reporting.report.make_report", make_report)


def test_a_report_says_last_what_it_leaves_out(plans, tmp_path, made, capsys):
    code, out, err = run(capsys, "report", plans, "--out", tmp_path / "out")
    assert code == 1 and "no figure" in err[-1] and out.splitlines()[-1].endswith("index.html")
    code, _, err = run(capsys, "report", tmp_path / "out" / "plans", "--out", tmp_path / "two")
    assert code == 1 and "no figure" in err[-1] and err[-1].endswith("p.txt")


def test_where_all_is_left_out_nothing_is_reported_and_what_to_do_is_said(plans, tmp_path, made, capsys):
    (plans / "q.txt").unlink()
    code, _, err = run(capsys, "report", plans, "--out", tmp_path / "out")
    assert code == 3
    assert "accept those that are right" in err[-1] and "p.txt,sha256:" in err[-1]
    assert not list((tmp_path / "out").glob("2025*"))
    assert run(capsys, "explore", tmp_path / "out" / "plans", "--out", tmp_path / "work")[0] == 3


def test_plans_of_an_earlier_version_count_and_a_line_says_so(plans, tmp_path, made, capsys):
    run(capsys, "ingest", plans, "--out", tmp_path / "pkg")
    for name, later in (
        ("reviews", ["grade", "accepted"]),
        ("recommendations", ["notes"]),
        ("actions", ["notes", "response"]),
    ):
        path = tmp_path / "pkg" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [key for key in rows[0] if key not in later], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
    assert len(read_counted(tmp_path / "pkg").recommendations) == 3
    code, _, err = run(capsys, "report", tmp_path / "pkg", "--quarter", "2025Q1", "--out", tmp_path / "out")
    assert code == 0 and len([line for line in err if "before documents were graded" in line]) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"Dear all,\n\nsee you there.\n", "No action plan"),
        (b"", "is empty"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
    ],
)
def test_where_no_document_holds_a_plan_what_was_seen_is_written(tmp_path, capsys, content, says):
    (tmp_path / "letter.txt").write_bytes(content)
    code, _, err = run(capsys, "ingest", tmp_path / "letter.txt", "--out", tmp_path / "pkg")
    assert code == 3
    (line,) = [each for each in err if each.startswith("dhr ingest:")]
    assert says in line and str(tmp_path / "pkg" / "rejected.csv") in line and "right folder" not in line
    with (tmp_path / "pkg" / "rejected.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["document"] for row in rows} == {"letter.txt"} and rows[-1]["reason"]
    assert sorted(path.name for path in (tmp_path / "pkg").iterdir()) == ["datapackage.json", "rejected.csv"]
    with pytest.raises(InputError, match="No plan was read into .*rejected.csv"):
        read_package(tmp_path / "pkg")


def test_the_place_of_refused_documents_takes_the_next_package(plans, tmp_path, capsys):
    (tmp_path / "letter.txt").write_text("Dear all,\n", encoding="utf-8")
    assert run(capsys, "report", tmp_path / "letter.txt", "--out", tmp_path / "out")[0] == 3
    assert (tmp_path / "out" / "plans" / "rejected.csv").is_file()
    for source, code in ((tmp_path / "letter.txt", 3), (plans, 1), (tmp_path / "letter.txt", 3)):
        assert run(capsys, "ingest", source, "--out", tmp_path / "out" / "plans")[0] == code


def test_a_refused_document_is_named_with_what_was_seen_in_it(plans, tmp_path, monkeypatch, capsys):
    from dataclasses import replace

    from dhr_analytics.normalising.plan import normalise

    def refused(raw, *, document, **options):
        found = normalise(raw, document=document, **options)
        seen = "58 paragraphs begin 'Recommendation n'"
        return replace(found, grade="refused", plans=(), seen=seen) if document == "p.txt" else found

    monkeypatch.setattr("dhr_analytics.collecting.ingesting.normalise", refused)
    code, _, err = run(capsys, "ingest", plans, "--out", tmp_path / "pkg")
    package = read_package(tmp_path / "pkg")
    assert code == 1 and package.reviews["document"].tolist() == ["q.txt"]
    (reason,) = package.rejected["reason"][package.rejected["document"] == "p.txt"]
    assert reason == "no action plan found: 58 paragraphs begin 'Recommendation n'"
    assert any(reason in line for line in err)
    (plans / "q.txt").unlink()
    code, _, err = run(capsys, "ingest", plans, "--out", tmp_path / "pkg")
    assert code == 3 and "58 paragraphs" in err[-1] and "right folder" not in err[-1]
