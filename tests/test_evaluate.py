import json
import subprocess
import sys

import pytest
from conftest import ROOT, SHARED

from dhr_analytics import ingest
from dhr_analytics.errors import UsageError
from dhr_analytics.evaluate import evaluate_ingest, overlap
from dhr_analytics.package import write_package

SEEDS = pytest.mark.seeds
# What the issue of reading asks for; the sample is our own rewording of the published plans.
LEAST = {
    "recommendation_f1": 0.99,
    "action_f1": 0.95,
    "number": 0.98,
    "scope": 0.98,
    "section": 0.98,
    "lead_agency": 0.95,
    "status": 0.95,
    "target_on": 0.98,
    "completed_on": 0.95,
    "words_kept": 0.99,
}


@pytest.mark.parametrize(
    ("documents", "gold"),
    [
        pytest.param(ROOT / "data" / "sample", ROOT / "tests" / "gold_sample", id="sample"),
        pytest.param(SHARED / "seeds", SHARED / "gold", id="published", marks=SEEDS),
    ],
)
def test_plans_are_read_as_by_hand(documents, gold, tmp_path):
    write_package(ingest([documents]), tmp_path / "pkg")
    figures, misses = evaluate_ingest(gold, tmp_path / "pkg")
    assert not {name: figures[name] for name, least in LEAST.items() if figures[name] < least}, "\n".join(misses)


@SEEDS
def test_the_figures_are_those_of_the_agreed_scorer(tmp_path):
    plans = ingest([SHARED / "seeds"])
    # A package with faults, so that the figures are not all one.
    actions = plans.actions.copy()
    actions.loc[::3, "status"] = "not_started"
    actions.loc[::4, "text"] = "something else"
    recommendations = plans.recommendations.copy()
    recommendations.loc[::7, "text"] = "quite another wording"
    recommendations.loc[::5, "scope"] = ""
    broken = type(plans)(plans.reviews, recommendations, actions, plans.rejected)
    write_package(broken, tmp_path / "pkg")
    scorer = [
        sys.executable,
        str(SHARED / "score" / "score_ingest.py"),
        str(SHARED / "gold"),
        str(tmp_path / "pkg"),
        "--json",
    ]
    agreed = json.loads(subprocess.run(scorer, capture_output=True, text=True, check=True).stdout)
    figures, misses = evaluate_ingest(SHARED / "gold", tmp_path / "pkg")
    assert figures == {name: agreed[name] for name in figures}
    assert figures["status"] < 0.9 and misses


def test_overlap_and_missing_tables(tmp_path):
    assert overlap("", "") == 1 and overlap("a b", "b a") == 1 and overlap("a", "") == 0
    with pytest.raises(UsageError, match="There is no"):
        evaluate_ingest(tmp_path, tmp_path)
