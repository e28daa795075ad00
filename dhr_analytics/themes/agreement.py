"""How far coders who worked by themselves agree, theme by theme, and what they have to settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.themes.codebook import Codebook
from dhr_analytics.themes.sheet import HEADING, ID, WORDING, Codings

MEASURES = {True: "Cohen's kappa", False: "Fleiss' kappa"}


@dataclass(frozen=True)
class Agreement:
    """What `agreement` found out.

    `themes` has a row for each theme: theme, n (recommendations coded by all), given_by_all, given_by_some,
    given_by_none, agreed (share of pairs of judgements that are the same) and kappa, missing where it says nothing
    because every coder gave or withheld the theme throughout. `mean_kappa` is over the themes that have one.
    `disagreements` has a row for each theme of each recommendation that only some gave.
    """

    coders: tuple[str, ...]
    measure: str
    n: int
    n_not_by_all: int
    mean_kappa: float
    themes: pd.DataFrame
    disagreements: pd.DataFrame


def cohen_kappa(first: Sequence[bool], second: Sequence[bool]) -> float:
    """Return Cohen's kappa of two coders' yes-or-no judgements on the same items.

    Parameters
    ----------
    first, second
        One judgement for each item, in the same order.

    Returns
    -------
    float
        1 for full agreement, 0 for as much as chance gives; not a number where both only said yes, both only no,
        or there is no item.

    Notes
    -----
    Cohen, J. (1960), A coefficient of agreement for nominal scales: each coder keeps an own rate of yes.
    """
    n = len(first)
    if not n:
        return float("nan")
    same = sum(bool(a) == bool(b) for a, b in zip(first, second, strict=True)) / n
    yes, again = sum(map(bool, first)) / n, sum(map(bool, second)) / n
    return _beyond(same, yes * again + (1 - yes) * (1 - again))


def fleiss_kappa(judgements: Sequence[Sequence[bool]]) -> float:
    """Return Fleiss' kappa of several coders' yes-or-no judgements.

    Parameters
    ----------
    judgements
        For each item one judgement of each coder; at least two coders, as many for every item.

    Returns
    -------
    float
        As for `cohen_kappa`.

    Notes
    -----
    Fleiss, J. L. (1971), Measuring nominal scale agreement among many raters: all coders share one rate of yes.
    """
    if not len(judgements):
        return float("nan")
    coders = len(judgements[0])
    yes = sum(sum(map(bool, row)) for row in judgements) / (coders * len(judgements))
    return _beyond(_same(judgements), yes**2 + (1 - yes) ** 2)


def agreement(sheets: Sequence[Codings], *, codebook: Codebook | None = None) -> Agreement:
    """Compare the blind sheets of two or more coders.

    Parameters
    ----------
    sheets
        As from `sheet.read_codings`; recommendations that not all have coded are left out and counted.
    codebook
        The codebook that comes with the package when left out.

    Returns
    -------
    Agreement
        With Cohen's kappa for two coders, Fleiss' kappa for more.

    Raises
    ------
    UsageError
        When there are fewer than two sheets, two of one coder, or nothing that all have coded.
    """
    codebook = codebook or Codebook.load()
    coders = tuple(sheet.coder for sheet in sheets)
    if len(coders) < 2 or len(set(coders)) < len(coders):
        raise UsageError(
            f"Agreement needs the sheets of two or more coders; these are of: {', '.join(coders) or 'none'}."
        )
    everything = list(dict.fromkeys(key for sheet in sheets for key in sheet.rows))
    keys = [key for key in everything if all(key in sheet.rows for sheet in sheets)]
    if not keys:
        raise UsageError(
            "There is no recommendation that all of these coders have coded. Compare sheets of one export."
        )
    rows, apart = [], []
    for theme in codebook.ids:
        judged = [[theme in sheet.rows[key]["themes"] for sheet in sheets] for key in keys]
        given = [sum(row) for row in judged]
        kappa = cohen_kappa(*zip(*judged, strict=True)) if len(coders) == 2 else fleiss_kappa(judged)
        by_all, by_none = given.count(len(coders)), given.count(0)
        rows.append((theme, len(keys), by_all, len(keys) - by_all - by_none, by_none, _same(judged), kappa))
        for key, row in zip(keys, judged, strict=True):
            if 0 < sum(row) < len(coders):
                said = [
                    "; ".join(c for c, yes in zip(coders, row, strict=True) if yes is gave) for gave in (True, False)
                ]
                apart.append(
                    (keys.index(key), *(sheets[0].rows[key][name] for name in (ID, HEADING, WORDING)), theme, *said)
                )
    counts = ["given_by_all", "given_by_some", "given_by_none"]
    themes = pd.DataFrame(rows, columns=["theme", "n", *counts, "agreed", "kappa"])
    columns = ["recommendation_id", "section", "text", "theme", "given_by", "not_given_by"]
    return Agreement(
        coders=coders,
        measure=MEASURES[len(coders) == 2],
        n=len(keys),
        n_not_by_all=len(everything) - len(keys),
        mean_kappa=float(themes["kappa"].mean()),
        themes=themes,
        disagreements=pd.DataFrame(
            [row[1:] for row in sorted(apart, key=lambda row: row[0])], columns=columns, dtype=str
        ),
    )


def _same(judgements: Sequence[Sequence[bool]]) -> float:
    """Return the share of pairs of coders that say the same, over all items."""
    coders = len(judgements[0])
    pairs = sum((yes := sum(map(bool, row))) * (yes - 1) + (coders - yes) * (coders - yes - 1) for row in judgements)
    return pairs / (coders * (coders - 1) * len(judgements))


def _beyond(same: float, chance: float) -> float:
    return (same - chance) / (1 - chance) if chance < 1 else float("nan")
