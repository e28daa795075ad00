"""Plain counts of what was read, and figures on how it was coded."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.schema import SOURCES, review_of
from dhr_analytics.statistics.catalogue import NO_INTERVAL
from dhr_analytics.statistics.completion import column_shares, typed_column
from dhr_analytics.statistics.counting import rows_of, shares
from dhr_analytics.statistics.estimate import (
    NOT_STATED,
    Context,
    Estimate,
    context_of,
    escaped,
    estimate,
    ordered,
)
from dhr_analytics.statistics.quarter import Quarter
from dhr_analytics.statistics.selection import known_at

STRENGTHS = ("stronger", "intermediate", "weaker", "")
COUNTED = {
    "read": ("reviews", "recommendations", "actions"),
    "heading_owner": ("actions",),
    "not_placed": ("pieces", "documents"),
    "to_look_at": ("rows",),
}


def counts(
    plans: Plans, quarter: Quarter, measure: str, *, over: str, by: str | None = None, groups: Iterable[str] = ()
) -> list[Estimate]:
    """Return how many rows there are.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
    measure : {"read", "heading_owner", "not_placed", "to_look_at"}
    over : str
        What is counted, see ``COUNTED``.
    by : {"review", "reason"}, optional
        ``reason`` for pieces that were not placed.
    groups : iterable of str, optional
        Groups to show, in this order; those that occur when left out, all reviews by review.

    Returns
    -------
    list of Estimate
        Plain counts, without an interval.

    Raises
    ------
    UsageError
        When there is no such count.
    """
    known = (None, "review", "reason") if measure == "not_placed" else (None, "review")
    if over not in COUNTED.get(measure, ()) or by not in known:
        raise UsageError(f"There is no count of {over!r} {measure!r} by {by!r}; see docs/definitions.md.")
    plans = known_at(plans, quarter)
    rows = _rows(plans, measure, over)
    kept = rows if by is None else rows.rename(columns={by: "group"})
    names = [""] if by is None else list(groups) or ordered(_sizes(kept["group"]), by)
    if by == "review" and not groups:
        names = list(plans.reviews["review_id"].map(review_of))
    keys = {"": kept["row"]} if by is None else dict(list(kept.groupby("group")["row"]))
    context = context_of(plans, quarter)
    # A document counts once, however many of its pieces were not placed.
    once = dict.fromkeys if over == "documents" else tuple
    return [_count(measure, tuple(once(keys.get(each, ()))), context, over, by or "", each) for each in names]


def _count(measure: str, keys: tuple[str, ...], context: Context, over: str, dimension: str, group: str) -> Estimate:
    return estimate(
        measure,
        len(keys),
        len(keys),
        context=context,
        denominator=over,
        dimension=dimension,
        group=group,
        value=float(len(keys)),
        method=NO_INTERVAL,
        rows_n=keys,
        rows_N=keys,
    )


def _sizes(groups: pd.Series) -> dict[str, int]:
    return {str(group): int(size) for group, size in groups.value_counts().items()}


def _rows(plans: Plans, measure: str, over: str) -> pd.DataFrame:
    if measure == "read":
        return rows_of(plans, over)
    if measure == "heading_owner":
        section = plans.recommendations.set_index("recommendation_id")["section"]
        headed = plans.actions["recommendation_id"].map(section).str.casefold()
        leads = plans.actions["lead_agency"].str.casefold()
        kept = [lead != "" and lead in heading for lead, heading in zip(leads, headed, strict=True)]
        return rows_of(plans, "actions")[pd.Series(kept, index=plans.actions.index, dtype=bool)]
    if measure == "to_look_at":
        listed = plans.needs_review
        keys = pd.Series([], dtype="str") if listed is None else listed["row_id"]
        return pd.DataFrame(
            {"row": keys, "review": keys.str.replace(r"-R\d+(?:-A\d+)?$", "", regex=True).map(review_of)}
        )
    pieces = plans.rejected[plans.rejected["text"] != ""]
    review = dict(zip(plans.reviews["document"], plans.reviews["review_id"].map(review_of), strict=True))
    # Keys are written with spaces between them, and places hold spaces.
    places = [
        escaped(place or document) for place, document in zip(pieces["location"], pieces["document"], strict=True)
    ]
    named = pd.Series(places, index=pieces.index, dtype="str") if over == "pieces" else pieces["document"].map(escaped)
    rows = pd.DataFrame({"row": named, "review": pieces["document"].map(review).fillna(""), "reason": pieces["reason"]})
    return rows if over == "pieces" else rows.drop_duplicates()


def type_shares(
    plans: Plans, quarter: Quarter, *, by: str = "action_type", groups: Iterable[str] = ()
) -> list[Estimate]:
    """Return the share of actions of each type, or of each strength.

    Parameters
    ----------
    plans : Plans
        Whose actions have the columns ``action_type`` and ``strength``.
    quarter : Quarter
    by : {"action_type", "strength"}
    groups : iterable of str, optional
        Groups to show, in this order; those that occur when left out.

    Returns
    -------
    list of Estimate

    Raises
    ------
    UsageError
        When the actions have not been given types.
    """
    plans = known_at(plans, quarter)
    values = typed_column(plans.actions, by)
    if by == "action_type":
        values = values.where(values != "", NOT_STATED)
    counted = STRENGTHS if by == "strength" else ordered(_sizes(values), by)
    names = list(groups) or list(counted)
    measure = "strength_share" if by == "strength" else "action_type_share"
    return column_shares(plans, quarter, measure, values, by, names)


def misaddressed_share(plans: Plans, quarter: Quarter) -> list[Estimate]:
    """Return the share of recommendations that may be misaddressed (their column ``misaddressed``)."""
    plans = known_at(plans, quarter)
    base = rows_of(plans, "recommendations")
    flagged = base[typed_column(plans.recommendations, "misaddressed")]
    context = context_of(plans, quarter)
    return shares({"misaddressed_share": flagged}, base, context=context, denominator="recommendations")


def source_shares(plans: Plans, quarter: Quarter) -> list[Estimate]:
    """Return the share of themes given by a rule, by the model and by a person."""
    plans = known_at(plans, quarter)
    if plans.themes is None:
        return []
    given = plans.themes[["recommendation_id", "theme", "source"]].drop_duplicates()
    keys = given["recommendation_id"] + ":" + given["theme"]
    context, total, out = context_of(plans, quarter), len(given), []
    for source in SOURCES:
        counted = tuple(keys[given["source"] == source])
        out.append(
            estimate(
                "theme_source_share",
                len(counted),
                total,
                context=context,
                denominator="themes",
                dimension="source",
                group=source,
                value=len(counted) / total if total else None,
                method=NO_INTERVAL,
                rows_n=counted,
                rows_N=tuple(keys),
            )
        )
    return out
