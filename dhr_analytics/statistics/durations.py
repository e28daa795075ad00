"""How long: days overdue, and days from target date or publication to completion."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

import numpy as np
import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.schema import CLOSED
from dhr_analytics.statistics.catalogue import KAPLAN_MEIER, KAPLAN_MEIER_SHARE, RANGE
from dhr_analytics.statistics.completion import members_of, overdue_actions, parent_of
from dhr_analytics.statistics.estimate import Estimate, Z, context_of, estimate, ordered
from dhr_analytics.statistics.quarter import Quarter
from dhr_analytics.statistics.selection import known_at

ORIGINS = ("target", "published")
WITHIN = (0, 90, 180, 365, 730)


def overdue_days(
    plans: Plans, quarter: Quarter, *, by: str | None = None, groups: Iterable[str] = ()
) -> list[Estimate]:
    """Return the median number of days by which actions are overdue, with the shortest and the longest.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
    by : str, optional
        A dimension of ``rates``.
    groups : iterable of str, optional
        As in ``rates``.

    Returns
    -------
    list of Estimate
        In days; ``low`` and ``high`` are the shortest and the longest. Without a value where nothing is overdue.
    """
    plans = known_at(plans, quarter)
    days = overdue_actions(plans, quarter).set_index("action_id")["days_overdue"].astype("int64")
    frame, names = pd.DataFrame({"row": days.index, "days": days.to_numpy(), "group": ""}), [""]
    if by:
        members = members_of(plans, by, fiscal=quarter.fiscal).rename("group")
        keyed = plans.actions[["action_id"]].join(members).rename(columns={"action_id": "row"})
        frame = frame.drop(columns="group").merge(keyed, on="row")
        sizes = {str(group): int(size) for group, size in frame.groupby("group").size().items()}
        names = list(groups) or ordered(sizes, by)
    parts: dict[str, list[tuple[str, int]]] = {}
    for group, row, late in zip(frame["group"], frame["row"], frame["days"], strict=True):
        parts.setdefault(group, []).append((row, late))
    context, out = context_of(plans, quarter), []
    for group in names:
        rows = tuple(row for row, _ in parts.get(group, ()))
        late_by = [float(late) for _, late in parts.get(group, ())]
        out.append(
            estimate(
                "days_overdue",
                len(rows),
                len(rows),
                context=context,
                denominator="actions",
                dimension=by or "",
                group=group,
                value=median(late_by) if rows else None,
                interval=(min(late_by), max(late_by)) if rows else (None, None),
                method=RANGE if rows else "",
                rows_n=rows,
                rows_N=rows,
            )
        )
    return out


def days_to_completion(plans: Plans, quarter: Quarter, *, origin: str = "target") -> list[Estimate]:
    """Return how long actions take to completion, by the Kaplan-Meier method.

    An action that is not completed counts for the days up to the plan's snapshot, or to the end of the quarter where
    no snapshot is dated. Left out are actions without an update, completed ones without a day of completion, and
    those without the date to count from.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
    origin : {"target", "published"}
        Count days from the target date, or from the publication of the review.

    Returns
    -------
    list of Estimate
        The median, then the share completed within each of ``WITHIN`` days.

    Raises
    ------
    UsageError
        When the origin is something else.
    """
    if origin not in ORIGINS:
        raise UsageError(f"Days are counted from {' or '.join(ORIGINS)}, not from {origin!r}.")
    plans = known_at(plans, quarter)
    actions = plans.actions
    start = actions["target_on"] if origin == "target" else parent_of(actions, plans.reviews, "published_on")
    seen = parent_of(actions, plans.reviews, "snapshot_on").fillna(pd.Timestamp(quarter.end))
    done = actions["status"] == "completed"
    days = (actions["completed_on"].where(done, seen) - start).dt.days
    kept = days.notna() & ~actions["status"].isin(["no_update", *CLOSED])
    keys, taken, ended = actions.loc[kept, "action_id"], days[kept].to_numpy(float), done[kept].to_numpy(bool)
    rest = {"context": context_of(plans, quarter), "denominator": "actions", "rows_N": tuple(keys)}
    curve = kaplan_meier(taken, ended)
    middle, low, high = (_crossing(curve[name], curve["day"]) for name in ("survival", "low", "high"))
    out = [
        estimate(
            "days_to_completion",
            int(ended.sum()),
            len(taken),
            dimension="from",
            group=origin,
            value=middle,
            interval=(low, high) if middle is not None else (None, None),
            method=KAPLAN_MEIER if middle is not None else "fewer than half are completed; no median",
            rows_n=tuple(keys[ended]),
            **rest,  # type: ignore[arg-type]
        )
    ]
    for limit in WITHIN:
        by_then = ended & (taken <= limit)
        at = curve[curve["day"] <= limit].tail(1)
        known = bool((taken >= limit).any())
        value: float | None = None
        ends: tuple[float | None, float | None] = (None, None)
        if known:  # before the first day of the curve nothing is completed
            value, ends = (0.0, (None, None)) if at.empty else (1 - float(at["survival"].iloc[0]), _flipped(at))
        out.append(
            estimate(
                "completed_within",
                int(by_then.sum()),
                len(taken),
                dimension=f"days_from_{origin}",
                group=str(limit),
                value=value,
                interval=ends,
                method=KAPLAN_MEIER_SHARE if known else "no action is known for so long; no figure",
                rows_n=tuple(keys[by_then]),
                **rest,  # type: ignore[arg-type]
            )
        )
    return out


def kaplan_meier(days: np.ndarray, done: np.ndarray) -> pd.DataFrame:
    """Return the share not yet completed after each day on which an action was completed or last seen.

    Parameters
    ----------
    days : numpy.ndarray
        Days to completion, or to the day on which the action was last seen; may be below 0.
    done : numpy.ndarray of bool
        Whether the action was completed then.

    Returns
    -------
    pandas.DataFrame
        day, survival, low and high: the 95 % interval by Greenwood's variance on the log-log scale; missing while
        nothing, or when everything, is completed.

    References
    ----------
    Kaplan and Meier, JASA 53 (1958); Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data (1980).
    """
    day, place = np.unique(days, return_inverse=True)
    events = np.bincount(place, weights=done, minlength=len(day))
    gone = np.bincount(place, minlength=len(day))
    at_risk = len(days) - np.concatenate([[0], np.cumsum(gone)[:-1]]) if len(day) else np.array([])
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(1 - events / at_risk)
        variance = np.cumsum(events / (at_risk * (at_risk - events)))
        half = Z * np.sqrt(variance) / np.abs(np.log(survival))
        low, high = survival ** np.exp(half), survival ** np.exp(-half)
    return pd.DataFrame({"day": day, "survival": survival, "low": low, "high": high})


def _crossing(values: pd.Series, day: pd.Series) -> float | None:
    """Return the first day on which half or fewer are not yet completed."""
    below = day[values <= 0.5 + 1e-9]  # 7 of 14 left may come out as a little more than a half
    return None if below.empty else float(below.iloc[0])


def _flipped(at: pd.DataFrame) -> tuple[float | None, float | None]:
    low, high = float(at["low"].iloc[0]), float(at["high"].iloc[0])
    return (None, None) if low != low or high != high else (1 - high, 1 - low)
