"""How often the 95 % interval of a theme's share holds the truth: `python benchmarks/coverage.py --runs 1000`.

Reviews of unequal size are simulated, each with its own rate of the theme (intra-class correlation) and, in some
settings, its own rates of machine error. People code a random sample. Compared are: counting the machine's labels as if
they were true, the coded sample alone (by the same interval), and the corrected share. The truth is that of the
population which the reviews were drawn from, as for the other intervals of the package; it is worked out exactly.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import betaln
from scipy.stats import nbinom

from dhr_analytics.statistics import wilson
from dhr_analytics.statistics.corrected import corrected_share

SEED = 20251122
SMALLEST, EXTRA = 3, nbinom(1.5, 1.5 / 10.5)  # recommendations of a review: 3 and 9 more on average, mostly fewer


class Setting(NamedTuple):
    """Reviews, the share of them that is coded, and how common and how alike things are within a review."""

    reviews: int
    coded: float
    prevalence: float
    correlation: float
    sensitivity: float
    specificity: float
    error_correlation: float = 0.0
    larger_ask_more: float = 0.0  # longer plans have a prevalence higher by this part, shorter ones lower
    rows: bool = False  # whether rows are drawn for coding from all reviews, rather than whole reviews


SAMPLES = ((30, 0.2), (30, 0.3), (60, 0.25), (150, 0.2))
MACHINES = ((0.7, 0.97, 0.1), (0.85, 0.9, 0.0), (0.95, 0.99, 0.05))
MAIN = [
    Setting(*sample, *rates, *machine)
    for sample, *rates, machine in itertools.product(SAMPLES, (0.05, 0.2, 0.5), (0.05, 0.15), MACHINES)
]
HARDER = [
    Setting(*sample, 0.15, 0.15, 0.7, 0.95, 0.1, larger_ask_more=link, rows=rows)
    for sample, (link, rows) in itertools.product(SAMPLES, ((0.4, False), (0.0, True), (0.4, True)))
]


def beta(rng: np.random.Generator, mean: np.ndarray, correlation: float) -> np.ndarray:
    spread = 1 / correlation - 1 if correlation else np.inf
    return rng.beta(mean * spread, (1 - mean) * spread) if correlation else mean


def prevalence(setting: Setting, sizes: np.ndarray) -> np.ndarray:
    return setting.prevalence * (1 + setting.larger_ask_more * np.where(sizes > SMALLEST + EXTRA.mean(), 1, -1))


def truth(setting: Setting, *, per_review: bool) -> float:
    sizes = SMALLEST + np.arange(400)
    chance, mean = EXTRA.pmf(sizes - SMALLEST), prevalence(setting, sizes)
    if not per_review:
        return float((chance * sizes * mean).sum() / (chance * sizes).sum())
    spread = 1 / setting.correlation - 1
    a, b = mean * spread, (1 - mean) * spread
    return float((chance * (1 - np.exp(betaln(a, b + sizes) - betaln(a, b)))).sum())


def draw(setting: Setting, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One set of reviews: the review, the machine's label and the human label (or NaN) of each row."""
    sizes = SMALLEST + EXTRA.rvs(setting.reviews, random_state=rng)
    review = np.repeat(np.arange(setting.reviews), sizes)
    rate = beta(rng, prevalence(setting, sizes), setting.correlation)
    ones = np.ones(setting.reviews)
    found = beta(rng, setting.sensitivity * ones, setting.error_correlation)
    invented = 1 - beta(rng, setting.specificity * ones, setting.error_correlation)
    true = rng.random(len(review)) < rate[review]
    machine = rng.random(len(review)) < np.where(true, found[review], invented[review])
    among = np.arange(len(review)) if setting.rows else review
    coded = rng.choice(among.max() + 1, round(setting.coded * (among.max() + 1)), replace=False)
    return review, machine.astype(float), np.where(np.isin(among, coded), true, np.nan)


def measure(setting: Setting, *, runs: int, per_review: bool, seed: int = SEED) -> dict[str, float]:
    """Coverage and mean width of the three intervals in one setting."""
    rng, target = np.random.default_rng(seed), truth(setting, per_review=per_review)
    bounds = np.empty((3, runs, 2))
    for run in range(runs):
        review, machine, human = draw(setting, rng)
        counted = np.bincount(review, machine) > 0 if per_review else machine
        bounds[0, run] = wilson(int(counted.sum()), len(counted))
        for place, said in ((1, 0 * machine), (2, machine)):
            found = corrected_share(review, said, human, per_review=per_review)
            bounds[place, run] = found.low, found.high
    holds = ((bounds[..., 0] <= target) & (target <= bounds[..., 1])).mean(axis=1)
    width = (bounds[..., 1] - bounds[..., 0]).mean(axis=1)
    names = ("naive", "hand", "corrected")
    return {
        "truth": target,
        **{f"{name}_holds": float(value) for name, value in zip(names, holds, strict=True)},
        **{f"{name}_width": float(value) for name, value in zip(names, width, strict=True)},
    }


def table(settings: Iterable[Setting], *, runs: int, per_review: bool) -> pd.DataFrame:
    return pd.DataFrame([{**each._asdict(), **measure(each, runs=runs, per_review=per_review)} for each in settings])


def summary(found: pd.DataFrame) -> str:
    narrower = found["corrected_width"] / found["hand_width"]
    return "; ".join(
        [
            *(
                f"{name} {found[f'{name}_holds'].mean():.1%} ({found[f'{name}_holds'].min():.1%} to "
                f"{found[f'{name}_holds'].max():.1%})"
                for name in ("naive", "hand", "corrected")
            ),
            f"width {narrower.mean():.2f} of the sample alone ({narrower.min():.2f} to {narrower.max():.2f})",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    for name, per_review, settings in (
        ("Share of recommendations, whole reviews coded", False, MAIN),
        ("Share of recommendations, longer plans ask more or rows coded", False, HARDER),
        ("Share of reviews", True, MAIN),
    ):
        found = table(settings, runs=runs, per_review=per_review)
        print(f"\n{name}, {runs:,} runs each\n{found.round(3).to_string(index=False)}\n{summary(found)}", flush=True)


if __name__ == "__main__":
    main()
