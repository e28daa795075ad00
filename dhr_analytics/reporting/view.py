"""What a page is about: the plans, the quarter and the filters; the one call that every notebook begins with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from pathlib import Path
from typing import Any

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.reporting import text
from dhr_analytics.reporting.estimates import read_estimates
from dhr_analytics.statistics import Estimate, Quarter, parse_quarter, read_counted, remake_all, select
from dhr_analytics.statistics.disclosure import by_size, nothing_of
from dhr_analytics.themes.actions import code_actions
from dhr_analytics.themes.addressee import misaddressed

LEFT_OUT = (
    "Left out here: with this disclosure profile single actions, recommendations and reviews do not leave, for they "
    "could show what stands behind a small count. The partnership that holds the plans can make this report with them."
)
ROUNDED = (
    "Small numbers are protected in this report: [c] stands for a number that is withheld because it is small, or "
    "because a small one could be worked out from it. All other numbers are rounded, and shares are made from these."
)


@dataclass(frozen=True)
class View:
    """The plans as known at the end of a quarter, narrowed by the filters; ``filters`` says them in words.

    ``history`` holds the same reviews with all their snapshots, for comparisons with earlier quarters. ``disclosed``
    holds the figures as they may leave, by id, where a disclosure profile withholds some.
    """

    plans: Plans
    quarter: Quarter
    filters: str = ""
    history: Plans | None = None
    disclosed: Mapping[str, Estimate] | None = None

    @cached_property
    def typed(self) -> Plans:
        """The plans with the types of actions, see ``with_types``."""
        return with_types(self.plans)

    def told(self, found: Iterable[Estimate]) -> list[Estimate]:
        """Return figures as they may leave; every figure passes here before a page says anything about it.

        One that was not looked at with all the others of the pack is withheld. Groups stand in the order of the sizes
        that are told, for their true order would tell more.
        """
        if self.disclosed is None:
            return list(found)
        return by_size([self.disclosed.get(each.id) or (nothing_of(each) if each.N else each) for each in found])

    @property
    def why_rounded(self) -> str:
        """What the numbers of the page are, where they are not as they were counted."""
        return "" if self.disclosed is None else ROUNDED

    @property
    def why_left_out(self) -> str:
        """Why single rows of the plans are not shown, in a sentence; empty where they are."""
        return "" if self.disclosed is None else LEFT_OUT

    @property
    def why_empty(self) -> str:
        """Why there is nothing to count, in a sentence; empty where there is something."""
        if len(self.plans.recommendations):
            return ""
        what = f" that fits “{self.filters}”" if self.filters else ""
        return (
            f"No recommendation{what} was known on {text.day(self.quarter.end)}. "
            "Ask for a later quarter, or add plans to the folder."
        )

    @property
    def why_no_themes(self) -> str:
        """Why there are no themes to show, in a sentence; empty where there are some."""
        if self.why_empty:
            return self.why_empty
        if self.plans.themes is None or self.plans.themes.empty:
            return "The recommendations have not been given themes yet. An analyst can do this with: dhr classify."
        return ""


def load(
    plans: str | Path, *, quarter: str, areas: str = "", agencies: str = "", themes: str = "", profile: str = "national"
) -> View:
    """Read a plan package and keep what a page is about.

    Parameters
    ----------
    plans : path
        Folder of the package.
    quarter : str
        Such as ``"2025Q1"``, or ``"2025-26Q1"`` for a quarter of the fiscal year.
    areas, agencies, themes : str, optional
        Values to keep, with commas (or semicolons) between them; themes by name or id.
    profile : str, optional
        ``"national"``: figures as they are. Else the path of the estimates.csv of a pack that was made with another
        disclosure profile: figures as they stand there. What may be told of one depends on all others.

    Returns
    -------
    View

    Raises
    ------
    UsageError
        When the quarter or a filter makes no sense, or the package holds people's names.
    InputError
        When the package cannot be read, or no document of it may count yet.
    """
    when = parse_quarter(quarter)
    package = read_counted(plans)
    if package.about.get("restricted"):
        raise UsageError(
            "This package was made with --keep-names, for local use only. Make it again without, then make the report."
        )
    wanted = _theme_ids(themes)
    asked = {"area": areas, "lead agency": agencies, "theme": ", ".join(text.name("theme", each) for each in wanted)}
    words = "; ".join(f"{kind} {value}" for kind, value in asked.items() if value.strip())
    history = select(package, areas=areas, agencies=agencies, themes=wanted)
    known = select(package, quarter=when, areas=areas, agencies=agencies, themes=wanted)
    disclosed = None if profile == "national" else {each.id: each for each in read_estimates(profile)}
    return View(known, when, words, history, disclosed)


def single_rows(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a function of a view that shows single rows of the plans: where these do not leave, it says why in words."""

    @wraps(function)
    def shown(view: View, *args: Any, **options: Any) -> Any:
        return view.why_left_out or function(view, *args, **options)

    return shown


def with_types(plans: Plans) -> Plans:
    """Return plans with the type and strength of each action, and with the recommendations that may be misaddressed.

    Parameters
    ----------
    plans : Plans

    Returns
    -------
    Plans
        With the columns ``action_type`` and ``strength`` of actions, and ``misaddressed`` of recommendations; these are
        not part of a package that is written.
    """
    coded = code_actions(plans.actions, plans.recommendations)
    types = {
        name: pd.Series(coded[name].to_numpy(), plans.actions.index, "str") for name in ("action_type", "strength")
    }
    flagged = misaddressed(plans.recommendations, plans.actions)["recommendation_id"]
    asked = plans.recommendations.assign(misaddressed=plans.recommendations["recommendation_id"].isin(flagged))
    return replace(plans, actions=plans.actions.assign(**types), recommendations=asked)


def remade(plans: Plans, ids: Iterable[str]) -> dict[str, Estimate]:
    """Make figures again from their ids, see ``statistics.remake_all``; with the codebook and types of actions at hand.

    Parameters
    ----------
    plans : Plans
        The whole package.
    ids : iterable of str

    Returns
    -------
    dict of str to Estimate

    Raises
    ------
    UsageError
        When there is no such figure; the message offers the nearest.
    """
    asked = list(ids)
    if any(word in each for each in asked for word in ("action_type", "strength", "misaddressed")):
        plans = with_types(plans)
    return remake_all(plans, asked, tags=text.theme_tags())


def _theme_ids(asked: str) -> list[str]:
    ids = {name.casefold(): theme for theme, name in text.theme_names().items()}
    if asked.strip().casefold() in ids:  # a name may hold a comma
        return [ids[asked.strip().casefold()]]
    parts = [each.strip() for each in asked.split(";" if ";" in asked else ",")]
    return [ids.get(each.casefold(), each) for each in parts if each]
