"""How often each theme is asked for, over recommendations, reviews or actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.schema import SECTORS
from dhr_analytics.statistics.estimate import DENOMINATORS, NOT_CODED, NOT_STATED, Estimate, ordered, share
from dhr_analytics.statistics.quarter import Quarter
from dhr_analytics.statistics.selection import known_at, theme_rows


def theme_shares(
    plans: Plans, quarter: Quarter, *, over: str = "recommendations", include: Iterable[str] = ()
) -> list[Estimate]:
    """Return the share of recommendations, reviews or actions with each theme.

    A review has a theme when one of its recommendations has it; an action has those of its recommendation. Shares
    of several themes do not add up to 100 %.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
    over : {"recommendations", "reviews", "actions"}
    include : iterable of str, optional
        Themes to list even where nothing has them, such as all ids of the codebook.

    Returns
    -------
    list of Estimate
        Largest first, then by name; recommendations without any theme come last as ``not coded``.

    Raises
    ------
    UsageError
        When the package holds no themes, or ``over`` is something else.
    """
    plans = known_at(plans, quarter)
    return _shares("theme_share", "theme", plans, quarter, _units(plans, over), over, include)


def home_office_shares(
    plans: Plans, quarter: Quarter, *, tags: Mapping[str, str], over: str = "recommendations"
) -> list[Estimate]:
    """Return the share with each recommendation tag of the Home Office DHR Library.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
    tags : mapping of str to str
        The tag that each theme of the codebook rolls up to; all tags are listed.
    over : {"recommendations", "reviews", "actions"}

    Returns
    -------
    list of Estimate
        As ``theme_shares``; what has two themes of one tag counts once.

    Raises
    ------
    UsageError
        As ``theme_shares``, and when a theme of the package has no tag.
    """
    plans = known_at(plans, quarter)
    units = _units(plans, over)
    if unknown := sorted(set(units["theme"]) - set(tags) - {NOT_CODED}):
        raise UsageError(f"Theme {unknown[0]!r} is not in the codebook. Code the package again: dhr classify DIR.")
    units = units.assign(theme=units["theme"].map({**tags, NOT_CODED: NOT_CODED}).astype("str")).drop_duplicates()
    return _shares("home_office_share", "home_office", plans, quarter, units, over, tags.values())


def theme_by_sector(plans: Plans, quarter: Quarter, *, over: str = "recommendations") -> pd.DataFrame:
    """Count themes against the sector of the lead agency.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
    over : {"recommendations", "actions"}
        What is counted; a recommendation counts once in each sector that leads one of its actions.

    Returns
    -------
    pandas.DataFrame
        Column ``theme``, one column for each sector that occurs (as in ``schema.SECTORS``, then ``not stated``), and
        ``total`` (each row counted once). Largest total first.

    Raises
    ------
    UsageError
        When the package holds no themes, or ``over`` is something else.
    """
    if over not in ("recommendations", "actions"):
        raise UsageError(f"Sectors belong to actions: count recommendations or actions, not {over!r}.")
    plans = known_at(plans, quarter)
    sector = plans.actions["sector"].where(plans.actions["sector"] != "", NOT_STATED)
    rows = _units(plans, "actions").merge(pd.DataFrame({"unit": plans.actions["action_id"], "sector": sector}))
    if over == "recommendations":
        owner = plans.actions.set_index("action_id")["recommendation_id"]
        rows = rows.assign(unit=rows["unit"].map(owner)).drop_duplicates()
    totals = _sizes(rows[["unit", "theme"]].drop_duplicates())
    counts = rows.groupby(["theme", "sector"]).size().to_dict()
    present = [name for name in (*SECTORS, NOT_STATED) if name in set(rows["sector"])]
    table = [
        [theme, *(counts.get((theme, name), 0) for name in present), totals[theme]]
        for theme in ordered(totals, "theme")
    ]
    out = pd.DataFrame(table, columns=["theme", *present, "total"])
    return out.astype({"theme": "str", **dict.fromkeys((*present, "total"), "Int64")})


def _units(plans: Plans, over: str) -> pd.DataFrame:
    """Return columns unit (an id) and theme, each pair once."""
    if over not in DENOMINATORS:
        raise UsageError(f"Themes are counted over {', '.join(DENOMINATORS)}, not {over!r}.")
    rows = plans.recommendations[["recommendation_id", "review_id"]].merge(theme_rows(plans), how="left")
    rows["theme"] = rows["theme"].where(rows["theme"].notna(), NOT_CODED)
    if over == "actions":
        rows = plans.actions[["recommendation_id", "action_id"]].merge(rows, on="recommendation_id")
    rows = rows.rename(columns={f"{over[:-1]}_id": "unit"})
    return rows[["unit", "theme"]].drop_duplicates(ignore_index=True)


def _shares(
    measure: str,
    dimension: str,
    plans: Plans,
    quarter: Quarter,
    units: pd.DataFrame,
    over: str,
    include: Iterable[str],
) -> list[Estimate]:
    counts = {**dict.fromkeys(include, 0), **_sizes(units)}
    rest = {"denominator": over, "dimension": dimension, "selection": plans.about.get("selection", "")}
    total = len(getattr(plans, over))
    return [
        share(measure, counts[group], total, quarter=quarter, group=group, **rest)
        for group in ordered(counts, dimension)
    ]


def _sizes(units: pd.DataFrame) -> dict[str, int]:
    return {str(theme): int(size) for theme, size in units.groupby("theme").size().items()}
