"""Shares of rows that belong to reviews, with intervals that know that rows of one review are alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import sqrt

import numpy as np
import pandas as pd
from scipy.special import stdtrit  # type: ignore[import-untyped]

from dhr_analytics.package import Plans
from dhr_analytics.schema import review_of
from dhr_analytics.statistics.catalogue import ASSUMED, BY_REVIEW, NEWCOMBE, PAIRED, WILSON
from dhr_analytics.statistics.estimate import Context, Estimate, Z, estimate, wilson

ALIKE = 0.1  # the intra-class correlation taken where the reviews cannot tell, and the least one taken anywhere
LEAST_DF = 4  # below this the t quantile widens far beyond 95 %; see docs/decisions.md
_SHORT = f"{ASSUMED} {ALIKE}"


@lru_cache(maxsize=8)
def rows_of(plans: Plans, over: str) -> pd.DataFrame:
    """Return the rows of a denominator: ``row`` (its key) and ``review``, by the index of the table."""
    frame = getattr(plans, over)
    reviews = frame["review_id"].map(review_of)
    return pd.DataFrame({"row": reviews if over == "reviews" else frame[f"{over[:-1]}_id"], "review": reviews})


def shares(
    counted: Mapping[str, pd.DataFrame],
    base: pd.DataFrame,
    *,
    context: Context,
    denominator: str,
    dimension: str = "",
    groups: Iterable[str] = ("",),
) -> list[Estimate]:
    """Return measures for groups of rows.

    Parameters
    ----------
    counted : mapping of str to pandas.DataFrame
        For each measure the rows that count: columns row, review and, where there are groups, group.
    base : pandas.DataFrame
        The rows counted among, likewise; without a column ``group`` all of them for each group.
    context : Context
    denominator : str
    dimension : str, optional
    groups : iterable of str
        In the order wanted, also where they hold no row.

    Returns
    -------
    list of Estimate
        The measures side by side for each group.
    """
    names = list(groups)
    if not names:
        return []
    rows, sizes = _grouped(base, names)
    found = {}
    for measure, frame in counted.items():
        rows_n, parts = _grouped(frame, names)
        found[measure] = rows_n, _design_effects(parts, sizes, names)
    out = []
    for place, group in enumerate(names):
        for measure, (rows_n, effects) in found.items():
            n, total = len(rows_n.get(group, ())), len(rows.get(group, ()))
            interval, method = _interval(n, total, *effects[place], independent=denominator == "reviews")
            out.append(
                estimate(
                    measure,
                    n,
                    total,
                    context=context,
                    denominator=denominator,
                    dimension=dimension,
                    group=group,
                    value=n / total if total else None,
                    interval=interval,
                    method=method,
                    rows_n=rows_n.get(group, ()),
                    rows_N=rows.get(group, ()),
                )
            )
    return out


def _grouped(frame: pd.DataFrame, names: list[str]) -> tuple[dict[str, tuple[str, ...]], pd.Series]:
    """Return the keys of each group's rows, and how many of them each review has (by group and review)."""
    if "group" not in frame:
        keys, sizes = tuple(frame["row"].tolist()), frame.groupby("review").size()
        return dict.fromkeys(names, keys), pd.concat(dict.fromkeys(names, sizes), names=["group"])
    codes, groups = pd.factorize(frame["group"])
    order = np.argsort(codes, kind="stable")
    keys = frame["row"].to_numpy(dtype=object)[order].tolist()
    ends = np.cumsum(np.bincount(codes + 1, minlength=len(groups) + 1)).tolist()  # those without a group come first
    keyed = {str(group): tuple(keys[a:b]) for group, a, b in zip(groups, ends, ends[1:], strict=False)}
    return keyed, frame.groupby(["group", "review"]).size()


def _design_effects(parts: pd.Series, sizes: pd.Series, names: list[str]) -> list[tuple[float, bool]]:
    """Return for each group how many rows one independent row is worth, and whether the reviews themselves say so.

    References
    ----------
    Kish, Survey Sampling (1965), for the effect of alike rows; Rao and Scott, JASA 76 (1981), for the effective number.
    """
    place = pd.Index(names).get_indexer(sizes.index.get_level_values(0))
    asked = place >= 0
    n_review = parts.reindex(sizes.index, fill_value=0).to_numpy(float)[asked]
    kept, place = sizes.to_numpy(float)[asked], place[asked]

    def per(values: np.ndarray) -> np.ndarray:
        return np.bincount(place, values, minlength=len(names))

    n, total, reviews = per(n_review), per(kept), per(np.ones_like(kept))
    with np.errstate(divide="ignore", invalid="ignore"):
        assumed = 1 + (per(kept**2) / total - 1) * ALIKE
        left_out = (n[place] - n_review) / (total[place] - kept)
        middle = per(left_out) / reviews
        variance = (reviews - 1) / reviews * per((left_out - middle[place]) ** 2)
        share = n / total
        found = variance / (share * (1 - share) / total) * (_t(reviews - 1) / Z) ** 2
    told = (reviews > 1) & (n > 0) & (n < total) & (found > assumed)
    return list(zip(np.where(told, found, assumed), told, strict=True))


def _t(df: np.ndarray | float) -> np.ndarray:
    return stdtrit(np.maximum(df, LEAST_DF), 0.975)


def _interval(
    n: int, total: int, effect: float, told: bool, *, independent: bool
) -> tuple[tuple[float | None, float | None], str]:
    if not total:
        return (None, None), ""
    if independent:
        return wilson(n, total), WILSON
    worth = total / effect
    return wilson(n / total * worth, worth), BY_REVIEW if told else _SHORT


def difference(
    later: Estimate, earlier: Estimate, *, context: Context, review: Mapping[str, str], group: str, dimension: str
) -> Estimate:
    """Return by how much a share is above that of an earlier quarter.

    Parameters
    ----------
    later, earlier : Estimate
        With the keys of their rows.
    context : Context
    review : mapping of str to str
        The review of each row.
    group, dimension : str
        Of the difference.

    Returns
    -------
    Estimate
        Without an interval where the same rows have the same status; without a value where one has no rows.

    References
    ----------
    Newcombe, Statistics in Medicine 17 (1998), method 10, for the fall-back; as in Zou and Donner, Statistics in
    Medicine 27 (2008), with the intervals that know of reviews.
    """
    value: float | None = None
    interval: tuple[float | None, float | None] = (None, None)
    method = ""
    if later.value is not None and earlier.value is not None:
        value = later.value - earlier.value
        if (set(later.rows_n), set(later.rows_N)) == (set(earlier.rows_n), set(earlier.rows_N)):
            method = "the same rows with the same status in both quarters; no interval"
        elif (error := _paired_error(later, earlier, review)) is not None:
            interval, method = (max(-1.0, value - error), min(1.0, value + error)), PAIRED
        else:
            interval, method = _newcombe(later, earlier), NEWCOMBE
    return estimate(
        "completion_change",
        later.n,
        later.N,
        context=context,
        denominator=later.denominator,
        dimension=dimension,
        group=group,
        value=value,
        interval=interval,
        method=method,
        rows_n=later.rows_n,
        rows_N=tuple(dict.fromkeys((*later.rows_N, *earlier.rows_N))),
    )


def _paired_error(later: Estimate, earlier: Estimate, review: Mapping[str, str]) -> float | None:
    """Return half the width of the interval, or None where the reviews are too few to tell."""
    sides = []
    for each in (later, earlier):
        counts = [
            pd.Series([review[row] for row in rows], dtype="str").value_counts() for rows in (each.rows_n, each.rows_N)
        ]
        sides.append(pd.DataFrame({"n": counts[0], "N": counts[1]}).fillna(0))
    names = sides[0].index.union(sides[1].index)
    left_out = []
    for side in sides:
        counted = side.reindex(names, fill_value=0)
        rest = counted["N"].sum() - counted["N"]
        if not rest.all():
            return None
        left_out.append((counted["n"].sum() - counted["n"]) / rest)
    change, m = left_out[0] - left_out[1], len(names)
    spread = float(((change - change.mean()) ** 2).sum()) * (m - 1) / m
    return float(_t(m - 1)) * sqrt(spread) if spread > 1e-12 else None


def _newcombe(later: Estimate, earlier: Estimate) -> tuple[float, float]:
    def far(one: float | None, other: float | None, third: float | None, fourth: float | None) -> float:
        return sqrt(((one or 0) - (other or 0)) ** 2 + ((third or 0) - (fourth or 0)) ** 2)

    value = (later.value or 0) - (earlier.value or 0)
    return (
        value - far(later.value, later.low, earlier.high, earlier.value),
        value + far(later.high, later.value, earlier.value, earlier.low),
    )
