"""Themes of a package: what was coded before is taken over, and the result is as if all had been coded anew."""

from dataclasses import replace
from pathlib import Path

import frames
import pandas as pd
import pytest

from dhr_analytics.package import Plans, read_package, write_package
from dhr_analytics.themes import Codebook, coding
from dhr_analytics.themes.decisions import COLUMNS, text_key
from dhr_analytics.themes.plans import code_plans, themes_in_doubt

WORDINGS = (
    "Train GPs on the DASH",
    "Share information with the police in time",
    "Buy new curtains",
    "Review the policy",
)


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Plans:
    given = [{"recommendation_id": f"A-R{n:03d}", "text": text} for n, text in enumerate(WORDINGS, start=1)]
    plans, _, new = code_plans(frames.build(recommendations=given), Codebook.load(), "no decisions")
    assert new == len(WORDINGS)
    return read_package(write_package(plans, tmp_path_factory.mktemp("package") / "plans").parent)


def changed(plans: Plans) -> Plans:
    """One wording is new, one recommendation is gone, the order is another."""
    wording = plans.recommendations.copy()
    wording.loc[wording.index[0], "text"] = "Train all midwives to recognise coercive control."
    gone = wording["recommendation_id"].iloc[-1]
    kept = wording[wording["recommendation_id"] != gone].iloc[::-1].reset_index(drop=True)
    return replace(plans, recommendations=kept, themes=None)


def test_where_nothing_is_new_nothing_is_coded(coded: Plans, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(coding, "code_recommendations")
    again, _, new = code_plans(coded, Codebook.load(), "no decisions", earlier=coded)
    assert new == 0
    pd.testing.assert_frame_equal(again.themes, coded.themes)


def test_only_what_is_new_is_coded_and_the_result_is_the_same(coded: Plans) -> None:
    some, _, new = code_plans(changed(coded), Codebook.load(), "no decisions", earlier=coded)
    whole, _, every = code_plans(changed(coded), Codebook.load(), "no decisions")
    assert (new, every) == (1, len(coded.recommendations) - 1)
    pd.testing.assert_frame_equal(some.themes, whole.themes)
    assert some.about == whole.about


@pytest.mark.parametrize("what", ["codebook", "decisions"])
def test_another_codebook_or_decision_codes_everything_anew(coded: Plans, tmp_path: Path, what: str) -> None:
    codebook, store = Codebook.load(), tmp_path / "decisions.csv"
    first = coded.recommendations.iloc[0]
    if what == "codebook":
        codebook = replace(codebook, version="9.9.9")
    else:
        row = {
            "decision_id": "d1",
            "text_key": text_key(first["review_id"], first["text"], first["section"]),
            "recommendation_id": first["recommendation_id"],
            "theme": "firearms",
            "verdict": "present",
            "coder": "A",
            "decided_on": "2025-01-01",
            "reason": "",
            "codebook_version": codebook.version,
            "superseded_by": "",
        }
        pd.DataFrame([row]).to_csv(store, index=False)
    again, _, new = code_plans(coded, codebook, store, earlier=coded)
    assert new == len(coded.recommendations)
    if what == "decisions":
        mine = again.themes[again.themes["recommendation_id"] == first["recommendation_id"]]
        assert "human" in set(mine.loc[mine["theme"] == "firearms", "source"])
        assert code_plans(again, codebook, store, earlier=again)[2] == 0


def test_what_people_decided_is_in_doubt_no_longer(sample_plans: Plans, tmp_path: Path) -> None:
    codebook, store = Codebook.load(), tmp_path / "decisions.csv"
    unsure = themes_in_doubt(sample_plans, codebook, store)
    assert len(unsure) and unsure["usefulness"].is_monotonic_decreasing
    assert set(unsure["recommendation_id"]) <= set(sample_plans.recommendations["recommendation_id"])
    first = unsure.iloc[0]
    wording = sample_plans.recommendations.set_index("recommendation_id").loc[first["recommendation_id"]]
    row = dict.fromkeys(COLUMNS, "") | {
        "decision_id": "d1",
        "text_key": text_key(wording["review_id"], wording["text"], wording["section"]),
        "recommendation_id": first["recommendation_id"],
        "theme": first["theme"],
        "verdict": "absent",
        "coder": "A",
        "decided_on": "2025-01-01",
        "codebook_version": codebook.version,
    }
    pd.DataFrame([row]).to_csv(store, index=False)
    pd.testing.assert_frame_equal(
        themes_in_doubt(sample_plans, codebook, store), unsure.iloc[1:].reset_index(drop=True)
    )


def test_where_nothing_is_in_doubt_the_list_is_empty_but_whole(coded: Plans, tmp_path: Path) -> None:
    sure = replace(coded, recommendations=coded.recommendations.iloc[:0])
    unsure = themes_in_doubt(sure, Codebook.load(), tmp_path / "none.csv")
    assert len(unsure) == 0 and {"recommendation_id", "theme", "usefulness"} <= set(unsure.columns)
