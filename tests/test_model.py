"""The trained model: what it learns, that it is the same every time, and how it is kept."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dhr_analytics.errors import InputError
from dhr_analytics.themes import model as module
from dhr_analytics.themes.codebook import Codebook
from dhr_analytics.themes.model import (
    Model,
    Read,
    load_model,
    probabilities,
    read_training,
    rule_hits,
    scores,
    shares,
    train,
    weigh,
)
from dhr_analytics.themes.rules import find_themes, read_texts

SMALL = """
version = "0.1.0"
home_office_tags = ["other"]
[vocabulary]
asks = ["should"]
past = ["was"]
[implies]
apple = ["fruit"]
[[domain]]
id = "d"
name = "D"
""" + "".join(
    f'[[domain.theme]]\nid = "{name}"\nname = "{name}"\ndefinition = "x"\nhome_office = "other"\n{phrases}\n'
    for name, phrases in {
        "fruit": 'phrases = ["fruit"]',
        "apple": 'phrases = ["apple"]',
        "boat": 'phrases = ["boat"]',
        "rare": 'phrases = ["comet"]',
        "other": "",
    }.items()
)


@pytest.fixture()
def codebook(tmp_path: Path) -> Codebook:
    file = tmp_path / "codebook.toml"
    file.write_text(SMALL, encoding="utf-8")
    return Codebook.load(file)


def rows(n: int = 12) -> list[dict[str, str]]:
    made = []
    for part in ("a", "b"):
        for i in range(n):
            made += [
                {"text": f"Peel the apple on plate {i}", "themes": "apple", "part": part},
                {"text": f"Slice ripe pears for table {i}", "themes": "fruit", "part": part},
                {"text": f"Paint the sailing boat at pier {i}", "themes": "boat", "part": part},
                {"text": f"Close gate number {i}", "themes": "other", "part": part},
            ]
    made.append({"text": "Watch the comet", "themes": "rare", "part": "a"})
    return made


def read(text: str, codebook: Codebook) -> Read:
    return weigh(read_texts([text], codebook)[0])


def chance(model: Model, codebook: Codebook, text: str) -> dict[str, float]:
    reached = scores(model, shares(model, [read(text, codebook)]))
    found = probabilities(model, reached, rule_hits(codebook, find_themes([text], codebook), model.themes))
    return dict(zip(model.themes, found[0], strict=True))


def test_it_learns_themes_their_parents_and_words_never_seen(codebook: Codebook) -> None:
    model = train(rows(), codebook)
    assert model.themes == ("fruit", "apple", "boat")
    seen = chance(model, codebook, "Slice ripe pears")
    assert seen["fruit"] > 0.5 > max(seen["apple"], seen["boat"])
    assert chance(model, codebook, "Peel the apple")["fruit"] > 0.5
    unseen = chance(model, codebook, "He sailed")
    assert unseen["boat"] > unseen["apple"]


def test_a_theme_with_too_few_texts_is_left_to_the_rules(codebook: Codebook) -> None:
    assert "rare" not in train(rows(), codebook).themes


def test_without_labelled_texts_there_is_nothing_to_say(codebook: Codebook) -> None:
    model = train([], codebook)
    assert model.themes == ()
    assert scores(model, shares(model, [read("Peel the apple", codebook)])).shape == (1, 0)


def test_a_pair_of_words_adds_half_to_each_and_nothing_over_a_sign(codebook: Codebook) -> None:
    model = train(rows(), codebook)
    texts = ("Peel the apple, then the apples again. It was cold.", "", "Unheard wordings everywhere", "Boat. Boat")
    reads = [read(text, codebook) for text in texts]
    for one, added in zip(reads, shares(model, reads), strict=True):
        whole = np.zeros(len(model.themes))
        for form, weight in [*zip(one.forms, one.weights, strict=True), *zip(one.pairs, one.pair_weights, strict=True)]:
            if form in model.rows:
                whole += weight * model.vectors[model.rows[form]]
            elif form and " " not in form:
                whole += weight * module._unknown(model, form)
        assert added.shape == (len(one.forms), len(model.themes))
        assert added.sum(axis=0) == pytest.approx(whole)
        assert shares(model, [one])[0] == pytest.approx(added)


def test_words_stand_where_they_are_said_to_and_signs_part_them(codebook: Codebook) -> None:
    text = "The carer’s safety-plan, e.g. boats"
    found = read(text, codebook)
    words = found.words
    assert [text[words.starts[place] : words.ends[place]] for place in found.places] == [
        "The",
        "carer",
        "safety",
        "plan",
        "e",
        "g",
        "boats",
    ]
    assert found.pairs == ["", "the carer", "carer safety", "safety plan", "", "", ""]


def test_a_sentence_that_asks_for_nothing_weighs_less(codebook: Codebook) -> None:
    found = read("Paint should begin. The weather was bad.", codebook)
    weights = dict(zip(found.forms, found.weights, strict=True))
    assert weights["weather"] == pytest.approx(module.STORY * weights["paint"])
    alone = read("The weather was bad. It was late.", codebook)
    assert len(set(alone.weights)) <= 2 and min(alone.weights) > 0.3 * max(alone.weights)


def test_more_evidence_never_makes_a_theme_less_likely(codebook: Codebook) -> None:
    model = train(rows(), codebook)
    scores = np.linspace(-3, 3, 13)[:, None] * np.ones(len(model.themes))
    for hits in (0.0, 1.0, 4.0):
        assert (np.diff(probabilities(model, scores, np.full(scores.shape, hits)), axis=0) >= 0).all()


def same(one: Model, other: Model) -> bool:
    return one.themes == other.themes and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        if isinstance(getattr(one, name), np.ndarray)
        else getattr(one, name) == getattr(other, name)
        for name in ("rows", "vectors", "gram_rows", "gram_vectors", "intercept", "join", "thresholds")
    )


def test_training_gives_the_same_numbers_for_any_number_of_threads(codebook: Codebook, tmp_path: Path) -> None:
    program = (
        "import sys, hashlib, numpy; sys.path.insert(0, sys.argv[1]); import test_model as t;"
        "m = t.train(t.rows(), t.Codebook.load(sys.argv[2]));"
        "print(hashlib.sha256(b''.join(getattr(m, n).tobytes() for n in ('vectors', 'join', 'thresholds'))).hexdigest())"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parent), str(tmp_path / "codebook.toml")]
    runs = {
        subprocess.run(
            command, env={**os.environ, "OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads},
            capture_output=True, text=True, check=True,
        ).stdout
        for threads in ("1", "2")
    }  # fmt: skip
    assert len(runs) == 1 and len(runs.pop().strip()) == 64


@pytest.fixture()
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, and few labelled texts."""
    training = tmp_path / "training"
    training.mkdir()
    for part in ("a", "b"):
        lines = [f"{n},{row['text']},{row['themes']}" for n, row in enumerate(rows()) if row["part"] == part]
        (training / f"{part}.csv").write_text("\n".join(["id,text,themes", *lines]), encoding="utf-8")
    monkeypatch.setattr(module, "TRAINING", training)
    monkeypatch.setenv("DHR_CACHE", str(tmp_path / "cache"))
    module._load.cache_clear()
    yield tmp_path
    module._load.cache_clear()


def test_it_is_trained_once_and_read_from_the_cache_after(
    folder: Path, codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not module.is_trained(codebook)
    first = load_model(codebook)
    assert module.is_trained(codebook)
    assert [file.suffix for file in (folder / "cache").iterdir()] == [".npz"]
    module._load.cache_clear()
    monkeypatch.setattr(module, "train", lambda *_: pytest.fail("trained again"))
    again = load_model(codebook)
    assert same(first, again)
    assert chance(again, codebook, "Peel a pear") == chance(first, codebook, "Peel a pear")


def test_other_texts_or_another_codebook_make_another_model(folder: Path, codebook: Codebook) -> None:
    load_model(codebook)
    with (folder / "training" / "a.csv").open("a", encoding="utf-8") as file:
        file.write("\n99,Row the boat,boat")
    module._load.cache_clear()
    load_model(codebook)
    (folder / "new.toml").write_text(SMALL.replace('"boat"]', '"boat", "ship"]'), encoding="utf-8")
    load_model(Codebook.load(folder / "new.toml"))
    assert len(list((folder / "cache").iterdir())) == 3


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_spoilt_cache_is_made_again(folder: Path, codebook: Codebook, content: bytes) -> None:
    first = load_model(codebook)
    (file,) = (folder / "cache").iterdir()
    file.write_bytes(content)
    module._load.cache_clear()
    assert same(load_model(codebook), first)
    assert file.read_bytes() != content


def test_pickled_content_is_not_loaded(folder: Path, codebook: Codebook) -> None:
    first = load_model(codebook)
    (file,) = (folder / "cache").iterdir()
    np.savez(file, rows=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    module._load.cache_clear()
    assert same(load_model(codebook), first)


def test_where_the_cache_cannot_be_written_it_still_works(
    folder: Path, codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = folder / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("DHR_CACHE", str(blocked / "below"))
    assert load_model(codebook).themes == ("fruit", "apple", "boat")


def test_labelled_texts_are_well_formed() -> None:
    codebook, labelled = Codebook.load(), read_training()
    assert len({row["id"] for row in labelled}) == len(labelled) > 1900
    for row in labelled:
        themes = row["themes"].split(";")
        assert codebook.close(themes) == sorted(themes, key=codebook.ids.index), row["id"]
        assert row["text"].strip()


def test_a_folder_without_labelled_texts_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no labelled texts"):
        read_training(tmp_path)
