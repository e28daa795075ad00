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
import re
import sys
import tempfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np

from dhr_analytics.errors import InputError
from dhr_analytics.themes.codebook import Codebook
from dhr_analytics.themes.rules import find_themes, fold_word

TRAINING = Path(__file__).with_name("training")
# How much each part counts where rules and words are joined (others count 1). The rules were written with knowledge of
# part 4 and the gold; parts 1 to 3 and 6 were written to avoid the words that rules look for. Real plans do neither.
TRUST = {"part1": 0.3, "part2": 0.3, "part3": 0.3, "part4": 0.3, "part6": 0.3, "gold": 0.3}
# Half the F1 reached would be best for F1 alone (Lipton, Elkan and Naryanaswamy 2014); plain texts do better higher up.
THRESHOLD = 0.45
DRAW = 300
ENOUGH = 8
STORY = 0.4
COST = 0.4

_WORD = r"(?<![^\W_])(?<!\w['’])[^\W_]+"
_TOKEN = re.compile(rf"""({_WORD})|[.,;:!?()\[\]"“”•]""")
_SENTENCE_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bNo)(?<!\bDr)[.?!]['\")\]]*\s+(?=[A-Z•'\"(])")
_GRAMS = (3, 4, 5)
_SCALE = 4.0
_UNKNOWN_WORDS_KEPT = 50_000


class Read(NamedTuple):
    """A text as the model sees it: one entry for each word.

    `pairs` holds the word with the one before it, or nothing where a sign stands between; `weights` and `pair_weights`
    what each is multiplied by.
    """

    starts: list[int]
    ends: list[int]
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


class Reader(NamedTuple):
    """How words are compared, and the phrases by which sentences that only tell the story are known."""

    fold: Callable[[str], str]
    asks: frozenset[str]
    past: frozenset[str]
    openers: frozenset[str]


@lru_cache(maxsize=4)
def reader_for(codebook: Codebook) -> Reader:
    """Return the reader for a codebook; get it once for many texts."""
    same_word = {form: head for head, forms in codebook.same_word for form in (head, *forms)}
    fold = lru_cache(maxsize=100_000)(lambda word: fold_word(word, same_word))

    def forms(name: str) -> frozenset[str]:
        wordings = [w for phrase in dict(codebook.vocabulary).get(name, ()) for part in phrase.parts for w in part]
        return frozenset(" ".join(fold(found) for found in re.findall(_WORD, wording)) for wording in wordings)

    return Reader(fold, forms("asks"), forms("past"), forms("story_openers"))


def read_words(text: str, reader: Reader) -> Read:
    """Split a text into the words that the model counts, and weigh them.

    A word that occurs n times weighs the square root of n, spread over its places; one that occurs only in story
    sentences less. All weights are divided by the square root of the text's total.
    """
    fold = reader.fold
    starts, ends, forms, pairs, last = [], [], [], [], ""
    for token in _TOKEN.finditer(text):
        if word := token[1]:
            form = fold(word)
            start, end = token.span()
            starts.append(start)
            ends.append(end)
            forms.append(form)
            pairs.append(f"{last} {form}" if last else "")
            last = form
        else:
            last = ""
    counts = Counter(forms)
    counts.update(pairs)
    each = {form: n**-0.5 for form, n in counts.items()}
    stops = [match.end() for match in _SENTENCE_END.finditer(text)]
    if stops:
        sentences = [bisect_right(stops, start) for start in starts]
        if story := _story(forms, sentences, len(stops), reader):
            asked = [place for place, sentence in enumerate(sentences) if sentence not in story]
            told = {forms[place] for place in asked} | {pairs[place] for place in asked}
            each = {form: weight if form in told else weight * STORY for form, weight in each.items()}
    weights = [each[form] for form in forms]
    norm = max(sum(weights), 1.0) ** 0.5
    return Read(
        starts, ends, forms, pairs, [weight / norm for weight in weights], [each[pair] / norm for pair in pairs]
    )


def _story(forms: list[str], sentences: list[int], last: int, reader: Reader) -> set[int]:
    """Return the sentences that ask for nothing, unless nothing would be left."""
    story = set()
    for sentence in range(last + 1):
        inside = [form for form, where in zip(forms, sentences, strict=True) if where == sentence]
        runs = {" ".join(inside[i : i + n]) for n in range(1, 5) for i in range(len(inside) - n + 1)}
        opening = {" ".join(inside[i : i + n]) for i in range(2) for n in range(1, 6)}
        if opening & reader.openers or runs & reader.past and not runs & reader.asks:
            story.add(sentence)
    return story if len(story) <= last else set()


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


def score(model: Model, read: Read) -> np.ndarray:
    """Return the score of a text for each theme; above 0 speaks for the theme."""
    if not read.forms:
        return model.intercept.copy()
    find = model.rows.get
    rows = [find(form, -1) for form in (*read.forms, *read.pairs)]
    weights = np.array([*read.weights, *read.pair_weights])
    total = (model.vectors[rows] * weights[:, None]).sum(axis=0) + model.intercept
    for form, row, weight in zip(read.forms, rows, read.weights, strict=False):
        if row < 0:
            total += weight * _unknown(model, form)
    return total


def contributions(model: Model, read: Read, column: int) -> np.ndarray:
    """Return what each word adds to the score for the theme in a column; pairs are shared by their two words."""
    find, numbers = model.rows.get, model.vectors[:, column]
    rows = [find(form, -1) for form in read.forms]
    shares = numbers[rows] * read.weights
    for place, row in enumerate(rows):
        if row < 0:
            shares[place] = read.weights[place] * _unknown(model, read.forms[place])[column]
    halves = numbers[[find(pair, -1) for pair in read.pairs]] * read.pair_weights / 2
    shares += halves
    shares[:-1] += halves[1:]
    return shares


def probabilities(model: Model, scores: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """Join scores with rule hits (both texts x themes) to calibrated probabilities."""
    ruled = hits > 0
    base, slope, rule, more, both = model.join.T
    return 1 / (1 + np.exp(-(base + slope * scores + ruled * (rule + more * np.log1p(hits) + both * scores))))


def rule_hits(codebook: Codebook, texts: Iterable[str], themes: Sequence[str]) -> np.ndarray:
    """Count the rule matches of each theme in each text; those of a theme count for what it implies too."""
    column = {theme: number for number, theme in enumerate(themes)}
    found = find_themes(texts, codebook)
    hits = np.zeros((len(found), len(themes)))
    for row, evidence in zip(hits, found, strict=True):
        for match in evidence:
            for theme in codebook.close([match.theme]):
                if theme in column:
                    row[column[theme]] += 1
    return hits


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
    reader = reader_for(codebook)
    words = [read_words(row["text"], reader) for row in rows]
    counted = _count(words)
    parts = np.array([row["part"] for row in rows])
    if not themes or len(set(parts)) < 2:
        return _empty()
    held_out = np.zeros(truth.shape)
    for part in sorted(set(parts)):
        inside = np.flatnonzero(parts == part)
        model = _fit_words(counted, truth, np.flatnonzero(parts != part), themes)
        held_out[inside] = [score(model, words[i]) for i in inside]
    hits = rule_hits(codebook, [row["text"] for row in rows], themes)
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


@lru_cache(maxsize=4)
def _load(codebook: Codebook, folder: Path) -> Model:
    file = folder / f"model-{_key(codebook)}.npz"
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


def _key(codebook: Codebook) -> str:
    content = hashlib.sha256(codebook.version.encode())
    here = Path(__file__)
    for file in [*sorted(TRAINING.glob("*.csv")), here, here.with_name("rules.py"), here.with_name("codebook.py")]:
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
