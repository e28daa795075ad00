"""How far the actions are carried out: status, completion and its companions, what is overdue, and RAG."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.schema import CLOSED, STATUSES
from dhr_analytics.statistics.counting import rows_of, shares
from dhr_analytics.statistics.estimate import NOT_CODED, NOT_STATED, Estimate, context_of, ordered
from dhr_analytics.statistics.quarter import Quarter, quarter_of
from dhr_analytics.statistics.selection import known_at, lead_agency, theme_rows

MEASURES = (
    *("completion_rate", "completed_due_share", "completed_standing_share"),
    *("no_update_share", "evidenced_share", "overdue_share", "undated_share"),
)
DIMENSIONS = (
    *("theme", "sector", "scope", "agency", "area", "action_type"),
    *("target_quarter", "completed_quarter", "published_quarter"),
)
NOT_RATED, NOT_PRINTED, OTHER_WORDS = "not rated", "not printed", "other words"
COLOURS = ("green", "amber", "red")
PRINTED = (*COLOURS, OTHER_WORDS, NOT_PRINTED)
# What the measures that are not shares of all actions are shares of.
_OF = {
    "silent_overdue_share": "overdue_share",
    "completed_in_share": "completion_rate",
    "completed_due_share": "due",
    "completed_standing_share": "standing",
}


def rates(
    plans: Plans,
    quarter: Quarter,
    *,
    by: str | None = None,
    groups: Iterable[str] = (),
    measures: Sequence[str] = MEASURES,
) -> list[Estimate]:
    """Return the completion rate with its companions, on the last day of a quarter.

    Parameters
    ----------
    plans : Plans
        Only what was known at the end of the quarter is counted, see ``known_at``.
    quarter : Quarter
    by : str, optional
        One of ``DIMENSIONS``; an action counts in each theme of its recommendation.
    groups : iterable of str, optional
        Groups to show, in this order, also where they hold no action; all that occur when left out. Of quarters also
        ``before 2022Q2``, ``2022Q2 to 2025Q1`` and ``after 2025Q1``.
    measures : sequence of str, optional
        Also ``silent_overdue_share`` and ``completed_in_share``.

    Returns
    -------
    list of Estimate
        The measures per group, side by side, over actions; groups as ``ordered`` puts them. ``completed_in_share``
        is of all completed actions for every group.

    Raises
    ------
    UsageError
        When the dimension is unknown, or the package has not been given the themes or types it asks for.
    """
    plans = known_at(plans, quarter)
    flags = _flags(plans.actions, quarter)
    base, names = rows_of(plans, "actions"), [""]
    if by is not None:
        groups = list(groups)
        members = members_of(plans, by, fiscal=quarter.fiscal)
        spans = [_span(members, group) for group in groups if " " in group and by.endswith("_quarter")]
        base = base.join(pd.concat([members, *spans]).rename("group"))
        names = groups or ordered({str(group): size for group, size in base.groupby("group").size().items()}, by)
    context = context_of(plans, quarter)
    found: dict[str, list[Estimate]] = {}
    for own in dict.fromkeys(_OF.get(measure, "") for measure in measures):
        among = base[flags[own].reindex(base.index)] if own else base
        asked = [measure for measure in measures if _OF.get(measure, "") == own]
        counted = {measure: among[flags[measure].reindex(among.index)] for measure in asked}
        if own == "completion_rate":  # shares of all completed actions, not of those of the quarter
            among = among.drop(columns="group", errors="ignore").drop_duplicates("row")
        for each in shares(counted, among, context=context, denominator="actions", dimension=by or "", groups=names):
            found.setdefault(each.group, []).append(each)
    place = {measure: n for n, measure in enumerate(measures)}
    return [each for group in names for each in sorted(found[group], key=lambda each: place[each.measure])]


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
    return column_shares(plans, quarter, "status_share", plans.actions["status"], "status", STATUSES)


def column_shares(
    plans: Plans, quarter: Quarter, measure: str, values: pd.Series, dimension: str, groups: Iterable[str]
) -> list[Estimate]:
    """Return the share of actions that have each value of a column; the plans are those known then."""
    base = rows_of(plans, "actions")
    return shares(
        {measure: base.assign(group=values)},
        base,
        context=context_of(plans, quarter),
        denominator="actions",
        dimension=dimension,
        groups=groups,
    )


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
        area=parent_of(rows, plans.reviews, "area"),
        recommendation=parent_of(rows, plans.recommendations, "text"),
        days_overdue=(pd.Timestamp(quarter.end) - rows["target_on"]).dt.days.astype("Int64"),
    )
    names = "action_id review_id area agency sector recommendation text target_on days_overdue status location"
    return rows.sort_values(["target_on", "action_id"], ignore_index=True)[names.split()]


def derived_rag(plans: Plans, quarter: Quarter) -> pd.Series:
    """Rate each action red, amber or green from its status, evidence and date.

    Green: completed and evidence recorded. Amber: completed without recorded evidence, or in progress and not past
    its date. Red: past its date and not completed. Any other action is ``not rated``, and so is one that was closed
    without being carried out.

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


def rag_shares(plans: Plans, quarter: Quarter, *, by: str = "derived_rag") -> list[Estimate]:
    """Return the share of actions with each derived rating, or with each pair of derived and printed rating.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
    by : {"derived_rag", "derived_and_printed_rag"}

    Returns
    -------
    list of Estimate
        Groups such as ``red``, or ``red, printed amber``; the printed ones being green, amber, red, other words, not
        printed. Also where no action is in the group.

    Raises
    ------
    UsageError
        When ``by`` is something else.
    """
    if by not in ("derived_rag", "derived_and_printed_rag"):
        raise UsageError(f"Ratings are given by derived_rag or derived_and_printed_rag, not by {by!r}.")
    plans = known_at(plans, quarter)
    derived, groups = derived_rag(plans, quarter).set_axis(plans.actions.index), [*COLOURS, NOT_RATED]
    if by == "derived_and_printed_rag":
        derived = derived + ", printed " + plans.actions["rag"].map(_colour).astype("str")
        groups = [f"{one}, printed {two}" for one in groups for two in PRINTED]
    return column_shares(plans, quarter, "rag_share", derived, by, groups)


def _colour(printed: str) -> str:
    if not printed.strip():
        return NOT_PRINTED
    found = sorted(set(re.findall(r"\b(?:red|amber|green)\b", printed.casefold())))
    return found[0] if len(found) == 1 else OTHER_WORDS


def _flags(actions: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    completed, silent = actions["status"] == "completed", actions["status"] == "no_update"
    standing, end = ~actions["status"].isin(CLOSED), pd.Timestamp(quarter.end)
    # A missing date compares as false: what is undated is never due or overdue.
    overdue = (actions["target_on"] < end) & ~completed & standing
    return pd.DataFrame(
        {
            "completion_rate": completed,
            "no_update_share": silent,
            "evidenced_share": completed & actions["evidence_recorded"],
            "overdue_share": overdue,
            "undated_share": actions["target_on"].isna(),
            "silent_overdue_share": overdue & silent,
            "completed_in_share": completed,
            "completed_due_share": completed,
            "completed_standing_share": completed,
            "due": (actions["target_on"] <= end) & standing,
            "standing": standing,
        }
    )


def members_of(plans: Plans, by: str, *, fiscal: bool) -> pd.Series:
    """Return the group of each action, by the index of the actions; several rows where it is in several groups."""
    actions = plans.actions
    if by not in DIMENSIONS:
        raise UsageError(f"Cannot group by {by!r}. Group by one of: {', '.join(DIMENSIONS)}.")
    if by == "theme":
        return parent_of(actions, theme_rows(plans), "theme").fillna(NOT_CODED).rename("group")
    if by in ("sector", "agency"):
        found = actions["sector"] if by == "sector" else lead_agency(actions)
    elif by == "scope":
        found = parent_of(actions, plans.recommendations, "scope")
    elif by == "area":
        found = parent_of(actions, plans.reviews, "area")
    elif by == "action_type":
        found = typed_column(actions, "action_type")
    else:
        days = {"target_quarter": "target_on", "completed_quarter": "completed_on"}
        when = actions[days[by]] if by in days else parent_of(actions, plans.reviews, "published_on")
        places, dates = pd.factorize(when)
        ids = [*(quarter_of(day, fiscal).id for day in dates), ""]  # the place of a missing date is -1: the last one
        found = pd.Series([ids[place] for place in places.tolist()], index=actions.index, dtype="str")
    return found.where(found != "", NOT_STATED).rename("group")


def typed_column(actions: pd.DataFrame, column: str) -> pd.Series:
    """Return the type or strength of each action; UsageError where the actions have not been given types."""
    if column not in actions:
        raise UsageError("The actions have not been given types yet. In Python: reporting.view.with_types(plans).")
    return actions[column]


def _span(members: pd.Series, span: str) -> pd.Series:
    """Return the actions of a span of quarters; ids of quarters are in the order of time."""
    first, last = span.split()[0], span.split()[-1]
    dated = members[members != NOT_STATED]
    if first == "before":
        kept = dated[dated < last]
    elif first == "after":
        kept = dated[dated > last]
    else:
        kept = dated[(dated >= first) & (dated <= last)]
    return kept.map(lambda _: span)


def parent_of(actions: pd.DataFrame, parents: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of the reviews, recommendations or themes that the actions belong to."""
    key = parents.columns[0]
    return actions[[key]].join(parents.set_index(key)[column], on=key)[column]
