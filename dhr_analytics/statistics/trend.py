"""Completion over time: by quarter of target date, publication or completion, and against earlier quarters."""

from __future__ import annotations

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.schema import review_of
from dhr_analytics.statistics.completion import rates
from dhr_analytics.statistics.counting import difference
from dhr_analytics.statistics.estimate import Estimate, context_of
from dhr_analytics.statistics.quarter import Quarter, last_quarters, quarter_of
from dhr_analytics.statistics.selection import known_at

BASES = {"target": "target_on", "published": "published_on", "completed": "completed_on"}


def trend(plans: Plans, quarter: Quarter, *, basis: str = "target", quarters: int | None = 12) -> list[Estimate]:
    """Return completion and its companions per quarter, as they stand at the end of the last one.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
        The last quarter shown; all figures stand on its last day.
    basis : {"target", "published", "completed"}
        Group actions by the quarter of their target date, of their review's publication, or of their completion;
        then the figure is the share of all completed actions that were completed in the quarter.
    quarters : int, optional
        How many quarters to show; ``None`` begins with the first that holds a date.

    Returns
    -------
    list of Estimate
        The measures of ``rates`` per quarter (``completed_in_share`` by completion), in time order. A quarter without
        actions is there with N = 0: a gap. Actions without the date, or with a later one, are not shown.

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
        days = (known.reviews if basis == "published" else known.actions)[BASES[basis]].dropna()
        first = quarter_of(min(days.min(), pd.Timestamp(quarter.end)), quarter.fiscal) if len(days) else quarter
        quarters = (quarter.year - first.year) * 4 + quarter.number - first.number + 1
    shown = [each.id for each in last_quarters(quarter, quarters)]
    if basis == "completed":
        return rates(plans, quarter, by="completed_quarter", groups=shown, measures=["completed_in_share"])
    return rates(plans, quarter, by=f"{basis}_quarter", groups=shown)


def change(
    plans: Plans, quarter: Quarter, since: Quarter, *, basis: str = "known", of: Quarter | None = None
) -> Estimate:
    """Return by how much the completion rate differs from that of an earlier quarter.

    Parameters
    ----------
    plans : Plans
        The whole package, with earlier snapshots: ``known_at`` of the later quarter would hide them.
    quarter : Quarter
        The figure stands on its last day.
    since : Quarter
        The earlier quarter.
    basis : {"known", "target", "published"}
        ``known``: all actions as each was known on the last day of the two quarters. Else the actions of the two
        quarters, by target date or publication of the review, both as known now.
    of : Quarter, optional
        The later of the two quarters of target date or publication; ``quarter`` when left out.

    Returns
    -------
    Estimate
        ``value`` is None where one of the two has no actions.

    Raises
    ------
    UsageError
        When the basis is something else.
    """
    measure = ["completion_rate"]
    if basis == "known":
        [later], [earlier] = (rates(plans, each, measures=measure) for each in (quarter, since))
        dimension, group = "known_quarter", f"{quarter.id} since {since.id}"
    elif basis in ("target", "published"):
        dimension, asked = f"{basis}_quarter", [(of or quarter).id, since.id]
        later, earlier = rates(plans, quarter, by=dimension, groups=asked, measures=measure)
        group = f"{asked[0]} since {asked[1]}"
    else:
        raise UsageError(f"A change is by what was known, by target or published, not by {basis!r}.")
    review = dict(zip(plans.actions["action_id"], plans.actions["review_id"].map(review_of), strict=True))
    context = context_of(known_at(plans, quarter), quarter)
    return difference(later, earlier, context=context, review=review, group=group, dimension=dimension)
