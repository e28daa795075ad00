"""Fit the weights of plan-likeness on generated plans and documents without a plan.

    python benchmarks/fit_likeness.py FOLDER [FOLDER ...] [--no-plan tests/no_plan] [--write]

FOLDER is made by ``../shared/generator/generate.py`` (or has the same files: documents, recommendations.csv,
actions.csv). Weights are drawn towards the prior ones of the vocabulary, which say what a reader of plans would weigh:
generated plans are all well worded, so that alone they would teach nothing of what strangers write. Every reading
that was tried of each document is an example: right where its recommendations and actions
are those of the gold, else wrong. Weights are fitted by logistic regression and kept from falling below zero, since
each feature is worded so that more of it is better. ``--write`` puts them into the vocabulary; without it they are
only printed, with how many readings the fitted score would take for right that are wrong.
"""

from __future__ import annotations

import argparse
import csv
import pickle
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from rapidfuzz import fuzz
from scipy.optimize import minimize

from dhr_analytics.errors import InputError
from dhr_analytics.normalising.document import choose
from dhr_analytics.normalising.likeness import FEATURES, prior_weights, weights_file
from dhr_analytics.reading import read_guarded

_SAME = 85  # as like as this, two wordings are the same
_PENALTY = 0.004  # for each step away from the prior weight


def examples(path: Path, gold: dict[str, list[str]]) -> list[tuple[str, list[float], bool]]:
    """Return the features of every reading of one document, and whether it is right."""
    try:
        kind, tables = read_guarded(path)
    except InputError:
        return []
    return examples_of(path.name, kind, tables, gold)


def examples_of(
    name: str,
    kind: str,
    tables: Sequence,
    gold: dict[str, list[str]],  # type: ignore[type-arg]
) -> list[tuple[str, list[float], bool]]:
    """Return the features of every reading of the tables of one document, and whether it is right."""
    found = []
    for ways in choose(tables, joined=kind != "excel").ways:
        for way in ways:
            alone = len({id(each.frame) for each in way.tried}) == 1
            for each in way.tried:
                if each.likeness.features:
                    values = [each.likeness.features[feature] for feature in FEATURES]
                    found.append((name, values, _is_right(each.recommendations, gold, alone=alone)))
    return found


def _is_right(recommendations: Sequence, gold: dict[str, list[str]], *, alone: bool) -> bool:  # type: ignore[type-arg]
    texts = list(gold)
    hits = actions = wanted = 0
    for rec in recommendations:
        scores = [fuzz.token_sort_ratio(rec.text, text) for text in texts]
        best = int(np.argmax(scores)) if scores else -1
        if best < 0 or scores[best] < _SAME:
            continue
        hits += 1
        wanted += max(len(gold[texts[best]]), len(rec.actions))
        own = [draft.cells.get("action", "") for draft in rec.actions]
        listed = " ".join(own)
        each = sum(any(fuzz.token_sort_ratio(a, b) >= _SAME for b in own) for a in gold[texts[best]])
        # Several actions in one cell are split later.
        together = (
            len(own) < len(gold[texts[best]]) and fuzz.token_sort_ratio(listed, " ".join(gold[texts[best]])) >= _SAME
        )
        actions += wanted and (max(len(gold[texts[best]]), len(own)) if together else each)
    whole = hits >= 0.95 * len(texts) if alone else hits > 0
    return bool(whole and hits >= 0.95 * len(recommendations) and actions >= 0.9 * wanted)


def golds(folder: Path) -> dict[str, dict[str, list[str]]]:
    """Return for each document its recommendations with their actions."""
    read = {
        name: pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("recommendations", "actions")
    }
    found: dict[str, dict[str, list[str]]] = {}
    actions = read["actions"].groupby(["document", "seq"])["text"].apply(list)
    for row in read["recommendations"].itertuples():
        found.setdefault(row.document, {})[row.text] = actions.get((row.document, row.seq), [])
    return found


def _documents(folders: Sequence[Path], no_plan: Path | None) -> Iterator[tuple[Path, dict[str, list[str]]]]:
    for folder in folders:
        gold = golds(folder)
        yield from ((path, gold.get(path.name, {})) for path in sorted((folder / "documents").iterdir()))
    if no_plan:
        yield from ((path, {}) for path in sorted(no_plan.iterdir()) if path.is_file() and path.suffix != ".py")


def fit(values: np.ndarray, right: np.ndarray, weight: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Fit weights of zero and more; the first one is the base."""
    data = np.column_stack([np.ones(len(values)), values - 1.0])

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = data @ w
        p = 1 / (1 + np.exp(-z))
        gradient = data.T @ (weight * (p - right)) / weight.sum() + _PENALTY * (w - before)
        value = np.average(np.logaddexp(0, z) - right * z, weights=weight) + _PENALTY * ((w - before) ** 2).sum() / 2
        return float(value), gradient

    bounds = [(None, None), *[(0.0, 12.0)] * values.shape[1]]
    return minimize(loss, before, jac=True, method="L-BFGS-B", bounds=bounds).x


def _read_all(work: Sequence, jobs: int) -> list[tuple[str, list[float], bool]]:  # type: ignore[type-arg]
    with ProcessPoolExecutor(jobs) as pool:
        return [each for some in pool.map(examples, *zip(*work, strict=True), chunksize=8) for each in some]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--no-plan", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--cache", type=Path, help="keep what was read here, to fit again")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args(argv)
    work = list(_documents(args.folders, args.no_plan))
    cache = args.cache
    if cache and cache.exists():
        found = pickle.loads(cache.read_bytes())  # noqa: S301 - our own file
    else:
        found = _read_all(work, args.jobs)
        if cache:
            cache.write_bytes(pickle.dumps(found))
    names = pd.Series([name for name, _, _ in found])
    values = np.array([row for _, row, _ in found])
    right = np.array([good for _, _, good in found], dtype=float)
    # A document with many tables counts as one with few.
    weight = (1 / names.map(names.value_counts()) ** 0.5).to_numpy()
    before = prior_weights()
    start = np.array([before[name] for name in ("base", *FEATURES)])
    fitted = fit(values, right, weight, start)
    p = 1 / (1 + np.exp(-(fitted[0] + (values - 1) @ fitted[1:])))
    print(f"{len(found)} readings, {int(right.sum())} of them right; base {fitted[0]:.2f}")
    for name, w in sorted(zip(FEATURES, fitted[1:], strict=True), key=lambda each: -each[1]):
        print(f"{w:6.2f}  {name}")
    for bound in (0.2, 0.5, 0.75, 0.9):
        taken, found_right = p >= bound, float((p[right == 1] >= bound).mean())
        print(f"at {bound}: {taken.sum()} taken, {right[taken].mean():.3f} right; {found_right:.3f} of the right ones")
    if args.write:
        with weights_file().open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["feature", "prior", "weight"])
            for name, w in zip(("base", *FEATURES), fitted, strict=True):
                writer.writerow([name, before[name], f"{w:.2f}"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
