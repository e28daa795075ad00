"""Coding: the rows of themes.csv."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhr_analytics.errors import InputError
from dhr_analytics.themes import Codebook, code_recommendations, code_texts, find_themes
from dhr_analytics.themes.coding import COLUMNS, QUEUE, chances, code_stream, review_queue
from dhr_analytics.themes.evaluate import read_gold
from dhr_analytics.themes.model import read_training

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are forked on Linux only")
BUNDLED = Codebook.load()
SHARED = Path(__file__).resolve().parents[2] / "shared"


def frame(*texts: str | None, **columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"id": [f"r{n}" for n in range(len(texts))], "text": list(texts), **columns})


def test_columns_and_types_are_those_of_the_contract() -> None:
    coded = code_texts(frame("Complete the DASH.", "Thank the widow's neighbour."))
    assert tuple(coded.columns) == COLUMNS
    assert set(coded["source"]) <= {"rule", "model"}
    assert coded["probability"].between(0, 1).all()
    assert set(coded["codebook_version"]) == {BUNDLED.version}


def test_no_texts_give_no_rows_with_the_same_columns() -> None:
    empty, full = code_texts(frame()), code_texts(frame("Complete the DASH."))
    assert len(empty) == 0
    pd.testing.assert_series_equal(empty.dtypes.drop("id"), full.dtypes.drop("id"))


def test_implied_parent_carries_the_evidence_of_its_child() -> None:
    coded = code_texts(frame("Officers must use the DARA.")).set_index("theme")
    columns = ["source", "evidence", "start", "end"]
    assert coded.loc["dash", "evidence"] == "DARA"
    assert coded.loc["risk_assessment", columns].tolist() == coded.loc["dash", columns].tolist()
    assert coded.loc["risk_assessment", "probability"] >= coded.loc["dash", "probability"]


def test_source_says_whether_a_phrase_of_the_codebook_fired() -> None:
    texts, codebook = pd.DataFrame(read_training()[::4]), Codebook.load()
    coded = code_texts(texts, codebook)
    found = dict(zip(texts["id"], find_themes(texts["text"], codebook), strict=True))
    fired = {identity: codebook.close({match.theme for match in matches}) for identity, matches in found.items()}
    assert set(coded["source"]) == {"rule", "model"}
    assert all((row.theme in fired[row.id]) == (row.source == "rule") for row in coded.itertuples())


def cut(texts: pd.DataFrame) -> pd.DataFrame:
    """Each theme given, with its probability before and after its evidence is cut out of the text."""
    coded = code_texts(texts)
    coded = coded[coded["start"].notna()].reset_index(drop=True)
    text_of = dict(zip(texts["id"], texts["text"], strict=True))
    left = [text_of[row.id][: row.start] + " " + text_of[row.id][row.end :] for row in coded.itertuples()]
    after = chances(pd.DataFrame({"id": range(len(coded)), "text": left}))
    return coded.assign(after=[after.at[place, theme] for place, theme in coded["theme"].items()])


def test_without_its_evidence_a_theme_is_less_likely() -> None:
    cases = cut(pd.DataFrame(read_training()))
    assert len(cases) > 3000
    assert (cases["after"] < cases["probability"]).mean() > 0.998
    assert (cases["after"] - cases["probability"]).max() < 0.01


@pytest.mark.seeds
@pytest.mark.skipif(not (SHARED / "gold" / "themes.csv").exists(), reason="the gold reading in ../shared is not there")
def test_without_its_evidence_a_theme_of_the_published_plans_is_less_likely() -> None:
    cases = cut(read_gold(SHARED / "gold" / "themes.csv"))
    assert (cases["after"] < cases["probability"]).all()


@LINUX
def test_portions_are_coded_at_the_same_time_in_processes_that_end_with_this_one(tmp_path: Path) -> None:
    (tmp_path / "many.csv").write_text("id,text\n" + "".join(f"{n},Review {n} policies.\n" for n in range(40_000)))
    command = [sys.executable, "-m", "dhr_analytics", "classify", "--texts", tmp_path / "many.csv", "--jobs", "2"]
    with subprocess.Popen([*command, "--out", tmp_path / "o.csv"], stderr=subprocess.PIPE) as run:
        assert run.stderr and b"coded" in run.stderr.readline()
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        assert len(children) == 2
        handles = [os.pidfd_open(int(child)) for child in children]
        run.kill()
    for handle in handles:  # readable once its process has ended
        assert select.select([handle], [], [], 20)[0]
        os.close(handle)


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_each_text_is_coded_by_itself_and_so_in_any_portions_and_processes(jobs: int) -> None:
    texts = pd.DataFrame(read_training()[::9])
    portions = (texts.iloc[at : at + 7] for at in range(0, len(texts), 7))
    frames, themes = zip(*code_stream(portions, jobs=jobs), strict=True)
    pd.testing.assert_frame_equal(pd.concat(frames), texts)
    pd.testing.assert_frame_equal(pd.concat(themes, ignore_index=True), code_texts(texts))


@LINUX
def test_a_worker_that_is_killed_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dhr_analytics.themes.coding.code_texts", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    texts = pd.DataFrame(read_training()[:20])
    with pytest.raises(InputError, match="--jobs 1"):
        list(code_stream([texts[:10], texts[10:]], jobs=2))


def test_review_queue_holds_the_unsure_themes_the_most_useful_first() -> None:
    texts = pd.DataFrame(read_training()[::5])
    queue, chance = review_queue(texts), chances(texts)
    assert tuple(queue.columns) == QUEUE
    assert len(queue) and queue["probability"].between(0.2, 0.7).all()
    assert queue["usefulness"].is_monotonic_decreasing
    assert len(queue) >= ((chance > 0.21) & (chance < 0.69)).sum().sum()
    given = set(code_texts(texts)[["id", "theme"]].itertuples(index=False, name=None))
    assert all(((row.id, row.theme) in given) == row.given for row in queue.itertuples())
    text_of = dict(zip(texts["id"], texts["text"], strict=True))
    assert all(text_of[row.id][row.start : row.end] == row.evidence != "" for row in queue.itertuples())
    # Equally unsure, the rarer theme comes first.
    expected = chance.sum()
    one = queue[queue["probability"].round(2) == queue["probability"].round(2).mode()[0]]
    assert expected[one["theme"].iloc[0]] < expected[one["theme"].iloc[-1]]


def test_review_queue_of_no_texts_is_empty() -> None:
    assert review_queue(frame()).empty


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.text(max_size=80) | st.sampled_from(["Train staff.", "Audit it.", "Use the DASH.", "Nothing."]), max_size=6
    )
)
def test_each_text_has_themes_or_other_and_every_evidence_is_at_its_place(texts: list[str]) -> None:
    given_frame = frame(*texts)
    coded = code_texts(given_frame, BUNDLED)
    assert set(coded["id"]) == set(given_frame["id"])
    assert not coded.duplicated(["id", "theme"]).any()
    text_of = dict(zip(given_frame["id"], given_frame["text"], strict=True))
    for identity, rows in coded.groupby("id"):
        assert ("other" in set(rows["theme"])) == (len(rows) == 1 and rows["evidence"].iloc[0] == "")
        for row in rows[rows["theme"] != "other"].itertuples():
            assert text_of[identity][row.start : row.end] == row.evidence != ""


def test_other_has_no_evidence_and_no_place() -> None:
    row = code_texts(frame("Improve the lighting of the footpath.")).iloc[0]
    assert row["theme"] == "other"
    assert row["evidence"] == ""
    assert pd.isna(row["start"]) and pd.isna(row["end"])


def test_missing_text_is_other() -> None:
    assert code_texts(frame(None, ""))["theme"].tolist() == ["other", "other"]


def test_rows_stand_in_input_order_and_then_in_codebook_order() -> None:
    texts = frame("Train staff, audit records and use the DASH.", "Use the DASH and train staff.")
    coded = code_texts(texts)
    order = {theme: place for place, theme in enumerate(Codebook.load().ids)}
    places = [(identity, order[theme]) for identity, theme in zip(coded["id"], coded["theme"], strict=True)]
    assert places == sorted(places)
    backwards = code_texts(texts.iloc[::-1])
    assert backwards["id"].drop_duplicates().tolist() == ["r1", "r0"]
    pd.testing.assert_frame_equal(
        backwards.sort_values("id", kind="stable", ignore_index=True), coded, check_index_type=False
    )


def test_input_is_left_as_it_was() -> None:
    texts = frame("Train staff.", section=["Housing"])
    before = texts.copy()
    code_texts(texts)
    pd.testing.assert_frame_equal(texts, before)


def test_heading_is_read_only_where_the_text_does_not_stand_alone() -> None:
    texts = frame(
        "Raise this with all.", "Write to every single agency in the county.", section=["Training", "Training"]
    )
    coded = code_texts(texts).set_index("id")
    assert coded.loc["r0", "theme"] == "training"
    assert coded.loc["r0", "evidence"] == "Training"
    assert pd.isna(coded.loc["r0", "start"])
    assert "training" not in set(coded.loc[["r1"], "theme"])


def test_probability_is_the_precision_that_the_codebook_states(tmp_path: Path) -> None:
    file = tmp_path / "codebook.toml"
    theme = '[[domain.theme]]\nid = "{0}"\nname = "x"\ndefinition = "x"\nhome_office = "other"\n{1}\n'
    file.write_text(
        'version = "0.1.0"\nhome_office_tags = ["other"]\n[[domain]]\nid = "d"\nname = "D"\n'
        + theme.format("a", 'phrases = ["alpha"]\nprecision = 0.75')
        + theme.format("b", 'phrases = ["beta"]')
        + theme.format("other", "precision = 0.5"),
        encoding="utf-8",
    )
    coded = code_texts(frame("alpha beta", "gamma"), Codebook.load(file))
    assert coded[["theme", "probability"]].values.tolist() == [["a", 0.75], ["b", 1.0], ["other", 0.5]]


def test_recommendations_of_a_package_keep_their_key() -> None:
    table = pd.DataFrame({"recommendation_id": ["x-R001"], "id": ["else"], "text": ["Train staff."], "section": [""]})
    coded = code_recommendations(table)
    assert coded.columns[0] == "recommendation_id"
    assert coded["recommendation_id"].tolist() == ["x-R001"]
    assert coded["theme"].tolist() == ["training"]


@pytest.mark.parametrize("column", ["id", "text"])
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(InputError, match=f"'{column}'"):
        code_texts(frame("Train staff.").drop(columns=column))


def test_recommendations_without_their_key_are_refused() -> None:
    with pytest.raises(InputError, match="recommendation_id"):
        code_recommendations(frame("Train staff."))


def test_a_repeated_id_is_named() -> None:
    with pytest.raises(InputError, match="'r0'"):
        code_texts(pd.DataFrame({"id": ["r0", "r0"], "text": ["a", "b"]}))


@pytest.mark.seeds
@pytest.mark.skipif(not (SHARED / "gold" / "themes.csv").exists(), reason="the gold reading in ../shared is not there")
def test_coding_reaches_the_floor_on_the_published_plans() -> None:
    key = ["document", "seq"]
    gold = pd.read_csv(SHARED / "gold" / "themes.csv", dtype=str, keep_default_na=False)
    texts = pd.read_csv(SHARED / "gold" / "recommendations.csv", dtype=str, keep_default_na=False)
    texts = texts.assign(id=texts[key].agg("/".join, axis=1))
    coded = code_texts(texts)
    found = {identity: set(rows) for identity, rows in coded.groupby("id")["theme"]}
    pairs = [(set(row.themes.split(";")), found[f"{row.document}/{row.seq}"]) for row in gold.itertuples()]
    right = sum(len(wanted & given_) for wanted, given_ in pairs)
    assert 2 * right / sum(len(wanted) + len(given_) for wanted, given_ in pairs) >= 0.85


def test_evidence_does_not_open_with_a_word_that_says_nothing() -> None:
    texts = [row["text"].replace(" ", " xqv ") for row in read_training()[::40]]
    coded = code_texts(frame(*texts))
    model_given = coded[(coded["source"] == "model") & coded["evidence"].str.len().gt(0)]
    assert len(model_given) > 20 and not model_given["evidence"].str.startswith("xqv").any()
