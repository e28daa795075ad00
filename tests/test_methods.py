"""The methods page: figures that are read and not made up, and what it says of actions and doubts."""

import frames
import pandas as pd
import pytest
from packs import inline

from dhr_analytics.reporting import methods, text
from dhr_analytics.reporting.view import View
from dhr_analytics.statistics import parse_quarter
from dhr_analytics.themes.codebook import Codebook


def view(plans):
    return View(plans, parse_quarter("2025Q1"))


def test_the_stored_figures_are_of_the_codebook_and_stand_in_the_model_card():
    found = pd.read_csv(methods.FOLDER / "accuracy.csv")
    for held_out in (methods.ALL, methods.PLAIN):
        rows = found[found["held_out"] == held_out]
        assert set(rows["theme"]) - set(Codebook.load().ids) == {"(all themes)"}
        assert (rows["low"] <= rows["f1"]).all() and (rows["f1"] <= rows["high"]).all()
        assert methods.accuracy_markdown(held_out=held_out) in methods.CARD.read_text(encoding="utf-8")
        assert methods.calibrated(held_out=held_out) in methods.CARD.read_text(encoding="utf-8")
    for heading in ("Known failures", "What not to use it for"):
        assert methods.card(heading).startswith("- ") and "\n#" not in methods.card(heading)


def test_measuring_counts_what_was_held_out(tmp_path):
    rows = [
        {"part": part, "truth": {"dash"}, "combined": {"dash"}, "chances": {"dash": 0.9}} for part in ("part5", "a")
    ]
    rows.append({"part": "a", "truth": {"dash"}, "combined": {"marac"}, "chances": {"dash": 0.2}})
    methods.measure(pd.DataFrame(rows), tmp_path)
    found = pd.read_csv(tmp_path / "accuracy.csv").set_index(["held_out", "theme"])
    assert found.loc[("all", "dash"), ["n", "precision", "recall"]].tolist() == [3, 1.0, 0.6667]
    assert found.loc[("all", "(all themes)"), ["n", "precision", "recall"]].tolist() == [3, 0.6667, 0.6667]
    assert found.loc[("part5", "(all themes)"), "f1"] == 1
    assert {path.name for path in tmp_path.iterdir()} == {"accuracy.csv", "calibration.csv", "coverage.csv"}


def test_types_and_strengths_of_actions_add_up():
    wordings = ["Train all staff.", "Write a new policy.", "Train again.", "Add a prompt to the system.", "Tea."]
    plans = frames.build([{"text": each} for each in wordings])
    assert str(methods.strength(view(plans))).startswith(
        "3 of 5 actions are of a kind held to be weaker (training; policy"
    )
    counts = {each.group: each.n for each in methods.actions(view(plans), by="strength")}
    assert counts == {"stronger": 0, "intermediate": 1, "weaker": 3, "": 1}
    types = methods.actions(view(plans), by="action_type")
    assert [text.name("action_type", types[0].group), types[-1].group] == ["Training", "other"]
    assert sum(each.n for each in types) == 5 and methods.actions(view(frames.empty()), by="strength") == []


@pytest.mark.parametrize("words", ["The Police should train <b>officers</b>.", "=HYPERLINK(1)"])
def test_doubts_are_listed_with_their_words_and_escaped(words, tmp_path):
    recommendations = [{"recommendation_id": key, "text": words} for key in ("A-R001", "A-R002")]
    plans = frames.build([{"agency": "Hospital Trust", "sector": "health"}], recommendations=recommendations)
    coded = {"recommendation_id": ["A-R001"] * 3 + ["A-R002"], "theme": ["training", "dash", "marac", "other"]}
    coded |= {"source": ["rule", "model", "human", "model"], "probability": ["0.9", "0.5", "0.5", "0.8"]}
    plans = plans.with_themes(pd.DataFrame(coded, dtype="str"))
    assert methods.doubtful(view(plans))["Theme in doubt"].tolist() == [text.name("theme", "dash")]
    assert [cell.estimate.n for cell in methods.sources(view(plans))["Themes"]] == [1, 2, 1]
    assert len(methods.unthemed(view(plans))) == 1
    tree = inline("06_methods", plans, tmp_path)
    flagged = [table for table in tree.find_all("table") if "misaddressed" in table.caption.text]
    assert bool(flagged) == words.startswith("The Police") and not tree.main.find_all("b")
    assert all((tmp_path / link["href"]).is_file() for link in tree.main.find_all("a"))
