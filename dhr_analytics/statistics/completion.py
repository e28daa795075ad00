"""How far the actions are carried out: status, completion and its companions, what is overdue, and RAG."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.schema import STATUSES
from dhr_analytics.statistics.estimate import NOT_CODED, NOT_STATED, Estimate, ordered, share
from dhr_analytics.statistics.quarter import Quarter, quarter_of
from dhr_analytics.statistics.selection import known_at, lead_agency, theme_rows

MEASURES = ("completion_rate", "no_update_share", "evidenced_share", "overdue_share", "undated_share")
DIMENSIONS = ("theme", "sector", "scope", "agency", "area", "target_quarter", "published_quarter")
NOT_RATED, NOT_PRINTED, OTHER_WORDS = "not rated", "not printed", "other words"
COLOURS = ("green", "amber", "red")


def rates(plans: Plans, quarter: Quarter, *, by: str | None = None, groups: Iterable[str] = ()) -> list[Estimate]:
    """Return the completion rate with its companions, on the last day of a quarter.

    Parameters
    ----------
    plans : Plans
        Only what was known at the end of the quarter is counted, see ``known_at``.
    quarter : Quarter
    by : str, optional
        One of ``DIMENSIONS``; an action counts in each theme of its recommendation.
    groups : iterable of str, optional
        Groups to show, in this order, also where they hold no action; all that occur when left out.

    Returns
    -------
    list of Estimate
        The five ``MEASURES`` per group, side by side, over actions; groups as ``ordered`` puts them.

    Raises
    ------
    UsageError
        When the dimension is unknown, or themes are asked of a package without themes.
    """
    plans = known_at(plans, quarter)
    flags = _flags(plans.actions, quarter)
    selection = plans.about.get("selection", "")
    if by is None:
        return [
            share(measure, int(flags[measure].sum()), len(flags), quarter=quarter, selection=selection)
            for measure in MEASURES
        ]
    grouped = flags.join(_groups(plans, by, fiscal=quarter.fiscal)).groupby("group")
    sizes = {str(group): int(size) for group, size in grouped.size().items()}
    counts = grouped[list(MEASURES)].sum().to_dict()
    return [
        share(
            measure,
            counts[measure].get(group, 0),
            sizes.get(group, 0),
            quarter=quarter,
            dimension=by,
            group=group,
            selection=selection,
        )
        for group in (list(groups) or ordered(sizes, by))
        for measure in MEASURES
    ]


def status_counts(plans: Plans, quarter: Quarter) -> list[Estimate]:
    """Return how many actions stand at each status, in the order of ``schema.STATUSES``.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter

    Returns
    -------
    list of Estimate
        One for each status, also where no action has it.
    """
    plans = known_at(plans, quarter)
    status = plans.actions["status"]
    rest = {"quarter": quarter, "dimension": "status", "selection": plans.about.get("selection", "")}
    return [share("status_share", (status == value).sum(), len(status), group=value, **rest) for value in STATUSES]


def overdue_actions(plans: Plans, quarter: Quarter) -> pd.DataFrame:
    """Return the actions that are overdue on the last day of a quarter, longest overdue first.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter

    Returns
    -------
    pandas.DataFrame
        action_id, review_id, area, agency, sector, recommendation, text, target_on, days_overdue (Int64), status,
        location; no row where nothing is overdue.
    """
    plans = known_at(plans, quarter)
    rows = plans.actions[_flags(plans.actions, quarter)["overdue_share"]]
    rows = rows.assign(
        agency=lead_agency(rows),
        area=_parent(rows, plans.reviews, "area"),
        recommendation=_parent(rows, plans.recommendations, "text"),
        days_overdue=(pd.Timestamp(quarter.end) - rows["target_on"]).dt.days.astype("Int64"),
    )
    names = "action_id review_id area agency sector recommendation text target_on days_overdue status location"
    return rows.sort_values(["target_on", "action_id"], ignore_index=True)[names.split()]


def derived_rag(plans: Plans, quarter: Quarter) -> pd.Series:
    """Rate each action red, amber or green from its status, evidence and date.

    Green: completed and evidence recorded. Amber: completed without recorded evidence, or in progress and not past
    its date. Red: past its date and not completed. Any other action is ``not rated``.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter

    Returns
    -------
    pandas.Series
        By action_id, for the actions known at the end of the quarter.

    References
    ----------
    The RAG definitions printed in the Home Office's action plan template.
    """
    actions = known_at(plans, quarter).actions
    flags = _flags(actions, quarter)
    rag = pd.Series(NOT_RATED, index=actions.index, dtype="str", name="derived_rag")
    rag = rag.mask(flags["completion_rate"] | (actions["status"] == "in_progress"), "amber")
    rag = rag.mask(flags["evidenced_share"], "green").mask(flags["overdue_share"], "red")
    return rag.set_axis(pd.Index(actions["action_id"], dtype="str"))


def rag_counts(plans: Plans, quarter: Quarter) -> pd.DataFrame:
    """Count the derived RAG beside the printed one.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter

    Returns
    -------
    pandas.DataFrame
        One row for each derived rating (column ``derived``); actions by what is printed: green, amber, red,
        other words, not printed; and in all.
    """
    derived = derived_rag(plans, quarter)
    printed = known_at(plans, quarter).actions["rag"].map(_colour)
    columns = [*COLOURS, OTHER_WORDS, NOT_PRINTED]
    pairs = list(zip(derived, printed, strict=True))
    rows = [[rating, *(pairs.count((rating, column)) for column in columns)] for rating in (*COLOURS, NOT_RATED)]
    out = pd.DataFrame(rows, columns=["derived", *columns])
    return out.assign(total=out[columns].sum(axis=1))


def _colour(printed: str) -> str:
    if not printed.strip():
        return NOT_PRINTED
    found = sorted(set(re.findall(r"\b(?:red|amber|green)\b", printed.casefold())))
    return found[0] if len(found) == 1 else OTHER_WORDS


def _flags(actions: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    completed = actions["status"] == "completed"
    return pd.DataFrame(
        {
            "completion_rate": completed,
            "no_update_share": actions["status"] == "no_update",
            "evidenced_share": completed & actions["evidence_recorded"],
            # A missing date compares as false: what is undated is never overdue.
            "overdue_share": (actions["target_on"] < pd.Timestamp(quarter.end)) & ~completed,
            "undated_share": actions["target_on"].isna(),
        }
    )


def _groups(plans: Plans, by: str, *, fiscal: bool) -> pd.Series:
    """Return the group of each action, by the index of the actions; several rows where it is in several groups."""
    actions = plans.actions
    if by not in DIMENSIONS:
        raise UsageError(f"Cannot group by {by!r}. Group by one of: {', '.join(DIMENSIONS)}.")
    if by == "theme":
        return _parent(actions, theme_rows(plans), "theme").fillna(NOT_CODED).rename("group")
    if by in ("sector", "agency"):
        found = actions["sector"] if by == "sector" else lead_agency(actions)
    elif by == "scope":
        found = _parent(actions, plans.recommendations, "scope")
    elif by == "area":
        found = _parent(actions, plans.reviews, "area")
    else:
        days = actions["target_on"] if by == "target_quarter" else _parent(actions, plans.reviews, "published_on")
        ids = ["" if pd.isna(day) else quarter_of(day, fiscal).id for day in days]
        found = pd.Series(ids, index=actions.index, dtype="str")
    return found.where(found != "", NOT_STATED).rename("group")


def _parent(actions: pd.DataFrame, parents: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of the reviews, recommendations or themes that the actions belong to."""
    key = parents.columns[0]
    return actions[[key]].join(parents.set_index(key)[column], on=key)[column]
