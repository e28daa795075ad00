"""The command, run as a user runs it."""

import csv
import json
import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT, need

from dhr_analytics.cli import main

PLAN = "No\tRecommendation\tAction\tLead agency\tTarget date\tStatus\n1\tTrain staff in DASH.\tRun it.\tNorthmoor Police\tMay 2025\tOngoing\n"


def dhr(*args, cwd=ROOT, **env):
    command = [sys.executable, "-m", "dhr_analytics", *map(str, args)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **env}
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", env=environment, check=False
    )


def run(capsys, *args):
    """Run a command in this process, which a test does where it is not about the start of the program."""
    capsys.readouterr()
    try:
        code = main([str(word) for word in args])
    except SystemExit as end:
        code = end.code
    return code, *capsys.readouterr()


@pytest.fixture
def plans(tmp_path):
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "p.txt").write_text(PLAN, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["ingest"],
        ["classify"],
        ["report"],
        ["evaluate"],
        ["coding"],
        ["codebook"],
        ["coding", "export"],
        ["evaluate", "themes"],
    ],
)
def test_help_teaches(command, capsys):
    code, out, _ = run(capsys, *command, "--help")
    assert code == 0
    assert "dhr" in out and ("examples:" in out or len(command) != 1)


def test_ingest_and_classify_a_package(plans, tmp_path):
    done = dhr("ingest", plans, "--out", tmp_path / "pkg", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["recommendations"] == 1
    assert "[1/1] p.txt" in done.stderr
    done = dhr("classify", tmp_path / "pkg")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "pkg" / "themes.csv").open(encoding="utf-8") as file:
        assert {"dash", "risk_assessment", "training"} <= {row["theme"] for row in csv.DictReader(file)}


def test_classify_any_csv_of_texts(tmp_path, capsys):
    (tmp_path / "in.csv").write_text(
        'id,text\nA,"Complete a DASH, and share it"\nB,Buy new curtains\n', encoding="utf-8"
    )
    code, _, err = run(capsys, "classify", "--texts", tmp_path / "in.csv", "--out", tmp_path / "out.csv")
    assert code == 0, err
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:7] == ["id", "theme", "source", "probability", "evidence", "start", "end"]
    assert {row["theme"] for row in rows if row["id"] == "A"} >= {"dash", "risk_assessment"}
    assert {row["theme"] for row in rows if row["id"] == "B"} == {"other"}


@pytest.mark.parametrize(
    ("make", "code", "says"),
    [
        (lambda t: ["ingest", t / "nowhere", "--out", t / "pkg"], 2, "no file or folder"),
        (lambda t: ["ingest", t / "empty", "--out", t / "pkg"], 2, "holds no documents"),
        (lambda t: ["report", t / "plans", "--quarter", "2025Q5", "--out", t / "out"], 2, "2025Q5"),
        (lambda t: ["report", t / "plans", "--only", "04_completon", "--out", t / "out"], 2, "04_completion"),
        (lambda t: ["report", t / "plans", "--theme", "trainng", "--out", t / "out"], 2, "training"),
        (lambda t: ["report", t / "nowhere", "--out", t / "out"], 2, "no file or folder"),
        (lambda t: ["classify", t / "empty"], 2, "no plan package"),
        (lambda t: ["classify", "--texts", t / "letter.txt", "--out", t / "o.csv"], 3, "no column"),
        (lambda t: ["classify"], 2, "name either"),
        (lambda t: ["ingets"], 2, "invalid choice"),
    ],
)
def test_wrong_use_is_told_in_one_paragraph_and_leaves_nothing(plans, tmp_path, make, code, says, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "letter.txt").write_text("Dear all,\n\nsee you there.\n")
    before = sorted(p.name for p in tmp_path.iterdir())
    ended, _, err = run(capsys, *make(tmp_path))
    assert ended == code, err
    assert says in err
    left = sorted(p.name for p in tmp_path.iterdir())
    assert [name for name in left if name not in before and name != "out"] == []
    assert not list(tmp_path.glob("out/2025*"))


def test_a_folder_with_one_unreadable_file_is_done_but_says_so(plans, tmp_path, capsys):
    (plans / "photo.txt").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF")
    code, _, err = run(capsys, "ingest", plans, "--out", tmp_path / "pkg")
    assert code == 1
    assert "photo.txt" in err.strip().splitlines()[-1]


def test_lines_that_fit_nothing_are_told_last_and_plans_without_days_counted(plans, tmp_path, capsys):
    command = ["ingest", str(plans), "--out", str(tmp_path / "pkg")]
    assert main(command) == 0
    assert "1 of 1 plans state neither" in capsys.readouterr().err
    (plans / "reviews.csv").write_text("document,snapshot_on\np.txt,31/03/2025\nq.txt,\n", encoding="utf-8")
    (plans / "overrides.csv").write_text("row_id,column,was,now\nX-R001,text,a,b\n", encoding="utf-8")
    assert main([*command, "--json"]) == 1
    said, told = capsys.readouterr()
    assert "state neither" not in told
    assert told.splitlines()[-2:] == json.loads(said)["remarks"]
    assert told.splitlines()[-2].startswith("reviews.csv, line 3") and "q.txt" in told.splitlines()[-2]
    assert told.splitlines()[-1].startswith("overrides.csv, line 2") and "X-R001" in told.splitlines()[-1]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["--theme", "trainning"], "Did you mean 'training'"),
        (["--only", "04_completon"], "04_completion"),
        (["--out", "{t}/file/out"], "Cannot write"),
        (["--out", "{t}/taken"], "not a plan package"),
    ],
)
def test_what_cannot_be_made_is_found_before_anything_is_read(plans, tmp_path, capsys, wrong, says):
    (tmp_path / "file").touch()
    (tmp_path / "taken" / "plans").mkdir(parents=True)
    (tmp_path / "taken" / "plans" / "mine.docx").touch()
    given = [word.format(t=tmp_path) for word in wrong]
    assert main(["report", str(plans), "--out", str(tmp_path / "out"), *given]) == 2
    told = capsys.readouterr().err
    assert says in told and "[1/1]" not in told
    assert not (tmp_path / "out").exists()


def test_a_folder_of_documents_is_not_named_as_a_place_for_a_package(plans, tmp_path, capsys):
    assert main(["classify", str(plans)]) == 2
    told = capsys.readouterr().err
    assert f"dhr ingest {plans} --out " in told and f"--out {plans}" not in told


@pytest.fixture
def made(monkeypatch):
    """What is asked of the report, without making any."""
    asked = []

    def make_report(source, *, quarter, out, **rest):
        asked.append(quarter)
        return out / quarter / "index.html"

    monkeypatch.setattr("dhr_analytics.reporting.report.make_report", make_report)
    return asked


def test_a_package_is_reported_on_for_the_quarter_of_its_latest_day(plans, tmp_path, made, monkeypatch, capsys):
    (plans / "reviews.csv").write_text(
        "document,published_on,snapshot_on\np.txt,2024-05-01,2025-05-31\n", encoding="utf-8"
    )
    package, out = str(tmp_path / "pkg"), ["--out", str(tmp_path / "out")]
    assert main(["ingest", str(plans), "--out", package]) == 0
    for more in ([], ["--year", "fiscal"], ["--quarter", "2024Q4"]):
        assert main(["report", package, *out, *more]) == 0
    assert made == ["2025Q2", "2025-26Q1", "2024Q4"]
    assert capsys.readouterr().err.count("that of the latest day") == 2
    monkeypatch.setattr("dhr_analytics.reporting.lab.open_lab", lambda notebook, **rest: 0)
    assert main(["explore", package, *out]) == 0
    assert "quarter 2025Q2" in capsys.readouterr().err


def test_a_part_says_what_it_replaces_and_a_local_report_what_may_leave(plans, tmp_path, made, capsys):
    out = tmp_path / "out"
    command = ["report", str(plans), "--out", str(out)]
    assert main([*command, "--only", "00_summary"]) == 0
    assert "takes its place" not in capsys.readouterr().err
    (out / "2025Q1").mkdir()
    (out / "2025Q1" / "manifest.json").write_text('{"files": {}}')
    assert main([*command, "--theme", "dash"]) == 0
    told = capsys.readouterr().err
    assert str(out / "2025Q1") in told.splitlines()[0] and "takes its place" in told.splitlines()[0]
    assert main([*command, "--profile", "local"]) == 0
    told = capsys.readouterr().err
    assert "takes its place" in told and f"{out / 'plans'} holds every row" in told
    assert main([*command]) == 0
    assert "takes its place" not in capsys.readouterr().err
    assert main([*command, "--check"]) == 0
    assert "untouched; its figures cannot be made again" in capsys.readouterr().out


def test_a_codebook_with_idle_phrases_only_is_no_fault(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("id,text\n1,Complete the DASH.\n", encoding="utf-8")
    assert main(["codebook", "check", "--texts", str(tmp_path / "t.csv")]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) < 300
    assert main(["codebook", "check", "--texts", str(tmp_path / "t.csv"), "--json"]) == 0
    assert {row["problem"] for row in json.loads(capsys.readouterr().out)["findings"]} == {"fires on nothing"}


def test_a_sample_of_all_reviews_does_not_ask_for_more(plans, tmp_path, capsys):
    assert main(["ingest", str(plans), "--out", str(tmp_path / "pkg")]) == 0
    sheet, store = str(tmp_path / "s.xlsx"), str(tmp_path / "d.csv")
    assert main(["coding", "export", str(tmp_path / "pkg"), sheet, "--sample", "10", "--decisions", store]) == 0
    told = capsys.readouterr().err
    assert "holds no more" in told and "ask for more" not in told


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 0), (3, 2)])
def test_make_takes_a_report_with_remarks_for_a_report(tmp_path, code, ends):
    need("make", "make")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "dhr").write_text(f"#!/bin/sh\nexit {code}\n")
    (tmp_path / "bin" / "dhr").chmod(0o755)
    (tmp_path / ".ready").touch()
    done = subprocess.run(["make", "report", f"VENV={tmp_path}"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == ends
    assert ("done, with remarks above" in done.stderr) == (code == 1)


def test_the_main_job_from_any_folder(plans, tmp_path):
    done = dhr("report", plans, "--quarter", "2025Q1", "--out", tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = done.stdout.strip().splitlines()[-1]
    assert page.endswith("index.html") and "2025Q1" in page
    assert (tmp_path / "out" / "2025Q1" / "index.html").is_file()


def test_every_command_and_option_is_documented(capsys):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("ingest", "classify", "report", "coding export", "coding import", "coding agreement", "codebook check",
                    "cite", "evaluate ingest", "evaluate themes", "explore", "cite"):  # fmt: skip
        assert f"dhr {command}" in readme
        options = set(re.findall(r"(?<!\w)--[a-z][a-z-]+", run(capsys, *command.split(), "--help")[1])) - {"--help"}
        assert not [option for option in options if option not in readme], command


@pytest.mark.parametrize("trained", [True, False])
def test_coding_says_where_it_trains_the_model_first(trained, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("dhr_analytics.themes.model.is_trained", lambda codebook: trained)
    (tmp_path / "t.csv").write_text("id,text\n1,Train staff.\n", encoding="utf-8")
    assert main(["classify", "--texts", str(tmp_path / "t.csv"), "--out", str(tmp_path / "o.csv")]) == 0
    assert ("training the model" in capsys.readouterr().err) == (not trained)
