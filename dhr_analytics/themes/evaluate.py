"""How well the coding does on texts held out: by review, by part of the labelled texts, by addressee.

Figures are those of `score_themes.py`: micro and macro F1 and Cohen's kappa, averaged over the themes that occur. All
methods are compared on the same folds; intervals come from resampling whole reviews, whose rows are not independent.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.themes.codebook import OTHER, Codebook
from dhr_analytics.themes.coding import chances, code_texts
from dhr_analytics.themes.model import Model, read_training, rule_hits, scores, shares, train, weigh
from dhr_analytics.themes.rules import find_themes, read_texts

# The score from which words alone give a theme: it did best on the labelled texts.
WORDS_ALONE = -0.4
METHODS = ("combined", "rules", "model", "tfidf")
_ADDRESSEES = {
    "police": r"polic|constabular|force\b|officer|firearms licens",
    "health": r"\bgps?\b|practice|hospital|trust\b|health|ward|nurs|midwi|ambulance|icb\b|ccg\b|clinic",
    "social care": r"social (care|work)|children's services|safeguarding|local authority|council",
    "justice": r"probation|prison|court|cps\b|offender",
    "housing": r"housing|landlord|tenan|homeless|refuge",
    "national": r"home office|government|nhs england|ministr|national|department (for|of)|college of",
    "partnership": r"partnership|csp\b|all agencies|board|commission",
}


def addressee(text: str) -> str:
    """Return the kind of agency that a text names first; a rough grouping for holding out."""
    places = {name: found.start() for name, words in _ADDRESSEES.items() if (found := re.search(words, text.lower()))}
    return min(places, key=lambda name: places[name]) if places else "none"


def read_gold(path: str | Path) -> pd.DataFrame:
    """Read coded recommendations.

    Parameters
    ----------
    path
        `themes.csv` with `document`, `seq` and `themes` (ids joined by `;`), and `recommendations.csv` with their
        wording beside it; or one file with `id`, `text`, `themes` and, where known, `review`.

    Returns
    -------
    pandas.DataFrame
        `id`, `text`, `section`, `themes`, `review`.

    Raises
    ------
    InputError
        When a column is missing or wordings are not found.
    """
    path = Path(path)
    try:
        gold = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        if "text" not in gold.columns and {"document", "seq"} <= set(gold.columns):
            wording = pd.read_csv(path.with_name("recommendations.csv"), dtype=str, keep_default_na=False)
            gold = gold.merge(wording[["document", "seq", "section", "text"]], on=["document", "seq"], how="left")
            gold = gold.assign(id=gold["document"] + "/" + gold["seq"], review=gold["document"])
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}). Give a CSV file of coded recommendations.") from error
    gold = gold.assign(**{column: gold.get(column, "") for column in ("section", "review")})
    if missing := [column for column in ("id", "text", "themes") if column not in gold.columns]:
        raise InputError(f"{path} has no column '{missing[0]}' (seen: {', '.join(gold.columns)}). Add it.")
    if gold["text"].isna().any():
        raise InputError(f"{path}: no wording for '{gold.loc[gold['text'].isna(), 'id'].iloc[0]}'. Add it beside it.")
    return gold[["id", "text", "section", "themes", "review"]]


def figures(truth: Sequence[set[str]], coded: Sequence[set[str]]) -> dict[str, float]:
    """Return micro F1, macro F1 and mean kappa over the themes that occur in `truth`."""
    table = theme_figures(truth, coded)
    right, wanted, given = table["right"].sum(), table["gold"].sum(), table["coded"].sum()
    used = table[table["gold"] > 0]
    micro = 2 * right / (wanted + given) if wanted + given else 1.0
    return {"micro_f1": micro, "macro_f1": used["f1"].mean(), "mean_kappa": used["kappa"].mean()}


def theme_figures(truth: Sequence[set[str]], coded: Sequence[set[str]]) -> pd.DataFrame:
    """Return counts, precision, recall, F1 and kappa of each theme (index)."""
    themes = sorted(set().union(*truth, *coded))
    wanted, found = (np.array([[t in one for t in themes] for one in sets], bool) for sets in (truth, coded))
    n = len(truth)
    right, gold, given = (wanted & found).sum(axis=0), wanted.sum(axis=0), found.sum(axis=0)
    agree = (wanted == found).mean(axis=0) if n else np.ones(len(themes))
    chance = (gold * given + (n - gold) * (n - given)) / max(n, 1) ** 2
    kappa = np.where(chance < 1, (agree - chance) / np.where(chance < 1, 1 - chance, 1), 1.0)
    return pd.DataFrame(
        {
            "gold": gold,
            "coded": given,
            "right": right,
            "precision": right / np.maximum(given, 1),
            "recall": right / np.maximum(gold, 1),
            "f1": 2 * right / np.maximum(gold + given, 1),
            "kappa": kappa,
        },
        index=pd.Index(themes, name="theme"),
    )


def bootstrap(
    truth: Sequence[set[str]], coded: Sequence[set[str]], groups: Sequence[str], *, draws: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """Return `estimate`, `low` and `high` (95 %) of each figure, resampling whole groups such as reviews."""
    places: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, []).append(place)
    inside, random = list(places.values()), np.random.default_rng(seed)
    samples = []
    for _ in range(draws):
        drawn = [place for pick in random.integers(len(inside), size=len(inside)) for place in inside[pick]]
        samples.append(figures([truth[place] for place in drawn], [coded[place] for place in drawn]))
    table = pd.DataFrame(samples)
    return pd.DataFrame(
        {"estimate": figures(truth, coded), "low": table.quantile(0.025), "high": table.quantile(0.975)}
    )


def cross_validate(
    frame: pd.DataFrame,
    folds: Sequence[str],
    codebook: Codebook | None = None,
    *,
    always: Sequence[Mapping[str, str]] = (),
    methods: Iterable[str] = METHODS,
) -> pd.DataFrame:
    """Code each fold by models trained on the others.

    Parameters
    ----------
    frame
        `id`, `text`, `themes`, and optionally `section` and `part`.
    folds
        For each row the fold with which it is held out: its review, its part, its addressee.
    codebook
        The codebook that comes with the package when left out.
    always
        Labelled texts that train every model, as from `read_training`.
    methods
        Of `combined` (as coded by `code_texts`), `rules`, `model` (words alone) and `tfidf` (plain TF-IDF of words
        and logistic regression, the baseline).

    Returns
    -------
    pandas.DataFrame
        The rows of the frame in their order, with `fold`, `truth`, one column of theme sets for each method, and
        `chances` (dict of theme and probability, of the combined method).
    """
    codebook = codebook or Codebook.load()
    columns = ["id", "text", "themes"] + (["part"] if "part" in frame.columns else [])
    done = []
    for fold in sorted(set(folds)):
        inside = np.array([one == fold for one in folds])
        test = frame[inside]
        rows: list[Mapping[str, str]] = [*always]
        for row in frame.loc[~inside, columns].to_dict("records"):
            rows.append({"part": "gold", **{str(name): str(value) for name, value in row.items()}})
        model = train(rows, codebook)
        result = test.assign(fold=fold)
        result["truth"] = pd.Series([set(themes.split(";")) for themes in test["themes"]], test.index, dtype=object)
        result["chances"] = pd.Series(chances(test, codebook, model=model).to_dict("records"), test.index, dtype=object)
        for method in methods:
            given = _code_by(method, test, codebook, model, rows)
            result[method] = pd.Series(given, test.index, dtype=object)
        done.append(result)
    return pd.concat(done).loc[frame.index]


def _code_by(
    method: str, test: pd.DataFrame, codebook: Codebook, model: Model, rows: Sequence[Mapping[str, str]]
) -> list[set[str]]:
    texts = test["text"].tolist()
    if method == "combined":
        coded = code_texts(test, codebook, model=model).groupby("id")["theme"].agg(set)
        return [coded[identity] for identity in test["id"]]
    if method == "rules":
        return _named(rule_hits(codebook, find_themes(texts, codebook), model.themes) > 0, model.themes)
    if method == "model":
        reached = scores(model, shares(model, [weigh(reading) for reading in read_texts(texts, codebook)]))
        return [set(codebook.close(sets)) for sets in _named(reached > WORDS_ALONE, model.themes)]
    if method == "tfidf":
        return _baseline(rows, texts)
    raise UsageError(f"There is no method '{method}'. Choose from: {', '.join(METHODS)}.")


def compare(coded: pd.DataFrame, groups: Sequence[str], *, draws: int = 1000) -> pd.DataFrame:
    """Return the figures with intervals for each method in the result of `cross_validate`."""
    found = [method for method in METHODS if method in coded.columns]
    tables = {m: bootstrap(coded["truth"].tolist(), coded[m].tolist(), groups, draws=draws) for m in found}
    return pd.concat(tables, names=["method", "figure"])


def evaluate_themes(path: str | Path, codebook: Codebook | None = None) -> pd.DataFrame:
    """Compare all methods on coded reviews, each review held out in turn: what `dhr evaluate themes` prints.

    Every model is trained on the labelled texts of the package and the other reviews.

    Returns
    -------
    pandas.DataFrame
        `method`, `figure`, `estimate`, `low` and `high`.
    """
    gold = read_gold(path)
    coded = cross_validate(gold, gold["review"].tolist(), codebook, always=read_training())
    return compare(coded, gold["review"].tolist()).reset_index()


def calibration(coded: pd.DataFrame, *, bins: int = 10) -> pd.DataFrame:
    """Compare stated probabilities with how often they were right, from the result of `cross_validate`.

    Returns
    -------
    pandas.DataFrame
        For each bin of equal width `n`, `stated` and `observed`. The expected calibration error is the mean of
        `abs(stated - observed)` weighted by `n`, kept in `attrs["ece"]`.
    """
    stated, right = _pairs(coded)
    bin_of = np.minimum((stated * bins).astype(int), bins - 1)
    table = pd.DataFrame({"bin": bin_of, "stated": stated, "observed": right}).groupby("bin")
    result = table.mean().assign(n=table.size())
    result.attrs["ece"] = float(((result["stated"] - result["observed"]).abs() * result["n"]).sum() / len(stated))
    return result


def precision_coverage(coded: pd.DataFrame, *, steps: int = 21) -> pd.DataFrame:
    """Say what leaving the unsure to people buys, from the result of `cross_validate`.

    A decision is one theme of one text with a probability of at least 0.05 (the rest are trivially no). For each
    `coverage`, the share of decisions the machine keeps (the surest first), `accuracy` is the share of those that are
    right and `precision` that of the themes given.
    """
    stated, right = _pairs(coded)
    kept = stated >= 0.05
    stated, right = stated[kept], right[kept].astype(bool)
    order = np.argsort(-np.abs(stated - 0.5), kind="stable")
    given, right = stated[order] >= 0.5, right[order]
    rows = []
    for coverage in np.linspace(0, 1, steps)[1:]:
        n = max(round(coverage * len(right)), 1)
        yes = given[:n]
        precision = (right[:n] & yes).sum() / max(yes.sum(), 1)
        rows.append((coverage, n, float((given[:n] == right[:n]).mean()), float(precision)))
    return pd.DataFrame(rows, columns=["coverage", "decisions", "accuracy", "precision"])


def _pairs(coded: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    pairs = [(p, t in truth) for ps, truth in zip(coded["chances"], coded["truth"], strict=True) for t, p in ps.items()]
    return np.array([p for p, _ in pairs]), np.array([float(right) for _, right in pairs])


def _named(given: np.ndarray, themes: Sequence[str]) -> list[set[str]]:
    return [{themes[place] for place in np.flatnonzero(row)} or {OTHER} for row in given]


def _baseline(rows: Sequence[Mapping[str, str]], texts: Sequence[str]) -> list[set[str]]:
    """Code by plain TF-IDF and logistic regression at its usual threshold."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    labels = [set(row["themes"].split(";")) for row in rows]
    themes = sorted(set().union(*labels) - {OTHER})
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    x, new = words.fit_transform([row["text"] for row in rows]), words.transform(texts)
    given = np.zeros((len(texts), len(themes)), dtype=bool)
    classifier = LogisticRegression(C=5, class_weight="balanced", solver="liblinear", random_state=0)
    for place, theme in enumerate(themes):
        wanted = [theme in label for label in labels]
        given[:, place] = classifier.fit(x, wanted).predict(new)
    return _named(given, themes)
