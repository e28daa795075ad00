"""Completion over time: by the quarter in which actions fall due, or in which their review was published."""

from __future__ import annotations

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.statistics.completion import rates
from dhr_analytics.statistics.estimate import Estimate
from dhr_analytics.statistics.quarter import Quarter, last_quarters, quarter_of
from dhr_analytics.statistics.selection import known_at

BASES = {"target": "target_on", "published": "published_on"}


def trend(plans: Plans, quarter: Quarter, *, basis: str = "target", quarters: int | None = 12) -> list[Estimate]:
    """Return completion and its companions per quarter, as they stand at the end of the last one.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
        The last quarter shown; all figures stand on its last day.
    basis : {"target", "published"}
        Group actions by the quarter of their target date, or of their review's publication.
    quarters : int, optional
        How many quarters to show; ``None`` begins with the first that holds a date.

    Returns
    -------
    list of Estimate
        The measures of ``rates`` per quarter, in time order. A quarter without actions is there with N = 0: a gap.
        Actions without the date, or with a later one, are not shown.

    Raises
    ------
    UsageError
        When the basis or the number of quarters makes no sense.
    """
    if basis not in BASES or (quarters is not None and quarters < 1):
        raise UsageError(
            f"A trend runs by {' or '.join(BASES)} over 1 or more quarters, not {basis!r} over {quarters}."
        )
    if quarters is None:
        known = known_at(plans, quarter)
        days = (known.actions if basis == "target" else known.reviews)[BASES[basis]].dropna()
        first = quarter_of(min(days.min(), pd.Timestamp(quarter.end)), quarter.fiscal) if len(days) else quarter
        quarters = (quarter.year - first.year) * 4 + quarter.number - first.number + 1
    shown = [each.id for each in last_quarters(quarter, quarters)]
    return rates(plans, quarter, by=f"{basis}_quarter", groups=shown)
