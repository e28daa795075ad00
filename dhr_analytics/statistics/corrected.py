"""How common a theme is, corrected for the errors of the machine coding by a sample that people coded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit  # type: ignore[import-untyped]

from dhr_analytics.errors import UsageError

Array = np.ndarray[Any, np.dtype[np.float64]]

FEWEST = 5  # coded reviews
NOT_CORRECTED = "not corrected for errors of the machine coding"
# A few coded reviews tell little of how alike the rows of one review are. What they show is averaged with this
# intra-class correlation, which weighs as much as this many reviews (docs/decisions.md).
EXPECTED_CORRELATION, EXPECTED_WEIGHT = 0.1, 10


@dataclass(frozen=True)
class Corrected:
    """A share with its 95 % interval; ``value``, ``low`` and ``high`` are ``None`` where too little is coded by hand.

    ``method`` says in words how the share was found, or what is missing.
    """

    value: float | None
    low: float | None
    high: float | None
    n_coded_reviews: int
    n_coded_rows: int
    method: str


def corrected_share(review: ArrayLike, machine: ArrayLike, human: ArrayLike, *, per_review: bool = False) -> Corrected:
    """Return the share of rows, or of reviews, that have a theme, corrected for errors of the machine coding.

    The share by hand in the coded sample is moved by what the machine's share in all rows differs from its share in
    the sample, times the slope of human on machine labels there (prediction-powered inference with power tuning); with
    labels of 0 and 1 this weighs the share by hand within each label with how often the machine gives that label.
    Where that does not make the variance smaller, it is the share by hand. Where every row is coded, it is the plain
    count.

    The interval speaks of the reviews that these are a sample of: reviews are independent, rows of one review are not.
    The variance comes from leaving out one review at a time. From it follows how many independent rows coded by hand
    would tell as much, and from this number the Wilson interval, with a t quantile on the coded reviews less one. It
    holds where reviews (or rows) were drawn for coding at random: not where people coded what the machine was
    unsure of, nor where the model has learnt from what they said.

    Parameters
    ----------
    review : array_like, shape (rows,)
        Key of the review of each recommendation or action.
    machine : array_like of float, shape (rows,)
        What the machine said before people's decisions were laid over it: 0 or 1, or a probability.
    human : array_like of float, shape (rows,)
        What people said, 0 or 1; NaN where they did not code the row.
    per_review : bool
        Count reviews in place of rows: a review has the theme when any of its rows has it. Only reviews of which every
        row is coded can then serve as the coded sample.

    Returns
    -------
    Corrected
        Without a value where fewer than ``FEWEST`` reviews are coded.

    Raises
    ------
    UsageError
        When the arrays differ in length or hold anything else.

    References
    ----------
    A. N. Angelopoulos, S. Bates, C. Fannjiang, M. I. Jordan, T. Zrnic, Prediction-powered inference, Science 382
    (2023); A. N. Angelopoulos, J. C. Duchi, T. Zrnic, PPI++: efficient prediction-powered inference, arXiv:2311.01453
    (2023). Effective sample size: E. L. Korn, B. I. Graubard, Confidence intervals for proportions with small expected
    number of positive counts, Survey Methodology 24 (1998).
    """
    index, said, by_hand = _checked(review, machine, human)
    coded = ~np.isnan(by_hand)
    sizes, coded_rows = np.bincount(index), np.bincount(index, coded)
    if per_review:
        whole = coded_rows == sizes
        n_rows = int(sizes[whole].sum())
        none = np.ones(len(sizes))
        np.multiply.at(none, index, 1 - said)
        said = 1 - none
        by_hand = np.where(whole, np.bincount(index, np.nan_to_num(by_hand)) > 0, np.nan)
        index, coded = np.arange(len(sizes)), whole
    else:
        n_rows = int(coded.sum())
    n_reviews = len(np.unique(index[coded]))
    if n_reviews < FEWEST:
        kind = "reviews with every row coded by people" if per_review else "reviews with rows coded by people"
        why = (
            f"{NOT_CORRECTED}: {kind}: {n_reviews}; at least {FEWEST} are needed, "
            "since fewer cannot show how much reviews differ"
        )
        return Corrected(None, None, None, n_reviews, n_rows, why)
    sums = _sums(index, said, by_hand, coded)
    alone, tuned = (_share_and_variance(sums, tuned=tuned) for tuned in (False, True))
    helps = 0 < tuned[1] < alone[1]
    low, high = _interval(*(tuned if helps else alone), sums)
    how = "prediction-powered inference" if helps else "the coded sample alone, which the machine coding cannot sharpen"
    method = f"95% interval from {how}; {n_rows} rows of {n_reviews} reviews coded by people, t quantile over reviews"
    return Corrected((tuned if helps else alone)[0], low, high, n_reviews, n_rows, method)


def _checked(review: ArrayLike, machine: ArrayLike, human: ArrayLike) -> tuple[Any, Array, Array]:
    keys, said, by_hand = np.asarray(review), np.asarray(machine, dtype=float), np.asarray(human, dtype=float)
    if not (keys.ndim == 1 and keys.shape == said.shape == by_hand.shape):
        raise UsageError(
            f"Reviews, machine labels and human labels must be as many: {keys.shape}, {said.shape}, {by_hand.shape}."
        )
    if not ((said >= 0) & (said <= 1)).all():
        raise UsageError("Machine labels must be 0, 1 or a probability between them, for every row.")
    if not (np.isnan(by_hand) | np.isin(by_hand, (0, 1))).all():
        raise UsageError("Human labels must be 0, 1 or, where the row was not coded, missing.")
    return np.unique(keys, return_inverse=True)[1], said, by_hand


def _sums(index: Any, said: Array, by_hand: Array, coded: Any) -> Array:
    """Sum up each review (columns): all that the share is made of, so that a review is left out by subtraction."""
    hand, inside = np.nan_to_num(by_hand), coded.astype(float)
    terms = (np.ones_like(said), said, said * said, inside, hand, inside * said, hand * said, inside * said * said)
    return np.stack([np.bincount(index, term) for term in terms])


def _share(totals: Array, *, tuned: bool) -> tuple[Array, Array]:
    """Return the share and the weight of the machine's labels: the slope of human on machine labels."""
    rows, said, _, coded, hand, said_coded, both, squares = totals
    spread = squares - said_coded * said_coded / coded
    slope = (both - hand * said_coded / coded) / np.where(spread > 1e-9, spread, np.inf)
    weight = np.maximum(slope, 0) * tuned
    return np.clip(hand / coded + weight * (said / rows - said_coded / coded), 0, 1), weight


def _share_and_variance(sums: Array, *, tuned: bool) -> tuple[float, float]:
    """Return the share and its variance, which is 0 where the share is 0 or 1 and the data tell of none."""
    totals = sums.sum(axis=1, keepdims=True)
    value, weight = (float(each[0]) for each in _share(totals, tuned=tuned))
    without, _ = _share(totals - sums, tuned=tuned)
    seen = sums[3] > 0
    # Coded reviews and the others are two samples, each with its own number of reviews.
    resampled = sum((len(part) - 1) * float(np.var(part)) for part in (without[seen], without[~seen]) if len(part))
    rows, said, said_squares, coded = totals[:4, 0]
    binomial = value * (1 - value)
    if not binomial:
        return value, 0.0
    explained = weight**2 * (said_squares / rows - (said / rows) ** 2)
    # Half a row more in error than was seen: a machine that agrees with a small sample may still err elsewhere.
    residual = min(max(binomial - explained, 0) + 0.5 / coded, binomial)
    if_independent = residual / coded + explained / rows
    seen_effect = seen.sum() * resampled / if_independent
    effect = (seen_effect + EXPECTED_WEIGHT * _expected_effect(sums[3])) / (seen.sum() + EXPECTED_WEIGHT)
    return value, max(if_independent * max(effect, 1), binomial / rows)


def _expected_effect(coded: Array) -> float:
    """Return by how much the variance is expected to exceed that of independent rows (the design effect)."""
    return 1 + EXPECTED_CORRELATION * float((coded**2).sum() / coded.sum() - 1)


def _interval(value: float, variance: float, sums: Array) -> tuple[float, float]:
    """Return the Wilson interval on the number of independent rows that would give this variance."""
    coded = sums[3]
    effective = value * (1 - value) / variance if variance else coded.sum() / _expected_effect(coded)
    q2 = float(stdtrit((coded > 0).sum() - 1, 0.975)) ** 2
    centre = (value + q2 / (2 * effective)) / (1 + q2 / effective)
    half = np.sqrt(q2 * (value * (1 - value) / effective + q2 / (4 * effective**2))) / (1 + q2 / effective)
    # Rounding may carry a bound past the share itself where the share is 0 or 1.
    return max(0.0, min(float(centre - half), value)), min(1.0, max(float(centre + half), value))
