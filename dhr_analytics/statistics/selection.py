"""Which part of a package a figure is about: what was known at a date, and what a reader asked for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote_plus

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.statistics.quarter import Quarter


def known_at(plans: Plans, quarter: Quarter) -> Plans:
    """Keep what was known on the last day of a quarter.

    Reviews published or snapshotted later are left out where the date is known; reviews without dates stay. Of
    several snapshots of one review (same title, area and day of publication, all stated) the latest is kept.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter

    Returns
    -------
    Plans
    """
    reviews, end = plans.reviews, pd.Timestamp(quarter.end)
    reviews = reviews[~((reviews["published_on"] > end) | (reviews["snapshot_on"] > end))]
    same = reviews[(reviews["title"] != "") & (reviews["area"] != "")]
    # Without a day of publication two reviews of one title may well be two reviews: groupby leaves them out.
    latest = same.groupby(["title", "area", "published_on"])["snapshot_on"].transform("max")
    outdated = same.loc[same["snapshot_on"] < latest, "review_id"]
    keep = set(reviews["review_id"]) - set(outdated)
    return _keep(plans, plans.actions["review_id"].isin(keep), plans.recommendations["review_id"].isin(keep), keep)


def select(
    plans: Plans,
    *,
    areas: Iterable[str] | str = (),
    agencies: Iterable[str] | str = (),
    themes: Iterable[str] | str = (),
) -> Plans:
    """Keep the actions of some areas, lead agencies or themes, with their recommendations and reviews.

    Values of one kind are alternatives; kinds are joined by "and". Upper and lower case are alike.

    Parameters
    ----------
    plans : Plans
    areas, agencies, themes : iterable of str, or one str with commas (or semicolons) between values
        Empty keeps all. An agency keeps the actions it leads and the recommendations these belong to.

    Returns
    -------
    Plans
        ``about["selection"]`` says what was asked for.

    Raises
    ------
    UsageError
        When a value does not occur (the message offers the nearest), nothing fits all the filters, or themes are
        asked of a package without themes.
    """
    recommendations, actions = plans.recommendations, plans.actions
    if not (areas or agencies or themes):
        return plans
    asked: list[tuple[str, str]] = []
    reviews = set(plans.reviews["review_id"])
    wanted = set(recommendations["recommendation_id"])
    led = pd.Series(True, index=actions.index)
    if areas and (found := _match(areas, plans.reviews["area"], "area")):
        reviews = set(plans.reviews.loc[plans.reviews["area"].isin(found), "review_id"])
        asked += [("area", value) for value in found]
    if themes and (found := _match(themes, (coded := theme_rows(plans))["theme"], "theme")):
        wanted = set(coded.loc[coded["theme"].isin(found), "recommendation_id"])
        asked += [("theme", value) for value in found]
    if agencies and (found := _match(agencies, lead_agency(actions), "agency")):
        led = lead_agency(actions).isin(found)
        wanted &= set(actions.loc[led, "recommendation_id"])
        asked += [("agency", value) for value in found]
    if not asked:
        return plans
    kept = recommendations["review_id"].isin(reviews) & recommendations["recommendation_id"].isin(wanted)
    if {kind for kind, _ in asked} != {"area"}:
        reviews &= set(recommendations.loc[kept, "review_id"])
    if not reviews:
        words = " and ".join(f"{kind} {value!r}" for kind, value in asked)
        raise UsageError(f"Nothing in the package fits {words} together. Leave one of them out.")
    led &= actions["recommendation_id"].isin(set(recommendations.loc[kept, "recommendation_id"]))
    parts = [plans.about.get("selection", ""), *(f"{kind}={quote_plus(value)}" for kind, value in asked)]
    return replace(
        _keep(plans, led, kept, reviews), about={**plans.about, "selection": ",".join(part for part in parts if part)}
    )


def lead_agency(actions: pd.DataFrame) -> pd.Series:
    """Return the canonical lead agency of each action, or the printed one where no canonical name is known."""
    return actions["agency"].where(actions["agency"] != "", actions["lead_agency"])


def theme_rows(plans: Plans) -> pd.DataFrame:
    """Return ``recommendation_id`` and ``theme``, each pair once; UsageError where nothing has been coded yet."""
    if plans.themes is None:
        raise UsageError("The package holds no themes. Give it some with: dhr classify DIR (DIR is its folder).")
    return plans.themes[["recommendation_id", "theme"]].drop_duplicates(ignore_index=True)


def _keep(plans: Plans, actions: pd.Series, recommendations: pd.Series, reviews: set[str]) -> Plans:
    left = plans.reviews[plans.reviews["review_id"].isin(reviews)].reset_index(drop=True)
    wording = plans.recommendations[recommendations].reset_index(drop=True)
    themes = plans.themes
    if themes is not None:
        themes = themes[themes["recommendation_id"].isin(wording["recommendation_id"])].reset_index(drop=True)
    return replace(
        plans,
        reviews=left,
        recommendations=wording,
        actions=plans.actions[actions].reset_index(drop=True),
        rejected=plans.rejected[plans.rejected["document"].isin(left["document"])].reset_index(drop=True),
        themes=themes,
    )


def _plain(value: str) -> str:
    return " ".join(value.replace("_", " ").casefold().split())


def _match(asked: Iterable[str] | str, present: pd.Series, kind: str) -> list[str]:
    known: dict[str, list[str]] = {}
    for value in sorted(set(present) - {""}):
        known.setdefault(_plain(value), []).append(value)
    if isinstance(asked, str):  # "Bournemouth, Christchurch and Poole" is one area, commas and all
        asked = [asked] if _plain(asked) in known else asked.split(";" if ";" in asked else ",")
    found: list[str] = []
    for value in asked:
        if not _plain(value):
            continue
        if _plain(value) not in known:
            near = difflib.get_close_matches(_plain(value), known, n=1)
            some = ", ".join(names[0] for names in list(known.values())[:8]) or "none"
            advice = f"Did you mean {known[near[0]][0]!r}?" if near else f"Known: {some}."
            raise UsageError(f"No {kind} {value.strip()!r} in the package. {advice}")
        found += known[_plain(value)]
    return sorted(set(found))
