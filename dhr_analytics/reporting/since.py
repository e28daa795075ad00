"""What is no longer as it was when this report was last made, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dhr_analytics.errors import DHRError
from dhr_analytics.package import Plans
from dhr_analytics.reporting import text
from dhr_analytics.reporting.estimates import ESTIMATES, read_estimates
from dhr_analytics.statistics import Estimate, read_counted
from dhr_analytics.statistics.revision import Revision, revisions

REVISIONS = "revisions.csv"


def revised_since(pack: Path, plans: Plans, estimates: Sequence[Estimate]) -> list[Revision]:
    """Compare figures with those of the pack that stands in their place.

    Parameters
    ----------
    pack : pathlib.Path
        Folder of the older pack of the same quarter, if there is one.
    plans : Plans
        What the new figures were made from.
    estimates : sequence of Estimate

    Returns
    -------
    list of Revision
        Empty where there is no older pack, or none that can be compared.
    """
    try:
        return revisions(
            read_counted(pack / "data"), read_estimates(pack / "data" / f"{ESTIMATES}.csv"), plans, estimates
        )
    except DHRError:
        return []


def revision_table(found: Sequence[Revision], estimates: Sequence[Estimate]) -> pd.DataFrame:
    """Return revisions as a table: the id, the figure in words, what it was, what it is, and why.

    Parameters
    ----------
    found : sequence of Revision
    estimates : sequence of Estimate
        The new figures.
    """
    units = {each.id: each.unit for each in estimates}

    def said(n: int, total: int, value: float | None, unit: str) -> str:
        if unit in ("share", "points"):
            return f"{text.number(n)} of {text.number(total)} ({text.percent(value)})"
        return "no figure" if value is None else f"{value:,.0f}"

    rows = [
        (
            each.id,
            each.label,
            said(each.old_n, each.old_N, each.old_value, units[each.id]),
            said(each.new_n, each.new_N, each.new_value, units[each.id]),
            "; ".join(each.reasons),
        )
        for each in found
    ]
    return pd.DataFrame(rows, columns=["Id", "Figure", "Was", "Is", "Why"], dtype="str")
