"""Measuring the coding: the figures, the folds, the intervals, calibration."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.themes.coding import code_texts
from dhr_analytics.themes.evaluate import (
    METHODS,
    addressee,
    bootstrap,
    calibration,
    compare,
    cross_validate,
    figures,
    precision_coverage,
    read_gold,
    theme_figures,
)
from dhr_analytics.themes.model import read_training

SHARED = Path(__file__).resolve().parents[2] / "shared"
GOLD = SHARED / "gold" / "themes.csv"
seeds = pytest.mark.skipif(not GOLD.exists(), reason="the gold reading in ../shared is not there")


def test_figures_by_hand() -> None:
    truth, coded = [{"a"}, {"a", "b"}, {"b"}, {"c"}], [{"a"}, {"a"}, {"a", "b"}, {"d"}]
    found = figures(truth, coded)
    assert found["micro_f1"] == pytest.approx(2 * 3 / (5 + 5))
    assert found["macro_f1"] == pytest.approx((4 / 5 + 2 / 3 + 0) / 3)
    table = theme_figures(truth, coded)
    # a: both 2, only coded 1, neither 1; agreement 3/4, by chance (2*3 + 2*1)/16.
    assert table.loc["a", "kappa"] == pytest.approx((0.75 - 0.5) / 0.5)
    assert table.loc["b", ["gold", "coded", "right"]].tolist() == [2, 1, 1]


def test_perfect_coding_is_one_throughout() -> None:
    sets = [{"a"}, {"b", "c"}]
    assert figures(sets, sets) == {"micro_f1": 1.0, "macro_f1": 1.0, "mean_kappa": 1.0}


@pytest.mark.seeds
@seeds
def test_figures_are_those_of_the_shared_scorer(tmp_path: Path) -> None:
    gold = read_gold(GOLD)
    coded = code_texts(gold)
    gold.to_csv(tmp_path / "gold.csv", index=False)
    coded.to_csv(tmp_path / "coded.csv", index=False)
    scorer = [sys.executable, SHARED / "score" / "score_themes.py", tmp_path / "gold.csv", tmp_path / "coded.csv"]
    done = subprocess.run([*map(str, scorer), "--json"], capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout)["strict"]
    given = coded.groupby("id")["theme"].agg(set)
    ours = figures([set(themes.split(";")) for themes in gold["themes"]], [given[identity] for identity in gold["id"]])
    assert {name: theirs[name] for name in ours} == pytest.approx(ours, abs=2e-3)


def test_interval_resamples_groups_whole_and_is_the_same_every_time() -> None:
    truth = [{"a"}] * 40
    coded = [{"a"}] * 20 + [{"b"}] * 20
    rows = bootstrap(truth, coded, [str(n) for n in range(40)], draws=200)
    groups = bootstrap(truth, coded, ["x"] * 20 + ["y"] * 20, draws=200)
    assert rows.loc["micro_f1", "estimate"] == 0.5
    assert groups.loc["micro_f1", ["low", "high"]].tolist() == [0.0, 1.0]
    assert 0.3 < rows.loc["micro_f1", "low"] < 0.5 < rows.loc["micro_f1", "high"] < 0.7
    pd.testing.assert_frame_equal(rows, bootstrap(truth, coded, [str(n) for n in range(40)], draws=200))


@pytest.fixture(scope="module")
def held_out() -> pd.DataFrame:
    """A third of the labelled texts, in three folds."""
    texts = pd.DataFrame(read_training()[::3]).reset_index(drop=True)
    return cross_validate(texts, [str(n % 3) for n in range(len(texts))])


def test_every_text_is_held_out_once_and_both_sources_help(held_out: pd.DataFrame) -> None:
    assert held_out["id"].tolist() == [row["id"] for row in read_training()[::3]]
    assert held_out["fold"].tolist() == [str(n % 3) for n in range(len(held_out))]
    micro = {m: figures(held_out["truth"].tolist(), held_out[m].tolist())["micro_f1"] for m in METHODS}
    assert micro["combined"] > max(micro["rules"], micro["model"]) > micro["tfidf"]


def test_what_is_held_out_is_not_seen() -> None:
    texts = pd.DataFrame(read_training()[::12])
    folds = [str(n % 2) for n in range(len(texts))]
    spoilt = texts.assign(
        themes=list(
            texts["themes"].where([fold == "0" for fold in folds], texts["themes"].shift(2, fill_value="other"))
        )
    )
    chance = {name: cross_validate(t, folds, methods=["combined"]) for name, t in {"a": texts, "b": spoilt}.items()}
    of_fold = {name: done.loc[done["fold"] == "1", "chances"].tolist() for name, done in chance.items()}
    assert of_fold["a"] == of_fold["b"]
    assert chance["a"]["chances"].tolist() != chance["b"]["chances"].tolist()


def test_probabilities_are_calibrated(held_out: pd.DataFrame) -> None:
    table = calibration(held_out)
    assert table.attrs["ece"] < 0.03
    assert table["n"].sum() == len(held_out) * 28
    assert table["observed"].iloc[-1] > 0.85 > 0.1 > table["observed"].iloc[0]


def test_calibration_error_by_hand() -> None:
    coded = pd.DataFrame({"chances": [{"a": 0.9, "b": 0.1}, {"a": 0.9, "b": 0.1}], "truth": [{"a"}, set()]})
    assert calibration(coded).attrs["ece"] == pytest.approx((2 * 0.4 + 2 * 0.1) / 4)


def test_leaving_the_unsure_to_people_raises_accuracy(held_out: pd.DataFrame) -> None:
    curve = precision_coverage(held_out)
    assert curve["coverage"].iloc[-1] == 1
    half = curve[curve["coverage"].round(2) == 0.5].iloc[0]
    assert half["accuracy"] > curve["accuracy"].iloc[-1] + 0.05
    assert half["precision"] > curve["precision"].iloc[-1]


def test_methods_are_compared_with_intervals(held_out: pd.DataFrame) -> None:
    table = compare(held_out, held_out["id"].tolist(), draws=50)
    assert set(table.index.get_level_values("method")) == set(METHODS)
    assert (table["low"] <= table["high"]).all()


def test_an_unknown_method_is_refused() -> None:
    texts = pd.DataFrame(read_training()[::40])
    with pytest.raises(UsageError, match="magic"):
        cross_validate(texts, [str(n % 2) for n in range(len(texts))], methods=["magic"])


def test_gold_in_one_file(tmp_path: Path) -> None:
    file = tmp_path / "gold.csv"
    pd.DataFrame({"id": ["1"], "text": ["Train staff."], "themes": ["training"]}).to_csv(file, index=False)
    gold = read_gold(file)
    assert gold[["id", "section", "review"]].values.tolist() == [["1", "", ""]]


def test_gold_in_two_files(tmp_path: Path) -> None:
    keys = {"document": ["d", "d"], "seq": ["1", "2"]}
    pd.DataFrame({**keys, "themes": ["training", "other"]}).to_csv(tmp_path / "themes.csv", index=False)
    words = pd.DataFrame({**keys, "section": ["", "Health"], "text": ["Train staff.", "Repair the roof."]})
    words.to_csv(tmp_path / "recommendations.csv", index=False)
    gold = read_gold(tmp_path / "themes.csv")
    assert gold["id"].tolist() == ["d/1", "d/2"] and gold["review"].tolist() == ["d", "d"]
    words.head(1).to_csv(tmp_path / "recommendations.csv", index=False)
    with pytest.raises(InputError, match="d/2"):
        read_gold(tmp_path / "themes.csv")


@pytest.mark.parametrize("content", ["id,text\n1,x\n", ""])
def test_gold_that_lacks_something_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "gold.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="gold.csv"):
        read_gold(file)


def test_addressee_is_the_body_named_first() -> None:
    assert addressee("The Constabulary should write to the GP.") == "police"
    assert addressee("GPs should write to the police.") == "health"
    assert addressee("Be kind.") == "none"
