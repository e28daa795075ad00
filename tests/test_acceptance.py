"""A document that is graded check counts once the manifest accepts it, for its bytes only."""

import csv
import hashlib
import re

import pytest
from graded import grading, plan_text

from dhr_analytics import ingest, write_package
from dhr_analytics.collecting.acceptance import is_accepted, lapsed, lines_to_accept

DIGEST = "0123456789ab" + "c" * 52


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "p.txt").write_text(plan_text("staff", "carers"), encoding="utf-8")
    (tmp_path / "plans" / "q.txt").write_text(plan_text("vets"), encoding="utf-8")
    grading(monkeypatch, {"p.txt": "check"})
    return tmp_path / "plans"


def accepted(plans):
    return dict(zip(plans.reviews["document"], plans.reviews["accepted"], strict=True))


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("sha256:0123456789ab", True),
        ("SHA256:0123456789AB", True),
        ("", False),
        ("yes", False),
        ("sha256:", False),
        ("sha256:0123456789ac", False),
        ("0123456789ab", False),
    ],
)
def test_only_the_code_of_these_bytes_accepts(given, right):
    stated = {"document": "p.txt", "line": "reviews.csv, line 2", "accepted": given}
    assert is_accepted(stated, DIGEST) is right
    remark = lapsed(stated, DIGEST)
    assert bool(remark) is (bool(given) and not right)
    if remark:
        assert remark.startswith("reviews.csv, line 2: p.txt") and remark.endswith("write sha256:0123456789ab.")
        assert ("has changed since" in remark) is given.startswith("sha256:")


def test_the_tables_hold_the_document_and_say_what_was_not_understood(folder):
    plans = ingest([folder])
    assert dict(zip(plans.reviews["document"], plans.reviews["grade"], strict=True)) == {
        "p.txt": "check",
        "q.txt": "sure",
    }
    assert accepted(plans) == {"p.txt": False, "q.txt": False}
    assert len(plans.recommendations) == 3
    (row,) = plans.rejected[plans.rejected["reason"] == "not understood"].to_dict("records")
    assert (row["document"], row["text"]) == ("p.txt", "table 2: header not understood: Ref, Weather")
    assert "remarks" not in plans.about


def test_the_printed_line_accepts_and_lapses_when_the_bytes_change(folder):
    plans = ingest([folder])
    (said,) = lines_to_accept(plans, [folder / "p.txt", folder / "q.txt"]).values()
    head, line = re.fullmatch(r"p\.txt: .* write in .*reviews\.csv \(columns (.*)\): (.*)", said).groups()
    (folder / "reviews.csv").write_text(f"{head}\n{line}\n", encoding="utf-8")
    assert head == "document,accepted"
    plans = ingest([folder])
    assert accepted(plans) == {"p.txt": True, "q.txt": False}
    assert lines_to_accept(plans, [folder / "p.txt", folder / "q.txt"]) == {}
    assert "remarks" not in plans.about
    with (folder / "p.txt").open("a") as file:
        file.write("3\tTrain cooks to ask.\tRun a day.\tNorthmoor Police\tMay 2025\tOngoing\n")
    plans = ingest([folder])
    assert accepted(plans)["p.txt"] is False
    (remark,) = plans.about["remarks"]
    digest = hashlib.sha256((folder / "p.txt").read_bytes()).hexdigest()
    assert "p.txt is accepted as" in remark and "changed since" in remark and digest[:12] in remark


def test_the_line_keeps_what_the_manifest_states_already(folder):
    (folder / "reviews.csv").write_text(
        'document,title,review_id,snapshot_on\nq.txt,Q,P,2024-12-31\np.txt,"A, B",P,31/03/2025\n', encoding="utf-8"
    )
    plans = ingest([folder])
    assert plans.reviews["review_id"].tolist() == ["P@2025-03-31", "P"]
    (said,) = lines_to_accept(plans, [folder / "p.txt", folder / "q.txt"]).values()
    head, line = re.search(r"in the place of its line in .* \(columns (.*)\): (.*)", said).groups()
    assert head == "document,title,review_id,snapshot_on,accepted"
    assert next(csv.reader([line]))[:4] == ["p.txt", "A, B", "P", "2025-03-31"]
    (folder / "reviews.csv").write_text(f"{head}\nq.txt,Q,P,2024-12-31\n{line}\n", encoding="utf-8")
    after = ingest([folder])
    assert accepted(after)["p.txt"] and after.reviews["review_id"].tolist() == ["P@2025-03-31", "P"]


def test_accepting_reads_nothing_again(folder, tmp_path):
    first = write_package(ingest([folder]), tmp_path / "pkg").parent
    digest = hashlib.sha256((folder / "p.txt").read_bytes()).hexdigest()
    (folder / "reviews.csv").write_text(f"document,accepted\np.txt,sha256:{digest[:12]}\n", encoding="utf-8")
    said = []
    plans = ingest([folder], earlier=first, progress=said.append)
    assert len(said) == 2 and all(line.endswith("(unchanged)") for line in said)
    assert accepted(plans)["p.txt"]
    assert plans.rejected["reason"].tolist() == ["not understood"], "what was not understood is kept too"
    assert "p.txt: 2 recommendations, 2 actions, graded check" in said[0]
