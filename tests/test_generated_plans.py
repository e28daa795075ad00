"""Thirty generated plans, in layouts drawn at random: a slice of ``benchmarks/reading.py``.

Only kinds of file that need no other program are drawn; the bench takes all of them.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import ROOT, SHARED, by_path, needs_shared

GENERATOR = SHARED / "generator"
SCORER = SHARED / "score" / "score_ingest.py"
SEED, COUNT = 640, 30  # a seed of its own: not one of the bench, and none for fitting weights
KINDS = ("txt_tab", "txt_pipe", "txt_columns", "md", "csv", "xlsx", "docx", "html")
LEAST = {
    # Lower than the bounds of benchmarks/reading.py: one document of thirty weighs three in a hundred.
    "recommendation_f1": 0.94,
    "action_f1": 0.92,
    "status": 0.93,
    "target_on": 0.98,
    "lead_agency": 0.96,
}

pytestmark = [
    pytest.mark.slow,
    needs_shared("generator/measure.py"),
    needs_shared("score/score_ingest.py"),
]


@pytest.fixture(scope="session")
def measured(tmp_path_factory):
    """The scores of each document, its layout, the pooled scores and every miss."""
    folder = tmp_path_factory.mktemp("generated")
    make = ["--seed", str(SEED), "--count", str(COUNT), "--kinds", ",".join(KINDS)]
    generate = [sys.executable, str(GENERATOR / "generate.py"), *make, "--out", str(folder)]
    subprocess.run(generate, check=True, capture_output=True)
    package = folder / "package"
    read = ["ingest", str(folder / "documents"), "--out", str(package), "--jobs", "2"]
    command = [sys.executable, "-m", "dhr_analytics", *read]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return by_path(GENERATOR / "measure.py").measure(folder, package, SCORER)


def test_every_document_is_scored(measured):
    scores, axes, whole, _ = measured
    assert len(scores) == len(axes) == COUNT
    assert whole["counts"]["gold_recs"] == scores.gold_recs.sum() > 5 * COUNT


@pytest.mark.parametrize("field", LEAST)
def test_generated_plans_are_read(measured, field):
    scores, axes, whole, misses = measured
    by = ["recommendation_f1", "action_f1"] if field.endswith("_f1") else [field]
    worst = scores.join(axes[["kind", "grammar"]])[["kind", "grammar", *by]].sort_values(by).head(8)
    said = [line for line in misses if line.startswith(field.removesuffix("_f1"))]
    shown = "\n".join([worst.to_string(), *said[:40]])
    assert whole[field] >= LEAST[field], shown
