"""The trained part of the classifier: a linear model over words, joined with the phrase rules.

Every word has one number for each theme: that of the word itself and of the letter groups in it, so that words never
seen in training count too. Pairs of neighbouring words have numbers of their own. A text's score for a theme is the sum
over its words, divided by the square root of their number; so what a word contributes can be pointed at in the text.
Words of sentences that only tell the story weigh less. A second, small logistic regression joins the score with what
the phrase rules found. It is fitted on scores of texts held out, part by part, so that its probabilities are
calibrated (Platt 1999, cross-fitted) and the rules are trusted as far as they held on texts not seen.
"""

import csv
import hashlib
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, repeat
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np

from dhr_analytics.errors import InputError
from dhr_analytics.themes.codebook import Codebook
from dhr_analytics.themes.rules import Evidence, Reading, read_texts
from dhr_analytics.themes.words import SIGNS, Words

TRAINING = Path(__file__).with_name("training")
# How much each part counts where rules and words are joined (others count 1): the rules were written with knowledge of
# part 4 and the gold, so these say too much good of them.
TRUST = {"part4": 0.3, "gold": 0.3}
# Half the F1 reached would be best for F1 alone (Lipton, Elkan and Naryanaswamy 2014); plain texts do better higher up.
THRESHOLD = 0.45
DRAW = 300
ENOUGH = 8
STORY = 0.4
COST = 0.4

_GRAMS = (3, 4, 5)
_SCALE = 4.0
_UNKNOWN_WORDS_KEPT = 50_000


class Read(NamedTuple):
    """A text as the model weighs it: one entry for each word that is no sign.

    `places` says which of the text's `words` it is; `pairs` holds the word with the one before it, or nothing where a
    sign stands between; `weights` and `pair_weights` what each is multiplied by.
    """

    words: Words
    places: list[int]
    forms: list[str]
    pairs: list[str]
    weights: list[float]
    pair_weights: list[float]


@dataclass(frozen=True)
class Model:
    """A trained model: numbers only, so it can be stored without pickle.

    `vectors[rows[form]]` holds a word's (or pair's) number for each theme, the last row zeros for what is not known;
    `gram_*` the same for letter groups. `join` has for each theme the intercept and the weights of score, rule,
    log(1 + rule hits) and score x rule.
    """

    themes: tuple[str, ...]
    rows: dict[str, int]
    vectors: np.ndarray
    gram_rows: dict[str, int]
    gram_idf: np.ndarray
    gram_vectors: np.ndarray
    intercept: np.ndarray
    join: np.ndarray
    thresholds: np.ndarray
    unknown: dict[str, np.ndarray] = field(default_factory=dict, repr=False, compare=False)


def weigh(reading: Reading) -> Read:
    """Weigh the words of a text.

    A word that occurs n times weighs the square root of n, spread over its places; one that occurs only in sentences
    that tell the story, less. All weights are divided by the square root of the text's total.
    """
    words = reading.words
    every = words.forms
    places = [place for place, form in enumerate(every) if form not in SIGNS]
    forms = [every[place] for place in places]
    before = [every[place - 1] if place else "." for place in places]
    pairs = ["" if last in SIGNS else f"{last} {form}" for last, form in zip(before, forms, strict=True)]
    counts = Counter(forms + pairs)
    less = {form: n**-0.5 for form, n in counts.items() if n > 1}
    if reading.story:
        asked = [number for number, place in enumerate(places) if words.sentences[place] not in reading.story]
        told = {forms[number] for number in asked} | {pairs[number] for number in asked}
        less.update({form: less.get(form, 1.0) * STORY for form in counts if form not in told})
    norm = max(sum([less.get(form, 1.0) for form in forms]), 1.0) ** 0.5
    usual, less = 1.0 / norm, {form: weight / norm for form, weight in less.items()}
    return Read(
        words,
        places,
        forms,
        pairs,
        [less.get(form, usual) for form in forms],
        [less.get(pair, usual) for pair in pairs],
    )


@lru_cache(maxsize=20_000)
def _grams(form: str) -> tuple[str, ...]:
    edged = f"<{form}>"
    return tuple(edged[i : i + n] for n in _GRAMS for i in range(len(edged) - n + 1))


def _unknown(model: Model, form: str) -> np.ndarray:
    """Return the numbers of a word never seen in training, from its letter groups."""
    if (known := model.unknown.get(form)) is None:
        if len(model.unknown) >= _UNKNOWN_WORDS_KEPT:
            model.unknown.clear()
        rows = sorted({model.gram_rows[gram] for gram in _grams(form) if gram in model.gram_rows})
        known = model.unknown[form] = _gram_scale(model.gram_idf[rows]) * model.gram_vectors[rows].sum(axis=0)
    return known


def _gram_scale(idf: np.ndarray) -> float:
    """Return the factor that makes all letter groups of a word together weigh about as much as the word."""
    return float(idf.mean() / np.sqrt((idf**2).sum())) if len(idf) else 0.0


def shares(model: Model, reads: Sequence[Read]) -> list[np.ndarray]:
    """Return what each word of each text adds to the score for each theme (words x themes); of a pair, each half."""
    find = model.rows.get
    forms = list(chain.from_iterable(read.forms for read in reads))
    rows = np.array(list(map(find, forms, repeat(-1))), dtype=int)
    weights = np.array(list(chain.from_iterable(read.weights for read in reads)))
    pairs = np.array(list(map(find, chain.from_iterable(read.pairs for read in reads), repeat(-1))), dtype=int)
    places = np.flatnonzero(pairs >= 0)
    half_weights = np.array(list(chain.from_iterable(read.pair_weights for read in reads)))[places] / 2
    added = model.vectors[rows] * weights[:, None]
    for place in np.flatnonzero(rows < 0).tolist():
        added[place] = weights[place] * _unknown(model, forms[place])
    halves = model.vectors[pairs[places]] * half_weights[:, None]
    added[places] += halves
    added[places - 1] += halves
    return np.split(added, np.cumsum([len(read.forms) for read in reads])[:-1]) if reads else []


def scores(model: Model, added: Sequence[np.ndarray]) -> np.ndarray:
    """Return the score of each text for each theme, from its `shares`; above 0 speaks for the theme."""
    return np.array([each.sum(axis=0) + model.intercept for each in added]).reshape(len(added), len(model.themes))


def probabilities(model: Model, scores: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """Join scores with rule hits (both texts x themes) to calibrated probabilities."""
    base, slope, rule, more, both = model.join.T
    # What a rule adds shrinks where the words say the same already, but never turns against the theme.
    added = np.maximum(rule + more * np.log1p(hits) + both * scores, 0.0) * (hits > 0)
    return 1 / (1 + np.exp(-(base + slope * scores + added)))


def rule_hits(codebook: Codebook, found: Sequence[Iterable[Evidence]], themes: Sequence[str]) -> np.ndarray:
    """Count the rule matches of each theme in each text; those of a theme count for what it implies too."""
    columns = {
        theme: [themes.index(wider) for wider in codebook.close([theme]) if wider in themes] for theme in codebook.ids
    }
    hits = [[0] * len(themes) for _ in found]
    for row, evidence in zip(hits, found, strict=True):
        for match in evidence:
            for column in columns[match.theme]:
                row[column] += 1
    return np.array(hits, dtype=float).reshape(len(found), len(themes))


def read_training(folder: Path | None = None) -> list[dict[str, str]]:
    """Read the labelled texts: id, text, themes (ids joined by ';') and part (the name of the file)."""
    files = sorted((folder or TRAINING).glob("*.csv"))
    if not files:
        raise InputError(f"{folder or TRAINING}: no labelled texts there. Install the package again.")
    rows = []
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows += [{**row, "part": file.stem} for row in csv.DictReader(lines)]
    return rows


def train(rows: Sequence[Mapping[str, str]], codebook: Codebook) -> Model:
    """Train on labelled texts.

    Parameters
    ----------
    rows
        As from `read_training`. `part` names the groups that are held out in turn to fit the join.
    codebook
        Its rules are joined with the model. Themes with fewer than eight labelled texts are left to the rules.

    Returns
    -------
    Model
        The same for the same rows, codebook and versions of the libraries: nothing is drawn at random.
    """
    labels = [set(codebook.close(t for t in row["themes"].split(";") if t in codebook.ids)) for row in rows]
    counts = Counter(theme for label in labels for theme in label)
    themes = tuple(theme for theme in codebook.ids if theme != "other" and counts[theme] >= ENOUGH)
    truth = np.array([[theme in label for theme in themes] for label in labels], dtype=float)
    readings = read_texts([row["text"] for row in rows], codebook)
    words = [weigh(reading) for reading in readings]
    counted = _count(words)
    parts = np.array([row["part"] for row in rows])
    if not themes or len(set(parts)) < 2:
        return _empty()
    held_out = np.zeros(truth.shape)
    for part in sorted(set(parts)):
        inside = np.flatnonzero(parts == part)
        model = _fit_words(counted, truth, np.flatnonzero(parts != part), themes)
        held_out[inside] = scores(model, shares(model, [words[i] for i in inside]))
    hits = rule_hits(codebook, [reading.evidence for reading in readings], themes)
    weights = np.array([TRUST.get(part, 1.0) for part in parts])
    join = _fit_join(held_out, hits, truth, weights)
    model = _fit_words(counted, truth, np.arange(len(rows)), themes)
    joined = Model(**{**_arrays(model), "join": join})
    thresholds = _thresholds(probabilities(joined, held_out, hits), truth, weights)
    return Model(**{**_arrays(joined), "thresholds": thresholds})


class _Counted(NamedTuple):
    """All training texts as numbers: texts x forms (weight), and forms x letter groups (how often)."""

    weights: Any
    forms: list[str]
    made_of: Any
    grams: list[str]


def _count(texts: Sequence[Read]) -> _Counted:
    from scipy import sparse  # type: ignore[import-untyped]

    weighed = []
    for read in texts:
        total: dict[str, float] = {}
        cells = zip((*read.forms, *read.pairs), (*read.weights, *read.pair_weights), strict=True)
        for form, weight in cells:
            if form:
                total[form] = total.get(form, 0.0) + weight
        weighed.append(total)
    forms = sorted({form for total in weighed for form in total})
    grams = sorted({gram for form in forms if " " not in form for gram in _grams(form)})

    def table(rows: Iterable[Mapping[str, float]], columns: list[str], count: int) -> Any:
        place = {name: number for number, name in enumerate(columns)}
        cells = [(row, place[name], value) for row, names in enumerate(rows) for name, value in names.items()]
        at, across, values = zip(*cells, strict=True) if cells else ((), (), ())
        return sparse.csr_array((values, (at, across)), shape=(count, len(columns)), dtype=float)

    return _Counted(
        table(weighed, forms, len(texts)),
        forms,
        table((Counter(_grams(form)) if " " not in form else {} for form in forms), grams, len(forms)),
        grams,
    )


def _arrays(model: Model) -> dict[str, Any]:
    return {name: value for name, value in vars(model).items() if name != "unknown"}


def _empty() -> Model:
    none = np.zeros((0, 0))
    return Model((), {}, np.zeros((1, 0)), {}, np.zeros(0), none, np.zeros(0), np.zeros((0, 5)), np.zeros(0))


def _fit_words(counted: _Counted, truth: np.ndarray, chosen: np.ndarray, themes: tuple[str, ...]) -> Model:
    """Fit one linear support vector machine for each theme on the chosen texts."""
    from scipy import sparse
    from sklearn.svm import LinearSVC

    weights = counted.weights[chosen]
    seen = np.bincount(weights.indices, minlength=len(counted.forms))
    groups = (weights > 0).astype(float) @ counted.made_of
    spread = np.bincount(groups.indices, minlength=len(counted.grams))
    kept, kept_grams = np.flatnonzero(seen), np.flatnonzero(spread > 1)
    idf, gram_idf = (np.log((1 + len(chosen)) / (1 + n)) + 1 for n in (seen[kept], spread[kept_grams]))
    # What each word is made of: itself, and its letter groups, which together weigh about as much.
    made_of = (counted.made_of[kept][:, kept_grams] > 0).astype(float)
    number, length = made_of.sum(axis=1), made_of @ gram_idf**2
    scale = (made_of @ gram_idf) / np.maximum(number, 1) / np.sqrt(np.maximum(length, 1e-9))
    parts = (
        sparse.hstack(
            [sparse.diags_array(idf), sparse.diags_array(scale) @ made_of @ sparse.diags_array(gram_idf)]
        ).tocsr()
        / _SCALE
    )
    x = (weights[:, kept] @ parts).tocsr()
    x.sort_indices()
    x.indices, x.indptr = x.indices.astype(np.int32), x.indptr.astype(np.int32)
    found, intercept = np.zeros((x.shape[1], len(themes))), np.zeros(len(themes))
    for place in range(len(themes)):
        wanted = truth[chosen, place]
        if 0 < wanted.sum() < len(wanted):
            fitted = LinearSVC(C=COST, random_state=0).fit(x, wanted)
            found[:, place], intercept[place] = fitted.coef_[0], fitted.intercept_[0]
        else:
            intercept[place] = -1.0
    return Model(
        themes=themes,
        rows={counted.forms[column]: row for row, column in enumerate(kept)},
        vectors=np.vstack([parts @ found, np.zeros(len(themes))]),
        gram_rows={counted.grams[column]: row for row, column in enumerate(kept_grams)},
        gram_idf=gram_idf,
        gram_vectors=found[len(kept) :] * gram_idf[:, None] / _SCALE,
        intercept=intercept,
        join=np.zeros((len(themes), 5)),
        thresholds=np.full(len(themes), THRESHOLD),
    )


def _fit_join(scores: np.ndarray, hits: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Fit one logistic regression for all themes, in which each theme may differ a little from the rest."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    n, k = scores.shape
    ruled = (hits > 0).astype(float)
    common = np.stack([part.ravel() for part in (scores, ruled, ruled * np.log1p(hits), ruled * scores)], axis=1)
    own = sparse.csr_array((np.full(n * k, 0.5), (np.arange(n * k), np.tile(np.arange(k), n))), shape=(n * k, k))
    x = sparse.hstack([common, own, own.multiply(scores.ravel()[:, None]), own.multiply(ruled.ravel()[:, None])])
    fitted = LogisticRegression(C=0.3, max_iter=5000, tol=1e-8).fit(x.tocsr(), truth.ravel(), np.repeat(weights, k))
    slope, rule, more, both = fitted.coef_[0][:4]
    base, own_slope, own_rule = 0.5 * fitted.coef_[0][4:].reshape(3, k)
    # More evidence must never make a theme less likely.
    columns = [fitted.intercept_[0] + base, np.maximum(slope + own_slope, 0.0), rule + own_rule]
    return np.stack([*columns, np.full(k, max(more, 0.0)), np.maximum(both, -columns[1])], axis=1)


def _thresholds(chance: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Choose from which probability each theme is given: where its F1 is highest, drawn towards the common one."""
    steps = np.arange(0.25, 0.61, 0.01)
    w = weights[:, None]
    right = np.array([(w * truth * (chance >= step)).sum(axis=0) for step in steps])
    given = np.array([(w * (chance >= step)).sum(axis=0) for step in steps])
    wanted = (w * truth).sum(axis=0)
    own = steps[np.argmax(2 * right / (given + wanted), axis=0)]
    return (THRESHOLD * DRAW + own * wanted) / (DRAW + wanted)


def load_model(codebook: Codebook) -> Model:
    """Return the model for a codebook: from the cache, or trained now (some seconds) and put there.

    The cache is keyed by the labelled texts, the codebook and this code. It lies in the folder that the environment
    variable DHR_CACHE names, or else where the platform keeps caches; where that cannot be written, nothing is kept.
    """
    return _load(codebook, _cache_folder())


def is_trained(codebook: Codebook) -> bool:
    """Tell whether the model for a codebook lies in the cache, so that loading it takes no time."""
    return _file(codebook, _cache_folder()).is_file()


def _file(codebook: Codebook, folder: Path) -> Path:
    return folder / f"model-{coding_key(codebook)}.npz"


@lru_cache(maxsize=4)
def _load(codebook: Codebook, folder: Path) -> Model:
    file = _file(codebook, folder)
    try:
        return _unpack(file)
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):
        model = train(read_training(), codebook)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".tmp", delete=False) as out:
            np.savez(out, allow_pickle=False, **_pack(model))
        Path(out.name).replace(file)
    except OSError:
        return model
    return model


def coding_key(codebook: Codebook) -> str:
    """Return the hash of all that a coding depends on but the texts: labelled texts, codebook and code."""
    content = hashlib.sha256(codebook.version.encode())
    code = ("model.py", "rules.py", "words.py", "codebook.py", "coding.py")
    for file in [*sorted(TRAINING.glob("*.csv")), *map(Path(__file__).with_name, code)]:
        content.update(file.name.encode() + file.read_bytes())
    return content.hexdigest()[:16]


def _cache_folder() -> Path:
    if chosen := os.environ.get("DHR_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "dhr_analytics"


def _pack(model: Model) -> dict[str, np.ndarray]:
    content = _arrays(model)
    for name in ("rows", "gram_rows", "themes"):
        content[name] = np.frombuffer("\n".join(content[name]).encode(), dtype=np.uint8)
    return content


def _unpack(file: Path) -> Model:
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
        content: dict[str, Any] = {name: stored[name] for name in stored.files}
    lines = {name: content[name].tobytes().decode().split("\n") for name in ("rows", "gram_rows", "themes")}
    for name in ("rows", "gram_rows"):
        content[name] = {form: number for number, form in enumerate(lines[name])}
    return Model(**{**content, "themes": tuple(theme for theme in lines["themes"] if theme)})
