"""How far plan-likeness holds for layouts that its weights were not fitted on.

    python benchmarks/leave_out.py --fit FOLDER [FOLDER ...] --report FOLDER [FOLDER ...] [--axes grammar,kind]

For each value of an axis (one grammar, one kind of file) the weights are fitted anew on the documents of ``--fit``
without that value, and the documents of ``--report`` that have it are read with them. Printed: how many of them are
graded sure, how many of those have recommendation F1 of 0.95 or more, and how many were sent to a person or refused.
FOLDER is made by ``../shared/generator/generate.py``. Reading the files is kept in FOLDER/raw.pkl, to be used again.
"""

from __future__ import annotations

import argparse
import pickle
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
from fit_likeness import examples_of, fit, golds
from reading import RIGHT, module_at, say

from dhr_analytics.errors import InputError
from dhr_analytics.normalising import likeness
from dhr_analytics.normalising.plan import normalise
from dhr_analytics.reading import read_guarded

ROOT = Path(__file__).resolve().parents[1]
SAME = 0.8  # the scorer's own bound for two wordings


@dataclass(frozen=True)
class Document:
    """A generated document as it was read, with its layout and the wordings and actions of its gold."""

    name: str
    kind: str
    tables: Sequence[object]
    axes: Mapping[str, str]
    gold: dict[str, list[str]]


def read_one(path: Path) -> tuple[str, tuple[str, object]]:
    try:
        return path.name, read_guarded(path)
    except InputError as error:
        return path.name, ("error", str(error))


def documents(folder: Path, jobs: int) -> list[Document]:
    """Read a folder, or take what was read before; files that cannot be read are left out."""
    kept = folder / "raw.pkl"
    if not kept.is_file():
        with ProcessPoolExecutor(jobs) as pool:
            raw = dict(pool.map(read_one, sorted((folder / "documents").iterdir()), chunksize=4))
        kept.write_bytes(pickle.dumps(raw))
    raw = pickle.loads(kept.read_bytes())  # noqa: S301 - our own file
    axes = pd.read_csv(folder / "axes.csv", dtype=str, keep_default_na=False).set_index("document")
    gold = golds(folder)
    return [
        Document(name, kind, tables, axes.loc[name].to_dict(), gold.get(name, {}))
        for name, (kind, tables) in sorted(raw.items())
        if kind != "error"
    ]


def features(document: Document) -> list[tuple[str, list[float], bool]]:
    return examples_of(document.name, document.kind, document.tables, document.gold)


def graded(work: tuple[Document, Mapping[str, float], Path]) -> tuple[str, float]:
    """Read one document with the weights given; return its grade and the F1 of its recommendations."""
    document, weights, scorer = work
    likeness.weights = lambda: weights
    found = normalise(document.tables, document=document.name, review_id="D", kind=document.kind)
    texts = [row["text"] for plan in found.plans for row in plan.recommendations]
    return found.grade, f1(list(document.gold), texts, module_at(scorer))


def f1(gold: list[str], found: list[str], scorer: ModuleType) -> float:
    pairs = scorer.pair(pd.Series(gold), pd.Series(found), scorer.overlap) if gold and found else []
    right = sum(score >= SAME for *_, score in pairs)
    return 2 * right / max(1, len(gold) + len(found))


def fitted(found: Sequence[tuple[str, list[float], bool]]) -> dict[str, float]:
    """Fit the weights on some readings, a document with many tables as one with few."""
    names = pd.Series([name for name, _, _ in found])
    before = likeness.prior_weights()
    names_of = ("base", *likeness.FEATURES)
    values = np.array([row for _, row, _ in found])
    right = np.array([good for *_, good in found], dtype=float)
    weight = (1 / names.map(names.value_counts()) ** 0.5).to_numpy()
    return dict(zip(names_of, fit(values, right, weight, np.array([before[name] for name in names_of])), strict=True))


def print_line(name: str, results: Sequence[tuple[str, float]]) -> None:
    sure = [score for grade, score in results if grade == "sure"]
    right = np.mean([score >= RIGHT for score in sure]) if sure else float("nan")
    not_sure = 1 - len(sure) / len(results)
    print(f"{name:32s} {len(results):4d} documents  not sure {not_sure:6.1%}  right of sure {right:6.1%}")


def main() -> None:
    """Fit without each value of each axis and read the documents that have it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", nargs="+", type=Path, required=True)
    parser.add_argument("--report", nargs="+", type=Path, required=True)
    parser.add_argument("--axes", default="grammar,kind")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    args = parser.parse_args()
    scorer = args.shared / "score" / "score_ingest.py"
    taught = [document for folder in args.fit for document in documents(folder, args.jobs)]
    held = [document for folder in args.report for document in documents(folder, args.jobs)]
    with ProcessPoolExecutor(args.jobs) as pool:
        say("fitting: reading every way there is", last=False)
        found = list(pool.map(features, taught, chunksize=8))
        every = fitted([each for some in found for each in some])
        results = list(pool.map(graded, [(each, every, scorer) for each in held], chunksize=8))
        print_line("all, fitted on all", results)
        for axis in args.axes.split(","):
            whole = []
            for value in sorted({document.axes[axis] for document in held}):
                rest = [
                    each
                    for document, some in zip(taught, found, strict=True)
                    if document.axes[axis] != value
                    for each in some
                ]
                weights = fitted(rest)
                out = [document for document in held if document.axes[axis] == value]
                results = list(pool.map(graded, [(each, weights, scorer) for each in out], chunksize=4))
                print_line(f"{axis} {value}", results)
                whole += results
            print_line(f"{axis}, each left out in turn", whole)


if __name__ == "__main__":
    sys.exit(main())
