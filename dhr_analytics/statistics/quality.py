"""How complete the plans are, how their actions fare in the SMART check, and how surely they were read."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.schema import review_of
from dhr_analytics.statistics.counting import rows_of, shares
from dhr_analytics.statistics.estimate import Estimate, context_of
from dhr_analytics.statistics.quarter import Quarter
from dhr_analytics.statistics.selection import known_at

COMPLETENESS = ("owner_stated", "target_stated", "status_stated", "outcome_stated")
SMART = ("smart_specific", "smart_measurable", "smart_owner", "smart_dated", "smart_all")
REPEATED = 0.8
# Words that fill a cell without saying who or what.
_FILLERS = frozenset(
    "n a na nil none tbc tba tbd not known stated applicable to be confirmed agreed decided determined identified as "
    "above see".split()
)
_STATUS_WORDS = frozenset(
    "action actions is was now yes no yet fully partly partially complete completed completion done closed achieved "
    "implemented discharged ongoing on going in progress track target underway under way started outstanding overdue "
    "red amber green".split()
)
_MONTHS = frozenset(name.casefold() for names in (calendar.month_name, calendar.month_abbr) for name in names)
_POINTER = re.compile(
    r"(?:please )?(?:as|see|per|refer|same as|(?:to )?(?:implement|deliver|carry out|complete)) "
    r"(?:(?:set out|described|stated|detailed|outlined|noted|shown|worded|listed|per|in|at|by|under|to|the|this|main|"
    r"overview|report) )*(?:above|recommendation|recommendations|recommended)(?: (?:above|no|number|\w*\d\w*))*"
)


def quality(plans: Plans, quarter: Quarter, *, by: str | None = None) -> list[Estimate]:
    """Return the shares of actions whose cells are filled, that pass the SMART check, and that a person should see.

    Parameters
    ----------
    plans : Plans
        Only what was known at the end of the quarter is counted, see ``known_at``.
    quarter : Quarter
    by : {"review"}, optional
        One group for each review, named by its key without the day of the snapshot, in the order of the reviews.

    Returns
    -------
    list of Estimate
        ``COMPLETENESS``, ``SMART`` and, where the package lists such rows, ``needs_review`` per group, over actions;
        without groups at the end also ``needs_review`` over recommendations.

    Raises
    ------
    UsageError
        When ``by`` is something else.

    References
    ----------
    The guidance printed in the Home Office's action plan template: actions are to be specific, measurable,
    achievable, realistic and timely, each with an owner and a date, and more than the recommendation repeated.
    """
    if by not in (None, "review"):
        raise UsageError(f"Completeness is given over all reviews or by review, not by {by!r}.")
    plans = known_at(plans, quarter)
    flags, looked = _flags(plans), plans.needs_review
    context, base, groups = context_of(plans, quarter), rows_of(plans, "actions"), [""]
    if looked is not None:
        flags = flags.assign(needs_review=plans.actions["action_id"].isin(looked["row_id"]))
    if by:
        base, groups = base.assign(group=base["review"]), list(plans.reviews["review_id"].map(review_of))
    counted = {str(measure): base[flags[measure]] for measure in flags}
    found = shares(counted, base, context=context, denominator="actions", dimension=by or "", groups=groups)
    if by is None and looked is not None:
        base = rows_of(plans, "recommendations")
        doubtful = {"needs_review": base[base["row"].isin(looked["row_id"])]}
        found += shares(doubtful, base, context=context, denominator="recommendations")
    return found


def rows_to_look_at(plans: Plans, quarter: Quarter) -> pd.DataFrame | None:
    """Return the rows that a person should look at, the least sure first.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter

    Returns
    -------
    pandas.DataFrame or None
        The table ``needs_review`` for what was known at the end of the quarter, with ``review_id``; None where the
        package does not have the table, so that this is not known.
    """
    listed = plans.needs_review
    if listed is None:
        return None
    plans = known_at(plans, quarter)
    owners = {
        **dict(zip(plans.recommendations["recommendation_id"], plans.recommendations["review_id"], strict=True)),
        **dict(zip(plans.actions["action_id"], plans.actions["review_id"], strict=True)),
    }
    rows = listed[listed["row_id"].isin(owners)]
    rows = rows.assign(review_id=rows["row_id"].map(owners).astype("str"))
    return rows.sort_values("confidence", kind="stable", ignore_index=True)


def wording_overlap(one: str, other: str) -> float:
    """Return how alike two wordings are, from 0 (no word in common) to 1 (the same words, in whatever order).

    Parameters
    ----------
    one, other : str

    Returns
    -------
    float
        F1 of the words they share: twice the words in common, over the words of both. Letter case and punctuation
        do not count; a word that appears twice counts twice.
    """
    left, right = Counter(_words(one)), Counter(_words(other))
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 0.0


def is_specific(action: str, recommendation: str) -> bool:
    """Tell whether an action says more than its recommendation: it is worded, no mere pointer, and not a repetition.

    Parameters
    ----------
    action, recommendation : str
        The two wordings.

    Returns
    -------
    bool
        False for an empty action, "as set out in recommendation", or a word overlap of ``REPEATED`` or more.
    """
    words = _words(action)
    if not words or not _says(action) or _POINTER.fullmatch(" ".join(words)):
        return False
    return wording_overlap(action, recommendation) < REPEATED


@lru_cache(maxsize=4)  # asked for once for all actions and once by review
def _flags(plans: Plans) -> pd.DataFrame:
    actions = plans.actions
    worded = actions[["recommendation_id"]].join(
        plans.recommendations.set_index("recommendation_id")["text"], on="recommendation_id"
    )["text"]
    owner = actions["lead_agency"] + " " + actions["agency"] + " " + actions["lead_role"]
    owned = _each(_says(text) for text in owner)
    ending = actions["target_on"].notna() | actions["target_basis"].isin(["absolute", "relative"])
    outcome = _each(_says(text, _FILLERS | _STATUS_WORDS | _MONTHS) for text in actions["outcome"])
    specific = _each(is_specific(*pair) for pair in zip(actions["text"], worded, strict=True))
    flags = {
        "owner_stated": owned,
        "target_stated": ending | (actions["target_basis"] == "ongoing"),
        "status_stated": actions["status"] != "no_update",
        "outcome_stated": outcome,
        "smart_specific": specific,
        "smart_measurable": outcome,
        "smart_owner": owned,
        "smart_dated": ending,
        "smart_all": specific & outcome & owned & ending,
    }
    return pd.DataFrame(flags)


def _each(values: Iterable[bool]) -> pd.Series:
    # By place: known_at numbers the rows from 0, so these stand beside the columns of the actions.
    return pd.Series(list(values), dtype=bool)


def _says(text: str, nothing: frozenset[str] = _FILLERS) -> bool:
    """Tell whether a cell holds a word that is neither a filler nor a number or date."""
    return any(word not in nothing and not word[0].isdigit() for word in _words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
