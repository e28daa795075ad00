"""How well plans are read: a package held against the same documents read by hand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from dhr_analytics.errors import UsageError

# Two wordings are the same when their words overlap by this F1.
SAME = 0.8
FIELDS = ("number", "scope", "section", "lead_agency", "status", "target_on", "completed_on")


def evaluate_ingest(gold: Path | str, package: Path | str) -> tuple[dict[str, float], list[str]]:
    """Hold a plan package against a reading by hand.

    Parameters
    ----------
    gold : path
        Folder with ``recommendations.csv`` and ``actions.csv``: document, seq, text and the fields; ``alt_*`` columns
        hold second readings that count too (``-`` means empty), ``soft_split`` marks actions printed as one run.
    package : path
        A plan package made from the same documents.

    Returns
    -------
    figures : dict of str to float
        F1 of recommendations and actions found, the share right of each field among those found, and the share of
        the gold's words that the package holds.
    misses : list of str
        One line for each difference.

    Raises
    ------
    UsageError
        When a table is missing.
    """
    gold_recs, gold_acts = (_read(Path(gold) / f"{name}.csv") for name in ("recommendations", "actions"))
    reviews, recs, acts, rejected = (
        _read(Path(package) / f"{name}.csv") for name in ("reviews", "recommendations", "actions", "rejected")
    )
    recs = recs.assign(
        document=recs["review_id"].map(dict(zip(reviews["review_id"], reviews["document"], strict=True)))
    )
    tally: Counter[str] = Counter()
    misses: list[str] = []
    for document, wanted in gold_recs.groupby("document", sort=True):
        found = recs[recs["document"] == document]
        its_acts = gold_acts[gold_acts["document"] == document]
        _hold_document(str(document), wanted, its_acts, found, acts, tally, misses)
        _hold_words(wanted, its_acts, found, acts, rejected[rejected["document"] == document], tally)
    stray = recs[~recs["document"].isin(gold_recs["document"])]
    tally["found_recs"] += len(stray)
    tally["found_acts"] += int(acts["recommendation_id"].isin(stray["recommendation_id"]).sum())
    misses += [f"{row.document}: recommendation not in gold: {str(row.text)[:60]!r}" for row in stray.itertuples()]
    figures = {
        "recommendation_f1": _f1(tally["right_recs"], tally["gold_recs"], tally["found_recs"]),
        "action_f1": _f1(tally["right_acts"], tally["gold_acts"], tally["found_acts"]),
        **{name: round(tally[name] / tally[f"{name}_of"], 4) if tally[f"{name}_of"] else 0.0 for name in FIELDS},
        "words_kept": round(tally["words"] / tally["words_of"], 4) if tally["words_of"] else 0.0,
    }
    return figures, misses


def overlap(a: str, b: str) -> float:
    """Word-overlap F1 of two texts, 0 to 1; two empty texts agree."""
    one, two = _words(a), _words(b)
    total = one.total() + two.total()
    return 2 * (one & two).total() / total if total else 1.0


def _hold_document(
    document: str,
    wanted: pd.DataFrame,
    gold_acts: pd.DataFrame,
    found: pd.DataFrame,
    acts: pd.DataFrame,
    tally: Counter[str],
    misses: list[str],
) -> None:
    want, got = wanted.to_dict("records"), found.to_dict("records")
    pairs = _pair(want, got, lambda a, b: overlap(a["text"], b["text"]))
    matched = {i: j for i, j in pairs if overlap(want[i]["text"], got[j]["text"]) >= SAME}
    tally.update(gold_recs=len(want), found_recs=len(got), right_recs=len(matched))
    for i, row in enumerate(want):
        mine = gold_acts[gold_acts["seq"] == row["seq"]].to_dict("records")
        if i not in matched:
            tally["gold_acts"] += len(mine)
            misses.append(f"{document} {row['seq']}: recommendation not found")
            continue
        other = got[matched[i]]
        for field, right in (
            ("number", re.sub(r"\W", "", row["number"]).lower() == re.sub(r"\W", "", other["number"]).lower()),
            ("scope", row["scope"] == other["scope"]),
            ("section", overlap(row["section"], other["section"]) >= SAME),
        ):
            _count(field, right, f"{document} {row['seq']}: {row[field]!r} {other[field]!r}", tally, misses)
        its = acts[acts["recommendation_id"] == other["recommendation_id"]].to_dict("records")
        _hold_actions(f"{document} {row['seq']}", mine, its, tally, misses)
    for j in set(range(len(got))) - set(matched.values()):
        tally["found_acts"] += int((acts["recommendation_id"] == got[j]["recommendation_id"]).sum())
        misses.append(f"{document}: recommendation not in gold: {got[j]['text'][:60]!r}")


def _hold_actions(
    where: str, want: list[dict[Any, Any]], got: list[dict[Any, Any]], tally: Counter[str], misses: list[str]
) -> None:
    if len(want) > len(got) and all(row.get("soft_split") == "1" for row in want):
        want = [_as_one(want)]
    tally.update(gold_acts=len(want), found_acts=len(got))

    def near(a: dict[Any, Any], b: dict[Any, Any]) -> float:
        return 0.9 * overlap(a["text"], b["text"]) + 0.1 * overlap(a["lead_agency"], b["lead_agency"])

    for i, j in _pair(want, got, near):
        row, other = want[i], got[j]
        if overlap(row["text"], other["text"]) < SAME:
            misses.append(f"{where}: action {row['text'][:50]!r} {other['text'][:50]!r}")
            continue
        tally["right_acts"] += 1
        for field in FIELDS[3:]:
            readings = [row[field], *("" if text == "-" else text for text in row[f"alt_{field}"].split("|") if text)]
            if field == "lead_agency":
                right = max(overlap(reading, other[field]) for reading in readings) >= SAME
            else:
                right = other[field] in readings
            _count(field, right, f"{where}: {readings} {other[field]!r}", tally, misses)


def _as_one(rows: list[dict[Any, Any]]) -> dict[Any, Any]:
    """Read several actions printed as one run of text as one; the fields of each part count."""
    one = {**rows[0], "text": " ".join(row["text"] for row in rows)}
    for field in FIELDS[3:]:
        one[f"alt_{field}"] = "|".join([*(row[field] or "-" for row in rows), *(row[f"alt_{field}"] for row in rows)])
    return one


def _hold_words(
    wanted: pd.DataFrame,
    gold_acts: pd.DataFrame,
    found: pd.DataFrame,
    acts: pd.DataFrame,
    rejected: pd.DataFrame,
    tally: Counter[str],
) -> None:
    told = gold_acts.drop_duplicates(["seq", "progress"])
    want = _words(" ".join([*wanted["text"], *gold_acts.loc[told.index, "text"], *told["progress"]]))
    mine = acts[acts["recommendation_id"].isin(found["recommendation_id"])]
    columns = ["text", "progress", "outcome", "lead_agency", "target_text"]
    kept = _words(" ".join([*found["text"], *rejected["text"], *(text for name in columns for text in mine[name])]))
    tally.update(words=(want & kept).total(), words_of=want.total())


def _pair(a: Sequence[Any], b: Sequence[Any], near: Callable[[Any, Any], float]) -> list[tuple[int, int]]:
    """Pair two lists so that the sum of nearness is greatest."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

    if not a or not b:
        return []
    rows, columns = linear_sum_assignment(-np.array([[near(x, y) for y in b] for x in a]))
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True)]


def _count(field: str, right: bool, what: str, tally: Counter[str], misses: list[str]) -> None:
    tally.update({field: int(right), f"{field}_of": 1})
    if not right:
        misses.append(f"{what} ({field})")


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[a-z0-9]+", text.lower()))


def _f1(right: int, gold: int, found: int) -> float:
    return round(2 * right / (gold + found), 4) if gold + found else 0.0


def _read(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise UsageError(f"There is no {path}. Name the folder of the reading by hand, then the plan package.")
    return pd.read_csv(path, dtype=str, keep_default_na=False)
