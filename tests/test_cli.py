"""The command, run as a user runs it."""

import csv
import json
import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT

from dhr_analytics.cli import main

PLAN = "No\tRecommendation\tAction\tLead agency\tTarget date\tStatus\n1\tTrain staff in DASH.\tRun it.\tNorthmoor Police\tMay 2025\tOngoing\n"


def dhr(*args, cwd=ROOT, **env):
    command = [sys.executable, "-m", "dhr_analytics", *map(str, args)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **env}
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", env=environment, check=False
    )


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
def test_help_teaches(command):
    done = dhr(*command, "--help")
    assert done.returncode == 0
    assert "dhr" in done.stdout and ("examples:" in done.stdout or len(command) != 1)


def test_ingest_and_classify_a_package(plans, tmp_path):
    done = dhr("ingest", plans, "--out", tmp_path / "pkg", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["recommendations"] == 1
    assert "[1/1] p.txt" in done.stderr
    done = dhr("classify", tmp_path / "pkg")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "pkg" / "themes.csv").open(encoding="utf-8") as file:
        assert {"dash", "risk_assessment", "training"} <= {row["theme"] for row in csv.DictReader(file)}


def test_classify_any_csv_of_texts(tmp_path):
    (tmp_path / "in.csv").write_text(
        'id,text\nA,"Complete a DASH, and share it"\nB,Buy new curtains\n', encoding="utf-8"
    )
    done = dhr("classify", "--texts", tmp_path / "in.csv", "--out", tmp_path / "out.csv")
    assert done.returncode == 0, done.stderr
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
        (lambda t: ["ingest", t / "letter.txt", "--out", t / "pkg"], 3, "No action plan"),
        (lambda t: ["ingest", t / "blank.txt", "--out", t / "pkg"], 3, "is empty"),
        (lambda t: ["ingest", t / "photo.txt", "--out", t / "pkg"], 3, "picture"),
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
def test_wrong_use_is_told_in_one_paragraph_and_leaves_nothing(plans, tmp_path, make, code, says):
    (tmp_path / "empty").mkdir()
    (tmp_path / "letter.txt").write_text("Dear all,\n\nsee you there.\n")
    (tmp_path / "blank.txt").write_bytes(b"")
    (tmp_path / "photo.txt").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF")
    before = sorted(p.name for p in tmp_path.iterdir())
    done = dhr(*make(tmp_path))
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    left = sorted(p.name for p in tmp_path.iterdir())
    assert [name for name in left if name not in before and name != "out"] == []
    assert not list(tmp_path.glob("out/2025*"))


def test_a_folder_with_one_unreadable_file_is_done_but_says_so(plans, tmp_path):
    (plans / "photo.txt").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF")
    done = dhr("ingest", plans, "--out", tmp_path / "pkg")
    assert done.returncode == 1
    assert "photo.txt" in done.stderr.strip().splitlines()[-1]


def test_the_main_job_from_any_folder(plans, tmp_path):
    done = dhr("report", plans, "--quarter", "2025Q1", "--out", tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = done.stdout.strip().splitlines()[-1]
    assert page.endswith("index.html") and "2025Q1" in page
    assert (tmp_path / "out" / "2025Q1" / "index.html").is_file()


def test_every_command_and_option_is_documented():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("ingest", "classify", "report", "coding export", "coding import", "coding agreement", "codebook check",
                    "cite", "evaluate ingest", "evaluate themes", "explore", "cite"):  # fmt: skip
        assert f"dhr {command}" in readme
        options = set(re.findall(r"(?<!\w)--[a-z][a-z-]+", dhr(*command.split(), "--help").stdout)) - {"--help"}
        assert not [option for option in options if option not in readme], command


@pytest.mark.parametrize("trained", [True, False])
def test_coding_says_where_it_trains_the_model_first(trained, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("dhr_analytics.themes.model.is_trained", lambda codebook: trained)
    (tmp_path / "t.csv").write_text("id,text\n1,Train staff.\n", encoding="utf-8")
    assert main(["classify", "--texts", str(tmp_path / "t.csv"), "--out", str(tmp_path / "o.csv")]) == 0
    assert ("training the model" in capsys.readouterr().err) == (not trained)
